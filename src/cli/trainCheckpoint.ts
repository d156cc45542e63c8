/** checkpoint.npz: everything a training needs to go on as if it had never stopped. */
import { ArgumentError, FileError } from "../errors.ts";
import { arrayEntries, decodeArrays } from "../io/arrayFiles.ts";
import type { NamedArray } from "../io/arrayFiles.ts";
import { LARGEST_FILE, readBytes, writeAtomically } from "../io/files.ts";
import { decodeZip, encodeZip } from "../io/formats/zip.ts";
import type { Precision } from "../train/sequence.ts";
import type { EpochSums, TrainingState } from "../train/trainer.ts";
import type { Training } from "../train/training.ts";
import type { EpochRecord } from "./trainHistory.ts";

export interface Checkpoint {
  readonly state: TrainingState;
  readonly epochs: readonly EpochRecord[];
  readonly best: { readonly epoch: number; readonly merit: number } | undefined;
  /** Seconds and samples of the epoch under way. */
  readonly under_way: { readonly seconds: number; readonly samples: number };
  readonly precision: Precision;
}

interface Written extends Omit<Checkpoint, "state"> {
  readonly format: "synfire-checkpoint";
  readonly version: 1;
  readonly fingerprint: string;
  readonly epoch: number;
  readonly batch: number;
  readonly updates: number;
  readonly running: EpochSums;
}

const entry = "checkpoint.json";

/** @throws {FileError} when it cannot be written; an earlier checkpoint is then still there */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint, training: Training, batch: number): Promise<void> {
  const { state, ...rest } = checkpoint, { weights, optimizer } = state;
  const moments = Array.from(optimizer.moments, ([name, arrays]) =>
    arrays.map((values, k): [string, NamedArray] => [`${k}/${name}`, { shape: weights.get(name)!.shape, values }]));
  const written: Written = {
    format: "synfire-checkpoint", version: 1, fingerprint: await fingerprint(training, batch), ...rest, epoch: state.epoch, batch: state.batch,
    updates: optimizer.updates, running: state.running,
  };
  const text = new TextEncoder().encode(JSON.stringify(written));
  const entries = { [entry]: text, ...arrayEntries(weights, "weights/"), ...arrayEntries(new Map(moments.flat()), "moments/") };
  await writeAtomically(path, await encodeZip(entries));
}

/**
 * @throws {FileError} when there is none or it is damaged
 * @throws {ArgumentError} when it is of another model, loss, optimizer, number of samples or batch
 */
export async function loadCheckpoint(path: string, training: Training, batch: number): Promise<Checkpoint> {
  const entries = await decodeZip(await readBytes(path), path, LARGEST_FILE, () => true), written = readWritten(entries.get(entry), path);
  if (written.fingerprint !== (await fingerprint(training, batch))) {
    const hint = "Resume with the file, settings and batch it was made with, or train anew without --resume.";
    throw new ArgumentError("checkpoint-other", `${path} is of another training: model, loss, optimizer, samples or batch differ`, hint);
  }
  const { epoch, batch: position, updates, running, epochs, best, under_way, precision } = written;
  const moments = new Map<string, NamedArray["values"][]>();
  for (const [name, { values }] of decodeArrays(entries, path, "moments/")) {
    const [, k, weight] = /^(\d+)\/(.*)$/.exec(name) ?? [], own = moments.get(weight!) ?? [];
    own[Number(k)] = values;
    moments.set(weight!, own);
  }
  const weights = decodeArrays(entries, path, "weights/");
  // An optimizer that keeps nothing of a weight has an empty list for it.
  for (const name of weights.keys()) if (!moments.has(name)) moments.set(name, []);
  return { state: { epoch, batch: position, weights, optimizer: { updates, moments }, running }, epochs, best, under_way, precision };
}

function readWritten(bytes: Uint8Array | undefined, path: string): Written {
  const text = bytes ? new TextDecoder().decode(bytes) : "{}";
  let written: Partial<Written> = {};
  try {
    written = JSON.parse(text) as Partial<Written>;
  } catch {
    // Said below.
  }
  if (written.format === "synfire-checkpoint" && written.version === 1) return written as Written;
  const hint = "Give the folder that synfire train made, or train anew without --resume.";
  throw new FileError("checkpoint", `${path} is no checkpoint of a training`, hint);
}

/** SHA-256 of what must be the same for the same result. The rate and the number of epochs may change. */
async function fingerprint({ model, loss, optimizer, regularizers, clipNorm, train }: Training, batch: number): Promise<string> {
  const anyRate = { ...optimizer, learningRate: 0 };
  const content = { model, loss, optimizer: anyRate, regularizers, clipNorm: clipNorm ?? null, samples: train.count, batch };
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(content))));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

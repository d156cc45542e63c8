/**
 * Data sets of spike trains as .npz files. Of each part (`train`, `test`) there are the arrays `train_labels` [trials], `train_starts` [trials + 1],
 * `train_times` and `train_units` [spikes]; `perSecond`, `ticks`, `channels` and `classes` hold for both: see `TickedTrials`.
 */
import { FileError } from "../errors.ts";
import { concatenate } from "../io/deflate.ts";
import { LARGEST_FILE, readBytes, writeAtomically } from "../io/files.ts";
import { decodeNpy, encodeNpy } from "../io/formats/npy.ts";
import type { NpyData } from "../io/formats/npy.ts";
import { decodeZip, encodeZip } from "../io/formats/zip.ts";
import { sha256 } from "./sha256.ts";
import { TickedSpikeTrials } from "./spikeTrials.ts";
import type { Dataset, TickedTrials, Unsigned } from "./spikeTrials.ts";

const parts = ["train", "test"] as const;

/** @throws {FileError} when the file cannot be written */
export async function saveTrials(path: string, dataset: Dataset<TickedSpikeTrials>): Promise<void> {
  await writeAtomically(path, await encodeZip(trialsEntries(dataset)));
}

/** @throws {FileError} when there is no such file, or it holds no trials */
export async function loadTrials(path: string): Promise<Dataset<TickedSpikeTrials>> {
  return decodeTrials(await readBytes(path), path);
}

/** The SHA-256 of a data set's arrays, without compression, in the order of the file: the same however it is packed. */
export async function trialsDigest(dataset: Dataset<TickedSpikeTrials>): Promise<string> {
  return sha256(concatenate(Object.values(trialsEntries(dataset))));
}

/** @throws {FileError} when the bytes are no .npz, or the arrays in it are no trials */
export async function decodeTrials(bytes: Uint8Array, source: string): Promise<Dataset<TickedSpikeTrials>> {
  const entries = await decodeZip(bytes, source, LARGEST_FILE, (name) => name.endsWith(".npy"));
  const array = (name: string): NpyData => {
    const entry = entries.get(`${name}.npy`);
    if (!entry) throw new FileError("trials-missing", `${source} has no array ${name}`, "Save it with saveTrials, or give a file of spike trials.");
    return decodeNpy(entry, `${source}, array ${name}`).data;
  };
  const unsigned = (name: string): Unsigned => {
    const data = array(name);
    if (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Uint32Array) return data;
    throw new FileError("trials-type", `${source}: ${name} does not hold unsigned integers`, "Save it as uint8, uint16 or uint32.");
  };
  const scalar = (name: string) => Number(array(name)[0]);
  const shape = { perSecond: scalar("perSecond"), ticks: scalar("ticks"), channels: scalar("channels") };
  const trials = (part: string): TickedSpikeTrials => {
    const labels = Uint8Array.from(unsigned(`${part}_labels`)), starts = Uint32Array.from(unsigned(`${part}_starts`));
    const ticked: TickedTrials = { ...shape, labels, starts, times: unsigned(`${part}_times`), units: unsigned(`${part}_units`) };
    try {
      return new TickedSpikeTrials(ticked);
    } catch (error) {
      throw new FileError("trials-broken", `${source}: the ${part} part has ${(error as Error).message}`, "Fetch or make the file again.");
    }
  };
  return { train: trials("train"), test: trials("test"), classes: scalar("classes") };
}

function trialsEntries(dataset: Dataset<TickedSpikeTrials>): Record<string, Uint8Array> {
  const { perSecond, ticks, channels } = dataset.train.ticked, entries: Record<string, Uint8Array> = {};
  for (const [name, value] of Object.entries({ perSecond, ticks, channels, classes: dataset.classes }))
    entries[`${name}.npy`] = encodeNpy(Float64Array.of(value), []);
  for (const part of parts) {
    const { labels, starts, times, units } = dataset[part].ticked;
    for (const [name, data] of Object.entries({ labels, starts, times, units })) entries[`${part}_${name}.npy`] = encodeNpy(data);
  }
  return entries;
}

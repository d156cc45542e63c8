/** The Free Spoken Digit Dataset: recordings of ten digits by six speakers, as spike trains. */
import { ArgumentError, FileError } from "../errors.ts";
import { listFolder } from "../io/folders.ts";
import { cochlea } from "./cochlea.ts";
import type { CochleaOptions } from "./cochlea.ts";
import { TrialCollector } from "./collectTrials.ts";
import type { Dataset, TickedSpikeTrials } from "./spikeTrials.ts";
import { readWav } from "./wav.ts";

export interface SpokenDigitsOptions extends CochleaOptions {
  /** Length of a trial, seconds; what a recording has beyond is left out. Default 0.8. */
  readonly duration?: number;
  /** Only these speakers. */
  readonly speakers?: readonly string[];
}

/** Ticks of 0.1 ms. */
const perSecond = 10_000;

/**
 * Reads `{digit}_{speaker}_{index}.wav` of a folder (or of its folder `recordings`) as spike trains of a cochlea. As its authors define, recordings
 * numbered 0 to 4 of every speaker and digit are the test set, all others the training set.
 *
 * @throws {FileError} when the folder holds no recordings, or one of them cannot be read
 * @source https://github.com/Jakobovski/free-spoken-digit-dataset, CC BY-SA 4.0; doi:10.5281/zenodo.1342401
 */
export async function loadSpokenDigits(folder: string, options: SpokenDigitsOptions = {}): Promise<Dataset<TickedSpikeTrials>> {
  const { duration = 0.8, speakers, channels = 64 } = options, ears = new Map<number, ReturnType<typeof cochlea>>();
  if (!(duration > 0)) throw new ArgumentError("trial-duration", `trials of ${duration} s`, "Give a duration above 0.");
  const recordings = (await recordingsIn(folder)).filter(({ speaker }) => speakers?.includes(speaker) ?? true);
  const shape = { perSecond, ticks: Math.round(duration * perSecond), channels };
  const parts = { train: new TrialCollector(shape), test: new TrialCollector(shape) };
  for (const { path, digit, index } of recordings) {
    const { samples, rate } = await readWav(path);
    if (!ears.has(rate)) ears.set(rate, cochlea(rate, { ...options, channels }));
    const spikes = ears.get(rate)!(samples);
    parts[index < 5 ? "test" : "train"].add(digit, spikes.map(({ time, channel }) => ({ time: time * perSecond, channel })));
  }
  return { train: parts.train.trials(), test: parts.test.trials(), classes: 10 };
}

interface Recording { readonly path: string; readonly digit: number; readonly speaker: string; readonly index: number }

async function recordingsIn(folder: string): Promise<Recording[]> {
  for (const place of [folder, `${folder.replace(/\/+$/, "")}/recordings`]) {
    const found = (await listFolder(place).catch((error: unknown) => {
      if (place !== folder && error instanceof FileError && error.code === "file-missing") return [];
      throw error;
    })).flatMap((name): Recording[] => {
      const [, digit, speaker = "", index] = /^(\d)_(\w+)_(\d+)\.wav$/.exec(name) ?? [];
      return index === undefined ? [] : [{ path: `${place}/${name}`, digit: Number(digit), speaker, index: Number(index) }];
    });
    // In an order that does not depend on the file system.
    const order = (a: string, b: string) => Number(a > b) - Number(a < b);
    if (found.length > 0) return found.sort((a, b) => a.digit - b.digit || order(a.speaker, b.speaker) || a.index - b.index);
  }
  const hint = "Give the folder of the Free Spoken Digit Dataset; its recordings are called e.g. 7_jackson_32.wav.";
  throw new FileError("digits-missing", `${folder} holds no recordings of spoken digits`, hint);
}

/** The Spiking Heidelberg Digits and Spiking Speech Commands: spikes of a model of the ear, in HDF5 files. */
import { FileError } from "../errors.ts";
import { openHdf5 } from "../io/hdf5.ts";
import type { Hdf5Package } from "../io/hdf5.ts";
import { TrialCollector } from "./collectTrials.ts";
import type { Spike } from "./collectTrials.ts";
import type { TickedSpikeTrials } from "./spikeTrials.ts";

export interface HeidelbergOptions {
  /** Length of a trial, seconds; later spikes are left out. Default 1.4. */
  readonly duration?: number;
  /** At most so many trials, the first of the file. Default all. */
  readonly count?: number;
  /** The package h5wasm, where it is loaded in another way than by its name. */
  readonly hdf5?: Hdf5Package;
}

const channels = 700, perSecond = 1_000_000;

/**
 * Reads `shd_train.h5`, `shd_test.h5`, `ssc_train.h5` and so on, unpacked: 700 channels; classes are 20 (digits in German and English) or 35.
 * Times are kept in the files as numbers of 16 bits, exact to 0.5 ms near one second, so bins narrower than 1 ms add nothing.
 *
 * @throws {UnsupportedError} when the optional package h5wasm is not installed
 * @throws {FileError} when there is no such file, or it is another one
 * @source Cramer, Stradmann, Schemmel & Zenke (2022), doi:10.1109/TNNLS.2020.3044364; https://zenkelab.org/datasets, CC BY 4.0
 */
export async function loadHeidelberg(path: string, { duration = 1.4, count = Infinity, hdf5 }: HeidelbergOptions = {}): Promise<TickedSpikeTrials> {
  const file = await openHdf5(path, hdf5);
  try {
    const labels = file.numbers("labels"), trials = Math.min(labels.length, count);
    if (file.length("spikes/times") !== labels.length || file.length("spikes/units") !== labels.length)
      throw new FileError("heidelberg-rows", `${path}: ${labels.length} labels, but not as many trials`, "Fetch the file again.");
    const collector = new TrialCollector({ perSecond, ticks: Math.round(duration * perSecond), channels });
    for (let trial = 0; trial < trials; trial++) {
      const units = file.words("spikes/units", trial);
      const spikes = Array.from(file.words("spikes/times", trial), (word, k): Spike =>
        ({ time: halfPrecision(word) * perSecond, channel: units[k] ?? channels }));
      collector.add(labels[trial]!, spikes);
    }
    return collector.trials();
  } finally {
    file.close();
  }
}

/** The number that 16 bits stand for: a sign, 5 bits of exponent, 10 of fraction (IEEE 754). */
export function halfPrecision(word: number): number {
  const sign = word >> 15 ? -1 : 1, exponent = (word >> 10) & 31, fraction = word & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

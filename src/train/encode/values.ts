/** What encoders take: real numbers of samples, and the random numbers that belong to each sample, however samples are put into batches. */
import { ArgumentError } from "../../errors.ts";
import { philox } from "../../math/philox.ts";
import { seedOf, uniformOf } from "../../math/random.ts";
import type { Seed } from "../../math/random.ts";
import { sizeOf } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import type { Shape } from "../modelData.ts";

/** Values [samples, …shape], row-major. */
export interface FeatureValues {
  readonly values: Reals;
  /** Features of one sample. */
  readonly shape: Shape;
}

export interface RandomOptions {
  readonly seed: number;
  /** The numbers that the samples have in their data set: spikes depend on them and not on the batch. Default 0, 1, 2 … */
  readonly numbers?: ArrayLike<number>;
  /** Another number gives other spikes of the same samples: the epoch of training. Default 0. */
  readonly epoch?: number;
}

/**
 * How many samples there are.
 *
 * @throws {ArgumentError} when the values fill no whole number of samples, or `steps` is no positive integer
 */
export function countSamples({ values, shape }: FeatureValues, steps: number): number {
  const size = sizeOf(shape), count = values.length / size;
  if (!Number.isInteger(steps) || steps < 1) throw new ArgumentError("encode-steps", `${steps} steps`, "Give a whole number, at least 1.");
  if (size > 0 && Number.isInteger(count)) return count;
  throw new ArgumentError("encode-shape", `${values.length} values do not fill samples of the shape [${shape.join(", ")}]`, "Give whole samples.");
}

/** @throws {ArgumentError} naming the first value that is not in [0, 1] */
export function checkUnitRange(values: Reals): void {
  for (let k = 0; k < values.length; k++) {
    if (values[k]! >= 0 && values[k]! <= 1) continue;
    throw new ArgumentError("encode-range", `value ${k} to be encoded is ${values[k]}`, "Scale values to 0 … 1, e.g. divide grey values by 255.");
  }
}

/** A sequence without spikes yet. */
export function silentSequence(batch: number, steps: number, shape: Shape): Sequence & { readonly values: Float32Array } {
  return { batch, steps, constant: false, shape, values: new Float32Array(batch * steps * sizeOf(shape)) };
}

/** The number that a sample has in its data set. */
export const numberOf = ({ numbers }: RandomOptions, sample: number): number => numbers?.[sample] ?? sample;

/** Uniform numbers in [0, 1) of all features of a sample in a step: `uniformAt(seed, feature, step, number, epoch)`, sixteen features at a time. */
export function uniforms(seed: Seed, step: number, number: number, epoch: number, out: Float64Array): void {
  for (let block = 0; block < out.length; block += 16) {
    for (let lane = 0; lane < 4; lane++) {
      const words = philox([block / 4 + lane, step >>> 0, number >>> 0, epoch >>> 0], seed);
      for (let vector = 0; vector < 4; vector++) {
        const at = block + 4 * vector + lane;
        if (at < out.length) out[at] = uniformOf(words[vector]!);
      }
    }
  }
}

/** Spikes where the random number of a feature in a step is below a probability: independent draws (Bernoulli). */
export function bernoulliSpikes(samples: FeatureValues, steps: number, options: RandomOptions, probability: (value: number) => number): Sequence {
  const batch = countSamples(samples, steps), size = sizeOf(samples.shape), sequence = silentSequence(batch, steps, samples.shape);
  const seed = seedOf(options.seed), drawn = new Float64Array(size), chances = new Float64Array(size);
  for (let sample = 0; sample < batch; sample++) {
    for (let j = 0; j < size; j++) chances[j] = probability(samples.values[sample * size + j]!);
    for (let step = 0; step < steps; step++) {
      uniforms(seed, step, numberOf(options, sample), options.epoch ?? 0, drawn);
      const start = (sample * steps + step) * size;
      for (let j = 0; j < size; j++) if (drawn[j]! < chances[j]!) sequence.values[start + j] = 1;
    }
  }
  return sequence;
}

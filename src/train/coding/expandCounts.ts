/**
 * Integers as trains of spikes and back, without loss: what a layer of integers sends to event-driven hardware.
 *
 * @source Pan et al. (2025), SpikingBrain: spiking brain-inspired large models, §2.4. doi:10.48550/arXiv.2509.05276
 */
import { ArgumentError, didYouMean } from "../../errors.ts";

/**
 * | code | a spike is | step t counts | steps for an integer c |
 * | --- | --- | --- | --- |
 * | binary | 0, 1 | 1 | c, which must not be negative |
 * | ternary | −1, 0, 1 | 1 | abs(c) |
 * | bitwise | −1, 0, 1: the bits of abs(c), each with the sign of c | 2^t | bits of abs(c) |
 * | twosComplement | 0, 1 | 2^t, the last −2^t | bits of c and of its sign |
 */
export const spikeCodes = ["binary", "ternary", "bitwise", "twosComplement"] as const;
export type SpikeCode = (typeof spikeCodes)[number];

export interface ExpandedCounts {
  readonly code: SpikeCode;
  readonly steps: number;
  /** How many integers. */
  readonly size: number;
  /** [steps, size]: −1, 0 or 1. */
  readonly spikes: Int8Array;
  /** [steps]: what a spike of each step counts. */
  readonly stepWeights: Float64Array;
}

/**
 * Spike trains whose weighted sums are `counts`.
 *
 * @param options.steps at least as many as the largest integer needs (default: just as many)
 * @throws {ArgumentError} for what is no integer, is negative in a binary code or needs more steps
 */
export function expandCounts(counts: ArrayLike<number>, options: { readonly code: SpikeCode; readonly steps?: number }): ExpandedCounts {
  const { code } = options;
  if (!spikeCodes.includes(code)) {
    const near = didYouMean(String(code), spikeCodes);
    const told = `expandCounts: there is no spike code "${String(code)}"`;
    throw new ArgumentError("spike-code", told, `Use ${near ? `"${near}"` : spikeCodes.join(", ")}.`);
  }
  let needed = 1;
  for (let k = 0; k < counts.length; k++) needed = Math.max(needed, stepsOf(counts[k]!, k, code));
  const steps = options.steps ?? needed;
  if (!(Number.isSafeInteger(steps) && steps >= needed)) {
    const told = `expandCounts: ${steps} steps of the ${code} code do not hold these integers`;
    throw new ArgumentError("spike-code", told, `Use at least ${needed} steps.`);
  }
  const spikes = new Int8Array(steps * counts.length);
  for (let k = 0; k < counts.length; k++) for (let t = 0; t < steps; t++) spikes[t * counts.length + k] = spikeOf(counts[k]!, t, code);
  return { code, steps, size: counts.length, spikes, stepWeights: stepWeights(code, steps) };
}

/** The integers that spike trains stand for: the sum over steps of spikes times what the step counts. */
export function countsOf({ steps, size, spikes, stepWeights }: ExpandedCounts): Int32Array {
  const counts = new Int32Array(size);
  for (let t = 0; t < steps; t++) for (let k = 0; k < size; k++) counts[k]! += spikes[t * size + k]! * stepWeights[t]!;
  return counts;
}

/**
 * What a layer of weights makes of spike trains, step by step and spike by spike: Σ_t stepWeight_t Σ_k spike_tk · kernel_k. For weights that are
 * integers (times a power of two) the same number as the product with the integers.
 *
 * @param kernel [size, units]
 */
export function productOfSpikes({ steps, size, spikes, stepWeights }: ExpandedCounts, kernel: ArrayLike<number>): Float64Array {
  if (kernel.length % size !== 0) {
    throw new ArgumentError("size", `productOfSpikes: ${kernel.length} weights for ${size} integers`, "Give a kernel [integers, units].");
  }
  const units = kernel.length / size, sums = new Float64Array(units);
  for (let t = 0; t < steps; t++) {
    for (let k = 0; k < size; k++) {
      const spike = spikes[t * size + k]!;
      if (spike === 0) continue;
      for (let j = 0; j < units; j++) sums[j]! += spike * stepWeights[t]! * kernel[k * units + j]!;
    }
  }
  return sums;
}

/** How sparse spike trains are: the share of steps without a spike, spikes for each integer, and the share of integers without any. */
export function sparsityOf({ steps, size, spikes }: ExpandedCounts): { readonly sparsity: number; readonly spikes: number; readonly silent: number } {
  const each = new Uint32Array(size);
  let total = 0;
  for (let at = 0; at < spikes.length; at++) if (spikes[at] !== 0) { each[at % size]!++; total++; }
  return { sparsity: 1 - total / (steps * size), spikes: total / size, silent: each.reduce((n, of) => n + (of === 0 ? 1 : 0), 0) / size };
}

function stepWeights(code: SpikeCode, steps: number): Float64Array {
  return Float64Array.from({ length: steps }, (_, t) => {
    if (code === "binary" || code === "ternary") return 1;
    return code === "twosComplement" && t === steps - 1 ? -(2 ** t) : 2 ** t;
  });
}

function stepsOf(count: number, index: number, code: SpikeCode): number {
  if (!(Number.isInteger(count) && Math.abs(count) < 2 ** 30)) {
    const told = `expandCounts: number ${index} is ${count}, which is no integer below 2^30`;
    throw new ArgumentError("spike-code", told, "Round it first, e.g. with adaptiveCounts.");
  }
  if (code === "binary" && count < 0) {
    const told = `expandCounts: integer ${index} is ${count}; the binary code has no negative ones`;
    throw new ArgumentError("spike-code", told, 'Use "ternary" or "bitwise".');
  }
  if (code === "binary" || code === "ternary") return Math.abs(count);
  if (code === "bitwise") return bitsOf(Math.abs(count));
  return 1 + bitsOf(count < 0 ? -count - 1 : count);
}

/** Binary digits of a number that is not negative. */
const bitsOf = (n: number): number => 32 - Math.clz32(n);

function spikeOf(count: number, t: number, code: SpikeCode): number {
  switch (code) {
    case "binary":
    case "ternary":
      return t < Math.abs(count) ? Math.sign(count) : 0;
    case "bitwise":
      return t < 31 && (Math.abs(count) >> t) & 1 ? Math.sign(count) : 0;
    case "twosComplement":
      // Beyond the bits of a number its sign repeats.
      return (count >> Math.min(t, 31)) & 1;
    default:
      code satisfies never;
      return 0;
  }
}

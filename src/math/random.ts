/**
 * Random numbers with a distribution, each a function of (seed, element, step, stream, draw): the definitions that every back-end
 * shares, in f64. Kernels with f32 output use the upper bits of the same words (see `uniformOf`).
 *
 * A kernel's draws are numbered below 2^20; the counters above are for draws that need several words.
 */
import { UnsupportedError } from "../errors.ts";
import { philox, wordAt, type Seed } from "./philox.ts";

export type { Seed } from "./philox.ts";
export { seedOf } from "./philox.ts";

/** Part j of a draw that is the sum of several has the draw number k + j·2^20. */
export const partStride = 2 ** 20;
export const largestNumberOfParts = 1024;
/** The low 16 bits of a Poisson draw's word come from the draw number k + 2^30. */
export const lowBitsDraw = 2 ** 30;

/** In [0, 1): word·2^-32 in f64, the upper 24 bits times 2^-24 in f32. */
export const uniformOf = (word: number, precision: "f32" | "f64" = "f64"): number =>
  precision === "f64" ? word * 2 ** -32 : (word >>> 8) * 2 ** -24;

/** Uniform in [0, 1). */
export function uniformAt(seed: Seed, element: number, step: number, stream: number, draw: number): number {
  return uniformOf(wordAt(seed, element, step, stream, draw));
}

/**
 * Standard normal by Box & Muller (1958), doi:10.1214/aoms/1177706645, on the word-vectors (0, 1) and (2, 3) of the element's block: the
 * elements of the even vector get r·cos(2π·u2), those of the odd one r·sin(2π·u2), with r = √(−2·log u1), u1 = (even + ½)·2^-32 and
 * u2 = odd·2^-32. In f32, u1 = ((even >>> 9) + ½)·2^-23 and u2 = (odd >>> 8)·2^-24, so |x| ≤ 5.77 (f64: ≤ 6.77).
 */
export function normalAt(seed: Seed, element: number, step: number, stream: number, draw: number): number {
  const words = philox([(element >>> 4) * 4 + (element & 3), step >>> 0, stream >>> 0, draw >>> 0], seed);
  const vector = (element >>> 2) & 3;
  const radius = Math.sqrt(-2 * Math.log((words[vector & 2]! + 0.5) * 2 ** -32));
  const angle = 2 * Math.PI * uniformOf(words[(vector & 2) + 1]!);
  return radius * (vector % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
}

/** Inversion of a Poisson distribution: the count of a word is `start` + #{thresholds ≤ word}; `parts` such counts sum to the draw. */
export interface PoissonTable {
  readonly parts: number;
  readonly start: number;
  /** Ascending, in 1 … 2^32 − 1: threshold k is P(N ≤ start + k)·2^32, rounded to an integer. */
  readonly thresholds: Uint32Array;
}

/** The largest mean of one part: its table has fewer than 64 thresholds. */
const largestPart = 24;

/**
 * The table for one mean. P(N ≤ n) of a part is exact to 2^-33.
 *
 * @throws {UnsupportedError} when the mean exceeds 24 576 or is not a number ≥ 0
 */
export function poissonTable(mean: number): PoissonTable {
  const largest = largestPart * largestNumberOfParts;
  if (!(mean >= 0 && mean <= largest)) {
    const problem = `a Poisson draw with a mean of ${mean} in one step`;
    throw new UnsupportedError("poisson-mean", problem, `Use a rate that gives 0 to ${largest} events a step.`);
  }
  const parts = Math.max(1, Math.ceil(mean / largestPart));
  const each = mean / parts;
  let start = 0;
  const thresholds: number[] = [];
  let probability = Math.exp(-each);
  let cumulative = probability;
  for (let n = 0; ; n++) {
    const threshold = Math.round(cumulative * 2 ** 32);
    if (threshold >= 2 ** 32) break;
    if (threshold === 0) start++;
    else thresholds.push(threshold);
    probability *= each / (n + 1);
    cumulative += probability;
  }
  return { parts, start, thresholds: Uint32Array.from(thresholds) };
}

/**
 * Poisson count of a constant mean. The word of part j is high·2^16 + low; the high 16 bits of element e are half (e >>> 4) & 1 of
 * philox([(e >>> 5)·4 + (e & 3), step, stream, k + j·2^20])[(e >>> 2) & 3], the low 16 bits likewise with the draw number raised
 * by 2^30. Kernels compute the low bits only when they matter, so 32 elements share one computation in four lanes.
 */
export function poissonAt(seed: Seed, element: number, step: number, stream: number, draw: number, table: PoissonTable): number {
  let count = table.parts * table.start;
  for (let part = 0; part < table.parts; part++) {
    const k = draw + part * partStride;
    const word = halfWordAt(seed, element, step, stream, k) * 65536 + halfWordAt(seed, element, step, stream, k + lowBitsDraw);
    for (const threshold of table.thresholds) if (word >= threshold) count++;
  }
  return count;
}

/** 16 random bits; a word serves two elements 16 apart. */
export function halfWordAt(seed: Seed, element: number, step: number, stream: number, draw: number): number {
  const word = philox([(element >>> 5) * 4 + (element & 3), step >>> 0, stream >>> 0, draw >>> 0], seed)[(element >>> 2) & 3]!;
  return ((element >>> 4) & 1) === 0 ? word & 0xffff : word >>> 16;
}

/** A mean of this much in one part is inverted sequentially; a larger mean is a sum of equal parts. */
export const sequentialPart = 8;
/** Above this mean a varying Poisson draw is NaN, which stops the run. */
export const largestVaryingMean = 2 ** 19;

/** How many equal parts a varying mean is split into. */
export const varyingParts = (mean: number): number => Math.min(Math.max(1, Math.ceil(mean / sequentialPart)), largestNumberOfParts);

/**
 * Poisson count of a mean that differs between elements or steps: the sum of ⌈mean/8⌉ (at most 1024) independent parts, part j by
 * sequential inversion of the element's word of draw k + j·2^20. 0 for a mean ≤ 0; NaN for NaN and above 2^19.
 */
export function varyingPoissonAt(seed: Seed, element: number, step: number, stream: number, draw: number, mean: number): number {
  if (!(mean <= largestVaryingMean)) return NaN;
  const parts = varyingParts(mean);
  let count = 0;
  for (let part = 0; part < parts; part++) {
    count += invertPoisson(wordAt(seed, element, step, stream, draw + part * partStride), mean / parts);
  }
  return count;
}

function invertPoisson(word: number, mean: number): number {
  const u = uniformOf(word);
  let probability = Math.exp(-mean);
  let cumulative = probability;
  let n = 0;
  while (u >= cumulative) {
    n++;
    probability *= mean / n;
    cumulative += probability;
  }
  return n;
}

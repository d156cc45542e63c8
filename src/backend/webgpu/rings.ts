/**
 * Input sums on the device. There are no atomic additions of floating-point numbers in WGSL, and their result would depend on the order; sums of
 * integers do not. A narrow ring holds i32 in units of a power of two that is chosen from the weights, so that no sum can leave the range: the bound
 * is proven where weights are fixed, and checked at every addition where they may grow. A wide ring, for values of which nothing is known, holds
 * exact sums of f32 in three words, in units of 2^-80.
 */
import { largestSent } from "./edgeBounds.ts";
import type { EdgeLayout, Program, ProceduralLayout, ScatterLayout } from "../contract.ts";
import { invariant } from "../../errors.ts";
import type { Shader } from "./wgsl/shader.ts";

export interface Ring {
  /** Of the host's ring. */
  readonly address: number;
  readonly slots: number;
  readonly stride: number;
  /** First word on the device. */
  readonly at: number;
  /** Narrow: the unit is 2^-exponent. */
  readonly exponent: number | "wide";
  /** Largest magnitude, in units, that one addition may have where weights can grow; otherwise nothing needs to be checked. */
  readonly most: number | undefined;
}

/** Most that one source of additions can add to one element in one step: how many, how large. */
interface Contribution {
  readonly count: number;
  readonly largest: number;
  /** Whether it may become larger all the same, which has to be found out then. */
  readonly isChecked: boolean;
}

/** How many times the largest weight of the beginning the bound of what is sent may be; beyond, the unit would be too coarse. */
const growth = 64;
/** Unit of wide rings: 2^-80. */
export const wideExponent = 80;
const wordsOf = (ring: { readonly exponent: number | "wide" }): number => (ring.exponent === "wide" ? 3 : 1);

export class Rings {
  readonly all: readonly Ring[];
  readonly words: number;

  constructor(program: Program, buffer: ArrayBufferLike) {
    const found = new Map<number, { slots: number; slotBytes: number; contributions: (Contribution | "unknown")[] }>();
    for (const table of program.schedule.tables)
      for (const r of table.rings) found.set(r.address, { slots: r.slots, slotBytes: r.slotBytes, contributions: [] });
    const add = (address: number, contribution: Contribution | "unknown"): void => {
      const ring = found.get(address);
      invariant(ring, "what is delivered arrives at a table");
      ring.contributions.push(contribution);
    };
    for (const scatter of program.scatters) add(scatter.ring, "rule" in scatter ? ofProcedural(scatter) : ofScatter(scatter, buffer));
    for (const edge of program.edges)
      edge.rings.forEach((r, k) => add(r.address, ofEdges(program, edge, k, buffer)));
    let at = 0;
    this.all = [...found].map(([address, { slots, slotBytes, contributions }]) => {
      const ring = { address, slots, stride: slotBytes / 4, at, ...unitOf(contributions) };
      at += wordsOf(ring) * slots * ring.stride;
      return ring;
    });
    this.words = at;
  }

  find(address: number): Ring {
    const ring = this.all.find((r) => r.address === address);
    invariant(ring, "every input has a ring on the device");
    return ring;
  }

  /** The number of an element's first word in the slot of step `slot` (already modulo the slots). */
  place({ at, stride, ...ring }: Ring, slot: string, element: string): string {
    const index = ring.slots === 1 ? element : `(${slot}) * ${stride}u + ${element}`;
    return wordsOf(ring) === 1 ? `${at}u + ${index}` : `${at}u + 3u * (${index})`;
  }

  /** The sum at a place, an f32; in shaders where `rings` is an array of u32. */
  read(shader: Shader, ring: Ring, place: string): string {
    if (ring.exponent === "wide") return `${shader.use("wide_sum", () => wideSum)}(${place})`;
    return `f32(bitcast<i32>(rings[${place}])) * ${power(-ring.exponent)}`;
  }

  /** A statement that makes the sum at a place zero. */
  clear(shader: Shader, ring: Ring, place: string): string {
    return ring.exponent === "wide" ? `${shader.use("clear_wide", () => clearWide)}(${place});` : `rings[${place}] = 0u;`;
  }

  /** A statement that adds a value (f32) to the word at `index` (see `place`); in shaders where `rings` is an array of atomic u32. */
  add(shader: Shader, ring: Ring, index: string, value: string): string {
    if (ring.exponent === "wide") return `${shader.use("add_wide", () => addWide)}(${index}, ${value});`;
    if (ring.most === undefined) return `atomicAdd(&rings[${index}], bitcast<u32>(i32(round(${value} * ${power(ring.exponent)}))));`;
    return `${shader.use("add_checked", () => addChecked)}(${index}, ${value} * ${power(ring.exponent)}, ${ring.most}.0);`;
  }

  /** The same for a value that is known now. */
  addKnown(shader: Shader, ring: Ring, index: string, value: number, literal: string): string {
    if (ring.exponent === "wide") return this.add(shader, ring, index, literal);
    return `atomicAdd(&rings[${index}], ${Math.round(Math.fround(value) * 2 ** ring.exponent) >>> 0}u);`;
  }
}

const power = (exponent: number): string => (exponent >= 0 ? `${(2 ** exponent).toString()}f` : `${(2 ** exponent).toExponential()}f`);

const wideSum = `/* A sum of three words in units of 2^-80. */
fn wide_sum(index: u32) -> f32 {
  var low = rings[index];
  var middle = rings[index + 1u];
  var high = rings[index + 2u];
  let negative = (high >> 31u) == 1u;
  if (negative) {
    low = ~low + 1u;
    middle = ~middle + select(0u, 1u, low == 0u);
    high = ~high + select(0u, 1u, low == 0u && middle == 0u);
  }
  let size = f32(high) * ${2 ** -16}f + (f32(middle) * ${2 ** -48}f + f32(low) * ${2 ** -80}f);
  return select(size, -size, negative);
}`;

const clearWide = `fn clear_wide(index: u32) {
  rings[index] = 0u;
  rings[index + 1u] = 0u;
  rings[index + 2u] = 0u;
}`;

const addChecked = `/* Adds a value that is given in units of the ring, unless it is larger than the ring's range allows. */
fn add_checked(index: u32, value: f32, most: f32) {
  if (!(abs(value) <= most)) {
    fail_sum(index);
    return;
  }
  atomicAdd(&rings[index], bitcast<u32>(i32(round(value))));
}`;

const addWide = `/* Adds an f32 exactly (below 2^-80 rounded) to a sum of three words in units of 2^-80. */
fn add_wide(index: u32, value: f32) {
  let bits = bitcast<u32>(value);
  let exponent = (bits >> 23u) & 0xffu;
  if (exponent == 0u) { return; }
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let shift = i32(exponent) - 150 + 80;
  if (shift > 70) {
    fail_sum(index);
    return;
  }
  if (shift < -24) { return; }
  var low = 0u;
  var middle = 0u;
  var high = 0u;
  if (shift < 0) {
    low = (mantissa + (1u << u32(-shift - 1))) >> u32(-shift);
  } else {
    let word = u32(shift) / 32u;
    let bit = u32(shift) % 32u;
    let lower = mantissa << bit;
    let upper = select(mantissa >> (32u - bit), 0u, bit == 0u);
    low = select(0u, lower, word == 0u);
    middle = select(select(0u, lower, word == 1u), upper, word == 0u);
    high = select(select(0u, lower, word == 2u), upper, word == 1u);
  }
  if ((bits >> 31u) == 1u) {
    low = ~low + 1u;
    middle = ~middle + select(0u, 1u, low == 0u);
    high = ~high + select(0u, 1u, low == 0u && middle == 0u);
  }
  var carry = 0u;
  if (atomicAdd(&rings[index], low) > 0xffffffffu - low) { carry = 1u; }
  if (middle != 0u || carry != 0u) {
    let sum = middle + carry;
    carry = select(0u, 1u, sum < middle);
    if (atomicAdd(&rings[index + 1u], sum) > 0xffffffffu - sum) { carry += 1u; }
  }
  if (high + carry != 0u) { atomicAdd(&rings[index + 2u], high + carry); }
}`;

/** The finest unit with which the largest possible sum stays below 2^31. */
function unitOf(contributions: readonly (Contribution | "unknown")[]): Pick<Ring, "exponent" | "most"> {
  if (contributions.includes("unknown")) return { exponent: "wide", most: undefined };
  const known = contributions as readonly Contribution[];
  const isChecked = known.some((c) => c.isChecked);
  const largest = Math.max(0, ...known.map((c) => c.largest));
  const largestSum = known.reduce((sum, c) => sum + c.count * (isChecked ? largest : c.largest), 0);
  if (!(largestSum > 0)) return { exponent: isChecked ? "wide" : 24, most: undefined };
  const exponent = Math.floor(Math.log2((2 ** 31 - 1) / largestSum)) - 1;
  // Powers of two are f32 constants in the code.
  if (!(Math.abs(exponent) < 120)) return { exponent: "wide", most: undefined };
  return { exponent, most: isChecked ? Math.max(1, Math.ceil(largest * 2 ** exponent)) : undefined };
}

function ofScatter(layout: ScatterLayout, buffer: ArrayBufferLike): Contribution {
  const { rows, targets, targetBytes, sourceCount, weights, stride } = layout;
  const count = new Uint32Array(buffer, rows, sourceCount + 1)[sourceCount]!;
  const words = targetBytes === 2 ? new Uint16Array(buffer, targets, count) : new Uint32Array(buffer, targets, count);
  const largest = weights.kind === "constant" ? Math.abs(weights.value) : largestOf(new Float32Array(buffer, weights.address, count));
  return { count: mostPerTarget(words, layout.delays === "perSynapse" ? stride : 0, stride), largest, isChecked: false };
}

function mostPerTarget(words: Uint16Array | Uint32Array, delayStride: number, targets: number): number {
  const counts = new Uint32Array(targets);
  let most = 0;
  for (let k = 0; k < words.length; k++) {
    const word = words[k]!;
    const n = ++counts[delayStride > 0 ? word % delayStride : word]!;
    if (n > most) most = n;
  }
  return most;
}

function largestOf(values: Float32Array): number {
  let largest = 0;
  for (let k = 0; k < values.length; k++) {
    const size = Math.abs(values[k]!);
    if (size > largest) largest = size;
  }
  return largest;
}

/** Twelve standard deviations: a chance of less than 1e-30 that more sources than that share a target. */
function ofProcedural({ rule, sourceCount, targetCount, largestWeight }: ProceduralLayout): Contribution | "unknown" {
  if (!Number.isFinite(largestWeight)) return "unknown";
  const likely = (mean: number): number => Math.ceil(mean + 12 * Math.sqrt(mean) + 24);
  const count =
    rule.kind === "one" ? 1
    : rule.kind === "all" ? sourceCount
    : rule.kind === "bernoulli" ? Math.min(sourceCount, likely(sourceCount * rule.probability))
    : likely((sourceCount * rule.count) / targetCount);
  // What is drawn is rounded to f32.
  return { count, largest: largestWeight * (1 + 2 ** -16), isChecked: false };
}

/** What an edge kernel sends, where its clips bound it to the magnitude of the weights that are there: a finer unit is kept otherwise. */
function ofEdges(program: Program, layout: EdgeLayout, k: number, buffer: ArrayBufferLike): Contribution | "unknown" {
  const { targets, targetBytes, count, delayStride, targetStart, targetCount } = layout;
  const { now, ever: largest } = largestSent(program, layout, k, buffer);
  if (!(largest <= growth * now)) return "unknown";
  const words = targetBytes === 2 ? new Uint16Array(buffer, targets, count) : new Uint32Array(buffer, targets, count);
  const room = delayStride > 0 ? delayStride : targetStart + targetCount;
  // What the host sets later is checked.
  return { count: mostPerTarget(words, delayStride, room), largest, isChecked: true };
}

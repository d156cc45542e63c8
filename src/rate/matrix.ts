/** What an engine for rate layers is: it holds matrices of weights, multiplies them with rates, and lets them learn. */
import type { Activation, Rule } from "./data.ts";

export type Reals = Float32Array | Float64Array;
export type RatePrecision = "f32" | "f64";

/** Our own kernels (WebAssembly SIMD, WebGPU), plain loops of JavaScript, and gpu.js in three modes. */
export const rateEngines = ["wasm", "webgpu", "javascript", "gpu.js-webgpu", "gpu.js-webasm", "gpu.js-cpu"] as const;
export type RateEngine = (typeof rateEngines)[number];

/** Where an argument of a rule behind the weight comes from: an array of one side's units, or one number. */
export type ArgumentKind = "pre" | "post" | "number";

export interface MatrixSpec {
  /** For messages: `rate connection x → y`. */
  readonly what: string;
  /** Units of the source, and of the target. */
  readonly rows: number;
  readonly columns: number;
  readonly rule?: Rule;
  /** Arguments of the rule after w: pre, post, and more. */
  readonly kinds: readonly ArgumentKind[];
  /** The diagonal stays zero. */
  readonly hollow: boolean;
}

/** What a rule reads in one update: an array for each of the spec's `kinds`, or a number. */
export type RuleArguments = readonly (Reals | number)[];

/** Weights of one connection. Work that does not end in the call gives a promise. */
export interface Matrix {
  /** sums[j] = Σ_i weight[i, j] · rates[i] */
  readonly multiply: (rates: Reals, sums: Reals) => void | Promise<void>;
  /** Every weight becomes rule(weight, …). */
  readonly learn: (values: RuleArguments) => void | Promise<void>;
  /** A copy of the weights. [rows × columns] */
  readonly read: () => Reals | Promise<Reals>;
  readonly write: (weights: ArrayLike<number>) => void | Promise<void>;
  readonly dispose: () => void;
}

/** The new rates of a layer: of drive, rate, and more, each an array of all units or one number. */
export interface UnitMap {
  readonly apply: (values: readonly (Reals | number)[], rates: Reals) => void | Promise<void>;
  readonly dispose: () => void;
}

export interface Engine {
  readonly name: RateEngine;
  /** For people: what the work is done by. */
  readonly device: string;
  /** @throws {UnsupportedError} when the rule is not one that this engine can run */
  readonly matrix: (spec: MatrixSpec) => Matrix | Promise<Matrix>;
  /** The activation of a layer; `isArray` says for each of its arguments whether units differ in it. */
  readonly units: (what: string, units: number, activation: Activation, isArray: readonly boolean[]) => UnitMap | Promise<UnitMap>;
  readonly dispose: () => void;
}

export function newReals(precision: RatePrecision, length: number): Reals {
  return precision === "f32" ? new Float32Array(length) : new Float64Array(length);
}

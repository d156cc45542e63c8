/** What a network of rate layers consists of, as its author described it. Nothing here runs. */
import type { RangeData } from "../network/data.ts";
import type { Quantity } from "../units/quantity.ts";

/** The new rate of a unit: of the sum of its inputs, its present rate, and the values that `with` names, in their order. */
export type Activation = (drive: number, rate: number, ...more: number[]) => number;

/** The new weight of a connection: of its present weight, the rates of its two units, and the values that `with` names, in their order. */
export type Rule = (w: number, pre: number, post: number, ...more: number[]) => number;

/** The new value of a trace: of its present value and the new rate of its unit. */
export type TraceUpdate = (trace: number, rate: number) => number;

/** A trace that every unit of a layer or input has, updated after the rates. A function alone begins at 0. */
export type Trace = TraceUpdate | { readonly initial: number; readonly update: TraceUpdate };

/** Where rates come from that no layer computes. */
export type InputKind =
  /** Spikes of a population: how many in the interval before the update, those per second, or the sum of exp(−age/τ)/τ over all so far. */
  | { readonly kind: "count"; readonly source: RangeData }
  | { readonly kind: "rate"; readonly source: RangeData }
  | { readonly kind: "filter"; readonly source: RangeData; readonly tau: number }
  /** A state variable or parameter, in SI units. */
  | { readonly kind: "state"; readonly source: RangeData; readonly variable: string }
  /** What a function gives for the time of the update (s) and its number, from 1. */
  | { readonly kind: "given"; readonly values: (time: number, update: number) => ArrayLike<number> };

export interface NamedTrace {
  readonly name: string;
  readonly initial: number;
  readonly update: TraceUpdate;
}

/** A number, or the trace of a unit: of the layer itself, or of one side of a connection. */
export type Extra =
  | { readonly kind: "number"; readonly name: string; readonly value: number }
  | { readonly kind: "trace"; readonly name: string; readonly side: "own" | "pre" | "post"; readonly trace: string };

export interface InputData {
  readonly kind: "input";
  readonly name: string;
  readonly units: number;
  readonly input: InputKind;
  readonly traces: readonly NamedTrace[];
}

export interface LayerData {
  readonly kind: "layer";
  readonly name: string;
  readonly units: number;
  readonly activation: Activation;
  readonly extras: readonly Extra[];
  readonly bias: Float64Array;
  readonly initial: Float64Array;
  readonly traces: readonly NamedTrace[];
  /** How often drive and activation are computed in an update: more than once lets connections of the layer with itself settle. */
  readonly settle: number;
}

export interface ConnectionData {
  readonly name: string;
  readonly pre: string;
  readonly post: string;
  /** By source, then by target. [pre × post] */
  readonly weights: Float64Array;
  readonly rule?: Rule;
  readonly extras: readonly Extra[];
  /** Whether a unit of a layer is connected with itself. */
  readonly autapses: boolean;
}

/** Rates of a layer that a parameter or state variable of a population follows: value = offset + scale · rate. */
export interface DriveData {
  readonly layer: string;
  readonly target: RangeData;
  readonly into: string;
  readonly scale: Quantity;
  readonly offset: Quantity | undefined;
}

export interface RateNetworkData {
  /** Seconds from update to update. */
  readonly every: number;
  /** In the order of their declaration, which is the order of computation. */
  readonly nodes: readonly (InputData | LayerData)[];
  readonly connections: readonly ConnectionData[];
  readonly drives: readonly DriveData[];
}

/** A network as plain data: what `Network` collects, what JSON holds, and all that the engine reads. */
import type { Method } from "../model/checked.ts";
import type { NeuronModel } from "../model/neuron.ts";
import type { Quantity } from "../units/quantity.ts";
import type { Connector } from "./connectors.ts";
import type { Current } from "./inputs.ts";
import type { Positions } from "./positions.ts";
import type { Value } from "./values.ts";

/** Neurons [start, end) of a population. */
export interface RangeData {
  readonly population: string;
  readonly start: number;
  readonly end: number;
}

export type PopulationData =
  | {
      readonly kind: "neurons";
      readonly name: string;
      readonly size: number;
      readonly model: NeuronModel;
      readonly values: Readonly<Record<string, Value>>;
      readonly method?: Method;
      readonly positions?: Positions;
    }
  | { readonly kind: "poisson"; readonly name: string; readonly size: number; readonly rate: Value; readonly positions?: Positions }
  | {
      readonly kind: "spikes";
      readonly name: string;
      readonly size: number;
      readonly times: Float64Array;
      readonly indices: Uint32Array;
      readonly positions?: Positions;
    };

export interface ProjectionData {
  readonly name: string;
  readonly pre: RangeData;
  readonly post: RangeData;
  readonly model: string;
  readonly connect: Connector;
  readonly receptor: string;
  readonly weight: Value;
  readonly delay: Value | undefined;
}

export type InputData =
  | {
      readonly kind: "poisson";
      readonly name: string;
      readonly target: RangeData;
      readonly receptor: string;
      readonly rate: Value;
      readonly weight: Quantity;
    }
  | { readonly kind: "current"; readonly name: string; readonly target: RangeData; readonly into: string; readonly current: Current }
  | {
      readonly kind: "noise";
      readonly name: string;
      readonly target: RangeData;
      readonly into: string;
      readonly mean: Quantity;
      readonly std: Quantity;
      readonly every: Quantity | undefined;
    };

export type ChangeData =
  /** New values of parameters or state variables. */
  | { readonly at: Quantity; readonly set: Readonly<Record<string, Value>>; readonly target: RangeData }
  /** The neurons never spike again. */
  | { readonly at: Quantity; readonly lesion: RangeData }
  /** One weight for all synapses of a projection (0 cuts it). */
  | { readonly at: Quantity; readonly weight: Quantity; readonly projection: string };

export type MonitorData =
  | { readonly kind: "spikes"; readonly sources: readonly RangeData[]; readonly countsOnly: boolean }
  | {
      readonly kind: "state";
      readonly source: RangeData;
      readonly names: readonly string[];
      readonly every: Quantity | undefined;
      readonly sample: number | undefined;
    }
  | { readonly kind: "rate"; readonly source: RangeData; readonly every: Quantity }
  | { readonly kind: "weights"; readonly projection: string; readonly every: Quantity; readonly sample: number | undefined };

export interface NetworkData {
  readonly format: "synfire-network";
  readonly version: 1;
  readonly seed: number;
  readonly populations: readonly PopulationData[];
  readonly projections: readonly ProjectionData[];
  readonly inputs: readonly InputData[];
  readonly monitors: readonly MonitorData[];
  readonly changes: readonly ChangeData[];
}

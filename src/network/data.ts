/** A network as plain data: what `Network` collects, what JSON holds, and all that the engine reads. */
import type { Method } from "../model/checked.ts";
import type { NeuronModel } from "../model/neuron.ts";
import type { SynapseModel } from "../model/synapse.ts";
import type { Quantity } from "../units/quantity.ts";
import type { Connector } from "./connectors.ts";
import type { Current } from "./inputs.ts";
import type { Positions } from "./positions.ts";
import type { RewiringData } from "./rewiring.ts";
import type { StructuralData } from "./structural.ts";
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
      /** One neuron whose variable `value` synapses read as a modulator; its spikes are what the modulator receives. */
      readonly modulator?: true;
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
  readonly model: SynapseModel;
  readonly connect: Connector;
  /** Absent when the model sends nothing to a receptor. */
  readonly receptor: string | undefined;
  readonly weight: Value;
  /** From the spike of the presynaptic neuron to the synapse. Absent: one step; none when there is a dendritic delay. */
  readonly delay: Value | undefined;
  /** Delays of single pathways, in place of `delay` (pre) or of `dendriticDelay` (post). */
  readonly pathwayDelays?: Readonly<Record<string, Quantity>>;
  /** Between synapse and soma, both ways: what is sent arrives that much later, and postsynaptic spikes reach the synapse that much later. */
  readonly dendriticDelay?: Quantity;
  /** What acts first when spikes of both sides reach a synapse in one step. Absent: pre-first, simultaneous when there is a dendritic delay. */
  readonly coincident?: Coincident;
  /** Parameters and state of the synapse model. */
  readonly values: Readonly<Record<string, Value>>;
  /** Names of the model's modulators → the populations that are these modulators. */
  readonly modulators: Readonly<Record<string, string>>;
  /** Synapses are made anew when their source spikes. */
  readonly store?: false;
  /** A weight outside is an error. */
  readonly limits?: readonly [Quantity, Quantity];
  /** Weights stay at or above (excitatory) or at or below (inhibitory) zero. */
  readonly dale?: "excitatory" | "inhibitory";
}

/** `simultaneous`: post acts first, and each side reads the other's traces as they were before the coincidence. */
export const coincidences = ["pre-first", "post-first", "simultaneous"] as const;
export type Coincident = (typeof coincidences)[number];

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
  | { readonly at: Quantity; readonly weight: Quantity; readonly projection: string }
  /** New values of weights (`w`), parameters or state of synapses. */
  | { readonly at: Quantity; readonly set: Readonly<Record<string, Value>>; readonly projection: string };

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
  | {
      readonly kind: "synapses";
      readonly projection: string;
      /** Variables or parameters of the synapses; `w` is the weight. */
      readonly names: readonly string[];
      readonly every: Quantity | undefined;
      readonly sample: number | undefined;
    };

/** Weights that are brought to a norm, for each neuron of one side. */
export interface NormalisationData {
  readonly projection: string;
  /** Absent: only when the simulation is asked to. */
  readonly every?: Quantity;
  /** `incoming`: over the synapses of each postsynaptic neuron; `outgoing`: of each presynaptic one. */
  readonly side: "incoming" | "outgoing";
  /** Sum of the weights, or square root of the sum of their squares. */
  readonly norm: "sum" | "L2";
  /** What the norm becomes, in SI units. */
  readonly target: number;
  /** Weights are multiplied by a common factor, or a common amount is subtracted. */
  readonly mode: "multiplicative" | "subtractive";
}

export interface NetworkData {
  readonly format: "synfire-network";
  readonly version: 1;
  readonly seed: number;
  readonly populations: readonly PopulationData[];
  readonly projections: readonly ProjectionData[];
  readonly inputs: readonly InputData[];
  readonly monitors: readonly MonitorData[];
  readonly changes: readonly ChangeData[];
  readonly normalisations: readonly NormalisationData[];
  /** Synapses that are replaced by a rule. Absent where there are none. */
  readonly rewirings?: readonly RewiringData[];
  /** Growth and pruning. Absent where there is none. */
  readonly structural?: readonly StructuralData[];
}

/** The synapses between two groups: the handle on them, and what `net.projection` takes. */
import type { ModulatorsOf, PathwaysOf, ReceptorsOf, SynapseParametersOf, SynapseStateOf, UsesReceptor } from "../model/inference.ts";
import type { NeuronModel } from "../model/neuron.ts";
import type { SynapseModel } from "../model/synapse.ts";
import type { Quantity } from "../units/quantity.ts";
import type { ConnectorOrRule } from "./connectors.ts";
import type { Coincident } from "./data.ts";
import type { Modulator } from "./modulator.ts";
import type { Value } from "./values.ts";

/** Handle on the synapses between two groups. */
export class Projection<M extends SynapseModel = SynapseModel> {
  readonly name: string;
  readonly model: M;

  constructor(name: string, model: M) {
    this.name = name;
    this.model = model;
  }
}

/** Options that every projection has. */
export interface CommonProjectionOptions<M> {
  readonly connect: ConnectorOrRule;
  /** Start value of the weight `w`, in the unit of the receptor's variable unless the model gives it another. */
  readonly weight: Value;
  /** From the presynaptic spike to the synapse (default one step; 0 with a dendritic delay); or one for each pathway by name. */
  readonly delay?: Value | { readonly [K in PathwaysOf<M>]?: Quantity };
  /** Between synapse and soma, both ways: what is sent arrives that much later, and postsynaptic spikes reach the synapse that much later. */
  readonly dendriticDelay?: Quantity;
  /** What acts first when spikes of both sides reach a synapse in one step. Default pre-first; simultaneous when there is a dendritic delay. */
  readonly coincident?: Coincident;
  /** A weight that leaves them is an error that names the synapse. */
  readonly limits?: readonly [low: Quantity, high: Quantity];
  /** Weights are at or above zero (excitatory) or at or below (inhibitory): others are refused, and learning stops at zero. */
  readonly dale?: "excitatory" | "inhibitory";
  /**
   * `false`: synapses take no memory; those of a neuron are made anew, from the same random numbers, whenever it spikes. The spikes are the same. For
   * models with a fixed weight and rules that go source by source: fixedProbability, fixedOutdegree, allToAll, oneToOne. Default true.
   */
  readonly store?: boolean;
  readonly name?: string;
}

/** `receptor` is required when the model sends to it. */
export type ReceptorOption<M, Post> = UsesReceptor<M> extends true
  ? { readonly receptor: ReceptorsOf<Post> }
  : { readonly receptor?: ReceptorsOf<Post> };

/** `modulators` is required when the model has any. */
export type ModulatorOption<M> = [ModulatorsOf<M>] extends [never]
  ? unknown
  : string extends ModulatorsOf<M>
    ? { readonly modulators?: Readonly<Record<string, Modulator>> }
    : { readonly modulators: { readonly [K in ModulatorsOf<M>]: Modulator } };

/** Values of the synapse model's parameters and initial values of its state, beside the other options. */
export type SynapseValueOptions<M> = string extends SynapseParametersOf<M>
  ? { readonly [option: string]: unknown }
  : { readonly [K in SynapseParametersOf<M> | SynapseStateOf<M>]?: Value };

export type ProjectionOptions<M extends SynapseModel, Post extends NeuronModel> = CommonProjectionOptions<M> &
  ReceptorOption<M, Post> &
  ModulatorOption<M> &
  SynapseValueOptions<M>;

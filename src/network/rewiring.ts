/** Synapses that come and go: what `sim.rewire` takes. */
import type { Quantity } from "../units/quantity.ts";

/** Synapse k goes from neuron pre[k] to post[k], counted within the ranges of the projection. */
export interface NewSynapses {
  readonly pre: ArrayLike<number>;
  readonly post: ArrayLike<number>;
  /** One for all, or one for each in SI units. Default: the projection's weight, where that is one for all. */
  readonly weight?: Quantity | ArrayLike<number>;
  /** The same for other variables and parameters that each synapse holds. Default: as at the start. */
  readonly values?: Readonly<Record<string, Quantity | ArrayLike<number>>>;
}

export interface Rewiring {
  /** Numbers of synapses in storage order. */
  readonly remove?: ArrayLike<number>;
  readonly add?: NewSynapses;
}

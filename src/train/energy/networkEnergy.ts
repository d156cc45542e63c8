/** What a simulated network's run costs on event-driven hardware, counted from its spikes and synapses. */
import type { NetworkData } from "../../network/data.ts";
import { arithmeticFor, readingABit } from "./operationEnergy.ts";

/** The synapses of a projection: neurons of its source, counted from the start of the projection's range. */
export interface ProjectionSynapses { readonly name: string; readonly pre: ArrayLike<number> }

export interface ProjectionEnergy {
  readonly name: string;
  readonly synapses: number;
  /** One for each spike and each synapse that it reaches, on their way at the end included. */
  readonly synapticEvents: number;
  /** Picojoules of the sums. */
  readonly arithmetic: number;
  /** Picojoules of reading the weights. */
  readonly memory: number;
}

export interface NetworkEnergy {
  readonly projections: readonly ProjectionEnergy[];
  readonly synapticEvents: number;
  readonly neuronUpdates: number;
  /** Picojoules; `neurons`: one product and sum for each state variable in every step. */
  readonly energy: { readonly synapses: number; readonly neurons: number; readonly memory: number };
}

export interface NetworkEnergyOptions {
  readonly weightBits?: number;
  readonly stateBits?: number;
}

/**
 * Counts synaptic events: for each projection, the spikes of each neuron of its source times the synapses that leave it.
 *
 * @param spikes population → spikes of each neuron in the run
 * @param steps  how many steps every neuron was advanced
 */
export function networkEnergy(
  data: NetworkData, synapses: readonly ProjectionSynapses[], spikes: ReadonlyMap<string, ArrayLike<number>>, steps: number,
  options: NetworkEnergyOptions = {},
): NetworkEnergy {
  const { weightBits = 32, stateBits = 32 } = options, arithmetic = arithmeticFor(weightBits);
  const weightBytes = (synapses.reduce((sum, { pre }) => sum + pre.length, 0) * weightBits) / 8;
  const projections = synapses.map(({ name, pre }): ProjectionEnergy => {
    const range = data.projections.find((p) => p.name === name)!.pre, counts = spikes.get(range.population)!;
    let synapticEvents = 0;
    for (let k = 0; k < pre.length; k++) synapticEvents += counts[pre[k]! + range.start]!;
    const memory = synapticEvents * weightBits * readingABit(weightBytes);
    return { name, synapses: pre.length, synapticEvents, arithmetic: synapticEvents * arithmetic.add, memory };
  });
  let neuronUpdates = 0, neurons = 0, states = 0;
  for (const population of data.populations) {
    if (population.kind !== "neurons") continue;
    const { variables } = population.model.checked;
    neuronUpdates += population.size * steps;
    neurons += population.size * steps * (variables.length * arithmeticFor(stateBits).multiplyAdd + arithmeticFor(stateBits).add);
    states += population.size * variables.length;
  }
  const sum = (of: (projection: ProjectionEnergy) => number): number => projections.reduce((total, p) => total + of(p), 0);
  return {
    projections, neuronUpdates, synapticEvents: sum((p) => p.synapticEvents),
    energy: {
      synapses: sum((p) => p.arithmetic), neurons,
      memory: sum((p) => p.memory) + 2 * states * steps * stateBits * readingABit((states * stateBits) / 8),
    },
  };
}

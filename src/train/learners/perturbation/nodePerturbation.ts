/** Gradients of weights from runs in which neurons, not weights, are disturbed: fewer numbers to try than there are synapses. */
import { ArgumentError } from "../../../errors.ts";
import type { Weights } from "../../modelData.ts";
import { perturbedGradient } from "./perturbedGradient.ts";
import type { PerturbationOptions } from "./perturbedGradient.ts";

export interface NodeRun {
  readonly loss: number;
  /** What reached each source's synapses in each slot of time, per unit of weight and in the unit of the disturbance. [slots, sources] */
  readonly sources: ArrayLike<number>;
}

export interface NodeGradient {
  readonly loss: number;
  /** ∂loss/∂input of each neuron in each slot, [slots, units]. */
  readonly nodes: Float64Array;
  /** ∂loss/∂weight, [sources, units]: Σ over slots of source × node. */
  readonly kernel: Float64Array;
}

export interface NodeOptions extends Omit<PerturbationOptions, "scales"> {
  readonly units: number;
  /** Slots of time, each with a disturbance of its own; 1: one for the whole run. */
  readonly slots?: number;
}

/**
 * Adds small currents (or anything that adds to what a neuron receives) to the neurons of one layer, and gives each synapse the share that its
 * source had in its neuron's input. The estimate has the variance of units·slots numbers instead of sources·units.
 *
 * @param run a simulation with the disturbance [slots, units] added to the neurons' input
 * @throws {ArgumentError} when runs give activity of sources of another length than the first
 * @source Fiete & Seung (2006), Phys. Rev. Lett. 97:048104. doi:10.1103/PhysRevLett.97.048104
 */
export async function nodePerturbation(run: (disturbance: Float64Array) => NodeRun | Promise<NodeRun>, options: NodeOptions): Promise<NodeGradient> {
  const { units, slots = 1, pairs = 1 } = options;
  const nodes: Weights = new Map([["nodes", { shape: [slots, units], values: new Float64Array(slots * units) }]]);
  let total: Float64Array | undefined;
  const { loss, gradients } = await perturbedGradient(nodes, async (moved) => {
    const result = await run(moved.get("nodes")!.values as Float64Array);
    total ??= new Float64Array(result.sources.length);
    if (total.length !== result.sources.length || total.length % slots !== 0)
      throw new ArgumentError("sources", `a run gave ${result.sources.length} activities of sources`, `Give [${slots}, sources] in every run.`);
    for (let k = 0; k < total.length; k++) total[k]! += result.sources[k]! / (2 * pairs);
    return result.loss;
  }, options);
  const found = gradients.get("nodes")!.values as Float64Array, activity = total ?? new Float64Array(0), sources = activity.length / slots;
  const kernel = new Float64Array(sources * units);
  for (let slot = 0; slot < slots; slot++) for (let i = 0; i < sources; i++) {
    const x = activity[slot * sources + i]!;
    for (let j = 0; j < units; j++) kernel[i * units + j]! += x * found[slot * units + j]!;
  }
  return { loss, nodes: found, kernel };
}

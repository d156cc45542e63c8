/** Rules of a network that make and remove synapses at intervals. */
import type { Rewiring } from "../network/rewiring.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { Growth } from "./growth.ts";
import type { SimulationParts } from "./parts.ts";
import type { Delivery } from "./projections.ts";
import { rewiringRule } from "./rewiringRules.ts";

/** What a rule may do with the simulation it belongs to. */
export interface StructureHost {
  /** Steps done. */
  readonly step: () => number;
  /** Advances what is event-driven in a projection's synapses to now. */
  readonly refresh: (delivery: Delivery) => void;
  /** `signs`: of new synapses, where the table holds signs. */
  readonly rewire: (delivery: Delivery, change: Rewiring, signs?: Int8Array) => void;
  /** Calls with the spikes of a group that were emitted in a step. */
  readonly listen: (group: number, listener: (step: number, ids: Uint32Array, count: number) => void) => void;
}

export interface StructureRoutine {
  readonly everySteps: number;
  readonly apply: () => void;
  readonly reset: () => void;
  readonly growth?: Growth;
}

export function structureRoutines(parts: SimulationParts, host: StructureHost): StructureRoutine[] {
  const stepsOf = (every: Quantity): number => Math.max(1, Math.round(parseQuantity(every, dimensions.second, "every") / parts.options.dt));
  const rewirings = (parts.data.rewirings ?? []).map((rule) => {
    const delivery = parts.deliveries.find((d) => d.data.name === rule.projection)!;
    return { everySteps: stepsOf(rule.every), ...rewiringRule(rule, parts, delivery, host) };
  });
  const growths = (parts.data.structural ?? []).map((rule) => {
    const growth = new Growth(rule, parts, host);
    return { everySteps: stepsOf(rule.every), apply: () => growth.update(), reset: () => growth.reset(), growth };
  });
  return [...rewirings, ...growths];
}

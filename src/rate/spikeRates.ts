/** Spikes of a population → one number for each neuron at each update. */
import type { Simulation } from "../engine/simulation.ts";
import type { SpikingGroup } from "../network/population.ts";
import type { Reals } from "./matrix.ts";

export interface SpikeRates {
  /** The numbers at time `now` (s); what counts begins anew. */
  readonly read: (now: number, into: Reals) => void;
  /** As before any spike. */
  readonly clear: () => void;
  readonly end: () => void;
}

/** Spikes since the last update times `factor`. */
export function spikeCounts(simulation: Simulation, source: SpikingGroup, factor: number): SpikeRates {
  const counts = new Float64Array(source.size);
  const end = simulation.onSpikes(source, (_time, neurons) => {
    for (const k of neurons) counts[k]!++;
  });
  return {
    read: (_now, into) => {
      for (let k = 0; k < counts.length; k++) into[k] = counts[k]! * factor;
      counts.fill(0);
    },
    clear: () => void counts.fill(0),
    end,
  };
}

/** The sum of exp(−age/tau)/tau over the spikes so far, from their very times. */
export function filteredSpikes(simulation: Simulation, source: SpikingGroup, tau: number): SpikeRates {
  const sums = new Float64Array(source.size), times = new Float64Array(source.size);
  const end = simulation.onSpikes(source, (time, neurons) => {
    for (const k of neurons) {
      sums[k] = sums[k]! * Math.exp((times[k]! - time) / tau) + 1 / tau;
      times[k] = time;
    }
  });
  return {
    read: (now, into) => {
      for (let k = 0; k < sums.length; k++) into[k] = sums[k]! * Math.exp((times[k]! - now) / tau);
    },
    clear: () => {
      sums.fill(0);
      times.fill(0);
    },
    end,
  };
}

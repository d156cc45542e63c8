/** Runs of a network on the GPU and on the processor, and what they have in common. */
import { compile } from "synfire";
import type { CompileOptions, Network, Quantity, Simulation } from "synfire";
import type { Spikes } from "synfire";

export interface Recorded {
  readonly spikes: Spikes;
  readonly hash: string;
  readonly count: number;
  /** Spikes a neuron and second. */
  readonly rate: number;
}

/** Runs a network and records all of its spikes. */
export async function record(net: Network, options: CompileOptions, ...durations: readonly Quantity[]): Promise<Recorded> {
  const spikes = net.spikeMonitor();
  await using sim = await compile(net, options);
  for (const duration of durations) await sim.run(duration);
  const { spikeHash, spikes: count, neurons, duration } = sim.report();
  return { spikes, hash: spikeHash, count, rate: count / neurons / duration };
}

/** The hash of the spikes until now. */
export const hashOf = (sim: Simulation): string => sim.report().spikeHash;

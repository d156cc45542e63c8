/** Runs of a network, on the GPU or on the processor. */
import { compile } from "synfire";
import type { CompileOptions, Network, Quantity, Spikes } from "synfire";

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

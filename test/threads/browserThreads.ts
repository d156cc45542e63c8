/** What Node and a browser run: a network that learns, on so many threads. */
import { compile, fixedProbability, Network } from "synfire";
import { lifDelta, staticSynapse, stdpPair } from "synfire/models";

export interface BrowserThreads {
  readonly isolated: boolean;
  readonly threads: number;
  readonly warnings: readonly string[];
  readonly spikes: number;
  readonly spikeHash: string;
  readonly weights: number;
}

export async function run(threads: number): Promise<BrowserThreads> {
  const net = new Network({ seed: 9 });
  const E = net.population("E", 400, lifDelta, { v: "rand() * v_th" }), I = net.population("I", 100, lifDelta, { v: "rand() * v_th" });
  for (const target of [E, I]) {
    net.poissonInput(target, { receptor: "v", rate: "9 kHz", weight: "0.15 mV" });
    net.projection(I, target, staticSynapse, { connect: fixedProbability(0.1), receptor: "v", weight: "-0.5 mV", delay: "1.5 ms" });
  }
  const P = net.projection(E, E, stdpPair, { connect: fixedProbability(0.1), receptor: "v", weight: "0.2 mV", w_max: "0.5 mV", delay: "1.5 ms" });
  const warnings: string[] = [];
  await using sim = await compile(net, { dt: "0.1 ms", threads, onWarning: (text) => warnings.push(text) });
  await sim.run("100 ms");
  // After a pause in which the threads sleep, and with code that is made anew.
  sim.set(P, { a_plus: 0.02 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await sim.run("50.3 ms");
  const { spikes, spikeHash } = sim.report();
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
  return { isolated, threads: sim.threads, warnings, spikes, spikeHash, weights: sim.get(P, "w").reduce((a, b) => a + b, 0) };
}

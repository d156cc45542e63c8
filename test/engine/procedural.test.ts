/** Synapses that are made anew at every spike give what stored ones give. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allToAll, clippedNormal, compile, fixedIndegree, fixedOutdegree, fixedProbability, grid, lognormal, Network, normal, oneToOne, truncatedNormal, uniform,
} from "synfire";
import type { CompileOptions, ConnectorOrRule, Simulation, Value } from "synfire";
import { lifDelta, staticSynapse, stdpPair } from "synfire/models";

interface Wiring {
  readonly connect: ConnectorOrRule;
  readonly weight?: Value;
  readonly delay?: Value;
  readonly dale?: "excitatory" | "inhibitory";
  readonly dendriticDelay?: "0.3 ms";
}

/** Noisy neurons: the wiring leads from a part of 90 of them to a part of the same ones. */
function network(wiring: Wiring, store: boolean, sizes: { readonly pre?: readonly [number, number]; readonly post?: readonly [number, number] } = {}) {
  const net = new Network({ seed: 5 });
  const cells = net.population("cells", 90, lifDelta, { v: "rand() * v_th" });
  net.poissonInput(cells, { receptor: "v", rate: "11 kHz", weight: "0.1 mV" });
  const projection = net.projection(cells.slice(...(sizes.pre ?? [10, 80])), cells.slice(...(sizes.post ?? [5, 75])), staticSynapse, {
    receptor: "v", weight: "0.4 mV", delay: "0.5 ms", ...wiring, store,
  });
  // Another projection onto the same ring: additions of both meet in one order.
  net.projection(cells, cells, staticSynapse, { connect: fixedIndegree(4), receptor: "v", weight: "-0.3 mV", delay: "0.7 ms" });
  return { net, projection };
}

type Options = Partial<Omit<CompileOptions, "engine" | "dt">>;

async function outcome(wiring: Wiring, store: boolean, options: Options = {}, look?: (sim: Simulation) => void) {
  const { net, projection } = network(wiring, store);
  const sim = await compile(net, { dt: "0.1 ms", ...options });
  try {
    await sim.run("100 ms");
    const { spikeHash, spikes, synapticEvents } = sim.report();
    look?.(sim);
    return { spikeHash, spikes, synapticEvents, synapses: sim.synapses(projection) };
  } finally {
    await sim[Symbol.asyncDispose]();
  }
}

const rules: Record<string, ConnectorOrRule> = {
  "rare pairs": fixedProbability(0.07),
  "frequent pairs": fixedProbability(0.6, { autapses: false }),
  "all pairs by probability": fixedProbability(1, { autapses: false }),
  "no pairs": fixedProbability(0),
  "an out-degree": fixedOutdegree(9),
  "an out-degree without autapses": fixedOutdegree(13, { autapses: false }),
  "an out-degree without multapses": fixedOutdegree(20, { multapses: false }),
  "an out-degree with neither": fixedOutdegree(40, { autapses: false, multapses: false }),
  "no out-degree": fixedOutdegree(0),
  "all pairs": allToAll(),
  "all others": allToAll({ autapses: false }),
  "equal indices": oneToOne(),
};
const weights: Record<string, Value> = {
  "one weight": "0.4 mV",
  "normal weights": normal("0.4 mV", "0.2 mV"),
  "lognormal weights": lognormal("0.3 mV", 0.5),
  "uniform weights by index": "0.5*mV*rand()*(1 + i/N_pre)*(1 - 0.5*j/N_post)",
};
const delays: Record<string, Value> = {
  "one delay": "0.5 ms",
  "uniform delays": uniform("0.2 ms", "3 ms"),
  "clipped normal delays": clippedNormal("1 ms", "1 ms", "0.1 ms", "4 ms"),
  "truncated normal delays": truncatedNormal("1 ms", "0.5 ms", "0.3 ms", "2 ms"),
};

describe.each(Object.entries(rules))("%s", (_, connect) => {
  const cases = Object.entries(weights).flatMap(([w, weight]) => Object.entries(delays).map(([d, delay]) => [w, d, { connect, weight, delay }] as const));
  test.each(cases)("%s, %s: the same spikes and synapses as stored, in single and double precision", async (_w, _d, wiring) => {
    for (const precision of ["f32", "f64"] as const) {
      const stored = await outcome(wiring, true, { precision });
      const made = await outcome(wiring, false, { precision });
      expect(stored.spikes).toBeGreaterThan(50);
      expect(made).toEqual(stored);
    }
  });
});

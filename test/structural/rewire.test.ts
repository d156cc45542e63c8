import { expect, test } from "vitest";
import { compile, explicit, Network, synapse } from "synfire";
import type { CompileOptions, Rewiring, Simulation, SynapseModel } from "synfire";
import { lifExpCurrent, staticSynapse, stdpPair } from "synfire/models";

/** Pair rule with a trace of its own in each synapse, which is what a visit has to advance. */
const eligible = synapse({
  name: "eligible",
  parameters: { tau: "20 ms", tau_c: "50 ms" },
  state: { x: 0, y: 0, c: 0, seen: 0 },
  equations: `
    dx/dt = -x/tau : 1 (event-driven)
    dy/dt = -y/tau : 1 (event-driven)
    dc/dt = -c/tau_c : 1 (event-driven)
    seen : 1`,
  onPre: "receptor += w; x += 1; c += y; seen += 1; w = w * (1 + 0.01*c)",
  onPost: "y += 1; c -= x; w = w * (1 - 0.005*c)",
});

interface Listed {
  pre: number;
  post: number;
  weight: number;
}

/** Numbers in [0, n), the same in every run. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function network(model: SynapseModel, list: readonly Listed[], size = 40): { net: Network; projection: ReturnType<Network["projection"]> } {
  const net = new Network({ seed: 5 });
  const cells = net.population("cells", size, lifExpCurrent, { v: "E_L + rand()*(v_th - E_L)" });
  net.poissonInput(cells, { receptor: "exc", rate: "12 kHz", weight: "40 pA" });
  const projection = net.projection(cells, cells, model, {
    connect: explicit(list.map((s) => s.pre), list.map((s) => s.post)),
    receptor: "exc", weight: { values: list.map((s) => s.weight), unit: "A" }, delay: "1.5 ms", ...(model.name === "stdp_pair" ? { w_max: "100 pA" } : {}),
  });
  return { net, projection };
}

const start = (roll: (n: number) => number, size: number, count: number): Listed[] => {
  const list = Array.from({ length: count }, () => ({ pre: roll(size), post: roll(size), weight: (10 + roll(50)) * 1e-12 }));
  return list.sort((a, b) => a.pre - b.pre);
};

/** One random change, made to the simulation and to the list. */
function change(list: Listed[], size: number, roll: (n: number) => number, most: number): { list: Listed[]; change: Rewiring } {
  const remove = new Set(Array.from({ length: list.length === 0 ? 0 : roll(most) }, () => roll(list.length)));
  const add = Array.from({ length: roll(most) }, () => ({ pre: roll(size), post: roll(size), weight: (10 + roll(50)) * 1e-12 }));
  const kept = list.filter((_, e) => !remove.has(e));
  // A stable sort by source puts new synapses at the end of their row.
  return {
    list: [...kept, ...add].sort((a, b) => a.pre - b.pre),
    change: { remove: [...remove], add: { pre: add.map((s) => s.pre), post: add.map((s) => s.post), weight: add.map((s) => s.weight) } },
  };
}

const listed = (sim: Simulation, projection: ReturnType<Network["projection"]>): Listed[] => {
  const { pre, post, weights } = sim.synapses(projection);
  return Array.from(pre, (i, e) => ({ pre: i, post: post[e]!, weight: weights[e]! }));
};

const variants: readonly { readonly model: SynapseModel; readonly options: Omit<CompileOptions, "dt"> }[] = [
  { model: staticSynapse, options: { precision: "f64" } },
  { model: stdpPair, options: { precision: "f64" } },
  { model: eligible, options: { precision: "f64" } },
  { model: eligible, options: { backend: "interpreter" } },
];
for (const { model, options } of variants) {
  test(`after 1000 random rewirings, ${model.name} synapses (${options.backend ?? "wasm"}) are and run like those of a network made with the same list`, async () => {
    const roll = dice(11), size = 40;
    let list = start(roll, size, 300);
    const { net, projection } = network(model, list, size);
    await using sim = await compile(net, { dt: "0.1 ms", ...options });
    for (let k = 0; k < 1000; k++) {
      const next = change(list, size, roll, 12);
      sim.rewire(projection, next.change);
      list = next.list;
    }
    const now = listed(sim, projection);
    expect(now).toEqual(list);
    const fresh = network(model, list, size);
    await using again = await compile(fresh.net, { dt: "0.1 ms", ...options });
    const time = options.backend === "interpreter" ? "30 ms" : "300 ms";
    await sim.run(time);
    await again.run(time);
    expect(sim.report().spikes).toBeGreaterThan(10);
    expect(sim.report().spikeHash).toBe(again.report().spikeHash);
    expect(listed(sim, projection)).toEqual(listed(again, fresh.projection));
  });
}

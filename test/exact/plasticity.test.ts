import { expect, test } from "vitest";
import { allToAll, compile, explicit, Network, neuron } from "synfire";
import type { SynapseModel } from "synfire";
import * as models from "synfire/models";

/** Spikes when it is told to; what synapses send only adds up. */
const obedient = neuron({
  name: "obedient", state: { command: 0, g: 0 }, receptors: { command: "command", g: "g" },
  equations: "command : 1 (impulse); g : 1", threshold: "command > 0",
});

/** A small pseudo-random sequence, the same at every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

interface Trains { readonly pre: readonly (readonly number[])[]; readonly post: readonly (readonly number[])[] }

/** Milliseconds, on a lattice of 0.25 ms, so that the grid has no error; some coincide. */
function randomTrains(seed: number): Trains {
  const next = sequence(seed);
  const train = () => [...new Set(Array.from({ length: 25 }, () => 1 + Math.floor(next() * 400) / 4))].sort((a, b) => a - b);
  return { pre: [train(), train(), train()], post: [train(), train()] };
}

type Options = Readonly<Record<string, unknown>>;

async function learn(rule: SynapseModel, trains: Trains, options: Options, engine: "exact" | "grid") {
  const net = new Network({ seed: 5 });
  const spikes = (list: readonly (readonly number[])[]) => ({
    times: { values: list.flat(), unit: "ms" }, indices: list.flatMap((train, k) => train.map(() => k)),
  });
  const pre = net.spikeSource("pre", trains.pre.length, spikes(trains.pre));
  const commands = net.spikeSource("commands", trains.post.length, spikes(trains.post.map((t) => t.map((x) => x - 0.25))));
  const post = net.population("post", trains.post.length, obedient);
  net.projection(commands, post, models.staticSynapse, {
    connect: explicit([0, 1], [0, 1]), receptor: "command", weight: 1, delay: "0.25 ms",
  });
  const learning = net.projection(pre, post, rule, { connect: allToAll(), receptor: "g", weight: 0.5, ...options } as never);
  await using sim = await (engine === "exact" ? compile(net, { engine }) : compile(net, { dt: "0.25 ms", precision: "f64" }));
  await sim.run("120 ms");
  return { weights: [...sim.get(learning, "w" as never)], received: [...sim.get(post, "g")] };
}

const rules: Readonly<Record<string, Options>> = {
  stdpPair: { w_max: 1 }, stdpTriplet: { w_ref: 1, w_max: 5 }, stdpTripletNearest: { w_ref: 1, w_max: 5 }, stdpSymmetric: { w_max: 1 },
  stdpPowerLaw: { w_max: 1 }, stdpMorrison: { w_0: 1 }, stdpMultiplicative: { w_max: 1 }, stdpNearestSymmetric: { w_max: 1 },
  stdpNearestPre: { w_max: 1 }, stdpNearestRestricted: { w_max: 1 }, stdpAntiHebbian: { w_max: 1 }, vogelsInhibitory: { w_max: 1 },
  heterosynaptic: {}, tsodyksMarkram: { U: 0.3, tau_rec: "50 ms", tau_fac: "20 ms" }, tsodyksMarkramThreeState: {},
};
const timings: Readonly<Record<string, Options>> = {
  "an axonal delay": { delay: "1.5 ms" },
  "a dendritic delay": { dendriticDelay: "1.5 ms" },
  "both delays, post first": { delay: "0.5 ms", dendriticDelay: "1 ms", coincident: "post-first" },
  "a delay each": { delay: { values: [0.5, 1, 1.5, 2, 2.5, 3], unit: "ms" } },
};

const library = models as unknown as Readonly<Record<string, SynapseModel>>;

for (const [rule, values] of Object.entries(rules)) {
  for (const [timing, delays] of Object.entries(timings)) {
    test(`${rule} with ${timing} changes synapses as on a grid that all spikes lie on`, async () => {
      const model = library[rule]!;
      const trains = randomTrains(rule.length + timing.length);
      const exact = await learn(model, trains, { ...values, ...delays }, "exact");
      const grid = await learn(model, trains, { ...values, ...delays }, "grid");
      exact.weights.forEach((w, k) => expect(w).toBeCloseTo(grid.weights[k]!, 10));
      exact.received.forEach((g, k) => expect(g).toBeCloseTo(grid.received[k]!, 9));
      expect(exact.received.every((g) => g > 0)).toBe(true);
    });
  }
}

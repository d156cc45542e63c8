/** Synapses that are made anew at every spike give what stored ones give. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allToAll, clippedNormal, compile, distanceDependent, explicit, fixedIndegree, fixedOutdegree, fixedProbability, fixedTotalNumber, grid, lognormal,
  Network, normal, oneToOne, smallWorld, truncatedNormal, uniform,
} from "synfire";
import type { CompileOptions, ConnectorOrRule, Value } from "synfire";
import { lifDelta, staticSynapse, stdpPair } from "synfire/models";
import * as millionNeurons from "../../models/networks/millionNeurons.ts";

interface Wiring {
  readonly connect: ConnectorOrRule;
  readonly weight?: Value;
  readonly delay?: Value;
  readonly dale?: "excitatory" | "inhibitory";
  readonly dendriticDelay?: "0.3 ms";
}

interface Sizes {
  readonly pre?: readonly [number, number];
  readonly post?: readonly [number, number];
}

/** Noisy neurons: the wiring leads from a part of 90 of them to a part of the same ones. */
function network(wiring: Wiring, store: boolean, sizes: Sizes = {}) {
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

async function outcome(wiring: Wiring, store: boolean, options: Options = {}, sizes?: Sizes) {
  const { net, projection } = network(wiring, store, sizes);
  const sim = await compile(net, { dt: "0.1 ms", ...options });
  try {
    await sim.run("100 ms");
    const { spikeHash, spikes, synapticEvents, projections } = sim.report();
    expect(projections[0]!.bytes > 0).toBe(store);
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
  // Every weight and every delay once, in other pairs for every rule.
  const shift = Object.values(rules).indexOf(connect);
  const cases = Object.entries(weights).map(([w, weight], k) => {
    const [d, delay] = Object.entries(delays)[(k + shift) % 4]!;
    return [w, d, { connect, weight, delay }] as const;
  });
  test.each(cases)("%s, %s: the same spikes and synapses as stored, in single and double precision", async (_w, _d, wiring) => {
    for (const precision of ["f32", "f64"] as const) {
      const stored = await outcome(wiring, true, { precision });
      expect(stored.spikes).toBeGreaterThan(50);
      expect(await outcome(wiring, false, { precision })).toEqual(stored);
    }
  });
});

test("the interpreter makes the same synapses and spikes as it does of stored ones", async () => {
  for (const [connect, weight, delay] of [
    [fixedProbability(0.1, { autapses: false }), weights["normal weights"]!, "0.5 ms"],
    [fixedOutdegree(9, { multapses: false }), "0.3 mV", delays["uniform delays"]!],
    [allToAll({ autapses: false }), "0.04 mV", delays["clipped normal delays"]!],
    [oneToOne(), weights["uniform weights by index"]!, "1 ms"],
  ] as const) {
    const options = { backend: "interpreter" } as const;
    const stored = await outcome({ connect, weight, delay }, true, options);
    expect(stored.spikes).toBeGreaterThan(50);
    expect(await outcome({ connect, weight, delay }, false, options)).toEqual(stored);
  }
});

test("whatever the sizes, the parts and the rule, synapses and additions are those of stored ones", async () => {
  const end = fc.integer({ min: 1, max: 40 });
  const rule = fc.oneof(
    fc.tuple(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.boolean()).map(([p, autapses]) => fixedProbability(p, { autapses })),
    fc.tuple(fc.integer({ min: 0, max: 60 }), fc.boolean()).map(([n, autapses]) => fixedOutdegree(n, { autapses })),
    fc.boolean().map((autapses) => allToAll({ autapses })),
  );
  await fc.assert(fc.asyncProperty(end, end, fc.integer({ min: 0, max: 40 }), rule, async (pre, post, start, connect) => {
    const sizes = { pre: [0, pre], post: [start, start + post] } as const;
    // Refused: nobody is left to reach.
    if ("autapses" in connect && !connect.autapses && post === 1) return;
    const wiring = { connect, weight: weights["normal weights"]!, delay: delays["uniform delays"]! };
    expect(await outcome(wiring, false, {}, sizes)).toEqual(await outcome(wiring, true, {}, sizes));
  }), { numRuns: 12 });
});

describe("threads", () => {
  const cases: Record<string, Wiring> = {
    "frequent pairs, one weight": { connect: fixedProbability(0.5), weight: "0.1 mV" },
    "pairs, normal weights, uniform delays": {
      connect: fixedProbability(0.2, { autapses: false }), weight: normal("0.3 mV", "0.1 mV"), delay: uniform("0.2 ms", "3 ms"),
    },
    "an out-degree, normal weights": { connect: fixedOutdegree(12), weight: normal("0.4 mV", "0.2 mV") },
    "an out-degree without multapses, uniform delays": {
      connect: fixedOutdegree(20, { multapses: false, autapses: false }), delay: uniform("0.2 ms", "3 ms"),
    },
    "all others, weights by index": { connect: allToAll({ autapses: false }), weight: "0.1*mV*rand()*(1 + i/N_pre)" },
  };
  test.each(Object.entries(cases))("%s: one, two and three threads give the spikes of stored synapses", async (_, wiring) => {
    const stored = await outcome(wiring, true);
    for (const threads of [1, 2, 3]) expect(await outcome(wiring, false, { threads })).toEqual(stored);
  }, 60_000);
});

describe("pairs with a probability", () => {
  /** Targets of each source. */
  async function rowsOf(p: number, pre: number, post: number, seed = 3) {
    const net = new Network({ seed });
    const A = net.population("A", pre, lifDelta), B = net.population("B", post, lifDelta);
    const projection = net.projection(A, B, staticSynapse, { connect: fixedProbability(p), receptor: "v", weight: "1 mV", store: false });
    await using sim = await compile(net, { dt: "0.1 ms" });
    return sim.synapses(projection);
  }

  test("counts of a source's targets have the mean and the variance of independent trials, for rare and for frequent pairs", async () => {
    for (const [p, pre, post] of [[0.001, 2000, 40_000], [0.04, 3000, 1000], [0.5, 1000, 900], [0.97, 1500, 700]] as const) {
      const { pre: sources } = await rowsOf(p, pre, post);
      const counts = new Float64Array(pre);
      for (const i of sources) counts[i]!++;
      const mean = sources.length / pre, variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (pre - 1);
      const expected = post * p * (1 - p);
      expect(Math.abs(mean - post * p)).toBeLessThan(4 * Math.sqrt(expected / pre));
      expect(Math.abs(variance / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / pre));
    }
  });

  test("targets are as frequent at the edges of blocks as elsewhere", async () => {
    // With p = 0.3 a block has 512 targets.
    const pre = 4000, post = 2048, p = 0.3;
    const counts = new Float64Array(post);
    for (const j of (await rowsOf(p, pre, post)).post) counts[j]!++;
    const share = (targets: readonly number[]) => targets.reduce((sum, j) => sum + counts[j]!, 0) / (targets.length * pre);
    const edges = [0, 511, 512, 1023, 1024, 1535, 1536, 2047];
    expect(Math.abs(share(edges) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / (pre * edges.length)));
    const chiSquare = counts.reduce((sum, n) => sum + (n - pre * p) ** 2 / (pre * p * (1 - p)), 0);
    expect(Math.abs(chiSquare - post)).toBeLessThan(4 * Math.sqrt(2 * post));
  });

  test("gaps between targets follow the geometric distribution, and neighbouring pairs are independent", async () => {
    const p = 0.05, { pre, post } = await rowsOf(p, 2000, 2500);
    const gaps: number[] = [];
    for (let k = 1; k < pre.length; k++) if (pre[k] === pre[k - 1]) gaps.push(post[k]! - post[k - 1]!);
    for (const longest of [1, 2, 5, 20, 60]) {
      // A row ends before long gaps do: those that could have been seen count.
      const seen = gaps.filter((g) => g <= longest).length / gaps.length, law = 1 - (1 - p) ** longest;
      expect(Math.abs(seen - law)).toBeLessThan(4 * Math.sqrt((law * (1 - law)) / gaps.length) + 0.0015);
    }
  });

  test("one pair in a million is made as often as it should be", async () => {
    const { post } = await rowsOf(1e-6, 20_000, 50_000);
    expect(Math.abs(post.length - 1000)).toBeLessThan(4 * Math.sqrt(1000));
    expect(new Set(post).size).toBeGreaterThan(950);
  });
});

describe("delays and weights", () => {
  test("delays whose tails would be too short are looked at one by one: none is, and spikes are the same; or one is, and it is told", async () => {
    const wiring = { connect: fixedProbability(0.1), delay: normal("2 ms", "0.35 ms") };
    expect(await outcome(wiring, false)).toEqual(await outcome(wiring, true));
    const short = outcome({ ...wiring, delay: normal("0.5 ms", "0.3 ms") }, false);
    await expect(short).rejects.toThrow(/projection .*: delay .* is shorter than the step/);
  });

  test("a dendritic delay is added", async () => {
    const wiring = { connect: fixedProbability(0.1), delay: uniform("0.2 ms", "1 ms"), dendriticDelay: "0.3 ms" } as const;
    const made = await outcome(wiring, false);
    expect(made).toEqual(await outcome(wiring, true));
    expect(Math.min(...made.synapses.delays)).toBeGreaterThan(0.45e-3);
  });

  test("Dale's law is kept: a weight of the wrong sign is told, weights of the right sign are not looked at", async () => {
    const connect = fixedProbability(0.3);
    await expect(outcome({ connect, weight: normal("0.1 mV", "0.2 mV"), dale: "excitatory" }, false))
      .rejects.toThrow(/the weight -.* of synapse \d+ → \d+ has the wrong sign for an excitatory projection/);
    expect((await outcome({ connect, weight: uniform("0.1 mV", "0.2 mV"), dale: "excitatory" }, false)).spikes).toBeGreaterThan(50);
  });

  test("one weight for all takes the place of drawn ones while the simulation is paused", async () => {
    const hashes = await Promise.all([true, false].map(async (store) => {
      const { net, projection } = network({ connect: fixedProbability(0.2), weight: normal("0.2 mV", "0.1 mV") }, store);
      await using sim = await compile(net, { dt: "0.1 ms" });
      await sim.run("50 ms");
      sim.setWeight(projection, "-0.7 mV");
      expect(new Set(sim.weights(projection))).toEqual(new Set([-0.7e-3]));
      await sim.run("50 ms");
      const changed = sim.report().spikeHash;
      sim.reset();
      await sim.run("100 ms");
      return [changed, sim.report().spikeHash];
    }));
    expect(hashes[1]).toEqual(hashes[0]);
    expect(new Set(hashes.flat()).size).toBe(2);
  });
});

test("a network of a thousand million synapses is made in a twentieth of a gigabyte and runs", async () => {
  const net = millionNeurons.build({ ...millionNeurons.settings, neurons: 100_000, outdegree: 10_000, g: 6 });
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("0.5 ms");
  const { synapses, bytes } = sim.report();
  expect(synapses).toBe(1e9);
  expect(bytes.synapses).toBe(0);
  expect(bytes.total).toBeLessThan(5e7);
});

test("the million-neuron network in small fires the same spikes with and without its synapses in memory", async () => {
  const [stored, made] = await Promise.all([true, false].map(async (store) => {
    await using sim = await compile(millionNeurons.build({ ...millionNeurons.settings, neurons: 4000, outdegree: 400, store }), { dt: "0.1 ms" });
    await sim.run("300 ms");
    return sim.report();
  }));
  expect(made!.spikeHash).toBe(stored!.spikeHash);
  expect(made!.synapticEvents).toBe(stored!.synapticEvents);
  expect(made!.spikes).toBeGreaterThan(1000);
});

test("a network says in JSON which synapses are not stored, and comes back", async () => {
  const { net } = network({ connect: fixedOutdegree(5), delay: uniform("1 ms", "2 ms") }, false);
  const again = Network.fromJSON(JSON.stringify(net));
  expect(again.data.projections.map((p) => p.store)).toEqual([false, undefined]);
  await using sim = await compile(net, { dt: "0.1 ms" });
  await using other = await compile(again, { dt: "0.1 ms" });
  await sim.run("50 ms");
  await other.run("50 ms");
  expect(other.report().spikeHash).toBe(sim.report().spikeHash);
});

describe("what cannot be made anew is refused by name, with the fix", () => {
  const make = (connect: ConnectorOrRule, options: { weight?: Value; delay?: Value } = {}) => {
    const net = new Network({ seed: 1 });
    const cells = net.population("cells", 20, lifDelta, {}, { positions: grid([20], "10 um") });
    return net.projection(cells, cells, staticSynapse, { connect, receptor: "v", weight: "1 mV", name: "wiring", ...options, store: false });
  };
  test.each<[string, () => unknown, RegExp, RegExp]>([
    ["a fixed in-degree", () => make(fixedIndegree(3)), /wiring: store: false, but the synapses of fixedIndegree/, /fixedOutdegree/],
    ["a total number", () => make(fixedTotalNumber(3)), /synapses of fixedTotalNumber/, /fixedOutdegree/],
    ["distances", () => make(distanceDependent({ profile: "disc", peak: 1, scale: "0.1 mm" })), /synapses of distanceDependent/, /fixedProbability/],
    ["a small world", () => make(smallWorld(2, 0.1)), /synapses of smallWorld/, /Leave out store/],
    ["a list", () => make(explicit([1], [2])), /synapses of explicit/, /stored as it is/],
    ["a function", () => make((i, j) => i === j), /synapses of explicit/, /stored as it is/],
    ["listed weights", () => make(oneToOne(), { weight: { values: new Array(20).fill(1), unit: "mV" } }), /a weight of its own/, /distribution/],
    ["a delay by distance", () => make(allToAll(), { delay: "1*ms + distance/(1*metre/second)" }), /delay depends on distance/, /in terms of i, j/],
  ])("%s", (_, wrong, problem, fix) => {
    expect(wrong).toThrow(problem);
    expect(wrong).toThrow(expect.objectContaining({ hint: expect.stringMatching(fix) }));
  });

  test("synapses that learn, that come and go, or that are watched", async () => {
    const net = new Network({ seed: 1 });
    const cells = net.population("cells", 20, lifDelta);
    expect(() => net.projection(cells, cells, stdpPair, { connect: allToAll(), receptor: "v", weight: "1 mV", w_max: "2 mV", store: false } as never))
      .toThrow(/store: false, but synapse "stdp_pair" has a state that has to be stored/);
    expect(() => net.projection(cells, cells, staticSynapse, { connect: allToAll(), receptor: "v", weight: "1 mV", store: "no" } as never))
      .toThrow(/"no" is neither true nor false/);
    const projection = net.projection(cells, cells, staticSynapse, { connect: fixedProbability(0.5), receptor: "v", weight: "1 mV", store: false });
    expect(() => net.weightMonitor(projection, { every: "1 ms" })).toThrow(/synapses are not stored, and their weights are fixed/);
    expect(() => net.rewiring(projection, { rule: "random", every: "10 ms", fraction: 0.1 } as never)).toThrow(/not stored and cannot come and go/);
    await using sim = await compile(net, { dt: "0.1 ms" });
    expect(() => sim.rewire(projection, { remove: [0] })).toThrow(/not stored and cannot come and go/);
  });
});

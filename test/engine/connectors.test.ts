import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allToAll,
  clippedNormal,
  compile,
  distanceDependent,
  explicit,
  exponential,
  fixedIndegree,
  fixedOutdegree,
  fixedProbability,
  fixedTotalNumber,
  grid,
  lognormal,
  Network,
  normal,
  oneToOne,
  smallWorld,
  truncatedNormal,
  uniform,
} from "synfire";
import type { ConnectorOrRule, Positions, Value } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";

interface Options {
  readonly pre?: number;
  readonly post?: number;
  readonly weight?: Value;
  readonly delay?: Value;
  readonly positions?: Positions;
  readonly recurrent?: boolean;
  readonly seed?: number;
  readonly slice?: readonly [number, number];
}

async function synapses(connect: ConnectorOrRule, options: Options = {}) {
  const net = new Network({ seed: options.seed ?? 1 });
  const place = options.positions ? { positions: options.positions } : {};
  const A = net.population("A", options.pre ?? 100, lifDelta, {}, place);
  const B = options.recurrent ? A : net.population("B", options.post ?? 100, lifDelta, {}, place);
  const from = options.slice ? A.slice(...options.slice) : A;
  const projection = net.projection(from, B, staticSynapse, {
    connect,
    receptor: "v",
    weight: options.weight ?? "1 mV",
    ...(options.delay === undefined ? {} : { delay: options.delay }),
  });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  return sim.synapses(projection);
}

const counts = (indices: ArrayLike<number>, n: number): number[] => {
  const c = new Array<number>(n).fill(0);
  for (let k = 0; k < indices.length; k++) c[indices[k]!]!++;
  return c;
};
const pairs = (s: { pre: Uint32Array; post: Uint32Array }): string[] => [...s.pre].map((i, k) => `${i}→${s.post[k]}`);
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const sd = (x: ArrayLike<number>): number => {
  const m = mean(x);
  return Math.sqrt(mean(Array.from(x, (v) => (v - m) ** 2)));
};

test("all-to-all makes every pair once, without autapses every pair but itself", async () => {
  expect(new Set(pairs(await synapses(allToAll(), { pre: 7, post: 9 }))).size).toBe(63);
  const recurrent = await synapses(allToAll({ autapses: false }), { pre: 8, recurrent: true });
  expect(recurrent.pre.length).toBe(56);
  expect(recurrent.pre.every((i, k) => i !== recurrent.post[k])).toBe(true);
});

test("one-to-one joins equal indices and refuses unequal sizes", async () => {
  const s = await synapses(oneToOne(), { pre: 50, post: 50 });
  expect([...s.pre]).toEqual([...s.post]);
  await expect(synapses(oneToOne(), { pre: 50, post: 51 })).rejects.toThrow(/50 and 51 neurons/);
});

test("fixed in-degree, out-degree and total number make exactly as many", async () => {
  expect(counts((await synapses(fixedIndegree(13))).post, 100)).toEqual(new Array(100).fill(13));
  expect(counts((await synapses(fixedOutdegree(13))).pre, 100)).toEqual(new Array(100).fill(13));
  expect((await synapses(fixedTotalNumber(1234))).pre.length).toBe(1234);
});

test("autapses and multapses are left out when they are not wanted", async () => {
  const rules = [
    fixedIndegree(15, { autapses: false, multapses: false }),
    fixedOutdegree(15, { autapses: false, multapses: false }),
    fixedTotalNumber(300, { autapses: false, multapses: false }),
  ];
  for (const rule of rules) {
    const s = await synapses(rule, { pre: 20, recurrent: true });
    expect(s.pre.length).toBe(300);
    expect(new Set(pairs(s)).size).toBe(300);
    expect(s.pre.every((i, k) => i !== s.post[k])).toBe(true);
  }
});

test("in-degree sources are uniform: counts follow a binomial distribution", async () => {
  const s = await synapses(fixedIndegree(100), { pre: 50, post: 500 });
  const c = counts(s.pre, 50);
  const chiSquare = c.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  expect(chiSquare).toBeGreaterThan(20); // 49 degrees of freedom: 99.9 % lie between 23 and 85
  expect(chiSquare).toBeLessThan(90);
});

test("pairwise probability gives binomial counts for each source and each target, near and far", async () => {
  const s = await synapses(fixedProbability(0.07), { pre: 300, post: 400 });
  const n = s.pre.length,
    expected = 300 * 400 * 0.07;
  expect(Math.abs(n - expected)).toBeLessThan(5 * Math.sqrt(expected));
  expect(new Set(pairs(s)).size).toBe(n);
  for (const [index, size, trials] of [
    [s.pre, 300, 400],
    [s.post, 400, 300],
  ] as const) {
    expect(sd(counts(index, size))).toBeGreaterThan(0.85 * Math.sqrt(trials * 0.07 * 0.93));
    expect(sd(counts(index, size))).toBeLessThan(1.15 * Math.sqrt(trials * 0.07 * 0.93));
  }
  expect((await synapses(fixedProbability(0), { pre: 10, post: 10 })).pre.length).toBe(0);
  expect((await synapses(fixedProbability(1), { pre: 10, post: 10 })).pre.length).toBe(100);
});

test("distance-dependent probability follows its profile, over periodic boundaries too", async () => {
  const positions = grid([40, 40], "25 um");
  const s = await synapses(distanceDependent({ profile: "gaussian", peak: 0.8, scale: "0.1 mm", periodic: ["1 mm", "1 mm"] }), {
    pre: 1600,
    recurrent: true,
    positions,
  });
  const distance = (i: number, j: number): number => {
    const d = [Math.abs(Math.floor(i / 40) - Math.floor(j / 40)), Math.abs((i % 40) - (j % 40))].map((k) => Math.min(k, 40 - k) * 25);
    return Math.hypot(d[0]!, d[1]!);
  };
  const made = [...s.pre].map((i, k) => distance(i, s.post[k]!));
  // Each neuron has 4 others at 100 µm: probability 0.8·exp(−1/2).
  const at4 = made.filter((d) => Math.abs(d - 100) < 1e-6).length / 1600 / 4;
  expect(Math.abs(at4 - 0.8 * Math.exp(-0.5))).toBeLessThan(5 * Math.sqrt(0.25 / 6400));
  // On a torus every neuron sees the same surroundings.
  const indegree = counts(s.post, 1600);
  expect(Math.abs(mean(indegree.slice(0, 40)) - mean(indegree))).toBeLessThan(5 * (sd(indegree) / Math.sqrt(40)));
});

test("small-world rewires the wished share of a ring lattice and keeps the out-degree", async () => {
  const s = await synapses(smallWorld(5, 0.2), { pre: 1000, recurrent: true });
  expect(counts(s.pre, 1000)).toEqual(new Array(1000).fill(10));
  const far = [...s.pre].filter((i, k) => Math.min((i - s.post[k]! + 1000) % 1000, (s.post[k]! - i + 1000) % 1000) > 5).length / s.pre.length;
  expect(far).toBeGreaterThan(0.18);
  expect(far).toBeLessThan(0.22);
});

test("a function and an explicit list make just their pairs", async () => {
  const byRule = await synapses((i, j) => i + j === 9, { pre: 10, post: 10 });
  expect(pairs(byRule).sort()).toEqual(Array.from({ length: 10 }, (_, i) => `${i}→${9 - i}`).sort());
  const listed = await synapses(explicit([3, 3, 0], [1, 1, 2]), {
    pre: 4,
    post: 4,
    weight: { values: [1, 2, 3], unit: "mV" },
    delay: { values: [3, 1, 2], unit: "ms" },
  });
  const rows = [...listed.pre]
    .map((i, k) => [i, listed.post[k], Math.round(listed.weights[k]! * 1e3), Math.round(listed.delays[k]! * 1e3)].join())
    .sort();
  expect(rows).toEqual(["0,2,3,2", "3,1,1,3", "3,1,2,1"]);
});

describe("values of synapses", () => {
  const many = fixedIndegree(400);
  const cases: [string, Value, (w: Float64Array) => void][] = [
    [
      "uniform",
      uniform("1 mV", "3 mV"),
      (w) => {
        expect(mean(w)).toBeCloseTo(2e-3, 4);
        expect(Math.min(...w.subarray(0, 9999))).toBeGreaterThanOrEqual(1e-3);
      },
    ],
    [
      "normal",
      normal("2 mV", "0.5 mV"),
      (w) => {
        expect(mean(w)).toBeCloseTo(2e-3, 4);
        expect(sd(w)).toBeCloseTo(0.5e-3, 4);
      },
    ],
    ["clipped normal", clippedNormal("0 mV", "1 mV", "0 mV", "9 mV"), (w) => expect(w.filter((x) => x === 0).length / w.length).toBeCloseTo(0.5, 1)],
    [
      "truncated normal",
      truncatedNormal("0 mV", "1 mV", "0 mV", "9 mV"),
      (w) => {
        expect(w.every((x) => x >= 0)).toBe(true);
        expect(mean(w) * 1e3).toBeCloseTo(Math.sqrt(2 / Math.PI), 1);
      },
    ],
    ["lognormal", lognormal("2 mV", 0.5), (w) => expect(mean(Array.from(w, Math.log))).toBeCloseTo(Math.log(2e-3), 1)],
    [
      "exponential",
      exponential("2 mV"),
      (w) => {
        expect(mean(w)).toBeCloseTo(2e-3, 4);
        expect(sd(w)).toBeCloseTo(2e-3, 4);
      },
    ],
    ["expression", "1*mV * (i + 2*j) / N_post", () => {}],
  ];
  test.each(cases)("%s", async (_, weight, check) => {
    const s = await synapses(many, { weight });
    expect(s.weights.length).toBe(40_000);
    check(s.weights);
    if (typeof weight === "string") expect(s.weights.every((w, k) => Math.abs(w - (1e-3 * (s.pre[k]! + 2 * s.post[k]!)) / 100) < 1e-15)).toBe(true);
  });

  test("distance sets the delay; delays are rounded to the nearest step", async () => {
    const positions = grid([100], "10 um");
    const s = await synapses(fixedIndegree(20), { recurrent: true, positions, delay: "1*ms + distance/(0.5*metre/second)" });
    expect(s.delays.every((d, k) => Math.abs(d - (1e-3 + (Math.abs(s.pre[k]! - s.post[k]!) * 1e-5) / 0.5)) <= 0.5001e-4)).toBe(true);
  });

  test("a delay below the step is refused with both values", async () => {
    await expect(synapses(many, { delay: "0.04 ms" })).rejects.toThrow(
      /delay 0\.04 ms is shorter than the step 0\.1 ms|delay 40 us is shorter than the step 100 us/,
    );
    await expect(synapses(many, { delay: normal("0.5 ms", "0.3 ms") })).rejects.toThrow(/shorter than the step/);
  });

  test("a part of the sources has rows of its own", async () => {
    const s = await synapses(allToAll(), { pre: 10, post: 3, slice: [4, 6] });
    expect(pairs(s).length).toBe(6);
    expect(new Set(s.pre)).toEqual(new Set([0, 1])); // counted from the start of the slice
  });
});

test("synapses do not depend on anything but seed, names and rule", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom("indegree", "probability", "total"),
      async (seed, pre, post, kind) => {
        const rule = kind === "indegree" ? fixedIndegree(3) : kind === "probability" ? fixedProbability(0.3) : fixedTotalNumber(17);
        const a = await synapses(rule, { seed, pre, post, weight: "1*mV*rand()", delay: uniform("1 ms", "5 ms") }),
          b = await synapses(rule, { seed, pre, post, weight: "1*mV*rand()", delay: uniform("1 ms", "5 ms") });
        expect(a).toEqual(b);
        expect(a.pre.every((i) => i < pre) && a.post.every((j) => j < post)).toBe(true);
      },
    ),
    { numRuns: 25 },
  );
});

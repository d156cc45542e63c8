import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { synapse } from "synfire";
import { bruteForce, traceSides, type Experiment } from "./bruteForce.ts";

const trace = (name: string, tau: string): string => `d${name}/dt = -${name} / ${tau} : 1 (event-driven)`;
const pair = synapse({
  name: "pair",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", a_plus: 1, a_minus: 1.05, w_max: 100 },
  state: { x: 0, y: 0 },
  equations: `w : 1; ${trace("x", "tau_plus")}; ${trace("y", "tau_minus")}`,
  onPre: "receptor += w; w = clip(w - a_minus * y, 0, w_max); x += 1",
  onPost: "w = clip(w + a_plus * x, 0, w_max); y += 1",
});
const triplet = synapse({
  name: "triplet",
  parameters: { tau_plus: "20 ms", tau_x: "20 ms", tau_minus: "20 ms", tau_y: "20 ms", a2: 0.1, a3: 0.1, b2: 0.1, b3: 0.1 },
  state: { r1: 0, r2: 0, o1: 0, o2: 0 },
  equations: `w : 1; ${trace("r1", "tau_plus")}; ${trace("r2", "tau_x")}; ${trace("o1", "tau_minus")}; ${trace("o2", "tau_y")}`,
  onPre: "receptor += w; w = clip(w - o1 * (b2 + b3 * r2), 0, 100); r1 += 1; r2 += 1",
  onPost: "w = clip(w + r1 * (a2 + a3 * o2), 0, 100); o1 += 1; o2 += 1",
});

/** Spikes at whole milliseconds; the delay of 1 ms is dendritic, as in NEST. */
function experiment(
  model: { readonly checked: Experiment["model"] },
  pre: readonly number[],
  post: readonly number[],
  values: Record<string, number>,
): Experiment {
  return {
    model: model.checked,
    dt: 1e-3,
    steps: Math.max(...pre, ...post) + 2,
    coincident: "simultaneous",
    perSynapse: new Set(),
    preSpikes: [pre.map((ms) => ms - 1)],
    postSpikes: [post.map((ms) => ms - 1)],
    synapses: [{ pre: 0, post: 0, delay: () => 0, dendritic: 1, values }],
  };
}

for (const [model, file, names] of [
  [pair, "stdp_pair_additive", { tau_plus: "tau_plus", tau_minus: "tau_minus" }],
  [triplet, "stdp_triplet_singlepair", { tau_plus: "tau_plus", tau_x: "tau_plus_triplet", tau_minus: "tau_minus", tau_y: "tau_minus_triplet" }],
] as const) {
  const path = `../shared/reference/plasticity/${file}`;
  test.skipIf(!existsSync(`${path}.csv`))(
    `brute force draws NEST's curve of weight changes, ${file}, to 1e-12 (skipped without the reference data)`,
    () => {
      const { syn_params: parameters, post_params: post } = JSON.parse(readFileSync(`${path}.json`, "utf8")) as {
        syn_params: Record<string, number>;
        post_params?: Record<string, number>;
      };
      const taus = Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [ours, (parameters[theirs] ?? post?.[theirs] ?? 20) / 1000]));
      const rows = readFileSync(`${path}.csv`, "utf8")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",").map(Number));
      expect(rows.length).toBeGreaterThan(40);
      for (const [difference, before, after] of rows as [number, number, number][]) {
        const { values } = bruteForce(experiment(model, [200, 600], [200 + difference], { w: before, ...taus }));
        expect(Math.abs(values.get("w")![0]! / after - 1), `D = ${difference} ms`).toBeLessThan(1e-12);
      }
    },
  );
}

test("brute force orders coincident events as it says: each order gives the weight worked out by hand", () => {
  const model = synapse({
    name: "order",
    parameters: { k: 0.5 },
    state: { x: 0, y: 0 },
    equations: "w : 1; x : 1; y : 1",
    onPre: "receptor += w; x += 1; w += 10 * y",
    onPost: "y += 1; w = k * w + x",
  });
  const weights = (["pre-first", "post-first", "simultaneous"] as const).map((coincident) => {
    const { values, sent } = bruteForce({ ...experiment(model, [5], [4], { w: 8 }), coincident });
    expect(sent).toMatchObject([{ arrives: 5, amount: coincident === "pre-first" ? 8 : 4, target: "receptor" }]);
    return values.get("w")![0];
  });
  // Pre first: w + 10·0, then w/2 + 1. Post first: w/2 + 0, then + 10·1. Simultaneous: w/2 + 0, then + 10·0.
  expect(weights).toEqual([5, 14, 4]);
});

test("a variable belongs to one neuron when its side alone assigns it, from constants and its like", () => {
  const model = synapse({
    name: "sides",
    parameters: { a: 0.1, b: 0.2 },
    state: { x: 0, y: 0, z: 0, q: 0, c: 0 },
    equations: `w : 1; ${trace("x", "(10 * ms)")}; ${trace("y", "(10 * ms)")}; z : 1; q : 1; c : 1`,
    onPre: "receptor += w; x += a; z = x; q = w",
    onPost: "y += b; c += 1",
  });
  expect([...traceSides(model.checked, new Set())]).toEqual([
    ["x", "pre"],
    ["y", "post"],
    ["z", "pre"],
    ["c", "post"],
  ]);
  expect([...traceSides(model.checked, new Set(["a", "c"]))]).toEqual([["y", "post"]]);
});

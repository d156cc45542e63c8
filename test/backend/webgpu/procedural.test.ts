import { describe, expect, test } from "vitest";
import {
  allToAll, clippedNormal, compile, exponential, fixedOutdegree, fixedProbability, lognormal, Network, neuron, normal, oneToOne, truncatedNormal,
  uniform,
} from "synfire";
import type { ConnectorOrRule, Value } from "synfire";
import { staticSynapse } from "synfire/models";
import { gpuSkipped, noGpu } from "../../support/gpu.ts";

const one = oneToOne();
/** Targets beyond one block of pairs, and beyond one turn of a workgroup in it. */
const targets = 2297;
const rules: readonly (readonly [string, ConnectorOrRule])[] = [
  ["rare pairs", fixedProbability(0.003)],
  ["pairs in blocks of 254", fixedProbability(0.124, { autapses: false })],
  ["frequent pairs", fixedProbability(0.5, { autapses: false })],
  ["no pairs", fixedProbability(0)],
  ["an out-degree", fixedOutdegree(20)],
  ["an out-degree without autapses", fixedOutdegree(1300, { autapses: false })],
  ["different targets", fixedOutdegree(30, { multapses: false, autapses: false })],
  ["nearly all targets, each once", fixedOutdegree(2200, { multapses: false })],
  ["all pairs", allToAll()],
  ["all others", allToAll({ autapses: false })],
];

interface Values {
  readonly weight: Value;
  readonly delay: Value;
}

/** Sources that fire at random and a receptor for each projection: what arrives there is only seen by a monitor. */
function network(connects: readonly ConnectorOrRule[], values: (k: number) => Values, store = false) {
  const names = connects.map((_, k) => `r${k}`);
  const model = neuron({
    name: "receiving", state: Object.fromEntries([["kick", 0], ...names.map((n) => [n, 0] as const)]),
    receptors: Object.fromEntries(["kick", ...names].map((n) => [n, n])),
    equations: ["kick", ...names].map((n) => `${n} : 1 (impulse)`).join("; "), threshold: "kick > 0",
  });
  const net = new Network({ seed: 3 });
  const cells = net.population("cells", 2300, model);
  const sources = cells.slice(1000, 1013);
  net.poissonInput(sources, { receptor: "kick", rate: "400 Hz", weight: 1 });
  connects.forEach((connect, k) => {
    const isOne = connect === one;
    const post = isOne ? cells.slice(7, 20) : cells.slice(3, 3 + targets);
    net.projection(sources, post, staticSynapse, { connect, receptor: names[k]!, ...values(k), store });
  });
  const sums = net.stateMonitor(cells, names, { every: "0.1 ms" });
  return { net, sums, names };
}
async function received(backend: "wasm" | "webgpu", ...wiring: Parameters<typeof network>) {
  const { net, sums, names } = network(...wiring);
  await using sim = await compile(net, { dt: "0.1 ms", backend });
  await sim.run("8 ms");
  const { spikes, synapticEvents } = sim.report();
  return { spikes, synapticEvents, sums: names.map((n) => Float32Array.from(sums.get(n))) };
}

/** The first sums that differ, as neuron and step. */
const differing = (got: Float32Array, right: Float32Array): string[] =>
  Array.from(got).flatMap((x, k) => (x === right[k] ? [] : [`${x}, not ${right[k]}: neuron ${k % 2300}, step ${Math.floor(k / 2300)}`])).slice(0, 5);

/** Every kind of rule, with delays that f32 tells in nearly all cases (the first two) and with others that f64 tells. */
const delayed: readonly (readonly [string, ConnectorOrRule, Value])[] = [
  ["pairs in blocks of 254", fixedProbability(0.124, { autapses: false }), clippedNormal("1 ms", "1 ms", "0.1 ms", "4 ms")],
  ["all others", allToAll({ autapses: false }), uniform("0.2 ms", "3 ms")],
  ["different targets", fixedOutdegree(30, { multapses: false, autapses: false }), truncatedNormal("1 ms", "0.5 ms", "0.3 ms", "2 ms")],
  ["an out-degree", fixedOutdegree(20), lognormal("1 ms", 0.3)],
  ["equal indices", one, "max(0.2*ms, 0.7*ms*log(1 - rand())*-1) + 0.1*ms*sqrt(j/N_post)"],
];

describe.skipIf(noGpu)(`synapses that are not stored on the GPU${gpuSkipped}`, () => {
  test("of every rule reach the same targets as on the CPU, with one weight and one delay", async () => {
    const wiring = [[...rules.map(([, connect]) => connect), one], () => ({ weight: 2, delay: "0.5 ms" })] as const;
    const right = await received("wasm", ...wiring);
    const got = await received("webgpu", ...wiring);
    expect(right.spikes).toBeGreaterThan(20);
    [...rules, ["equal indices", one] as const].forEach(([rule], k) => expect(differing(got.sums[k]!, right.sums[k]!), rule).toEqual([]));
    expect(got.synapticEvents).toBe(right.synapticEvents);
    expect(got.spikes).toBe(right.spikes);
  }, 300_000);

  test("have the random delays of the CPU, and its random weights where these are whole numbers", async () => {
    const wiring = [delayed.map(([, connect]) => connect), (k: number) => ({ weight: "1 + floor(3*rand())", delay: delayed[k]![2] })] as const;
    const right = await received("wasm", ...wiring);
    const got = await received("webgpu", ...wiring);
    delayed.forEach(([rule], k) => expect(differing(got.sums[k]!, right.sums[k]!), rule).toEqual([]));
    expect(got.synapticEvents).toBe(right.synapticEvents);
  }, 300_000);

  test("have the weights of the CPU up to their rounding", async () => {
    const weights = [
      normal(1, 0.1), clippedNormal(1, 0.5, 0, 2), lognormal(1, 0.5), uniform(0.5, 1.5), truncatedNormal(1, 1, 0, 1.5), exponential(1),
      "exp(-i/N_pre)*randn()",
    ];
    const wiring = [weights.map(() => fixedOutdegree(40)), (k: number) => ({ weight: weights[k]!, delay: "0.5 ms" })] as const;
    const right = await received("wasm", ...wiring);
    const got = await received("webgpu", ...wiring);
    right.sums.forEach((sums, k) => {
      expect(sums.reduce((most, x) => Math.max(most, x), 0), String(k)).toBeGreaterThan(1);
      expect(sums.reduce((most, x, e) => Math.max(most, Math.abs(x - got.sums[k]![e]!)), 0), String(k)).toBeLessThan(4e-6);
    });
  }, 300_000);
});

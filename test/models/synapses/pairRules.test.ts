import { describe, expect, test } from "vitest";
import { allToAll, compile, Network } from "synfire";
import {
  lifExpConductance, stdpAntiHebbian, stdpMorrison, stdpMultiplicative, stdpNearestPre, stdpNearestRestricted, stdpNearestSymmetric, stdpPair,
  stdpPowerLaw, stdpSymmetric,
} from "synfire/models";
import { deviationOf, meanOf, poissonWeights } from "./poisson.ts";
import { finalWeights, pairs } from "./protocols.ts";

const differences = [-80, -40, -20, -10, -5, -1, -0.1, 0.1, 1, 5, 10, 20, 40, 80];

test("the window of stdpPair: a_plus·exp(−Δt/tau_plus) for pre before post, −a_minus·exp(Δt/tau_minus) for post before pre (Fig. 1)", async () => {
  const weights = await finalWeights(stdpPair, pairs(differences), { weight: 0.5, values: { tau_minus: "34 ms" } });
  for (const [k, d] of differences.entries()) {
    const change = d > 0 ? 0.01 * Math.exp(-d / 20) : -0.0105 * Math.exp(d / 34);
    expect(Math.abs(weights[k]! - 0.5 - change)).toBeLessThan(1e-14);
  }
});

test("coincident spikes of stdpPair potentiate with an axonal delay (pre acts first), and do nothing with a dendritic one", async () => {
  expect((await finalWeights(stdpPair, pairs([0]), { weight: 0.5 }))[0]).toBeCloseTo(0.51, 14);
  expect((await finalWeights(stdpPair, pairs([-1]), { weight: 0.5, dendritic: 1 }))[0]).toBe(0.5);
});

test("competition makes the weights of a neuron's inputs bimodal under stdpPair, and lowers its rate (Fig. 2)", async () => {
  const net = new Network({ seed: 3 });
  const inputs = net.poissonSource("inputs", 1000, { rate: "15 Hz" });
  const cell = net.population("cell", 1, lifExpConductance, {
    C_m: "100 pF", g_L: "10 nS", E_L: "-74 mV", v: "-74 mV", v_th: "-54 mV", v_reset: "-60 mV", t_ref: "0 ms", tau_exc: "5 ms", E_exc: "0 mV",
  });
  const projection = net.projection(inputs, cell, stdpPair, {
    connect: allToAll(), receptor: "exc", weight: "rand() * 0.1*nS", w_max: "0.1 nS", delay: "0.5 ms",
  });
  const spikes = net.spikeMonitor(cell);
  await using sim = await compile(net, { dt: "0.5 ms" });
  await sim.run("60 s");
  const early = spikes.times.filter((t) => t < 2).length / 2;
  await sim.run("60 s");
  const late = spikes.times.filter((t) => t > 100).length / 20;
  const weights = Array.from(sim.get(projection, "w"), (w) => w / 0.1e-9);
  const share = (low: number, high: number): number => weights.filter((w) => w >= low && w <= high).length / weights.length;
  expect(share(0, 0.2)).toBeGreaterThan(2 * share(0.4, 0.6));
  expect(share(0.8, 1)).toBeGreaterThan(1.5 * share(0.4, 0.6));
  expect(late).toBeLessThan(early);
});

/** The window summed over whole steps of 1 ms, from the coincidence (with an axonal delay it potentiates) or from the first step on. */
const summed = (tau: number, coincident: boolean): number => 1 / (1 - Math.exp(-1 / tau)) - (coincident ? 0 : 1);

test("uncorrelated spikes lead every weight of stdpMultiplicative to tau_plus/(tau_plus + alpha·tau_minus), in one narrow peak", async () => {
  for (const [alpha, tauMinus, start] of [[1.05, 20, 0.05], [2, 30, 0.95]] as const) {
    const weights = await poissonWeights(stdpMultiplicative, {
      synapses: 400, preRate: "50 Hz", postRate: "50 Hz", duration: "12 s", weight: start, values: { alpha, tau_minus: `${tauMinus} ms` },
    });
    const up = summed(20, true), down = alpha * summed(tauMinus, false);
    expect(up / (up + down)).toBeCloseTo(20 / (20 + alpha * tauMinus), 1);
    expect(Math.abs(meanOf(weights) - up / (up + down))).toBeLessThan(0.006);
    expect(deviationOf(weights)).toBeLessThan(0.1);
  }
});

test("uncorrelated spikes lead stdpPowerLaw to 1/(1 + alpha^(1/mu)) of w_max, and its additive limit to a bound (Fig. 2 of Gütig)", async () => {
  const common = { synapses: 400, preRate: "50 Hz", postRate: "50 Hz", duration: "20 s" } as const;
  for (const [mu, start] of [[1, 0.9], [0.5, 0.9], [0.5, 0.1]] as const) {
    const values = { alpha: 1.5, lambda: 0.005, mu_plus: mu, mu_minus: mu };
    const weights = await poissonWeights(stdpPowerLaw, { ...common, weight: start, values });
    const ratio = (1.5 * summed(20, false)) / summed(20, true);
    expect(Math.abs(meanOf(weights) - 1 / (1 + ratio ** (1 / mu)))).toBeLessThan(0.01);
  }
  const additive = await poissonWeights(stdpPowerLaw, { ...common, weight: 0.5, values: { alpha: 1.5, mu_plus: 0, mu_minus: 0 } });
  expect(meanOf(additive)).toBeLessThan(0.05);
});

test("potentiation of stdpMorrison grows with the weight to the power mu, depression in proportion to it (Fig. 1)", async () => {
  const starts = [0.5, 1, 5, 50, 500];
  const slopes = async (difference: number): Promise<number[]> => {
    const weights = await finalWeights(stdpMorrison, pairs(starts.map(() => difference)), { weight: Float64Array.from(starts) });
    const changes = starts.map((w, k) => Math.log(Math.abs(weights[k]! - w)));
    return starts.slice(1).map((w, k) => (changes[k + 1]! - changes[k]!) / Math.log(w / starts[k]!));
  };
  for (const slope of await slopes(5)) expect(slope).toBeCloseTo(0.4, 8);
  for (const slope of await slopes(-5)) expect(slope).toBeCloseTo(1, 8);
});

/** [pre, post] pairs that a scheme counts, as figure 7 of Morrison, Diesmann & Gerstner (2008) draws them. */
interface Counted { readonly potentiating: readonly (readonly [number, number])[]; readonly depressing: readonly (readonly [number, number])[] }
type Scheme = (pre: readonly number[], post: readonly number[]) => Counted;

const before = (spikes: readonly number[], t: number): number | undefined => spikes.filter((s) => s < t).at(-1);
const after = (spikes: readonly number[], t: number): number | undefined => spikes.find((s) => s > t);
const between = (spikes: readonly number[], a: number, b: number): boolean => spikes.some((s) => s > a && s < b);
const every = (pre: readonly number[], post: readonly number[]): [number, number][] => pre.flatMap((p) => post.map((q): [number, number] => [p, q]));

const schemes = [
  [stdpNearestSymmetric, "each spike with the last one of the other side", (pre, post) => ({
    potentiating: every(pre, post).filter(([p, q]) => before(pre, q) === p),
    depressing: every(pre, post).filter(([p, q]) => before(post, p) === q),
  })],
  [stdpNearestPre, "each presynaptic spike with the postsynaptic ones on either side of it", (pre, post) => ({
    potentiating: every(pre, post).filter(([p, q]) => after(post, p) === q),
    depressing: every(pre, post).filter(([p, q]) => before(post, p) === q),
  })],
  [stdpNearestRestricted, "immediate neighbours only", (pre, post) => ({
    potentiating: every(pre, post).filter(([p, q]) => p < q && !between(pre, p, q) && !between(post, p, q)),
    depressing: every(pre, post).filter(([p, q]) => q < p && !between(pre, q, p) && !between(post, q, p)),
  })],
  [stdpPair, "all of them", (pre, post) => ({
    potentiating: every(pre, post).filter(([p, q]) => p < q), depressing: every(pre, post).filter(([p, q]) => q < p),
  })],
] as const satisfies readonly (readonly [unknown, string, Scheme])[];

describe("spikes that form pairs (Fig. 7 of Morrison, Diesmann & Gerstner)", () => {
  const pre = [10, 12, 15, 40, 61, 62, 63, 90, 130, 131, 170.5, 171.5, 200], post = [11, 30, 45, 50, 64, 65, 92, 93, 94, 132, 133, 171, 190, 210];
  for (const [model, what, scheme] of schemes) {
    test(`${model.name}: ${what}`, async () => {
      const { potentiating, depressing } = scheme(pre, post);
      const values = model === stdpPair ? { a_plus: 0.001, a_minus: 0.0013 }
        : { lambda: 0.001, alpha: 1.3, mu_plus: 0, mu_minus: 0, ...(model === stdpNearestPre ? {} : { x: 0 }) };
      const weights = await finalWeights(model, [{ pre, post }], { weight: 0.5, values: { ...values, tau_minus: "33 ms" } });
      const sum = (list: readonly (readonly [number, number])[], tau: number): number =>
        list.reduce((total, [p, q]) => total + Math.exp(-Math.abs(p - q) / tau), 0);
      expect(weights[0]).toBeCloseTo(0.5 + 0.001 * sum(potentiating, 20) - 0.0013 * sum(depressing, 33), 12);
    });
  }

  test("the four schemes count different pairs of these trains", () => {
    const counts = schemes.map(([, , scheme]) => { const c = scheme(pre, post); return `${c.potentiating.length}/${c.depressing.length}`; });
    expect(new Set(counts).size).toBe(4);
  });
});

test("a spike at time 0 stands before the first one of stdpNearestSymmetric and stdpNearestRestricted unless x is 0", async () => {
  for (const model of [stdpNearestSymmetric, stdpNearestRestricted]) {
    const additive = { mu_plus: 0, mu_minus: 0 };
    const alone = { pre: [], post: [10] };
    expect((await finalWeights(model, [alone], { weight: 0.5, values: additive }))[0]).toBeCloseTo(0.5 + 0.01 * Math.exp(-0.5), 12);
    expect((await finalWeights(model, [alone], { weight: 0.5, values: { ...additive, ...model.presets.noSpikeAtStart } }))[0]).toBe(0.5);
  }
});

test("the window of stdpSymmetric is the same in both orders and changes sign at 20 ms (Fig. 3 of Woodin et al.)", async () => {
  const delays = [0.1, 1, 5, 10, 19, 21, 30, 50, 100];
  const late = await finalWeights(stdpSymmetric, pairs(delays), { weight: 0.5 });
  const early = await finalWeights(stdpSymmetric, pairs(delays.map((d) => -d)), { weight: 0.5 });
  for (const [k, d] of delays.entries()) {
    expect(late[k]! - 0.5).toBeCloseTo(0.01 * Math.exp(-d / 10) - 0.002636 * Math.exp(-d / 30), 13);
    expect(early[k]!).toBeCloseTo(late[k]!, 13);
    expect(Math.sign(late[k]! - 0.5)).toBe(d < 20 ? 1 : -1);
  }
  const [near, far] = await finalWeights(stdpSymmetric, pairs([10, -100]), { weight: 0.5, values: stdpSymmetric.presets.ca3 });
  expect(Math.log((near! - 0.5) / (far! - 0.5)) * 150).toBeCloseTo(90, 6);
});

test("stdpAntiHebbian depresses by pre before post alone, and each presynaptic spike potentiates (Fig. 3 of Bell et al.)", async () => {
  const weights = await finalWeights(stdpAntiHebbian, pairs(differences), { weight: 0.5 });
  for (const [k, d] of differences.entries()) expect(weights[k]! - 0.5).toBeCloseTo(0.002 - (d > 0 ? 0.01 * Math.exp(-d / 20) : 0), 13);
});

test("weights of stdpAntiHebbian stand still at a postsynaptic rate of potentiation/(depression·tau), rise below it and fall above", async () => {
  const drift = async (rate: number): Promise<number> => {
    const weights = await poissonWeights(stdpAntiHebbian, {
      synapses: 1000, preRate: "20 Hz", postRate: `${rate} Hz`, duration: "4 s", weight: 0.5, values: { potentiation: 2e-4, depression: 1e-3 },
    });
    return (meanOf(weights) - 0.5) / 4;
  };
  for (const rate of [5, 10, 20]) {
    // Pairs within the step of 1 ms make the sum over the window a little smaller or larger than its integral.
    expect(Math.abs((await drift(rate)) - 20 * (2e-4 - 1e-3 * 0.02 * rate))).toBeLessThan(3e-4);
  }
});

import { expect, test } from "vitest";
import { compile, Network, oneToOne } from "synfire";
import type { SynapseModel } from "synfire";
import { rewardStdp, staticSynapse, stdpDopamine, threeFactor } from "synfire/models";
import { relay } from "./protocols.ts";

interface Trial {
  readonly pre: readonly number[];
  readonly post: readonly number[];
  /** When the modulator jumps; all in ms, at the synapse. */
  readonly reward: readonly number[];
}

interface TrialOptions {
  /** Of the modulator: ms, and the height of a jump. */
  readonly tau: number;
  readonly amount: number;
  readonly weight: number;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly readAt: readonly number[];
  /** Milliseconds; without it the axonal delay of a step. */
  readonly dendritic?: number;
}

/** The weight of one synapse at the moments of `readAt` (ms), in f64. */
async function modulated(model: SynapseModel, name: string, trial: Trial, options: TrialOptions): Promise<number[]> {
  const dt = 0.1;
  const net = new Network({ seed: 1 });
  const spikes = (times: readonly number[]) => ({ times: { values: times.map((t) => t - dt), unit: "ms" } }) as const;
  const source = net.spikeSource("source", 1, options.dendritic ? { times: { values: trial.pre, unit: "ms" } } : spikes(trial.pre));
  const driver = net.spikeSource("driver", 1, spikes(trial.post));
  const giver = net.spikeSource("giver", 1, spikes(trial.reward));
  const target = net.population("target", 1, relay);
  net.projection(driver, target, staticSynapse, { connect: oneToOne(), receptor: "spike", weight: 1, delay: "0.1 ms" });
  const modulator = net.modulator(name, { tau: `${options.tau} ms`, from: giver, amount: options.amount, delay: "0.1 ms" });
  const projection = net.projection(source, target, model, {
    connect: oneToOne(), receptor: "received", weight: options.weight, modulators: { [name]: modulator },
    ...(options.dendritic ? { dendriticDelay: `${options.dendritic} ms` } : { delay: "0.1 ms" }), ...options.values,
  } as never);
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  const weights: number[] = [];
  let now = 0;
  for (const at of options.readAt) {
    await sim.run(`${Math.round((at - now) * 10) / 10} ms`);
    now = at;
    weights.push(sim.get(projection, "w" as never)[0]!);
  }
  return weights;
}

interface Rule {
  readonly tau_plus: number; readonly tau_minus: number; readonly tau_c: number; readonly a_plus: number; readonly a_minus: number;
  /** dw/dt = c·(modulator + offset)/tau_w. */
  readonly tau_w: number; readonly offset: number;
  readonly bounds: readonly [number, number];
  readonly nearest?: boolean;
}

/** The weight at a time, by adding up the exact changes from event to event; postsynaptic ones act before coinciding presynaptic ones. */
function expected(trial: Trial, options: TrialOptions, rule: Rule, until: number): number {
  const delay = options.dendritic ?? 0;
  const events = [
    ...trial.reward.map((t) => ({ t, kind: "reward" as const })), ...trial.post.map((t) => ({ t: t + delay, kind: "post" as const })),
    ...trial.pre.map((t) => ({ t, kind: "pre" as const })), { t: until, kind: "end" as const },
  ].filter((e) => e.t <= until + 1e-9).sort((a, b) => (Math.abs(a.t - b.t) < 1e-6 ? 0 : a.t - b.t));
  let w = options.weight, c = 0, modulator = 0, now = 0;
  const last = { pre: [] as number[], post: [] as number[] };
  const trace = (spikes: readonly number[], t: number, tau: number): number =>
    spikes.filter((s) => s < t - 1e-6).slice(rule.nearest ? -1 : 0).reduce((sum, s) => sum + Math.exp((s - t) / tau), 0);
  for (const { t, kind } of events) {
    const gap = t - now, both = 1 / rule.tau_c + 1 / options.tau;
    w += (c * (modulator * (1 - Math.exp(-gap * both)) / both + rule.offset * rule.tau_c * (1 - Math.exp(-gap / rule.tau_c)))) / rule.tau_w;
    c *= Math.exp(-gap / rule.tau_c);
    modulator *= Math.exp(-gap / options.tau);
    now = t;
    if (kind !== "end") w = Math.min(Math.max(w, rule.bounds[0]), rule.bounds[1]);
    if (kind === "reward") modulator += options.amount;
    if (kind === "post") c += rule.a_plus * trace(last.pre, t, rule.tau_plus);
    if (kind === "pre") c -= rule.a_minus * trace(last.post, t, rule.tau_minus);
    if (kind === "pre" || kind === "post") last[kind].push(t);
  }
  return w;
}

/** Numbers between 0 and 1 that repeat from run to run (Park & Miller's generator). */
function random(seed: number): () => number {
  let x = seed;
  return () => (x = (x * 48271) % 2147483647) / 2147483647;
}
const train = (draw: () => number, count: number, mean: number): number[] => {
  let t = 0;
  return Array.from({ length: count }, () => (t = Math.round((t + 0.1 - mean * Math.log(1 - draw())) * 10) / 10));
};

const izhikevich: Rule = {
  tau_plus: 20, tau_minus: 20, tau_c: 1000, a_plus: 0.1, a_minus: 0.15, tau_w: 10, offset: 0.002, bounds: [0, 4], nearest: true,
};

test("a reward seconds after a pair changes the weight, the less the later it comes, in closed form (Fig. 1 of Izhikevich)", async () => {
  const options = { tau: 200, amount: 0.5, weight: 1, readAt: [9000] };
  const changes: number[] = [];
  for (const delay of [200, 1000, 2000, 3000, undefined]) {
    const trial = { pre: [100], post: [110], reward: delay === undefined ? [] : [110 + delay] };
    const [weight] = await modulated(rewardStdp as SynapseModel, "dopamine", trial, options);
    expect(weight).toBeCloseTo(expected(trial, options, izhikevich, 9000), 11);
    changes.push(weight! - 1);
  }
  const [soon, one, two, three, never] = changes as [number, number, number, number, number];
  expect((one - never) / (two - never)).toBeCloseTo(Math.E, 3);
  expect((two - never) / (three - never)).toBeCloseTo(Math.E, 3);
  expect(soon).toBeGreaterThan(one);
  // The pair alone is worth 0.1·exp(−1/2)·0.002·1 s/10 ms.
  expect(never / (0.1 * Math.exp(-0.5) * 0.002 * 100)).toBeCloseTo(1, 3);
});

test("a reward after post before pre depresses", async () => {
  const trial = { pre: [110], post: [100], reward: [1000] };
  const [weight] = await modulated(rewardStdp as SynapseModel, "dopamine", trial, { tau: 200, amount: 0.5, weight: 1, readAt: [5000] });
  expect(weight).toBeLessThan(0.9);
});

test("rewardStdp follows its integral along random trains of spikes and rewards, and stays within its bounds", async () => {
  const draw = random(5);
  const trial = { pre: train(draw, 120, 40), post: train(draw, 120, 40), reward: train(draw, 12, 400) };
  for (const weight of [1, 3.9]) {
    const options = { tau: 200, amount: 0.5, weight, readAt: trial.pre };
    const weights = await modulated(rewardStdp as SynapseModel, "dopamine", trial, options);
    for (const [k, t] of trial.pre.entries()) expect(Math.abs(weights[k]! - expected(trial, options, izhikevich, t))).toBeLessThan(1e-10);
    expect(Math.max(...weights)).toBeLessThanOrEqual(4.001);
  }
});

test("stdpDopamine in the dendritic reading follows the integral of stdp_dopamine_synapse along random trains, with a baseline or none", async () => {
  for (const [b, bounds, weight, seed] of [[0, [0, 200], 100, 11], [0.02, [0, 200], 100, 12], [0.05, [90, 110], 100, 13]] as const) {
    const draw = random(seed);
    const trial = { pre: train(draw, 80, 25), post: train(draw, 80, 25), reward: train(draw, 40, 50) };
    const rule = { tau_plus: 20, tau_minus: 20, tau_c: 1000, a_plus: 0.1, a_minus: 0.12, tau_w: 1, offset: -b, bounds };
    const values = { b, a_plus: 0.1, a_minus: 0.12, w_min: bounds[0], w_max: bounds[1] };
    const options = { tau: 200, amount: 1 / 200, weight, readAt: trial.pre, dendritic: 1, values };
    const weights = await modulated(stdpDopamine as SynapseModel, "dopamine", trial, options);
    for (const [k, t] of trial.pre.entries()) expect(Math.abs(weights[k]! / expected(trial, options, rule, t) - 1)).toBeLessThan(1e-9);
    expect(Math.max(...weights) - Math.min(...weights)).toBeGreaterThan(1);
  }
});

test("threeFactor: the change by one pair and one signal is eta·A·eligibility·∫exp(−t/tau_e − t/tau), and has the sign of the signal", async () => {
  for (const amount of [1, -1]) {
    const trial = { pre: [100], post: [105], reward: [300] };
    const [weight] = await modulated(threeFactor as SynapseModel, "signal", trial, { tau: 100, amount, weight: 0.5, readAt: [5000] });
    const eligibility = Math.exp(-5 / 20) * Math.exp(-195 / 500);
    expect(weight! - 0.5).toBeCloseTo(0.1 * amount * eligibility / (1 / 0.5 + 1 / 0.1), 12);
  }
});

/** Weights along random trains of 80 spikes, coincidences included, against NEST's rules computed from lists of spikes. */
import { expect, test } from "vitest";
import type { SynapseModel } from "synfire";
import {
  stdpMorrison, stdpMultiplicative, stdpNearestPre, stdpNearestRestricted, stdpNearestSymmetric, stdpPair, stdpPowerLaw, stdpTriplet,
  vogelsInhibitory,
} from "synfire/models";
import { runProtocols } from "../models/synapses/protocols.ts";
import { allToAll, morrison, preCentred, restricted, symmetric, trajectory, triplet, vogels } from "./nestRules.ts";
import type { Parameters, Rule } from "./nestRules.ts";

/** Numbers between 0 and 1 that repeat from run to run (Park & Miller's generator). */
function random(seed: number): () => number {
  let x = seed;
  return () => (x = (x * 48271) % 2147483647) / 2147483647;
}

/** Spikes on the grid of 0.1 ms; `coarse` ones lie on whole milliseconds, so that many coincide. */
function train(draw: () => number, mean: number, coarse: boolean): number[] {
  const times: number[] = [];
  for (let t = 0; times.length < 80;) {
    const interval = -mean * Math.log(1 - draw());
    t += coarse ? Math.max(1, Math.round(interval)) : Math.max(0.1, Math.round(interval * 10) / 10);
    times.push(Math.round(t * 10) / 10);
  }
  return times;
}

const delay = 1;
const trains = Array.from({ length: 8 }, (_, k) => {
  const draw = random(1000 + k);
  const mean = [3, 12, 25, 40][k % 4]!;
  return { pre: train(draw, mean, k % 2 === 0), post: train(draw, mean, k % 2 === 0) };
});

/** The largest relative error of any weight after any presynaptic spike, and of the sum of all that was sent. */
async function worstError(
  model: SynapseModel, rule: (post: readonly number[]) => Rule, start: number, values: Readonly<Record<string, unknown>>,
): Promise<number> {
  const readAt = [...new Set(trains.flatMap(({ pre }) => pre))].sort((a, b) => a - b);
  const end = Math.max(...trains.flatMap(({ pre, post }) => [...pre, ...post])) + 2 * delay;
  const readings = await runProtocols(model, trains, { weight: start, values, dendritic: delay, readAt: [...readAt, end] });
  let worst = 0, compared = 0;
  for (const [k, { pre, post }] of trains.entries()) {
    const arriving = post.map((t) => t + delay);
    const expected = trajectory(rule(arriving), Math.abs(start), pre, arriving);
    for (const [n, t] of pre.entries()) {
      const weight = Math.abs(readings[readAt.indexOf(t)]!["w"]![k]!);
      worst = Math.max(worst, Math.abs(weight - expected[n]!) / Math.max(expected[n]!, 1e-3));
      compared++;
    }
    const sent = expected.reduce((a, b) => a + b, 0);
    if (!sendsBefore.has(model)) worst = Math.max(worst, Math.abs(Math.abs(readings.at(-1)!["received"]![k]!) / sent - 1));
  }
  expect(compared).toBe(8 * 80);
  return worst;
}

/** These send the weight that they had before the spike. */
const sendsBefore: ReadonlySet<unknown> = new Set([stdpPair]);

const base: Parameters = { tau_plus: 17, tau_minus: 26, lambda: 0.03, alpha: 1.1, mu_plus: 0.4, mu_minus: 0.7, w_max: 100 };
const given = (p: Parameters) => ({ ...p, tau_plus: `${p.tau_plus} ms`, tau_minus: `${p.tau_minus} ms` });
const exponents = [[0, 0], [1, 1], [0, 1], [0.4, 0.4], [0.02, 0.7]] as const;

test("the trains coincide often at the synapse, and not always", () => {
  const shared = trains.map(({ pre, post }) => post.filter((t) => pre.includes(Math.round((t + delay) * 10) / 10)).length);
  expect(Math.max(...shared)).toBeGreaterThan(10);
  expect(Math.min(...shared)).toBeLessThan(10);
});

for (const [model, rule] of [
  [stdpPowerLaw, allToAll], [stdpNearestSymmetric, symmetric], [stdpNearestPre, preCentred], [stdpNearestRestricted, restricted],
] as const) {
  for (const [mu_plus, mu_minus] of exponents) {
    test(`${model.name} with exponents ${mu_plus} and ${mu_minus} follows NEST's rule along random trains to 1e-9`, async () => {
      const p = { ...base, mu_plus, mu_minus };
      expect(await worstError(model, () => rule(p), 40, given(p))).toBeLessThan(1e-9);
    });
  }
}

for (const start of [0, 100]) {
  test(`stdpPowerLaw at its bound ${start} follows NEST's rule to 1e-9 for all exponents, 0 among them`, async () => {
    for (const [mu_plus, mu_minus] of exponents) {
      const p = { ...base, lambda: 0.2, mu_plus, mu_minus };
      expect(await worstError(stdpPowerLaw, () => allToAll(p), start, given(p))).toBeLessThan(1e-9);
    }
  });
}

test("stdpPair is stdpPowerLaw with exponents 0, stdpMultiplicative with exponents 1", async () => {
  const { tau_plus, tau_minus, w_max } = given(base);
  const values = { tau_plus, tau_minus, w_max };
  const additive = allToAll({ ...base, mu_plus: 0, mu_minus: 0 }), multiplicative = allToAll({ ...base, mu_plus: 1, mu_minus: 1 });
  expect(await worstError(stdpPair, () => additive, 40, { ...values, a_plus: 0.03, a_minus: 0.033 })).toBeLessThan(1e-9);
  expect(await worstError(stdpMultiplicative, () => multiplicative, 40, { ...values, lambda: 0.03, alpha: 1.1 })).toBeLessThan(1e-9);
});

test("stdpMorrison follows stdp_pl_synapse_hom along random trains to 1e-9", async () => {
  const p = { tau_plus: 17, tau_minus: 26, lambda: 0.1, alpha: 0.4, mu: 0.4 };
  expect(await worstError(stdpMorrison, () => morrison(p), 45, { ...p, tau_plus: "17 ms", tau_minus: "26 ms", w_0: 1 })).toBeLessThan(1e-9);
});

test("stdpTriplet follows stdp_triplet_synapse along random trains to 1e-9, at its bounds too", async () => {
  const time = { tau_plus: "16.8 ms", tau_x: "101 ms", tau_minus: "33.7 ms", tau_y: "125 ms" };
  for (const [scale, w_max] of [[0.1, 100], [20, 100]] as const) {
    const a = { a2_plus: 0.5 * scale, a3_plus: 0.3 * scale, a2_minus: 0.7 * scale, a3_minus: 0.4 * scale, w_max };
    const p = { tau_plus: 16.8, tau_x: 101, tau_minus: 33.7, tau_y: 125, ...a };
    expect(await worstError(stdpTriplet, (post) => triplet(p, post), 50, { ...time, ...a, w_ref: 1 })).toBeLessThan(1e-9);
  }
});

test("vogelsInhibitory follows vogels_sprekeler_synapse along random trains to 1e-9, with weights of either sign", async () => {
  for (const [eta, start, w_max] of [[0.001, 0.5, 1], [0.2, 0.5, 1], [0.05, -0.5, -1]] as const) {
    const p = { tau: 20, eta, alpha: 0.12, w_max: Math.abs(w_max) };
    expect(await worstError(vogelsInhibitory, () => vogels(p), start, { tau: "20 ms", eta, alpha: 0.12, w_max })).toBeLessThan(1e-9);
  }
});

/** Phases with loose timing: the same mean change as the two-phase rule, and the same learning. */
import { expect, test } from "vitest";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { activation, dense } from "../../../../src/train/layers.ts";
import { drawsFor } from "../../../../src/train/learners/contrastive/draws.ts";
import { periodicPhases, phaseAt, runPhases } from "../../../../src/train/learners/contrastive/phases.ts";
import type { PhaseTiming } from "../../../../src/train/learners/contrastive/phases.ts";
import { plainProducts } from "../../../../src/train/learners/contrastive/products.ts";
import { EnergyNetwork } from "../../../../src/train/learners/equilibrium/energyNetwork.ts";
import { EquilibriumLearner } from "../../../../src/train/learners/equilibrium/equilibriumLearner.ts";
import { EquilibriumPhases } from "../../../../src/train/learners/equilibrium/equilibriumPhases.ts";
import { scellierBengio } from "../../../../src/train/learners/equilibrium/equilibriumSettings.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import type { Reals } from "../../../../src/train/sequence.ts";
import { patternSamples } from "../contrastiveTasks.ts";

const modelOf = (features: number, sizes: readonly number[]) => spikingModel({ input: { shape: [features], steps: 1, constant: true }, seed: 3 },
  sizes.flatMap((units) => [dense(units, { initializer: { type: "glorotUniform" } }), activation({ type: "clip" })]));
/** 12 features, 6 hidden units and 4 of output. */
const model = modelOf(12, [6, 4]);
const samples = patternSamples(model, 4, 40);

function changeOver(timing: PhaseTiming, phases: number, seed: number): number[] {
  const network = new EnergyNetwork(model, initialWeights(model, "f64"), plainProducts("f64"));
  const alike = (values: Reals | undefined) => values && new Float64Array(values.length);
  const into = { kernels: network.kernels.map((k) => alike(k)!), biases: network.biases.map(alike) };
  const system = new EquilibriumPhases(network, samples, { batch: 1, stepSize: 0.5, beta: 0.5, negative: "free", rates: [1, 1], seed, into });
  runPhases(system, timing, { phases, seed });
  return [...into.kernels, ...into.biases.map((b) => b!)].flatMap((a) => [...a]);
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
const cosine = (a: readonly number[], b: readonly number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

const geometric = { lengths: "geometric", positive: 5, negative: 5 } as const;
const classical = changeOver(periodicPhases(), 2000, 1);

test.each<[string, Partial<PhaseTiming>]>([
  ["of one counted step in turn", {}],
  ["that count five times", { positive: 5, negative: 5 }],
  ["whose lengths are geometric, balanced", { ...geometric, balanced: true }],
])("200 phases %s change a net of 10 units like 2000 of the two-phase rule: cosine above 0.95", (_, timing) => {
  expect(cosine(changeOver(periodicPhases(timing), 200, 2), classical)).toBeGreaterThan(0.95);
});

test.each<[string, Partial<PhaseTiming>]>([
  ["lengths are geometric", geometric],
  ["there are three positive phases for each negative one", { ratio: 3 }],
  ["phases come in random order", { order: "random" }],
  ["phases come in random order, balanced", { order: "random", balanced: true }],
])("the mean change is the same when %s", (_, timing) => {
  const few = changeOver(periodicPhases(timing), 300, 3), many = changeOver(periodicPhases(timing), 6000, 3);
  expect(cosine(many, classical)).toBeGreaterThan(0.95);
  expect(cosine(many, classical)).toBeGreaterThan(cosine(few, classical));
});

test("geometric lengths have the mean that was asked for, random order the ratio", () => {
  const draws = drawsFor(7, "test"), timing = periodicPhases({ ...geometric, order: "random", ratio: 2 });
  const phases = Array.from({ length: 5000 }, (_, p) => phaseAt(timing, p, (k) => draws(p, k)));
  expect(phases.reduce((sum, { length }) => sum + length, 0) / 5000).toBeCloseTo(5, 0);
  expect(phases.filter(({ sign }) => sign > 0).length / 5000).toBeCloseTo(2 / 3, 1);
  expect(Math.min(...phases.map(({ length }) => length))).toBe(1);
});

test("phases of irregular length teach the patterns as well as periodic ones", () => {
  const model = modelOf(30, [20, 4]), samples = patternSamples(model, 4, 100);
  const errorAfter = (timing: PhaseTiming) => {
    const weights = initialWeights(model, "f32"), network = new EnergyNetwork(model, weights, plainProducts("f32"));
    const system = new EquilibriumPhases(network, samples, { batch: 10, stepSize: 0.5, beta: 0.5, negative: "away", rates: [0.1, 0.05], seed: 1 });
    runPhases(system, timing, { phases: 600, seed: 1 });
    network.saveTo(weights);
    return new EquilibriumLearner(model, weights, scellierBengio(1)).error(patternSamples(model, 4, 200, { seed: 2 }));
  };
  const periodic = errorAfter(periodicPhases());
  expect(periodic).toBeLessThan(0.1);
  expect(errorAfter(periodicPhases({ ...geometric, balanced: true }))).toBeLessThan(periodic + 0.04);
  expect(errorAfter(periodicPhases({ ...geometric, order: "random" }))).toBeLessThan(periodic + 0.04);
});

test("lengths below one step and shares of a regular order are refused", () => {
  const run = (change: Partial<PhaseTiming>) => () => changeOver(periodicPhases(change), 1, 1);
  expect(run({ positive: 0.5 })).toThrow("positive phases of 0.5 steps");
  expect(run({ ratio: 1.5 })).toThrow("1.5 positive phases for each negative one");
  expect(run({ settle: -1 })).toThrow("-1 steps to settle");
});

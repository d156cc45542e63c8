/** Equilibrium propagation with spiking neurons: rest, gradients and learning. */
import { expect, test } from "vitest";
import { integrateAndFire, leaky } from "../../../../src/train/cells/conventions.ts";
import { derive } from "../../../../src/train/cells/derive.ts";
import { CellRun } from "../../../../src/train/cells/referenceCells.ts";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { activation, dense, neurons } from "../../../../src/train/layers.ts";
import { CellStepper } from "../../../../src/train/learners/contrastive/cellStepper.ts";
import { EquilibriumLearner } from "../../../../src/train/learners/equilibrium/equilibriumLearner.ts";
import { scellierBengio } from "../../../../src/train/learners/equilibrium/equilibriumSettings.ts";
import { SpikingEquilibriumLearner } from "../../../../src/train/learners/equilibrium/spikingEquilibrium.ts";
import type { CellsData, LayerData } from "../../../../src/train/modelData.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import { patternSamples } from "../contrastiveTasks.ts";

const glorot = { initializer: { type: "glorotUniform" } } as const;
const modelOf = (units: (k: number) => LayerData, features = 30, sizes = [20, 5]) =>
  spikingModel({ input: { shape: [features], steps: 1, constant: true }, seed: 3 },
    sizes.flatMap((size, k) => [dense(size, { ...glorot, name: `dense_${k}` }), units(k)]));
const spiking = (k: number) => neurons(leaky({ beta: 0.9 }), { name: `lif_${k}` });
const settings = { freeSteps: 120, nudgedSteps: 60, traceSteps: 15, beta: 0.3, rates: [0.1, 0.05], batch: 10 };

test.each([["late", leaky({ beta: 0.9 })], ["immediate", leaky({ beta: 0.9, resetDelay: false })]])(
  "neurons with a %s reset step by step give the spikes of a whole run", async (_, cell) => {
    const model = modelOf(() => neurons(cell)), layer = model.layers[1] as CellsData, batch = 2, units = 37, steps = 12;
    const input = Float32Array.from({ length: batch * steps * units }, (_, k) => 0.6 * (1 + Math.sin(k * k)));
    const run = new CellRun(derive(cell, layer.surrogate), { batch, steps, units, precision: "f32" });
    run.forward(input, false);
    const stepper = await CellStepper.create(layer, new Map(), batch, units);
    for (let t = 0; t < steps; t++) {
      for (let b = 0; b < batch; b++) stepper.input.set(input.subarray((b * steps + t) * units, (b * steps + t + 1) * units), b * units);
      stepper.step(t === 0);
      for (let b = 0; b < batch; b++) {
        const whole = run.spikes.subarray((b * steps + t) * units, (b * steps + t + 1) * units);
        expect([...stepper.spikes.subarray(b * units, (b + 1) * units)]).toEqual([...whole]);
      }
    }
  });

test("neurons that integrate their current rest where rate units do", async () => {
  const cell = integrateAndFire({ vReset: null });
  const rates = modelOf(() => activation({ type: "clip" })), spikes = modelOf((k) => neurons(cell, { name: `if_${k}` }));
  const samples = patternSamples(rates, 5, 10), weights = () => {
    const all = initialWeights(rates, "f32");
    // Weak enough that there is one rest only.
    for (const [name, { values }] of all) values.forEach((w, k) => (values[k] = name.endsWith("/bias") ? 0.2 : 0.4 * w));
    return all;
  };
  const rest = new EquilibriumLearner(rates, weights(), scellierBengio(1)).outputs(samples, 200);
  const learner = await SpikingEquilibriumLearner.create(spikes, weights(), { ...settings, freeSteps: 800, traceSteps: 30 });
  learner.outputs(samples).forEach((r, k) => expect(Math.abs(r - rest[k]!)).toBeLessThan(0.05));
});

test("eight epochs teach it five noisy patterns, and the error on new ones is below a tenth", async () => {
  const model = modelOf(spiking), learner = await SpikingEquilibriumLearner.create(model, initialWeights(model, "f32"), settings);
  const train = patternSamples(model, 5, 200), first = learner.epoch(train);
  for (let n = 1; n < 8; n++) learner.epoch(train);
  expect(first.error).toBeGreaterThan(0.2);
  expect(learner.error(patternSamples(model, 5, 100, { seed: 2 }))).toBeLessThan(0.1);
});

test("rate units and settings that cannot be are refused", async () => {
  const model = modelOf(() => activation({ type: "clip" }, "rates"), 4, [2]);
  await expect(SpikingEquilibriumLearner.create(model, initialWeights(model, "f32"), settings)).rejects.toThrow(
    'layer "rates" is an activation "clip"\n  Use neurons(…).');
  const fine = modelOf(spiking, 4, [3, 2]);
  const made = (change: object) => SpikingEquilibriumLearner.create(fine, initialWeights(fine, "f32"), { ...settings, ...change });
  await expect(made({ rates: [1] })).rejects.toThrow("1 rates for 2 layers");
  await expect(made({ traceSteps: 0 })).rejects.toThrow("traces of 0 steps");
});

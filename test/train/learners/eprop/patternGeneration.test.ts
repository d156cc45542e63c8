/** The task of the paper in small: a recurrent network generates a pattern that is cued by frozen noise. */
import { expect, it } from "vitest";
import { defineCell } from "../../../../src/train/cells/defineCell.ts";
import { dense, neurons } from "../../../../src/train/layers.ts";
import { Eprop } from "../../../../src/train/learners/eprop/eprop.ts";
import type { Feedback } from "../../../../src/train/learners/eprop/feedback.ts";
import { WeightUpdates } from "../../../../src/train/learners/online/weightUpdates.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import { adam } from "../../../../src/train/optimizers.ts";
import { triangular } from "../../../../src/train/surrogates.ts";
import { seedOf, uniformAt } from "../../../../src/math/random.ts";

const steps = 300, inputs = 50, units = 50, threshold = 0.03, alpha = Math.exp(-1 / 30);
const initializer = { type: "normal", mean: 0, deviation: 1, perFanIn: true } as const;
const model = spikingModel({ input: { shape: [inputs], steps }, seed: 1 }, [
  dense(units, { name: "in", bias: false, initializer }),
  neurons(defineCell({
    name: "lif", state: { v: 0 }, parameters: { alpha, threshold }, step: "v = alpha*v + (1 - alpha)*input - spiked*threshold",
    threshold: "v > threshold", detachReset: true,
  }), { name: "hidden", surrogate: triangular(0.3 / threshold, threshold), recurrent: { bias: false, initializer } }),
  dense(1, { name: "out", bias: false, initializer }),
  neurons(defineCell({ name: "leaky", state: { y: 0 }, parameters: { alpha }, step: "y = alpha*y + (1 - alpha)*input" }), { name: "readout" }),
]);

it.each<[string, Feedback]>([["symmetric", { kind: "symmetric" }], ["random", { kind: "random", seed: 3 }]])(
  "e-prop learns a pattern with %s feedback, and rates stay near their target", (_, feedback) => {
    const eprop = new Eprop(model, { loss: { compare: "squares" }, feedback, rates: { target: 15, strength: 1e-4 } });
    const values = Float64Array.from({ length: steps * inputs }, (_x, k) => Number(uniformAt(seedOf(9), k, 0, 0, 0) < 0.05));
    const input = { batch: 1, steps, constant: false, shape: [inputs], values };
    const turn = (2 * Math.PI) / steps;
    const wanted = Float64Array.from({ length: steps }, (_x, t) => 0.6 * Math.sin(turn * t + 1) + 0.4 * Math.sin(3 * turn * t));
    const power = wanted.reduce((sum, y) => sum + y * y, 0), updates = new WeightUpdates(eprop.initialWeights(), adam(1e-2));
    for (let k = 0; k < 120; k++) updates.apply(eprop.gradients(updates.weights, input, { values: wanted }).gradients, 1e-2 * 0.1 ** (k / 120));
    const { loss, rates } = eprop.gradients(updates.weights, input, { values: wanted });
    expect((2 * loss) / power).toBeLessThan(0.15);
    expect(rates.reduce((a, b) => a + b) / units).toBeGreaterThan(10);
    expect(rates.reduce((a, b) => a + b) / units).toBeLessThan(30);
  },
);

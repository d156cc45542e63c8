import { expect, test } from "vitest";
import { FastEngine } from "../../../src/train/fast/fastEngine.ts";
import { initialWeights } from "../../../src/train/initialWeights.ts";
import { batchNorm, dense, neurons } from "../../../src/train/layers.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { Weights } from "../../../src/train/modelData.ts";
import { adam, sgd } from "../../../src/train/optimizers.ts";
import type { Regularizer } from "../../../src/train/regularizers.ts";
import { ReferenceEngine } from "../../../src/train/reference/referenceEngine.ts";
import { leaky } from "../../../src/train/cells/snnTorch.ts";
import { batchOf, cases } from "./models.ts";

const doubles = (weights: Weights): Weights => new Map([...weights].map(([n, { shape, values }]) => [n, { shape,
  values: Float64Array.from(values) }]));

for (const one of cases) {
  test(`loss, spikes and gradients are those of the reference to 1e-5: ${one.name}`, async () => {
    const weights = initialWeights(one.model, "f32");
    const reference = new ReferenceEngine(one.model, { loss: one.loss, optimizer: sgd(0.1), regularizers: [] }, "f64", doubles(weights));
    // Its velocity after the first update is the gradient.
    const fast = await FastEngine.create(one.model, { loss: one.loss, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), regularizers: [] },
      { weights });
    const { result, gradients } = reference.gradients(batchOf(one, (n) => new Float64Array(n)));
    const got = fast.trainBatch(batchOf(one, (n) => new Float32Array(n)), 0.1, 0);
    expect(got.loss).toBeCloseTo(result.loss, 5);
    expect(got.correct).toBe(result.correct);
    expect(got.gradientNorm / result.gradientNorm).toBeCloseTo(1, 5);
    got.spikes.forEach(({ layer, perNeuron, meanInput }, k) => {
      expect([layer, perNeuron]).toEqual([result.spikes[k]!.layer, result.spikes[k]!.perNeuron]);
      expect(meanInput).toBeCloseTo(result.spikes[k]!.meanInput, 5);
    });
    expect(got.spikes.length).toBe(result.spikes.length);
    const { moments } = fast.optimizerState();
    expect([...moments.keys()].sort()).toEqual([...gradients.keys()].sort());
    for (const [name, { values }] of gradients) {
      const largest = (values as Float64Array).reduce((a, g) => Math.max(a, Math.abs(g)), 0), mine = moments.get(name)![0]!;
      expect(largest, name).toBeGreaterThan(0);
      values.forEach((g, k) => expect(Math.abs(mine[k]! - g), `${name}[${k}]`).toBeLessThan(1e-5 * Math.max(1, largest)));
    }
  });
}

test("ten updates by Adam leave the weights and moments of the reference in f32 to 1e-3 of a step", async () => {
  const one = cases[1]!, options = { loss: one.loss, optimizer: adam(1e-3), regularizers: [], clipNorm: 0.5 };
  const weights = initialWeights(one.model, "f32");
  const reference = new ReferenceEngine(one.model, options, "f32", weights), fast = await FastEngine.create(one.model, options, { weights });
  const batch = batchOf(one, (n) => new Float32Array(n));
  for (let k = 0; k < 10; k++) {
    const [a, b] = [reference.trainBatch(batch, 1e-3, 0), fast.trainBatch(batch, 1e-3, 0)];
    expect(b.loss).toBeCloseTo(a.loss, 4);
  }
  const mine = fast.weights();
  let sum = 0, squares = 0;
  for (const [name, { values }] of reference.weights()) values.forEach((w, k) => ([sum, squares] = [sum + 1,
    squares + (w - mine.get(name)!.values[k]!) ** 2]));
  expect(Math.sqrt(squares / sum)).toBeLessThan(1e-5);
  expect(fast.optimizerState().updates).toBe(10);
});

test.each([1, 19])("evaluation predicts as the reference does, and weights stay (case %i)", async (number) => {
  const one = cases[number]!, options = { loss: one.loss, optimizer: adam(), regularizers: [] };
  const weights = initialWeights(one.model, "f32");
  const fast = await FastEngine.create(one.model, options, { weights });
  const wanted = new ReferenceEngine(one.model, options, "f32", weights).evaluate(batchOf(one, (n) => new Float32Array(n)));
  const got = fast.evaluate(batchOf(one, (n) => new Float32Array(n)));
  expect([...got.predictions]).toEqual([...wanted.predictions]);
  expect(got.loss).toBeCloseTo(wanted.loss, 5);
  for (const [name, { values }] of fast.weights()) expect([...values]).toEqual([...weights.get(name)!.values]);
});

test("masks of dropout follow the samples' numbers and the round through the micro-batches of a batch", async () => {
  const one = { ...cases[19]!, batch: 200 }, options = { loss: one.loss, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), regularizers: [] };
  const weights = initialWeights(one.model, "f32"), samples = Array.from({ length: 200 }, (_, k) => 7000 - 3 * k);
  const reference = new ReferenceEngine(one.model, options, "f64", doubles(weights)), fast = await FastEngine.create(one.model, options, { weights });
  for (let round = 0; round < 2; round++) {
    const wanted = reference.trainBatch({ ...batchOf(one, (n) => new Float64Array(n)), samples }, 0, 0);
    const got = fast.trainBatch({ ...batchOf(one, (n) => new Float32Array(n)), samples }, 0, 0);
    expect(got.loss).toBeCloseTo(wanted.loss, 5);
    expect(got.gradientNorm / wanted.gradientNorm).toBeCloseTo(1, 4);
  }
});

test("two or three threads leave the same bits as one: losses, gradients, moments and weights", async () => {
  for (const [k, threads] of [[3, 3], [6, 2], [8, 2], [18, 3], [19, 2], [20, 2]] as const) {
    const one = cases[k]!;
    const options = { loss: one.loss, optimizer: adam(1e-2), regularizers: [] }, batch = batchOf({ ...one, batch: 200 }, (n) => new Float32Array(n));
    const [alone, team] = await Promise.all([FastEngine.create(one.model, options), FastEngine.create(one.model, options, { threads })]);
    try {
      for (let n = 0; n < 3; n++) expect(team.trainBatch(batch, 1e-2, 0)).toEqual(alone.trainBatch(batch, 1e-2, 0));
      expect(team.weights()).toEqual(alone.weights());
      expect(team.optimizerState()).toEqual(alone.optimizerState());
      expect(team.evaluate(batch)).toEqual(alone.evaluate(batch));
    } finally {
      team.dispose();
    }
  }
});

test("a layer that it cannot do is named", async () => {
  const model = spikingModel({ input: { shape: [4], steps: 3 } }, [dense(5), batchNorm({ name: "even" }), neurons(leaky())]);
  await expect(FastEngine.create(model, { loss: cases[1]!.loss, optimizer: adam(), regularizers: [] }))
    .rejects.toThrow('layer "even": the fast engine has no batch normalisation');
});

test("terms of weights are those of the reference", async () => {
  const one = cases[1]!, batch = batchOf(one, (n) => new Float32Array(n));
  const options = { loss: { ...one.loss, predict: { of: "membrane", over: "max" } }, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) } as const;
  const regularizers = [{ type: "weightL2", strength: 0.01 }, { type: "weightL1", strength: 0.02, layers: ["dense_2"] }] as const;
  const weights = initialWeights(one.model, "f32");
  const wanted = new ReferenceEngine(one.model, { ...options, regularizers }, "f64", doubles(weights)).gradients(batchOf(one, (n) =>
    new Float64Array(n)));
  const fast = await FastEngine.create(one.model, { ...options, regularizers }, { weights });
  const got = fast.trainBatch(batch, 0.1, 0);
  expect(got.loss).toBeCloseTo(wanted.result.loss, 4);
  expect(got.correct).toBe(wanted.result.correct);
  const mine = fast.optimizerState().moments.get("dense_2/kernel")![0]!;
  wanted.gradients.get("dense_2/kernel")!.values.forEach((g, k) => expect(Math.abs(mine[k]! - g)).toBeLessThan(1e-5));
});

const terms: readonly Regularizer[] = [
  { type: "spikesAbove", strength: 2, limit: 1.5 }, { type: "spikesAbove", strength: 3, limit: 0.1, of: "population", layers: ["leaky"] },
  { type: "spikesBelow", strength: 2, limit: 4 }, { type: "activityL1", strength: 5 }, { type: "activityL2", strength: 4, layers: ["leaky_2"] },
  { type: "membraneQuantization", strength: 3, from: 0.2 }, { type: "membraneQuantization", strength: 3, at: 0.8, power: 1 },
  { type: "synapticOperations", strength: 0.5, budget: 100 },
];

test.each([
  ...terms.map((term) => ({ what: term.type, number: 1, regularizers: [term], of: "spikes" as const })),
  ...[0, 1, 3, 18].map((number) => ({ what: "all together", number, regularizers: terms, of: "membrane" as const })),
])("terms of activity are those of the reference: $what, case $number", async ({ number, regularizers, of }) => {
  const one = cases[number]!, options = { loss: { ...one.loss, of }, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), regularizers };
  const weights = initialWeights(one.model, "f32");
  const reference = new ReferenceEngine(one.model, options, "f64", doubles(weights)), fast = await FastEngine.create(one.model, options, { weights });
  const { result, gradients } = reference.gradients(batchOf(one, (n) => new Float64Array(n)), 0.6);
  const without = new ReferenceEngine(one.model, { ...options, regularizers: [] }, "f64", doubles(weights));
  expect(result.loss).toBeGreaterThan(without.evaluate(batchOf(one, (n) => new Float64Array(n))).loss + 1e-3);
  const got = fast.trainBatch(batchOf(one, (n) => new Float32Array(n)), 0, 0.6);
  expect(got.loss / result.loss).toBeCloseTo(1, 5);
  const { moments } = fast.optimizerState();
  // Strong recurrent connections make more of roundings, step by step.
  const tolerance = number === 3 ? 1e-4 : 1e-5;
  for (const [name, { values }] of gradients) {
    const largest = (values as Float64Array).reduce((a, g) => Math.max(a, Math.abs(g)), 0), mine = moments.get(name)![0]!;
    values.forEach((g, k) => expect(Math.abs(mine[k]! - g), `${name}[${k}]`).toBeLessThan(tolerance * Math.max(1, largest)));
  }
});

test.each([[1, 4, 1], [2, 3, 2], [3, 5, 2], [5, 16, 1], [6, 4, 1], [10, 2, 1]])(
  "with states at some steps only, memory is less and every bit the same: case %i, every %i steps, %i threads",
  async (number, checkpoint, threads) => {
    const one = { ...cases[number]!, batch: 70 }, batch = batchOf(one, (n) => new Float32Array(n));
    const options = { loss: one.loss, optimizer: adam(1e-2), regularizers: [] };
    const whole = await FastEngine.create(one.model, options), spare = await FastEngine.create(one.model, options, { checkpoint, threads });
    try {
      for (let n = 0; n < 2; n++) expect(spare.trainBatch(batch, 1e-2, 0)).toEqual(whole.trainBatch(batch, 1e-2, 0));
      expect(spare.optimizerState()).toEqual(whole.optimizerState());
      expect(spare.evaluate(batch)).toEqual(whole.evaluate(batch));
      if (threads === 1 && checkpoint < one.model.input.steps) expect(spare.bytes).toBeLessThan(whole.bytes);
    } finally {
      spare.dispose();
    }
  });

test("a recurrent readout of membranes has the same gradient in a second batch", async () => {
  const one = cases[3]!, model = { ...one.model, layers: one.model.layers.slice(0, 2) };
  const options = { loss: { ...one.loss, of: "membrane" }, optimizer: adam(), regularizers: [] } as const;
  const fast = await FastEngine.create(model, options), batch = batchOf(one, (n) => new Float32Array(n));
  const first = fast.trainBatch(batch, 0, 0);
  expect(first.gradientNorm).toBeGreaterThan(0);
  expect(fast.trainBatch(batch, 0, 0)).toEqual(first);
});

test("a budget of synaptic operations is over all micro-batches, with threads as without", async () => {
  const one = { ...cases[2]!, batch: 450 }, batch = batchOf(one, (n) => new Float32Array(n));
  const options = { loss: one.loss, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), regularizers: terms };
  const weights = initialWeights(one.model, "f32");
  const [alone, team] = await Promise.all([1, 2].map((threads) => FastEngine.create(one.model, options, { weights, threads })));
  const wanted = new ReferenceEngine(one.model, options, "f64", doubles(weights)).trainBatch(batchOf(one, (n) => new Float64Array(n)), 0, 0.6);
  try {
    const got = alone!.trainBatch(batch, 0, 0.6);
    expect(got.loss / wanted.loss).toBeCloseTo(1, 5);
    expect(got.gradientNorm / wanted.gradientNorm).toBeCloseTo(1, 4);
    expect(team!.trainBatch(batch, 0, 0.6)).toEqual(got);
    expect(team!.optimizerState()).toEqual(alone!.optimizerState());
  } finally {
    team!.dispose();
  }
});

test("a loss that is not finite names layer, step and sample", async () => {
  const one = cases[1]!, weights = initialWeights(one.model, "f32");
  weights.get("dense_3/bias")!.values[0] = Infinity;
  const fast = await FastEngine.create(one.model, { loss: { ...one.loss, of: "membrane" }, optimizer: adam(), regularizers: [] }, { weights });
  expect(() => fast.trainBatch(batchOf(one, (n) => new Float32Array(n)), 1e-3, 0)).toThrow('layer "dense_3" gave Infinity in step 0 of sample 0');
});

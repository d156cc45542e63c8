import { describe, expect, test } from "vitest";
import { seedOf, uniformAt } from "../../src/math/random.ts";
import { leaky } from "../../src/train/cells/conventions.ts";
import { dense, dropout, neurons } from "../../src/train/layers.ts";
import { crossEntropy } from "../../src/train/losses.ts";
import { spikingModel } from "../../src/train/model.ts";
import { adam, sgd } from "../../src/train/optimizers.ts";
import { ReferenceEngine } from "../../src/train/reference/referenceEngine.ts";
import { samplesOf, shuffled } from "../../src/train/samples.ts";
import { Trainer } from "../../src/train/trainer.ts";

const steps = 8, inputs = 6;
const model = spikingModel({ input: { shape: [inputs], steps }, seed: 5 }, [
  dense(12, { name: "in" }), neurons(leaky({ beta: 0.8 }), { name: "hidden" }), dropout(0.1),
  dense(2, { name: "out" }), neurons(leaky({ beta: 0.8 }), { name: "readout" }),
]);

/** Class 0 spikes early, class 1 late. */
const inputsOf = (count: number): Float32Array => Float32Array.from({ length: count * steps * inputs }, (_, k) => {
  const sample = Math.floor(k / (steps * inputs)), t = Math.floor(k / inputs) % steps;
  return (t < steps / 2) === (sample % 2 === 0) && (k * 7919) % 5 < 3 ? 1 : 0;
});
const samples = samplesOf(model, { inputs: inputsOf(20), labels: Array.from({ length: 20 }, (_, k) => k % 2) });

const engineOf = (learningRate = 0.02, clipNorm?: number) => new ReferenceEngine(model, {
  loss: crossEntropy(), optimizer: adam(learningRate), regularizers: [], ...(clipNorm !== undefined && { clipNorm }),
});
const trainerOf = (engine = engineOf(), epochs = 3, learningRate = 0.02) => new Trainer(engine, samples, { batch: 6, epochs, learningRate });

describe("a trainer", () => {
  test("learns to tell early spikes from late ones", async () => {
    const trainer = trainerOf(undefined, 25);
    const first = trainer.test(samples);
    while (!trainer.done) await trainer.trainEpoch();
    const last = trainer.test(samples);
    expect(first.accuracy).toBeLessThan(0.8);
    expect(last.accuracy).toBe(1);
    expect(last.loss).toBeLessThan(0.5 * first.loss);
  });

  test("that is stopped after any batch and restored goes on to the same weights, bit for bit", async () => {
    const whole = trainerOf();
    const results = [];
    while (!whole.done) results.push(await whole.trainEpoch());
    for (const stop of [1, 3, 4, 9]) {
      const first = trainerOf();
      for (let k = 0; k < stop; k++) first.step();
      const second = trainerOf();
      second.restore(first.state());
      let last;
      while (!second.done) last = await second.trainEpoch();
      expect(last).toEqual(results[2]);
      for (const [name, { values }] of whole.engine.weights()) expect(second.engine.weights().get(name)!.values, name).toEqual(values);
    }
  });

  test("sees every sample once an epoch, in another order each epoch", () => {
    const orders = [0, 1].map((epoch) => shuffled(50, (k) => uniformAt(seedOf(1), k, epoch, 0, 0)));
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, k) => k));
    expect(orders[0]).not.toEqual(orders[1]);
  });

  test("names layers that stayed silent for an epoch, with the mean of what drove them", async () => {
    const engine = engineOf();
    const weights = engine.weights();
    weights.get("in/kernel")!.values.fill(0.01);
    weights.get("in/bias")!.values.fill(0);
    engine.setWeights(weights);
    const epoch = await trainerOf(engine, 1, 1e-9).trainEpoch();
    expect(epoch!.silent.map((s) => s.layer)).toContain("hidden");
    expect(epoch!.silent[0]!.meanInput).toBeGreaterThan(0);
    expect(epoch!.silent[0]!.meanInput).toBeLessThan(0.06);
    expect(epoch!.spikes["hidden"]).toBe(0);
  });

  test("says in which layer and step a loss became infinite, and what to do", () => {
    const engine = engineOf();
    const weights = engine.weights();
    weights.get("in/kernel")!.values[0] = Infinity;
    engine.setWeights(weights);
    expect(() => trainerOf(engine).step()).toThrow(
      /^layer "in" gave Infinity in step \d of sample 0 of the batch, and the loss is [\d.]+\n {2}Lower the learning rate, or shorten gradients/);
  });

  test("takes steps no longer than those of clipped gradients", () => {
    const plain = new ReferenceEngine(model, { loss: crossEntropy(), optimizer: sgd(1), regularizers: [], clipNorm: 0.01 });
    const before = plain.weights();
    const { batch } = new Trainer(plain, samples, { batch: 20, epochs: 1, learningRate: 1 }).step();
    expect(batch.gradientNorm).toBeGreaterThan(0.01);
    let squares = 0;
    for (const [name, { values }] of plain.weights()) values.forEach((v, k) => (squares += (v - before.get(name)!.values[k]!) ** 2));
    expect(Math.sqrt(squares)).toBeCloseTo(0.01, 9);
  });
});

describe("bad samples are refused by name", () => {
  test("labels that are no classes", () => {
    const wrong = samplesOf(model, { inputs: inputsOf(2), labels: [0, 7] });
    expect(() => new Trainer(engineOf(), wrong, { batch: 2, epochs: 1, learningRate: 0.1, order: () => Uint32Array.of(1, 0) }).step()).toThrow(
      "label 7 of sample 1 is not one of the 2 classes\n  Labels are whole numbers 0 to 1.");
  });
  test("inputs that are not whole samples, not finite, or without labels", () => {
    expect(() => samplesOf(model, { inputs: new Float32Array(50), labels: [0] })).toThrow("50 input values are not whole samples of 8 × [6]");
    expect(() => samplesOf(model, { inputs: inputsOf(1).fill(NaN), labels: [0] })).toThrow("sample 0 holds NaN");
    expect(() => samplesOf(model, { inputs: inputsOf(2), labels: [0] })).toThrow("1 labels for 2 samples");
    expect(() => samplesOf(model, { inputs: inputsOf(2) })).toThrow("neither labels nor targets");
  });
  test("layers that cannot follow each other", () => {
    expect(() => spikingModel({ input: { shape: [4, 4, 1], steps: 2 } }, [dense(3)])).toThrow(
      'layer "dense" takes [units], but receives [4, 4, 1]\n  Put flatten() in front of it.');
    expect(() => spikingModel({ input: { shape: [4], steps: 0 } }, [dense(3)])).toThrow("an input of 0 steps is not one");
    const twice = [dense(3, { name: "a" }), dense(3, { name: "a" })];
    expect(() => spikingModel({ input: { shape: [4], steps: 1 } }, twice)).toThrow('two layers are called "a"');
  });
});

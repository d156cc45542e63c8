import { describe, expect, test } from "vitest";
import { number, name, add, mul, sub } from "../../../src/ir/expr.ts";
import type { Cell } from "../../../src/train/cells/cell.ts";
import { activation, averagePool, batchNorm, conv2d, dense, dropout, flatten, integer, maxPool, neurons, qcfs } from "../../../src/train/layers.ts";
import { crossEntropy, meanSquares } from "../../../src/train/losses.ts";
import type { LossData } from "../../../src/train/losses.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { LayerData, Shape } from "../../../src/train/modelData.ts";
import { sgd } from "../../../src/train/optimizers.ts";
import { ReferenceEngine } from "../../../src/train/reference/referenceEngine.ts";
import type { Regularizer } from "../../../src/train/regularizers.ts";
import { sizeOf } from "../../../src/train/sequence.ts";
import type { Sequence } from "../../../src/train/sequence.ts";
import { atan } from "../../../src/train/surrogates.ts";

/** Leaky integrate-and-fire, v = beta·v + input, reset by subtraction one step later. */
const leaky: Cell = {
  name: "leaky", state: [{ name: "v", initial: 0 }], parameters: [{ name: "beta", value: 0.8 }, { name: "threshold", value: 1 }],
  step: [{ kind: "assign", name: "v", value: sub(add(mul(name("beta"), name("v")), name("input")), mul(name("spiked"), name("threshold"))) }],
  threshold: { margin: sub(name("v"), name("threshold")), inclusive: false, scale: 1 },
  reset: [], detachReset: false, membrane: "v", shown: "beforeReset",
};
const integrator: Cell = {
  name: "integrator", state: [{ name: "v", initial: 0 }], parameters: [],
  step: [{ kind: "assign", name: "v", value: add(mul(number(0.9), name("v")), name("input")) }],
  reset: [], detachReset: true, membrane: "v", shown: "afterReset",
};

const spread = (k: number): number => Math.sin(12.9898 * k + 78.233) * 43758.5453 % 1;
const steps = 5;

interface Case {
  readonly input?: Shape;
  readonly constant?: boolean;
  readonly layers: readonly LayerData[];
  readonly loss?: LossData;
  readonly regularizers?: readonly Regularizer[];
}

function build({ input = [6], constant = false, layers, loss = crossEntropy({ over: "mean" }), regularizers = [] }: Case) {
  const model = spikingModel({ input: { shape: input, steps, constant }, seed: 3 }, layers);
  const engine = new ReferenceEngine(model, { loss, optimizer: sgd(0.1), regularizers }, "f64", undefined, { smoothed: true });
  const rows = constant ? 1 : steps, size = 2 * rows * sizeOf(input);
  const values = Float64Array.from({ length: size }, (_, k) => 1.5 * spread(k + 1));
  const sequence: Sequence = { batch: 2, steps: rows, constant, shape: input, values };
  return { engine, batch: { input: sequence, targets: { labels: [0, 2] }, samples: [0, 1] } };
}

/** Compares with central differences: the gradient of every weight that is learned, and of the input. */
function check(of: Case, tolerance = 1e-6): void {
  const { engine, batch } = build(of);
  const loss = (): number => engine.gradients(batch, 0.3).result.loss;
  const { gradients, input } = engine.gradients(batch, 0.3);
  const compare = (what: string, values: Float64Array, gradient: ArrayLike<number>, changed: () => void): void => {
    const h = 1e-5, stride = Math.max(1, Math.floor(values.length / 15));
    for (let k = 0; k < values.length; k += stride) {
      const before = values[k]!;
      values[k] = before + h;
      changed();
      const above = loss();
      values[k] = before - h;
      changed();
      const below = loss();
      values[k] = before;
      changed();
      const wanted = (above - below) / (2 * h);
      const difference = Math.abs(gradient[k]! - wanted);
      expect(difference, `${what}[${k}]: ${gradient[k]} against ${wanted}`).toBeLessThan(tolerance * Math.max(1, Math.abs(wanted)));
    }
  };
  expect(gradients.size).toBeGreaterThan(0);
  const weights = engine.weights();
  for (const [name, { values }] of gradients) compare(name, weights.get(name)!.values as Float64Array, values, () => engine.setWeights(weights));
  compare("input", batch.input.values as Float64Array, input, () => undefined);
}

const cells = (options = {}) => neurons(leaky, { surrogate: atan(2), ...options });

describe("gradients of the reference are those of central differences", () => {
  test("of dense layers and smoothed neurons", () => check({ layers: [dense(7), cells(), dense(3), cells()] }));
  test("of a constant input", () => check({ constant: true, layers: [dense(7), cells(), dense(3), cells()] }));
  test("of recurrent connections", () => check({ layers: [dense(5), cells({ recurrent: true }), dense(3), cells()] }));
  test("of recurrent connections on a constant input, without bias", () =>
    check({ constant: true, layers: [dense(5), cells({ recurrent: { bias: false } }), dense(3), cells()] }));
  test("of learned factors of decay and thresholds, one for all or one each", () =>
    check({ layers: [dense(4), cells({ learn: ["beta", "threshold"], perNeuron: ["beta"] }), dense(3), cells({ learn: ["beta"] })] }));
  test("of learned initial values", () =>
    check({ layers: [dense(4), cells({ learn: ["initial:v"], perNeuron: ["initial:v"] }), dense(3), cells()] }));
  test("of delays and their weights", () => check({ layers: [dense(4, { delays: { longest: 3 } }), cells(), dense(3), neurons(integrator)] }));
  test("of delays of a constant input", () =>
    check({ constant: true, layers: [dense(4, { delays: { longest: 3 } }), cells(), dense(3), neurons(integrator)] }));
  test("of convolutions with and without a border", () =>
    check({ input: [6, 5, 2], layers: [
        conv2d(3, [3, 2], { padding: "same" }), cells(), conv2d(2, 3, { strides: 2 }), flatten(), dense(3), cells(),
      ] }));
  test("of mean and largest pools", () =>
    check({ input: [6, 6, 2], layers: [averagePool(2), cells(), maxPool([2, 1], { strides: 1 }), flatten(), dense(3), cells()] }));
  test("of batch normalisation through time", () => check({ layers: [dense(4), batchNorm(), cells(), dense(3), batchNorm(), cells()] }));
  test("of batch normalisation of images", () => check({ input: [4, 4, 2], layers: [conv2d(3, 2), batchNorm(), cells(), flatten(), dense(3)] }));
  test("of rate units and dropped inputs", () =>
    check({ layers: [
        dense(6), activation("tanh"), dropout(0.4), dense(5), activation("sigmoid"),
        dense(5), activation("softplus"), dense(4), activation("relu"), dense(3), cells(),
      ] }));
  test("of neurons whose membrane is read, each step for itself", () =>
    check({ layers: [dense(5), cells(), dense(3), neurons(integrator)], loss: crossEntropy({ over: "steps" }) }));
  test("of the largest and the last membrane", () => {
    check({ layers: [dense(5), cells(), dense(3), neurons(integrator)], loss: crossEntropy({ over: "max" }) });
    check({ layers: [dense(5), cells(), dense(3), cells()], loss: crossEntropy({ over: "last", of: "membrane" }) });
  });
  test("of squares, and of several units a class", () =>
    check({ layers: [dense(5), cells(), dense(6), cells()], loss: meanSquares({ over: "count", classes: 3, correct: 4, incorrect: 1 }) }));
  test("of terms on spikes, membranes, weights and operations", () => {
    const layers = [dense(5), cells(), dense(3), cells()];
    check({ layers, regularizers: [{ type: "spikesAbove", strength: 0.3, limit: 0.5 }] });
    check({ layers, regularizers: [{ type: "spikesBelow", strength: 0.2, limit: 9, of: "population" }] });
    check({ layers, regularizers: [{ type: "activityL1", strength: 0.3 }, { type: "activityL2", strength: 0.2 }] });
    check({ layers, regularizers: [{ type: "membraneQuantization", strength: 2 }] });
    check({ layers, regularizers: [{ type: "weightL1", strength: 0.01 }, { type: "weightL2", strength: 0.02 }] });
    check({ layers, regularizers: [{ type: "synapticOperations", strength: 1, budget: 3 }] });
  });
});

test("steps of quantised activations pass gradients straight through, and the threshold of qcfs gets that of its quotient", () => {
  const model = spikingModel({ input: { shape: [1], steps: 1 } }, [qcfs(4, { threshold: 2 }), integer(4)]);
  const engine = new ReferenceEngine(model, { loss: meanSquares({ over: "count" }), optimizer: sgd(), regularizers: [] });
  const at = (x: number) => {
    const input: Sequence = { batch: 1, steps: 1, constant: false, shape: [1], values: Float64Array.of(x) };
    return engine.gradients({ input, targets: { values: Float64Array.of(0) }, samples: [0] });
  };
  // 0.7 → floor(0.7·4/2 + ½)/4·2 = 0.5; then 0.5 of 4 levels. The square's slope is 1.
  expect(at(0.7).input[0]).toBe(1);
  expect(at(0.7).gradients.get("activation/threshold")!.values[0]).toBeCloseTo((0.5 - 0.7) / 2, 12);
  expect(at(-0.3).input[0]).toBe(0);
  expect(at(3).input[0]).toBe(0);
});

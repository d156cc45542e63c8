/** Small models and batches on which engines are compared. */
import { leaky, synaptic } from "../../../src/train/cells/snnTorch.ts";
import type { Batch } from "../../../src/train/engine.ts";
import { activation, averagePool, conv2d, dense, dropout, flatten, maxPool, neurons, qcfs, relu } from "../../../src/train/layers.ts";
import { crossEntropy, meanSquares } from "../../../src/train/losses.ts";
import type { LossData } from "../../../src/train/losses.ts";
import { spikingModel } from "../../../src/train/model.ts";
import type { Initializer, LayerData, ModelData } from "../../../src/train/modelData.ts";
import { fastSigmoid, triangular } from "../../../src/train/surrogates.ts";
import { sizeOf } from "../../../src/train/sequence.ts";
import type { Reals } from "../../../src/train/sequence.ts";

export interface Case { readonly name: string; readonly model: ModelData; readonly loss: LossData; readonly batch: number;
  readonly input: "spikes" | "values" }

const strong: Initializer = { type: "uniform", gain: 4 };
const surrogate = fastSigmoid(10);
const full = (units: number): LayerData => dense(units, { initializer: strong });
const cells = (beta: number, more: Parameters<typeof neurons>[1] = {}): LayerData => neurons(leaky({ beta }), { surrogate, ...more });
const model = (shape: readonly number[], steps: number, constant: boolean, layers: readonly LayerData[]): ModelData =>
  spikingModel({ input: { shape, steps, constant }, seed: 5 }, layers);
const count = crossEntropy({ over: "count", of: "spikes" });

export const cases: readonly Case[] = [
  { name: "a constant input and a loss of membranes", model: model([37], 11, true, [full(45), cells(0.95), full(10), cells(0.95)]),
    loss: crossEntropy({ over: "steps", of: "membrane" }), batch: 9, input: "values" },
  { name: "two hidden layers of spikes", model: model([41], 13, false, [full(35), cells(0.9), full(33), cells(0.9), full(6), cells(0.9)]),
    loss: count, batch: 7, input: "spikes" },
  { name: "values that change", model: model([19], 8, false, [full(21), cells(0.8), full(4), cells(0.9)]), loss: count, batch: 5, input: "values" },
  { name: "recurrent connections", loss: count, batch: 6, input: "spikes",
    model: model([30], 12, false, [full(34), cells(0.9, { recurrent: { initializer: strong } }), full(5), cells(0.9)]) },
  { name: "recurrent connections and a constant input", loss: count, batch: 6, input: "values",
    model: model([30], 9, true, [full(34), cells(0.9, { recurrent: { bias: false, initializer: strong } }), full(5), cells(0.9)]) },
  { name: "a surrogate of compact support", loss: count, batch: 6, input: "spikes",
    model: model([30], 10, false, [full(34), cells(0.9, { surrogate: triangular(1, 0.4) }), full(40), cells(0.9, { surrogate: triangular(1, 0.4) }),
      full(5),
      cells(0.9, { surrogate: triangular() })]) },
  { name: "learned decays and thresholds", loss: count, batch: 6, input: "spikes",
    model: model([30], 10, false, [full(34), cells(0.9, { learn: ["beta", "threshold", "initial:v"], perNeuron: ["beta"] }), full(5),
      neurons(synaptic({ alpha: 0.8, beta: 0.7 }), { surrogate, learn: ["alpha"] })]) },
  { name: "a readout of membranes without neurons behind it", loss: meanSquares({ over: "mean", of: "output" }), batch: 4, input: "spikes",
    model: model([20], 7, false, [full(24), cells(0.9), dense(3)]) },
  { name: "convolutions of a constant image and of spikes, maxima of windows", loss: count, batch: 5, input: "values",
    model: model([12, 11, 2], 6, true, [conv2d(5, 3, { initializer: strong }), maxPool(2), cells(0.8),
      conv2d(18, [2, 3], { initializer: strong, padding: "same", strides: [1, 2] }), cells(0.8), flatten(), full(4), cells(0.9)]) },
  { name: "convolutions of spikes and means of windows", loss: count, batch: 5, input: "spikes",
    model: model([9, 8, 1], 5, false, [conv2d(4, 3, { initializer: strong, padding: "same" }), averagePool([3, 2]), cells(0.8), maxPool(2,
      { strides: 1 }),
      conv2d(20, 2, { initializer: strong, bias: false }), cells(0.8), flatten(), full(3), cells(0.9)]) },
  { name: "neurons that take inputs and spikes without weights between", loss: count, batch: 5, input: "values",
    model: model([21], 9, false, [cells(0.9), cells(0.5, { surrogate: fastSigmoid(2) }), full(4), cells(0.9)]) },
  ...([["relu"], ["sigmoid"], ["tanh"], ["softplus"], ["clip"], [{ type: "qcfs", levels: 3, initial: 1.3 }], [{ type: "integer", levels: 5 }]] as
    const).map(([of]): Case => ({
    name: `rate units that change: ${typeof of === "string" ? of : of.type}`, loss: crossEntropy({ over: "mean", of: "output" }), batch: 6,
    input: "values", model: model([23], 5, false, [full(37), activation(of), full(4)]),
  })),
  { name: "rate units of a constant image, of spikes and of membranes", loss: meanSquares({ over: "mean", of: "output" }), batch: 5, input: "values",
    model: model([8, 7, 2], 6, true, [conv2d(5, 3, { initializer: strong }), qcfs(4, { threshold: 0.8 }), maxPool(2), flatten(), full(20), cells(0.8),
      relu(), full(18), cells(0.8, { output: { state: "v" } }), activation("tanh"), full(3), activation("softplus")]) },
  { name: "dropout of a constant input, of values and of spikes", loss: count, batch: 6, input: "values",
    model: model([30], 9, true, [dropout(0.2), full(24), dropout(0.3), cells(0.9), dropout(0.5), full(5), cells(0.9)]) },
  { name: "weights of few bits", loss: count, batch: 6, input: "values",
    model: model([9, 8, 1], 5, false, [conv2d(6, 3, { initializer: strong, bits: 4 }), cells(0.8), conv2d(7, 2, { initializer: strong, bits: 2 }),
      cells(0.8), flatten(), dense(19, { initializer: strong, bits: 3 }), cells(0.8), dense(4, { initializer: strong, bits: 8 }), cells(0.9)]) },
];

/** Inputs and labels that depend on the case alone. */
export function batchOf({ model: { input: { shape, steps, constant } }, model: whole, batch, input }: Case, reals: (n: number) => Reals): Batch {
  let state = 12345;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const values = reals(batch * (constant ? 1 : steps) * sizeOf(shape)).map(() => (random() < 0.3 ? (input === "spikes" ?
    1 : Math.fround(random())) : 0)) as Reals;
  const classes = whole.layers.flatMap((l) => (l.kind === "dense" ? [l.units] : [])).at(-1)!;
  return {
    input: { batch, steps: constant ? 1 : steps, constant, shape, values }, samples: Array.from({ length: batch }, (_, k) => k),
    targets: { labels: Array.from({ length: batch }, () => Math.floor(random() * classes)) },
  };
}

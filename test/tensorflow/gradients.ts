/** Values and gradients of a described model, by TensorFlow.js and by the reference. */
import type { Tensor } from "@tensorflow/tfjs";
import { initialWeights, isLearned } from "../../src/train/initialWeights.ts";
import type { ModelData, Weights } from "../../src/train/modelData.ts";
import { operationsOf, runForward } from "../../src/train/reference/forwardPass.ts";
import { sizeOf } from "../../src/train/sequence.ts";
import type { Reals } from "../../src/train/sequence.ts";
import { fromModelData } from "../../src/tensorflow/modelDataOf.ts";
import { isSynfireLayer } from "../../src/tensorflow/synfireLayer.ts";
import type { TensorFlow } from "../../src/tensorflow/tensorFlowPackages.ts";

export interface Found { readonly output: ArrayLike<number>; readonly gradients: ReadonlyMap<string, ArrayLike<number>> }

/** Numbers that look random and are the same everywhere. */
export const pseudo = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, k) => ((Math.imul(k + 1, 2654435761) ^ Math.imul(seed + 7, 40503)) >>> 0) / 2 ** 32).map((x) => (x * 7919) % 1);

/** @param batch samples; the input is between 0 and `high`; the gradient that comes in is between −1 and 1 */
export function byReference(model: ModelData, batch: number, high: number): Found {
  const weights = initialWeights(model, "f64");
  const operations = operationsOf(model, weights);
  const { shape, steps, constant } = model.input, rows = constant ? 1 : steps;
  const values = Float64Array.from(pseudo(batch * rows * sizeOf(shape), 1), (x) => Math.fround(x * high));
  const input = { batch, steps: rows, constant, shape, values };
  const samples = Int32Array.from({ length: batch }, (_, k) => k);
  const outputs = runForward(operations, input, { training: true, steps, progress: 0, round: 0, samples });
  const output = outputs[outputs.length - 1]!;
  const gradients: Weights = new Map(
    [...weights].map(([name, { shape: own, values: w }]) => [name, { shape: own, values: new Float64Array(w.length) }]));
  let dy: Reals = Float64Array.from(pseudo(output.values.length, 2), (x) => Math.fround(2 * x - 1));
  for (const [k, operation] of [...operations.entries()].reverse()) dy = operation.backward(dy, gradients, k > 0) ?? dy;
  return { output: output.values, gradients: new Map([...gradients].filter(([name]) => isLearned(model, name)).map(([n, g]) => [n, g.values])) };
}

export async function byTensorFlow(tf: TensorFlow, model: ModelData, batch: number, high: number, fused: boolean): Promise<Found> {
  const made = fromModelData(tf, model, undefined, { fused });
  const { shape, steps, constant } = model.input;
  const own = constant ? shape : [steps, ...shape];
  const x = tf.tensor(Float32Array.from(pseudo(batch * sizeOf(own), 1), (v) => v * high), [batch, ...own]);
  let output!: Tensor;
  const { grads } = tf.variableGrads(() => tf.tidy(() => {
    const y = made.apply(x, { training: true }) as Tensor;
    output = tf.keep(y.clone());
    return tf.sum(tf.mul(y, tf.tensor(Float32Array.from(pseudo(y.size, 2), (v) => 2 * v - 1), y.shape))).asScalar();
  }));
  const gradients = new Map<string, ArrayLike<number>>();
  for (const layer of made.layers.filter(isSynfireLayer)) for (const name of layer.weightNames) {
    const gradient = grads[layer.weight(name)!.name];
    if (gradient) gradients.set(name, await gradient.data());
  }
  const found = { output: await output.data(), gradients };
  tf.dispose([x, output, ...Object.values(grads)]);
  made.dispose();
  return found;
}

/** The largest difference, over the largest value of the second, or over `atLeast` if that is larger. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>, atLeast = 1e-3): number {
  let difference = a.length === b.length ? 0 : Infinity, largest = atLeast;
  for (let k = 0; k < b.length; k++) {
    difference = Math.max(difference, Number.isFinite(a[k]!) ? Math.abs(a[k]! - b[k]!) : Infinity);
    largest = Math.max(largest, Math.abs(b[k]!));
  }
  return difference / largest;
}

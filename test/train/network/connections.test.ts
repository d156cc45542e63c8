import fc from "fast-check";
import { expect, test } from "vitest";
import { fanOut } from "../../../src/train/energy/fanOut.ts";
import { initialWeights } from "../../../src/train/initialWeights.ts";
import { shapesOf } from "../../../src/train/model.ts";
import type { Conv2dData, DenseData, LayerData, ModelData, PoolData, Shape } from "../../../src/train/modelData.ts";
import { composeConnections } from "../../../src/train/network/composeConnections.ts";
import { connectionsOf } from "../../../src/train/network/connections.ts";
import type { Connections } from "../../../src/train/network/connections.ts";
import { Conv2dOperation } from "../../../src/train/reference/conv2d.ts";
import { BatchNormOperation } from "../../../src/train/reference/batchNorm.ts";
import { DenseOperation } from "../../../src/train/reference/dense.ts";
import { PoolOperation } from "../../../src/train/reference/pool.ts";
import type { Reals, Sequence } from "../../../src/train/sequence.ts";
import { sizeOf } from "../../../src/train/sequence.ts";

const pass = { training: false, steps: 6, progress: 1, round: 0, samples: [0] };
const numbers = (size: number): Float64Array => Float64Array.from({ length: size }, (_, k) => Math.sin(k * k + 1));
const modelOf = (layers: readonly LayerData[], shape: Shape): ModelData =>
  ({ input: { shape, steps: 6, constant: false }, dt: 1e-3, layers, seed: 3 });

/** What synapses make of inputs [steps, inputs]. */
function through({ inputs, outputs, pre, post, weights, delays, bias }: Connections, x: Reals, steps: number): Float64Array {
  const y = new Float64Array(steps * outputs).map((_, k) => bias[k % outputs]!);
  pre.forEach((i, k) => {
    for (let t = delays?.[k] ?? 0; t < steps; t++) y[t * outputs + post[k]!]! += weights[k]! * x[(t - (delays?.[k] ?? 0)) * inputs + i]!;
  });
  return y;
}

const close = (a: Reals, b: Reals): void => {
  expect(a.length).toBe(b.length);
  a.forEach((v, k) => expect(v).toBeCloseTo(b[k]!, 10));
};

const initializer = { type: "uniform", gain: 1 } as const;
const conv = (padding: "valid" | "same", strides: readonly [number, number], kernelSize: readonly [number, number], bits?: number): Conv2dData =>
  ({ kind: "conv2d", name: "conv", filters: 3, kernelSize, strides, padding, bias: true, initializer, ...(bits ? { bits } : {}) });
const dense = (units: number, delays?: number, bits?: number): DenseData => ({
  kind: "dense", name: "dense", units, bias: true, initializer, ...(bits ? { bits } : {}),
  ...(delays === undefined ? {} : { delays: { longest: delays, sigma: [2, 0.5] as const, learn: true } }),
});
const average: PoolData = { kind: "pool", name: "pool", operation: "average", size: [2, 2], strides: [2, 2] };

function outputOf(layer: LayerData, model: ModelData, x: Sequence): Sequence {
  const weights = initialWeights(model, "f64");
  if (layer.kind === "dense") return new DenseOperation(layer, weights).forward(x, pass);
  if (layer.kind === "conv2d") return new Conv2dOperation(layer, weights).forward(x);
  if (layer.kind === "pool") return new PoolOperation(layer).forward(x);
  if (layer.kind === "batchNorm") return new BatchNormOperation(layer, weights).forward(x, pass);
  throw new Error(layer.kind);
}

const cases: readonly [string, LayerData, Shape][] = [
  ["a dense layer", dense(4), [5]], ["a dense layer with delays", dense(4, 3), [5]], ["a dense layer of 3 bits", dense(4, undefined, 3), [5]],
  ["a convolution", conv("valid", [1, 1], [3, 2]), [6, 5, 2]], ["a padded convolution with strides", conv("same", [2, 2], [3, 3], 4), [6, 5, 2]],
  ["a padded convolution with even kernels", conv("same", [1, 1], [2, 4]), [5, 5, 1]], ["an average pool", average, [5, 6, 2]],
  ["a batch normalisation", { kind: "batchNorm", name: "norm", momentum: 0.9, epsilon: 0.1 }, [2, 2, 3]],
];
test.each(cases)("the synapses of %s compute what the layer does", (_, layer, shape) => {
  const model = modelOf([layer], shape), x = numbers(6 * sizeOf(shape));
  const connections = connectionsOf(layer, shape, initialWeights(model, "f64"))!;
  close(through(connections, x, 6), outputOf(layer, model, { batch: 1, steps: 6, constant: false, shape, values: x }).values);
  if (layer.kind === "dense" || layer.kind === "conv2d" || layer.kind === "pool") {
    const reached = new Float64Array(sizeOf(shape));
    connections.pre.forEach((i) => reached[i]!++);
    expect([...reached]).toEqual([...fanOut(layer, shape)]);
  }
});

test("two layers of synapses are one, with the same sums", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.nat(3), (size, units, longest) => {
    const shape = [5, 6, 2];
    const last = dense(units, longest === 0 ? undefined : longest), flat = { kind: "flatten", name: "flat" } as const;
    const layers = [{ ...conv("same", [1, 1], [size, size]), bias: longest === 0 }, average, flat, last];
    const model = modelOf(layers, shape), weights = initialWeights(model, "f64"), shapes = [shape, ...shapesOf(model)];
    const parts = layers.flatMap((layer, k) => connectionsOf(layer, shapes[k]!, weights) ?? []);
    const whole = parts.reduce((a, b) => composeConnections(a, b, "test")), x = numbers(6 * sizeOf(shape));
    close(through(whole, x, 6), parts.reduce<Reals>((values, part) => through(part, values, 6), x));
    expect(whole.pre.every((i, k) => k === 0 || i >= whole.pre[k - 1]!)).toBe(true);
  }), { numRuns: 20 });
});

test("a bias in front of delays is refused by name, and so are layers that are no sums", () => {
  const one = Float64Array.of(1), zero = Uint32Array.of(0);
  const delayed: Connections = { inputs: 1, outputs: 1, pre: zero, post: zero, weights: one, bias: one, delays: Uint32Array.of(2) };
  expect(() => composeConnections(delayed, delayed, 'layers "a", "b"')).toThrow('layers "a", "b": a bias comes before synapses with delays');
  const max: PoolData = { ...average, name: "largest", operation: "max" };
  expect(() => connectionsOf(max, [4, 4, 1], new Map())).toThrow('layer "largest" (pool) is no sum of weighted inputs');
});

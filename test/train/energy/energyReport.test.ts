import { expect, test } from "vitest";
import type { Cell } from "../../../src/train/cells/cell.ts";
import { bitBudget, equivalentActivationBits } from "../../../src/train/energy/bitBudget.ts";
import { energyReport } from "../../../src/train/energy/energyReport.ts";
import { fanOut } from "../../../src/train/energy/fanOut.ts";
import { arithmeticFor, readingABit } from "../../../src/train/energy/operationEnergy.ts";
import type { CellsData, Conv2dData, DenseData, ModelData, PoolData } from "../../../src/train/modelData.ts";

const cell: Cell = {
  name: "integrator", state: [{ name: "v", initial: 0 }], parameters: [], step: [], reset: [],
  threshold: { margin: { kind: "name", name: "v" }, inclusive: true, scale: 1 },
  detachReset: true, membrane: "v", shown: "beforeReset",
};
const dense = (name: string, units: number, bits?: number): DenseData =>
  ({ kind: "dense", name, units, bias: true, initializer: { type: "zeros" }, ...(bits ? { bits } : {}) });
const cells = (name: string, recurrent = false): CellsData => ({
  kind: "cells", name, cell, learn: [], perNeuron: [], values: {},
  surrogate: { name: "none", derivative: { kind: "number", value: 1 }, parameters: {} },
  output: "spikes", ...(recurrent ? { recurrent: { bias: false, initializer: { type: "zeros" as const } } } : {}),
});
const model = (layers: ModelData["layers"], shape: readonly number[], steps: number): ModelData =>
  ({ input: { shape, steps, constant: false }, dt: 1e-3, layers, seed: 0 });

test("a network of two layers costs what the hand calculation says, to the unit", () => {
  const toy = model([dense("first", 2), cells("hidden", true), dense("second", 3), cells("output")], [4], 5);
  const report = energyReport(toy, {
    samples: 2,
    inputs: new Map([
      ["first", { kind: "spikes", events: Float64Array.of(3, 0, 1, 4) }], ["hidden", { kind: "numbers", constant: false }],
      ["second", { kind: "spikes", events: Float64Array.of(6, 1) }], ["output", { kind: "numbers", constant: false }],
    ]),
    recurrent: new Map([["hidden", { kind: "spikes", events: Float64Array.of(6, 1) }]]),
  });
  // Two samples: (3 + 0 + 1 + 4)/2 spikes with 2 synapses each, (6 + 1)/2 with 3, and 2 of the hidden layer's own.
  expect(report.layers.map((l) => [l.name, l.synapticEvents])).toEqual([
    ["first", 8], ["hidden (recurrent)", 7], ["hidden", 0], ["second", 10.5], ["output", 0],
  ]);
  expect(report.total).toMatchObject({ connections: 8 + 4 + 6, synapticEvents: 25.5, multiplications: 0, neuronUpdates: 2 * 5 + 3 * 5 });
  expect(report.energy.synapses).toBeCloseTo(25.5 * 0.9, 12);
  expect(report.energy.ann).toBeCloseTo((8 + 6) * 4.6, 12);
  expect(report.energy.neurons).toBeCloseTo(25 * (4.6 + 0.9), 12);
  // Event-driven effort is one product of bits for each synaptic event; synchronous effort one for each connection and step.
  expect(report.total.eventDrivenEffort).toBeCloseTo(25.5 * 32, 9);
  expect(report.total.synchronousEffort).toBe(18 * 5 * 32);
  expect(report.total.traffic).toBe(25.5 * 32 + 2 * 25 * 32);
});

test("numbers instead of spikes are multiplied by every weight in every step, constant ones once", () => {
  const toy = model([dense("only", 3, 8)], [4], 5);
  const of = (constant: boolean) => ({ samples: 1, inputs: new Map([["only", { kind: "numbers" as const, constant }]]), recurrent: new Map() });
  const report = energyReport(toy, of(false));
  expect(report.layers[0]).toMatchObject({ multiplications: 60, synapticEvents: 0 });
  expect(report.energy.synapses).toBeCloseTo(60 * 0.23, 12);
  expect(energyReport(toy, of(true)).layers[0]).toMatchObject({ multiplications: 12 });
  expect(energyReport(toy, of(true), { constantEachStep: true }).layers[0]).toMatchObject({ multiplications: 60 });
  expect(report.energy.quantisedAnn).toBeCloseTo(12 * 0.23, 12);
});

const windowsOf = (layer: Conv2dData | PoolData, height: number, width: number): number[] => {
  const [kh, kw] = layer.kind === "pool" ? layer.size : layer.kernelSize, [sh, sw] = layer.strides;
  const same = layer.kind === "conv2d" && layer.padding === "same";
  const covers = new Array<number>(height * width).fill(0);
  const made = (n: number, k: number, s: number) => (same ? Math.ceil(n / s) : Math.floor((n - k) / s) + 1);
  const before = (n: number, k: number, s: number) => (same ? Math.floor(Math.max(0, (Math.ceil(n / s) - 1) * s + k - n) / 2) : 0);
  for (let r = 0; r < made(height, kh, sh); r++) for (let c = 0; c < made(width, kw, sw); c++) {
    for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
      const [y, x] = [r * sh + i - before(height, kh, sh), c * sw + j - before(width, kw, sw)];
      if (y >= 0 && y < height && x >= 0 && x < width) covers[y * width + x]!++;
    }
  }
  return covers;
};

test("a spike reaches as many synapses of a convolution as there are windows over its place, times filters", () => {
  const conv = (padding: "valid" | "same", strides: readonly [number, number]): Conv2dData =>
    ({ kind: "conv2d", name: "c", filters: 3, kernelSize: [3, 2], strides, padding, bias: true, initializer: { type: "zeros" } });
  for (const layer of [conv("valid", [1, 1]), conv("same", [1, 1]), conv("same", [2, 2]), conv("valid", [2, 1])]) {
    const expected = windowsOf(layer, 7, 6).flatMap((n) => [n * 3, n * 3]);
    expect([...fanOut(layer, [7, 6, 2])]).toEqual(expected);
  }
  const pool: PoolData = { kind: "pool", name: "p", operation: "average", size: [2, 2], strides: [2, 2] };
  expect([...fanOut(pool, [5, 4, 1])]).toEqual(windowsOf(pool, 5, 4));
});

test("T steps of binary spikes are worth log2(T + 1) bits", () => {
  expect([1, 3, 4, 7, 15, 16].map((t) => equivalentActivationBits(t))).toEqual([1, 2, 3, 3, 4, 5]);
  expect(equivalentActivationBits(5, 2)).toBe(4);
  expect(bitBudget(4, 4, 1)).toBe(16);
});

test("1.13 spikes of INT8 sums cost 97.7 % less than an FP16 product and 85.2 % less than an INT8 one, as SpikingBrain reports", () => {
  const spikes = 1.13 * arithmeticFor(8).add;
  expect(1 - spikes / arithmeticFor(16).multiplyAdd).toBeCloseTo(0.977, 3);
  expect(1 - spikes / arithmeticFor(8).multiplyAdd).toBeCloseTo(0.852, 2);
});

test("larger memories cost more to read", () => {
  const costs = [1e3, 2e4, 5e5, 1e8].map(readingABit);
  expect(costs).toEqual([10 / 64, 20 / 64, 100 / 64, 1300 / 64]);
});

import { describe, expect, it } from "vitest";

import type { Cell } from "../../../src/train/cells/cell.ts";
import { leaky, lif } from "../../../src/train/cells/conventions.ts";
import { derive } from "../../../src/train/cells/derive.ts";
import type { DeriveOptions } from "../../../src/train/cells/derive.ts";
import { CellRun } from "../../../src/train/cells/referenceCells.ts";
import { WasmCellRun } from "../../../src/train/cells/wasmRun.ts";
import type { Reals } from "../../../src/train/sequence.ts";
import { atan, fastSigmoid, triangular } from "../../../src/train/surrogates.ts";
import type { Surrogate } from "../../../src/train/surrogate.ts";
import { conventions, randomNumbers } from "./conventionCases.ts";

type AnyRun = CellRun | WasmCellRun;

interface Shape { readonly batch: number; readonly steps: number; readonly units: number; readonly constant?: boolean }

/** Everything that a pass gives. */
function everything(run: AnyRun, { batch, steps, units, constant = false }: Shape, real: (n: number) => Reals, scale: number, pieces = [steps]) {
  const random = randomNumbers(7), rows = batch * steps * units;
  const fill = (n: number, make: () => number): Reals => real(n).map(make) as Reals;
  const input = fill(constant ? batch * units : rows, () => scale * (random() * 1.5 - 0.2));
  const dSpikes = fill(rows, () => random() - 0.5), dMembrane = fill(rows, () => random() - 0.5);
  const ends = [0, ...pieces];
  for (let k = 1; k < ends.length; k++) run.forward(input, constant, ends[k - 1], ends[k]);
  const dInput = real(constant && run instanceof WasmCellRun ? batch * units : rows);
  for (let k = ends.length - 1; k > 0; k--) run.backward(dSpikes, dMembrane, input, constant, dInput, ends[k - 1], ends[k]);
  const stepSums = real(batch * units);
  for (let e = 0; e < dInput.length; e++) stepSums[Math.floor(e / units / (dInput.length === rows ? steps : 1)) * units + (e % units)]! += dInput[e]!;
  const gradients = [...run.gradients].map(([n, g]) => [n, [...g]] as const);
  return { spikes: [...run.spikes], dInput: constant ? [...stepSums] : [...dInput], gradients };
}

function expectClose(got: ReturnType<typeof everything>, wanted: ReturnType<typeof everything>, tolerance: number): void {
  expect(got.spikes).toEqual(wanted.spikes);
  const near = (a: readonly number[], b: readonly number[]): void => {
    const size = Math.max(1e-3, ...b.map(Math.abs));
    expect(Math.max(...a.map((x, k) => Math.abs(x - b[k]!))) / size).toBeLessThan(tolerance);
  };
  near(got.dInput, wanted.dInput);
  got.gradients.forEach(([n, g], k) => {
    expect(n).toBe(wanted.gradients[k]![0]);
    near(g, wanted.gradients[k]![1]);
  });
}

const f64 = (n: number): Reals => new Float64Array(n);

async function both(cell: Cell, surrogate: Surrogate, shape: Shape, options: DeriveOptions = {}, checkpoint?: number, pieces?: number[]) {
  const derived = derive(cell, surrogate, options);
  const plain = new CellRun(derived, { ...shape, precision: "f64" });
  const wasm = await WasmCellRun.create(derived, { ...shape, precision: "f64", ...(checkpoint && { checkpoint }) });
  // As much input as makes some neurons spike.
  const scale = [1, 2, 4, 8, 16].find((s) => !cell.threshold || everything(plain, shape, f64, s).spikes.includes(1))!;
  return [everything(wasm, shape, f64, scale, pieces), everything(plain, shape, f64, scale)] as const;
}

describe("cells in WebAssembly", () => {
  it.each(conventions)("%s: spikes and gradients are those of the reference", async (_, cell, learn) => {
    const [wasm, plain] = await both(cell, atan(), { batch: 2, steps: 7, units: 13 }, { learn });
    if (cell.threshold) expect(new Set(plain.spikes).size).toBe(2);
    expectClose(wasm, plain, 1e-12);
  });

  it.each([1, 2, 3, 5, 8, 16, 31, 32, 33, 70])("a layer of %i neurons is right to the last one, in both precisions", async (units) => {
    const shape = { batch: 3, steps: 5, units };
    const cell = lif({ tau: 4, vReset: 0.1 });
    const [wasm, plain] = await both(cell, triangular(), shape, { learn: ["tau"], perNeuron: ["tau"] });
    expectClose(wasm, plain, 1e-12);
    const derived = derive(cell, fastSigmoid(), { learn: ["tau", "initial:v"], perNeuron: ["initial:v"] });
    const single = (n: number): Reals => new Float32Array(n);
    const runs = [await WasmCellRun.create(derived, { ...shape, precision: "f32" }), new CellRun(derived, { ...shape, precision: "f32" })] as const;
    expectClose(everything(runs[0], shape, single, 1), everything(runs[1], shape, single, 1), 1e-4);
  });

  it.each(conventions)("%s: a pass in pieces is the whole", async (_, cell, learn) => {
    const [wasm, plain] = await both(cell, atan(), { batch: 2, steps: 7, units: 9 }, { learn }, undefined, [1, 4, 7]);
    expectClose(wasm, plain, 1e-12);
  });

  it.each(conventions)("%s: states from checkpoints give the same gradients as stored ones", async (_, cell, learn) => {
    const [wasm, plain] = await both(cell, atan(), { batch: 2, steps: 10, units: 9 }, { learn }, 4);
    expectClose(wasm, plain, 1e-12);
  });

  it.each(conventions)("%s: gradients from checkpoints are those of stored states bit for bit", async (_, cell, learn) => {
    const derived = derive(cell, atan(), { learn }), shape = { batch: 2, steps: 37, units: 5 }, single = (n: number): Reals => new Float32Array(n);
    const [whole, pieces] = [await WasmCellRun.create(derived, { ...shape, precision: "f32" }),
      await WasmCellRun.create(derived, { ...shape, precision: "f32", checkpoint: 5 })];
    expect(everything(pieces, shape, single, 2)).toEqual(everything(whole, shape, single, 2));
  });

  it("sums the gradient of an input that is constant over the steps", async () => {
    const [wasm, plain] = await both(leaky(), atan(), { batch: 3, steps: 6, units: 21, constant: true }, { learn: ["beta"] });
    expectClose(wasm, plain, 1e-12);
  });
});

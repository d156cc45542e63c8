/** The network of shared/reference/training, with cells that the test chooses, and plain loops for the rest. */
import { existsSync, readFileSync } from "node:fs";
import type { Reals } from "../../../src/train/sequence.ts";

export const folder = "../shared/reference/training";
export const hasReference = existsSync(`${folder}/network.json`);

type Matrix = readonly (readonly number[])[];
export interface Trace { readonly [name: string]: readonly Matrix[] }
export interface Gradients {
  readonly loss: number;
  readonly grad_W1: Matrix;
  readonly grad_b1: readonly number[];
  readonly grad_W2: Matrix;
  readonly grad_b2: readonly number[];
  readonly grad_x: readonly Matrix[];
}
export interface Result { readonly trace: Trace; readonly losses: { readonly ce_count: Gradients; readonly ce_mem_sum: Gradients } }
export interface Reference {
  readonly network: {
    readonly T: number; readonly batch: number; readonly inputs: number; readonly hidden: number; readonly outputs: number;
    readonly W1: Matrix; readonly b1: readonly number[]; readonly W2: Matrix; readonly b2: readonly number[];
    readonly x: readonly Matrix[]; readonly labels: readonly number[];
  };
  readonly float64: Result;
  readonly float32: Result;
}

export const readReference = (name: string): Reference => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8")) as Reference;

/** What a run of cells must be able to do. */
export interface Run {
  readonly spikes: Reals;
  readonly membrane: Reals;
  forward(input: Reals, constantInput: boolean): void;
  backward(dSpikes: Reals | undefined, dMembrane: Reals | undefined, input: Reals, constantInput: boolean, dInput: Reals): void;
}

/** The largest difference of anything to the reference: traces, losses, gradients. */
export function compare(
  reference: Reference, result: Result, make: (units: number, batch: number, steps: number) => Run, round: (x: number) => number,
): number {
  const { T, batch, inputs, hidden, outputs, W1, b1, W2, b2, x, labels } = reference.network;
  const rows = batch * T;
  const real = (n: number): Reals => (round === Math.fround ? new Float32Array(n) : new Float64Array(n));
  const flat = (values: readonly Matrix[], width: number): Float64Array => {
    const out = new Float64Array(rows * width);
    for (let t = 0; t < T; t++) for (let b = 0; b < batch; b++) for (let k = 0; k < width; k++) out[(b * T + t) * width + k] = values[t]![b]![k]!;
    return out;
  };
  const dense = (input: Reals, n: number, w: Matrix, bias: readonly number[]): Reals => {
    const out = real(rows * w.length);
    for (let r = 0; r < rows; r++) w.forEach((row, j) => {
      out[r * w.length + j] = row.reduce((s, v, k) => s + v * input[r * n + k]!, 0) + bias[j]!;
    });
    return out;
  };
  let worst = 0;
  const check = (got: ArrayLike<number>, wanted: ArrayLike<number>): void => {
    for (let k = 0; k < wanted.length; k++) {
      const difference = Math.abs(got[k]! - wanted[k]!) / Math.max(1, Math.abs(wanted[k]!));
      worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
    }
  };
  const input = flat(x, inputs);
  const one = make(hidden, batch, T), two = make(outputs, batch, T);
  const current1 = dense(input, inputs, W1, b1);
  one.forward(current1, false);
  const current2 = dense(one.spikes, hidden, W2, b2);
  two.forward(current2, false);
  const traces = [
    ["cur1", current1, hidden], ["spk1", one.spikes, hidden], ["mem1", one.membrane, hidden],
    ["cur2", current2, outputs], ["spk2", two.spikes, outputs], ["mem2", two.membrane, outputs],
  ] as const;
  for (const [name, got, width] of traces) check(got, flat(result.trace[name]!, width));
  for (const kind of ["ce_count", "ce_mem_sum"] as const) {
    const d = real(rows * outputs);
    let loss = 0;
    const crossEntropy = (logits: readonly number[], label: number): number[] => {
      const top = Math.max(...logits), total = logits.reduce((s, l) => s + Math.exp(l - top), 0);
      loss += (Math.log(total) - (logits[label]! - top)) / batch;
      return logits.map((l, k) => (Math.exp(l - top) / total - (k === label ? 1 : 0)) / batch);
    };
    for (let b = 0; b < batch; b++) {
      const at = (t: number, k: number): number => (b * T + t) * outputs + k;
      if (kind === "ce_count") {
        const trains = Array.from({ length: outputs }, (_, k) => Array.from({ length: T }, (_, t) => two.spikes[at(t, k)]!));
        const counts = trains.map((train) => train.reduce((a, c) => a + c));
        const g = crossEntropy(counts, labels[b]!);
        for (let t = 0; t < T; t++) g.forEach((v, k) => (d[at(t, k)] = v));
      } else {
        for (let t = 0; t < T; t++) {
          const logits = Array.from({ length: outputs }, (_, k) => two.membrane[at(t, k)]!);
          crossEntropy(logits, labels[b]!).forEach((v, k) => (d[at(t, k)] = v));
        }
      }
    }
    const d2 = real(rows * outputs), d1 = real(rows * hidden), dSpikes = real(rows * hidden);
    two.backward(kind === "ce_count" ? d : undefined, kind === "ce_count" ? undefined : d, current2, false, d2);
    const back = (d: Reals, w: Matrix, n: number, out: Reals): void => {
      for (let e = 0; e < rows * n; e++) out[e] = w.reduce((s, row, j) => s + row[e % n]! * d[Math.floor(e / n) * w.length + j]!, 0);
    };
    back(d2, W2, hidden, dSpikes);
    one.backward(dSpikes, undefined, current1, false, d1);
    const wanted = result.losses[kind];
    const product = (d: Reals, n: number, other: Reals, m: number): number[] => Array.from({ length: n * m }, (_, e) => {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += d[r * n + Math.floor(e / m)]! * other[r * m + (e % m)]!;
      return sum;
    });
    const sums = (d: Reals, n: number): number[] => product(d, n, new Float64Array(rows).fill(1), 1);
    check([loss], [wanted.loss]);
    check(product(d2, outputs, one.spikes, hidden), wanted.grad_W2.flat());
    check(sums(d2, outputs), wanted.grad_b2);
    check(product(d1, hidden, input, inputs), wanted.grad_W1.flat());
    check(sums(d1, hidden), wanted.grad_b1);
    const dx = new Float64Array(rows * inputs);
    back(d1, W1, inputs, dx);
    check(dx, flat(wanted.grad_x, inputs));
  }
  return worst;
}

/** Steps of a layer whose neurons reach each other: cells and products take turns. All numbers are addresses. */
import type { CellFunctions } from "./cellProgram.ts";
import type { Workspace } from "./workspace.ts";

export interface RecurrentSize { readonly batch: number; readonly given: number; readonly units: number; readonly steps: number }

export interface RecurrentForward {
  readonly table: number;
  /** [batch, given, units] */
  readonly input: number;
  /** Out: input, bias and what arrives from the layer itself, [batch, steps, units]. */
  readonly received: number;
  readonly bits: number;
  /** [units, units], from and to. */
  readonly recurrent: number;
  readonly bias: number | undefined;
}

export function runRecurrent(space: Workspace, functions: CellFunctions, size: RecurrentSize, at: RecurrentForward): void {
  const { batch, given, units, steps } = size, bitStride = 4 * Math.ceil(units / 32), row = 4 * units;
  const spikes = space.make([batch, units]);
  const numbers = (address: number, length: number) => new Float32Array(space.memory.buffer, address, length);
  const received = numbers(at.received, batch * steps * units), input = numbers(at.input, batch * given * units);
  const bias = at.bias === undefined ? undefined : numbers(at.bias, units);
  for (let b = 0; b < batch; b++) for (let t = 0; t < steps; t++) {
    const to = (b * steps + t) * units, from = (given === 1 ? b : b * steps + t) * units;
    for (let u = 0; u < units; u++) received[to + u] = input[from + u]! + (bias ? bias[u]! : 0);
  }
  for (let t = 0; t < steps; t++) {
    if (t > 0) {
      functions.spikeValues(at.bits + (t - 1) * bitStride, steps * bitStride, batch, units, spikes.address, row);
      functions.addProduct(spikes.address, row, at.recurrent, at.received + t * row, steps * row, batch, units, units);
    }
    functions.forward(at.table, 0, batch, t, t + 1);
  }
  spikes.dispose();
}

export interface RecurrentBackward {
  readonly table: number;
  /** Gradient with respect to the layer's spikes, where those are what it gives. */
  readonly dy: number | undefined;
  /** Out: that and what comes from the layer itself, [batch, steps, units]. */
  readonly dSpikes: number;
  readonly dInput: number;
  /** Recurrent weights, transposed. */
  readonly transposed: number;
}

export function runRecurrentBack(space: Workspace, functions: CellFunctions, { batch, units, steps }: RecurrentSize, at: RecurrentBackward): void {
  const length = batch * steps * units, row = 4 * units;
  const dSpikes = new Float32Array(space.memory.buffer, at.dSpikes, length);
  if (at.dy === undefined) dSpikes.fill(0);
  else dSpikes.set(new Float32Array(space.memory.buffer, at.dy, length));
  for (let t = steps - 1; t >= 0; t--) {
    if (t < steps - 1) {
      functions.addProduct(at.dInput + (t + 1) * row, steps * row, at.transposed, at.dSpikes + t * row, steps * row, batch, units, units);
    }
    functions.backward(at.table, 0, batch, t, t + 1);
  }
}

/** Spikes of the step before each step, as numbers [batch · steps, units]; 0 before the first. */
export function spikesBefore(space: Workspace, functions: CellFunctions, { batch, units, steps }: RecurrentSize, bits: number, values: number): void {
  const row = 4 * units;
  if (batch * steps > 1) functions.spikeValues(bits, 4 * Math.ceil(units / 32), batch * steps - 1, units, values + row, row);
  for (let b = 0; b < batch; b++) new Float32Array(space.memory.buffer, values + b * steps * row, units).fill(0);
}

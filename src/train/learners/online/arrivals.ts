/** What reaches a layer of neurons in a step, source by source: inputs, the layer's own spikes of the step before, biases. */
import type { CellsData, DenseData, Weights } from "../../modelData.ts";
import type { Sequence } from "../../sequence.ts";
import type { NeuronColumns } from "./neuronColumns.ts";

interface Part { readonly name: string; readonly from: number; readonly count: number }

/** Sources are numbered: inputs, bias of the dense layer, neurons of the layer, recurrent bias. */
export class Arrivals {
  readonly count: number;
  /** What each source sent in this step. */
  readonly values: Float64Array;
  readonly #parts: readonly Part[];
  readonly #push: Float64Array;
  readonly #inputs: number;
  readonly #units: number;
  readonly #recurrentFrom: number;
  readonly #recurrent: string | undefined;

  /** @param selfConnections whether the recurrent weights' diagonal takes part */
  constructor(dense: DenseData, cells: CellsData, inputs: number, selfConnections: boolean) {
    const { units } = dense, parts: Part[] = [];
    const add = (name: string, count: number): void => { parts.push({ name, from: parts.reduce((sum, p) => sum + p.count, 0), count }); };
    add(`${dense.name}/kernel`, inputs);
    if (dense.bias) add(`${dense.name}/bias`, 1);
    if (cells.recurrent) add(`${cells.name}/recurrent`, units);
    if (cells.recurrent?.bias) add(`${cells.name}/recurrentBias`, 1);
    this.#parts = parts;
    this.#inputs = inputs;
    this.#units = units;
    this.#push = new Float64Array(units);
    this.count = parts.reduce((sum, p) => sum + p.count, 0);
    this.values = new Float64Array(this.count).fill(1);
    this.#recurrentFrom = parts.find((p) => p.name === `${cells.name}/recurrent`)?.from ?? -1;
    this.#recurrent = selfConnections || !cells.recurrent ? undefined : `${cells.name}/recurrent`;
  }

  gather(input: Sequence, sample: number, step: number, spikes: Float64Array): void {
    const row = (sample * input.steps + (input.constant ? 0 : step)) * this.#inputs;
    for (let i = 0; i < this.#inputs; i++) this.values[i] = input.values[row + i]!;
    if (this.#recurrentFrom >= 0) this.values.set(spikes, this.#recurrentFrom);
  }

  /** The same where the layer below gives spikes. */
  gatherSpikes(below: Float64Array, spikes: Float64Array): void {
    this.values.set(below);
    if (this.#recurrentFrom >= 0) this.values.set(spikes, this.#recurrentFrom);
  }

  get names(): string[] {
    return this.#parts.map((p) => p.name);
  }

  /**
   * Adds signal × ∂spike/∂state × trace to the gradients.
   *
   * @param traces [followed states][sources]
   * @param signal ∂loss/∂spike, [units]
   */
  learn(neurons: NeuronColumns, traces: readonly Float64Array[], signal: Float64Array, gradients: Weights): void {
    const units = this.#units;
    for (let k = 0; k < traces.length; k++) {
      const { spike } = neurons.followed[k]!, trace = traces[k]!;
      if (!spike) continue;
      const push = this.#push;
      let any = false;
      for (let j = 0; j < units; j++) any = (push[j] = signal[j]! * spike[j]!) !== 0 || any;
      if (!any) continue;
      for (const { name, from, count } of this.#parts) {
        const into = gradients.get(name)!.values;
        for (let i = 0; i < count; i++) {
          const x = trace[from + i]!;
          if (x !== 0) for (let j = 0; j < units; j++) into[i * units + j]! += x * push[j]!;
        }
      }
    }
  }

  /** Weighted sums into `into`, [units]. */
  sum(weights: Weights, into: Float64Array): void {
    into.fill(0);
    const units = this.#units;
    for (const { name, from, count } of this.#parts) {
      const kernel = weights.get(name)!.values;
      for (let i = 0; i < count; i++) {
        const sent = this.values[from + i]!;
        if (sent !== 0) for (let j = 0; j < units; j++) into[j]! += sent * kernel[i * units + j]!;
      }
    }
  }

  /** From gradients [units, sources] to those of the weights. */
  gradients(learned: Float64Array, gradients: Weights): void {
    const units = this.#units;
    for (const { name, from, count } of this.#parts) {
      const values = Float64Array.from({ length: count * units }, (_, k) => learned[(k % units) * this.count + from + Math.floor(k / units)]!);
      gradients.set(name, { shape: count === 1 && !name.endsWith("/kernel") ? [units] : [count, units], values });
    }
    this.clearSelf(gradients);
  }

  /** Sets the diagonal of recurrent weights to 0 where neurons may not reach themselves. */
  clearSelf(weights: Weights): void {
    const values = this.#recurrent === undefined ? undefined : weights.get(this.#recurrent)?.values;
    for (let j = 0; values && j < this.#units; j++) values[j * (this.#units + 1)] = 0;
  }
}

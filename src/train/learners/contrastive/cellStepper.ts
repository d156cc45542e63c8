/** Spiking neurons in WebAssembly that go on for any number of steps, when the input of a step depends on the spikes of the one before. */
import { Module } from "../../../backend/wasm/assembler.ts";
import { Arena } from "../../../engine/arena.ts";
import { derive } from "../../cells/derive.ts";
import { emitCell } from "../../cells/wasmCells.ts";
import type { CellsData, Weights } from "../../modelData.ts";
import { cellParameters } from "./cellParameters.ts";

export class CellStepper {
  /** Currents of the coming step [batch, units]: to be filled. */
  readonly input: Float32Array;
  /** 1 where a neuron spiked in the last step, else 0. [batch, units] */
  readonly spikes: Float32Array;
  readonly #batch: number;
  readonly #units: number;
  /** Rows of the step before and of the last one, [batch, 2, words]. */
  readonly #bits: Uint32Array;
  readonly #forward: (from: number, to: number) => void;

  private constructor(batch: number, units: number, input: Float32Array, bits: Uint32Array, forward: (from: number, to: number) => void) {
    this.#batch = batch;
    this.#units = units;
    this.input = input;
    this.spikes = new Float32Array(batch * units);
    this.#bits = bits;
    this.#forward = forward;
  }

  static async create(layer: CellsData, weights: Weights, batch: number, units: number): Promise<CellStepper> {
    const { cell, surrogate, values, perNeuron } = layer;
    const derived = derive(cell, surrogate, { values, perNeuron, outputs: { spikes: true, membrane: false } });
    const module = new Module(), arena = new Arena(), layout = emitCell(module, "cell", derived, "f32", false);
    const code = module.encode({ pages: 1, maximumPages: 65536, shared: false });
    const { instance } = await WebAssembly.instantiate(code, { env: { memory: arena.memory } });
    const forward = instance.exports["cell_forward"] as (table: number, first: number, last: number, from: number, to: number) => void;
    const stride = 4 * units, words = Math.ceil(units / 32), at = new Map<string, number>();
    for (const field of layout.fields) {
      const kind = field.split(":")[0]!, bytes = sizes(batch, units, words)[kind];
      if (bytes !== undefined) at.set(field, arena.allocate(bytes, field));
    }
    const table = arena.allocate(layout.bytes, "table"), { buffer } = arena.memory;
    layout.write(new Uint32Array(buffer, table, layout.fields.length), {
      units, steps: 2, stride, bitStride: 4 * words, inputSample: stride, inputStep: 0, traceSample: stride, traceStep: 0, origin: 0,
      ...Object.fromEntries(at),
    });
    const [own, initial] = cellParameters(layer, weights);
    const parameters = new Map(derived.cell.parameters.map((p) => [p.name, own.get(p.name) ?? Float64Array.of(p.value)] as const));
    for (const [name, given] of derived.coefficients.values(parameters, units)) {
      const address = at.get(`coefficient:${name}`);
      if (address !== undefined) new Float32Array(buffer, address, given.length).set(given);
    }
    for (const [name, given] of initial) {
      const address = at.get(`initial:${name}`);
      if (address !== undefined) new Float32Array(buffer, address, given.length).set(given);
    }
    const bits = new Uint32Array(buffer, at.get("bits")!, 2 * batch * words), input = new Float32Array(buffer, at.get("input")!, batch * units);
    return new CellStepper(batch, units, input, bits, (from, to) => forward(table, 0, batch, from, to));
  }

  /** One step of all neurons. @param first whether they begin anew */
  step(first: boolean): void {
    const bits = this.#bits, units = this.#units, words = Math.ceil(units / 32);
    this.#forward(first ? 0 : 1, first ? 1 : 2);
    for (let b = 0; b < this.#batch; b++) {
      const before = 2 * b * words, last = first ? before : before + words;
      for (let j = 0; j < units; j++) this.spikes[b * units + j] = (bits[last + (j >> 5)]! >>> (j & 31)) & 1;
      if (!first) bits.copyWithin(before, last, last + words);
    }
  }
}

/** Bytes of each kind of array. */
const sizes = (batch: number, units: number, words: number): Readonly<Record<string, number>> => {
  const rows = 4 * batch * units, bits = 8 * batch * words;
  return { bits, active: bits, input: rows, trace: rows, state: rows, initial: 4 * units, coefficient: 4 * units };
};

/** A layer of cells in WebAssembly with a memory of its own: what `CellRun` does, many times faster. */
import { Module } from "../../backend/wasm/assembler.ts";
import { ArgumentError, invariant } from "../../errors.ts";
import { Arena } from "../../engine/arena.ts";
import type { Reals } from "../sequence.ts";
import { membraneTrace } from "./cellLayout.ts";
import type { CellLayout } from "./cellLayout.ts";
import type { DerivedCell } from "./derivedCell.ts";
import type { CellRunOptions } from "./referenceCells.ts";
import { emitCell } from "./wasmCells.ts";

export interface WasmCellRunOptions extends CellRunOptions {
  /** Store states at every k-th step only, and make the others anew on the way back. */
  readonly checkpoint?: number;
}

type Exported = (table: number, first: number, last: number, from: number, to: number) => void;

export class WasmCellRun {
  readonly #derived: DerivedCell;
  readonly #options: WasmCellRunOptions;
  readonly #arena: Arena;
  readonly #layout: CellLayout;
  readonly #forward: Exported;
  readonly #backward: Exported;
  readonly #table: number;
  readonly #at = new Map<string, number>();
  readonly #stride: number;
  /** States at the starts of pieces, [pieces] copies of the states' arrays. */
  readonly #checkpoints = new Map<string, Reals[]>();
  #parameters: ReadonlyMap<string, Reals> = new Map();

  private constructor(derived: DerivedCell, options: WasmCellRunOptions, arena: Arena, layout: CellLayout, exports: WebAssembly.Exports) {
    this.#derived = derived;
    this.#options = options;
    this.#arena = arena;
    this.#layout = layout;
    this.#forward = exports["cell_forward"] as Exported;
    this.#backward = exports["cell_backward"] as Exported;
    this.#stride = this.#bytes * options.units;
    this.#table = arena.allocate(layout.bytes, "table");
    this.#place();
    this.setParameters(new Map(), new Map());
  }

  /**
   * Compiles the code of the cell.
   *
   * @throws {ArgumentError} for a smoothed cell, or for checkpoints that are not a whole number of steps
   */
  static async create(derived: DerivedCell, options: WasmCellRunOptions): Promise<WasmCellRun> {
    const { checkpoint } = options;
    if (checkpoint !== undefined && !(Number.isInteger(checkpoint) && checkpoint > 0)) {
      throw new ArgumentError("checkpoint", `checkpoint is ${checkpoint}`, "Give a whole number of steps, e.g. 8.");
    }
    const module = new Module(), arena = new Arena();
    const layout = emitCell(module, "cell", derived, options.precision, true);
    const bytes = module.encode({ pages: 1, maximumPages: 65536, shared: false });
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: arena.memory } });
    return new WasmCellRun(derived, options, arena, layout, instance.exports);
  }

  /** As in `CellRun`. */
  setParameters(parameters: ReadonlyMap<string, Reals>, initial: ReadonlyMap<string, Reals>): void {
    const { cell, coefficients } = this.#derived;
    const { units } = this.#options;
    this.#parameters = new Map(cell.parameters.map((p) => [p.name, parameters.get(p.name) ?? Float64Array.of(p.value)] as const));
    for (const [n, values] of coefficients.values(this.#parameters, units)) this.#array(`coefficient:${n}`, values.length).set(values);
    for (const s of cell.state) {
      const values = initial.get(s.name) ?? Float64Array.of(s.initial), label = `initial:${s.name}`;
      if (!this.#at.has(label)) continue;
      const target = this.#array(label, this.#derived.perNeuron.includes(label) ? units : 1);
      if (values.length === 1) target.fill(values[0]!);
      else target.set(values);
    }
  }

  /** 1 where a neuron spikes, [batch, steps, units]. */
  get spikes(): Reals {
    const { batch, steps, units } = this.#options;
    const spikes = this.#real(batch * steps * units);
    const words = Math.ceil(units / 32), bits = new Uint32Array(this.#arena.memory.buffer, this.#at.get("bits")!, batch * steps * words);
    for (let r = 0; r < batch * steps; r++) for (let u = 0; u < units; u++) spikes[r * units + u] = (bits[r * words + (u >> 5)]! >>> (u & 31)) & 1;
    return spikes;
  }

  /** The membrane as the cell shows it; absent where only checkpoints are stored. */
  get membrane(): Reals {
    const { batch, steps, units } = this.#options;
    const trace = membraneTrace(this.#derived);
    invariant(trace === undefined || this.#options.checkpoint === undefined, "with checkpoints membranes are not stored");
    return this.#array(trace === undefined ? "membrane" : `trace:${trace}`, batch * steps * units).slice();
  }

  forward(input: Reals, constantInput: boolean, from = 0, to = this.#options.steps): void {
    this.#setInput(input, constantInput);
    const { batch, checkpoint } = this.#options;
    if (checkpoint === undefined) return this.#forward(this.#table, 0, batch, from, to);
    // Rows of one step take all that would be stored.
    this.#write({ traceStep: 0, traceSample: this.#stride });
    for (let t = from; t < to;) {
      const end = Math.min(to, (Math.floor(t / checkpoint) + 1) * checkpoint);
      if (t % checkpoint === 0) for (const [s, copies] of this.#checkpoints) copies[t / checkpoint] = this.#states(s).slice();
      this.#forward(this.#table, 0, batch, t, end);
      t = end;
    }
  }

  /** As in `CellRun`, but the gradient with respect to a constant input is summed over the steps: [batch, 1, units]. */
  backward(
    dSpikes: Reals | undefined, dMembrane: Reals | undefined, input: Reals, constantInput: boolean, dInput: Reals, from = 0, to = this.#options.steps,
  ): void {
    const { batch, steps, units, checkpoint } = this.#options;
    const rows = batch * steps * units;
    for (const [n, values] of [["dSpikes", dSpikes], ["dMembrane", dMembrane]] as const) {
      if (values) this.#array(n, rows).set(values);
      else this.#array(n, rows).fill(0);
    }
    this.#setInput(input, constantInput);
    if (checkpoint === undefined) this.#backward(this.#table, 0, batch, from, to);
    else this.#backInPieces(checkpoint, from, to);
    const out = this.#array("dInput", batch * units * (constantInput ? 1 : steps));
    dInput.set(out);
  }

  /** Gradients of what is learned, summed over the batch: parameter or `initial:…` → [1] or [units]. */
  get gradients(): Map<string, Float64Array> {
    const { batch, units } = this.#options;
    const { coefficients, backward, learn, perNeuron } = this.#derived;
    const sum = (field: string, one: boolean): Float64Array => {
      const total = new Float64Array(one ? 1 : units);
      this.#array(field, batch * units).forEach((x, k) => (total[one ? 0 : k % units]! += x));
      return total;
    };
    const summed = coefficients.all.filter((c) => backward.coefficients.has(c.name));
    const adjoints = new Map(summed.map((c) => [c.name, sum(`gradient:${c.name}`, !c.perNeuron)]));
    const found = coefficients.gradients(adjoints, this.#parameters, units);
    for (const n of learn) {
      const state = n.slice("initial:".length);
      if (!n.startsWith("initial:")) continue;
      const one = !perNeuron.includes(n);
      found.set(n, backward.carried.has(state) ? sum(`carried:${state}`, one) : new Float64Array(one ? 1 : units));
    }
    return found;
  }

  /** Runs forward from each checkpoint again, last piece first, and back through what that stores. */
  #backInPieces(checkpoint: number, from: number, to: number): void {
    const { batch } = this.#options;
    const rows = checkpoint * this.#stride;
    for (let end = to; end > from;) {
      const start = Math.max(from, Math.floor((end - 1) / checkpoint) * checkpoint);
      const origin = Math.floor(start / checkpoint) * checkpoint;
      for (const [s, copies] of this.#checkpoints) {
        this.#states(s).set(copies[origin / checkpoint]!);
        if (this.#at.has(`start:${s}`)) this.#array(`start:${s}`, copies[0]!.length).set(copies[origin / checkpoint]!);
      }
      // Step `origin` is the first row of the traces.
      const traces = this.#derived.trace.map((s) => [`trace:${s}`, this.#at.get(`trace:${s}`)! - origin * this.#stride] as const);
      this.#write({ traceStep: this.#stride, traceSample: rows, origin, ...Object.fromEntries(traces) });
      this.#forward(this.#table, 0, batch, origin, end);
      this.#backward(this.#table, 0, batch, start, end);
      this.#write(Object.fromEntries(this.#derived.trace.map((s) => [`trace:${s}`, this.#at.get(`trace:${s}`)!])));
      end = start;
    }
    this.#write({ origin: 0 });
  }

  get #bytes(): 4 | 8 {
    return this.#options.precision === "f32" ? 4 : 8;
  }

  #real(length: number): Reals {
    return this.#options.precision === "f32" ? new Float32Array(length) : new Float64Array(length);
  }

  #array(field: string, length: number): Reals {
    const { buffer } = this.#arena.memory, at = this.#at.get(field)!;
    return this.#options.precision === "f32" ? new Float32Array(buffer, at, length) : new Float64Array(buffer, at, length);
  }

  #states(s: string): Reals {
    return this.#array(`state:${s}`, this.#options.batch * this.#options.units);
  }

  #write(values: Readonly<Record<string, number>>): void {
    this.#layout.write(new Uint32Array(this.#arena.memory.buffer, this.#table, this.#layout.fields.length), values);
  }

  #setInput(input: Reals, constantInput: boolean): void {
    const { batch, steps, units } = this.#options;
    const rows = constantInput ? 1 : steps;
    invariant(input.length === batch * rows * units, "input of a layer of cells is [batch, steps, units]");
    this.#array("input", input.length).set(input);
    this.#write({ inputStep: constantInput ? 0 : this.#stride, inputSample: rows * this.#stride });
  }

  /** Gives every array of the table its place. */
  #place(): void {
    const { batch, steps, units, checkpoint } = this.#options;
    const real = this.#bytes, rows = batch * steps * units * real, words = Math.ceil(units / 32);
    const size = (field: string): number => {
      const [kind] = field.split(":");
      switch (kind) {
        case "bits": case "active": return 4 * batch * steps * words;
        case "input": case "membrane": case "dSpikes": case "dMembrane": case "dInput": return rows;
        case "trace": return checkpoint === undefined ? rows : batch * Math.min(checkpoint, steps) * units * real;
        case "state": case "start": case "carried": case "gradient": return batch * units * real;
        case "initial": case "coefficient": return units * real;
        default: return 0;
      }
    };
    for (const field of this.#layout.fields) if (size(field) > 0) this.#at.set(field, this.#arena.allocate(size(field), field));
    this.#write({
      units, steps, stride: this.#stride, bitStride: 4 * words, traceStep: this.#stride, traceSample: steps * this.#stride, origin: 0,
      ...Object.fromEntries(this.#at),
    });
    if (checkpoint !== undefined) for (const s of this.#derived.cell.state) this.#checkpoints.set(s.name, []);
  }
}

/** The cells of one layer: their code, its arrays for a micro-batch, and gradients of what they learn. */
import type { Module } from "../../backend/wasm/assembler.ts";
import { layoutOf, membraneTrace } from "../cells/cellLayout.ts";
import type { CellLayout } from "../cells/cellLayout.ts";
import { derive } from "../cells/derive.ts";
import type { DerivedCell } from "../cells/derivedCell.ts";
import { emitCell } from "../cells/wasmCells.ts";
import type { CellsData } from "../modelData.ts";
import type { Reals } from "../sequence.ts";
import type { TermUse } from "./activityTerms.ts";
import type { Parameter } from "./parameter.ts";
import type { Part, Room } from "./room.ts";

/** Which activities of a layer get gradients, and from where. */
export interface CellUse {
  readonly spikes: boolean;
  readonly membrane: boolean;
  /** The one that what follows writes; the other gets gradients from terms or the layer's own connections. */
  readonly given: "spikes" | "membrane";
  readonly terms: TermUse;
  /** It is the last layer: both may be looked at. */
  readonly last: boolean;
}

/** The statements of a layer's cells; gradients come in where it is used. */
export function deriveLayer({ cell, surrogate, output, learn, perNeuron, values }: CellsData, { spikes, membrane }: CellUse): DerivedCell {
  return derive(output === "spikes" ? cell : { ...cell, membrane: output.state }, surrogate, { learn, perNeuron, values, outputs: { spikes,
    membrane } });
}

/** Whether the membrane has to be there beside what the backward pass stores. */
const showsMembrane = ({ output }: CellsData, use: CellUse): boolean => use.last || use.membrane || output !== "spikes";

/** Adds the code of a layer to a module. */
export function emitLayer(module: Module, name: string, layer: CellsData, derived: DerivedCell, use: CellUse): void {
  emitCell(module, name, derived, "f32", showsMembrane(layer, use));
}

/** Addresses of a layer's rows for a micro-batch; 0 where there is none. */
export interface CellAddresses {
  readonly units: number;
  readonly stride: number;
  readonly bitStride: number;
  readonly constantInput: boolean;
  readonly input: number;
  readonly inputGradient: number;
  readonly bits: number;
  readonly active: number;
  readonly spikeGradient: number;
  readonly membraneGradient: number;
}

type Exported = (table: number, first: number, last: number, from: number, to: number) => void;

export class CellRunner {
  /** Rows of the membrane as shown; 0 when nothing asks for it. */
  readonly membrane: number;
  readonly #layer: CellsData;
  readonly #derived: DerivedCell;
  readonly #room: Room;
  readonly #units: number;
  readonly #parameters: (name: string) => Parameter | undefined;
  readonly #at = new Map<string, number>();
  /** One for each thread. */
  readonly #tables: readonly number[];
  /** Where only every k-th state is stored: k, each thread's traces, and where copies of a state begin. */
  readonly #checkpoint: number | undefined;
  readonly #traces: readonly ReadonlyMap<string, number>[];
  readonly #copies: ReadonlyMap<string, number>;
  readonly #layout: CellLayout;
  readonly #shows: boolean;
  readonly #stride: number;
  readonly #forward: Exported;
  readonly #backward: Exported;
  /** Coefficient or `initial:…` → its gradient, summed over samples. */
  readonly #sums = new Map<string, Float64Array>();

  constructor(
    room: Room, name: string, layer: CellsData, derived: DerivedCell, use: CellUse, addresses: CellAddresses, parameters: (name: string) =>
      Parameter | undefined,
  ) {
    const { arena, samples, steps, exports } = room, { units, stride, bitStride } = addresses;
    this.#layer = layer;
    this.#derived = derived;
    this.#room = room;
    this.#units = units;
    this.#stride = stride;
    this.#shows = showsMembrane(layer, use);
    this.#parameters = parameters;
    this.#forward = exports[`${name}_forward`] as Exported;
    this.#backward = exports[`${name}_backward`] as Exported;
    const layout = (this.#layout = layoutOf(derived, this.#shows));
    const spares = room.checkpoint !== undefined && !(this.#shows && membraneTrace(derived) !== undefined);
    const k = (this.#checkpoint = spares ? room.checkpoint : undefined);
    const pieces = k === undefined ? 0 : Math.ceil(steps / k) - 1;
    this.#traces = k === undefined ? [] : Array.from({ length: room.threads }, () =>
      new Map(derived.trace.map((s) => [s, arena.allocate(room.group * Math.min(k, steps) * stride, layer.name)] as const)));
    this.#copies = new Map((pieces === 0 ? [] : derived.cell.state).map((s) =>
      [s.name, arena.allocate(pieces * samples * stride, layer.name)] as const));
    for (const field of layout.fields) {
      if (k !== undefined && field.startsWith("trace:")) continue;
      const bytes = this.#bytesOf(field.split(":")[0]!, samples * steps * stride, samples * stride);
      if (bytes > 0) this.#at.set(field, arena.allocate(bytes, layer.name));
    }
    this.#tables = Array.from({ length: room.threads }, () => arena.allocate(layout.bytes, layer.name));
    const inputRows = addresses.constantInput ? 1 : steps;
    for (const table of this.#tables) this.#write(table, {
      units, steps, stride, bitStride, origin: 0, traceStep: stride, traceSample: steps * stride, ...Object.fromEntries(this.#at),
      input: addresses.input, inputSample: inputRows * stride, inputStep: addresses.constantInput ? 0 : stride, dInput: addresses.inputGradient,
      bits: addresses.bits, active: addresses.active, dSpikes: addresses.spikeGradient, dMembrane: addresses.membraneGradient,
    });
    const trace = membraneTrace(derived);
    this.membrane = (trace === undefined ? this.#at.get("membrane") : this.#at.get(`trace:${trace}`)) ?? 0;
  }

  /** Whether the coming forward passes store what a backward pass reads. */
  setTraining(training: boolean): void {
    if (this.#checkpoint !== undefined) return;
    const stores = training || this.#shows, stride = this.#stride;
    const fields = { traceStep: stores ? stride : 0, traceSample: (stores ? this.#room.steps : 1) * stride };
    for (const table of this.#tables) this.#write(table, fields);
  }

  /** Samples first … last − 1 through the steps from … to − 1, in order; step 0 begins anew. */
  forward(part: Part, first: number, last: number, from: number, to: number): void {
    const table = this.#tables[part.index]!, k = this.#checkpoint;
    if (k === undefined) return this.#forward(table, first, last, from, to);
    const { training } = this.#room.pass.values;
    this.#place(part, first, 0, false);
    for (let t = from; t < to;) {
      const end = Math.min(to, (Math.floor(t / k) + 1) * k);
      const keeps = training && t > 0 && t % k === 0;
      if (keeps) for (const s of this.#copies.keys()) this.#copyRows(this.#at.get(`state:${s}`)!, this.#copyOf(s, t), first, last);
      this.#forward(table, first, last, t, end);
      t = end;
    }
  }

  /** Back through the steps to − 1 … from; the last step begins with gradients of zero. */
  backward(part: Part, first: number, last: number, from: number, to: number): void {
    const table = this.#tables[part.index]!, k = this.#checkpoint;
    if (k === undefined) return this.#backward(table, first, last, from, to);
    for (let end = to; end > from;) {
      const origin = Math.floor((end - 1) / k) * k, start = Math.max(from, origin);
      // At the end of a piece its states are made anew; they are still there when the piece is walked step by step.
      if (end === Math.min(origin + k, this.#room.steps)) {
        this.#place(part, first, origin, true);
        if (origin > 0) for (const s of this.#copies.keys()) this.#copyRows(this.#copyOf(s, origin), this.#at.get(`state:${s}`)!, first, last);
        this.#forward(table, first, last, origin, end);
      }
      this.#backward(table, first, last, start, end);
      end = start;
    }
  }

  /** Weights changed: what of the cell depends on its parameters alone. */
  prepare(): void {
    const { coefficients, cell, perNeuron } = this.#derived;
    for (const [n, values] of coefficients.values(this.#values(), this.#units)) this.#array(`coefficient:${n}`, values.length).set(values);
    for (const { name, initial } of cell.state) {
      const label = `initial:${name}`;
      if (!this.#at.has(label)) continue;
      const values = this.#read(label) ?? Float32Array.of(initial);
      const target = this.#array(label, perNeuron.includes(label) ? this.#units : 1);
      if (values.length === 1) target.fill(values[0]!);
      else target.set(values);
    }
  }

  /** Adds up what the samples of a micro-batch give to the gradients of what is learned. */
  collect(samples: number): void {
    const { coefficients, backward, learn, perNeuron } = this.#derived;
    for (const { name, perNeuron: each } of coefficients.all) if (backward.coefficients.has(name)) this.#addRows(name, `gradient:${name}`, each,
      samples);
    for (const n of learn) {
      const carried = `carried:${n.slice("initial:".length)}`;
      if (n.startsWith("initial:") && this.#at.has(carried)) this.#addRows(n, carried, perNeuron.includes(n), samples);
    }
  }

  /** Adds the gradients collected to those of the weights, and begins anew. */
  finish(): void {
    const { coefficients, learn } = this.#derived;
    if (learn.length === 0) return;
    const found = coefficients.gradients(this.#sums, this.#values(), this.#units);
    for (const n of learn) {
      const values = found.get(n) ?? this.#sums.get(n), weight = this.#parameters(n)!;
      if (values) weight.write(weight.gradient, values);
    }
    this.#sums.clear();
  }

  /** Leaves out what was collected. */
  forget(): void {
    this.#sums.clear();
  }

  /** Traces of a thread's group begin with the step `origin` of its first sample; where they are not stored a row takes them all. */
  #place(part: Part, first: number, origin: number, stores: boolean): void {
    const stride = this.#stride, each = Math.min(this.#checkpoint!, this.#room.steps) * stride;
    const offset = first * each + (stores ? origin * stride : 0);
    this.#write(this.#tables[part.index]!, {
      traceStep: stores ? stride : 0, traceSample: each, origin,
      ...Object.fromEntries([...this.#traces[part.index]!].map(([s, at]) => [`trace:${s}`, at - offset] as const)),
      ...(origin > 0 && Object.fromEntries([...this.#copies.keys()].map((s) => [`start:${s}`, this.#copyOf(s, origin)] as const))),
    });
  }

  /** Where a state at the start of step t is kept, a row a sample. */
  #copyOf(state: string, t: number): number {
    return this.#copies.get(state)! + (t / this.#checkpoint! - 1) * this.#room.samples * this.#stride;
  }

  #copyRows(from: number, to: number, first: number, last: number): void {
    const { arena } = this.#room, offset = first * this.#stride, bytes = (last - first) * this.#stride;
    arena.u8(to + offset, bytes).set(arena.u8(from + offset, bytes));
  }

  #write(table: number, fields: Readonly<Record<string, number>>): void {
    this.#layout.write(this.#room.arena.u32(table, this.#layout.fields.length), fields);
  }

  #values(): Map<string, Reals> {
    return new Map(this.#derived.cell.parameters.map((p) => [p.name, this.#read(p.name) ?? Float64Array.of(p.value)] as const));
  }

  #read(name: string): Reals | undefined {
    const wanted = this.#layer.learn.includes(name) || this.#layer.perNeuron.includes(name);
    const weight = wanted ? this.#parameters(name) : undefined;
    return weight?.read(weight.values);
  }

  #addRows(name: string, field: string, each: boolean, samples: number): void {
    const sum = this.#sums.get(name) ?? new Float64Array(each ? this.#units : 1);
    this.#sums.set(name, sum);
    const width = this.#stride / 4, rows = this.#array(field, samples * width);
    for (let s = 0; s < samples; s++) for (let u = 0; u < this.#units; u++) sum[each ? u : 0]! += rows[s * width + u]!;
  }

  #array(field: string, length: number): Float32Array {
    return this.#room.arena.f32(this.#at.get(field)!, length);
  }

  #bytesOf(kind: string, rows: number, samples: number): number {
    switch (kind) {
      case "trace": case "membrane": return rows;
      case "state": case "carried": case "gradient": return samples;
      case "initial": case "coefficient": return this.#stride;
      default: return 0;
    }
  }
}

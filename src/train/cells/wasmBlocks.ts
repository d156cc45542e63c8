/** Blocks of neurons in WebAssembly: vectors in flight, the last incomplete block, bits of spikes. */
import { call, forLoop, i32, i32x4, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Local, Module, Node } from "../../backend/wasm/assembler.ts";
import type { Code } from "../../backend/wasm/code.ts";
import type { Lanes, Precision } from "../../backend/wasm/lanes.ts";
import type { CellLayout } from "./cellLayout.ts";
import type { DerivedCell } from "./derivedCell.ts";
import { loadPart, storePart } from "./partialVectors.ts";

/** What every block of one function needs. */
export interface CellFunction {
  readonly module: Module;
  readonly func: Func;
  readonly derived: DerivedCell;
  readonly layout: CellLayout;
  readonly lanes: Lanes;
  /** Vectors of a block: 32, 16 or 8 neurons, so that their bits are whole bytes. */
  readonly vectors: number;
  readonly sample: Local;
  /** First neuron of the block. */
  readonly base: Local;
  /** Coefficients that all neurons share, read once. */
  readonly shared: ReadonlyMap<string, Node>;
}

/** Small cells keep eight vectors in registers; those with more to hold fewer. */
export function vectorsFor(derived: DerivedCell, precision: Precision): number {
  const held = derived.cell.state.length + derived.backward.coefficients.size + derived.coefficients.all.filter((c) => c.perNeuron).length;
  if (precision === "f64") return 4;
  return held <= 1 ? 8 : held <= 3 ? 4 : 2;
}

/** A field of the table. */
export const field = ({ func, layout }: CellFunction, name: string): Node => i32.load(local.get(func.param("table")), layout.offset(name));

/** Runs `emit` for all whole blocks of all samples, and for what is left over. */
export function emitBlocks(frame: CellFunction, code: Code, emit: (code: Code, block: Block) => void): void {
  const { func, lanes, vectors, sample, base } = frame;
  const size = vectors * lanes.count;
  const units = code.variable("units", "i32", field(frame, "units"));
  const whole = code.variable("whole", "i32", i32.and(local.get(units), i32.const(-size)));
  code.add(forLoop(sample, local.get(func.param("first")), local.get(func.param("last")), 1, [
    forLoop(base, i32.const(0), local.get(whole), size, code.inner((inside) => emit(inside, new Block(frame, inside, undefined)))),
    if_(i32.lt_u(local.get(whole), local.get(units)), code.inner((inside) => {
      inside.add(local.set(base, local.get(whole)));
      emit(inside, new Block(frame, inside, inside.variable("left", "i32", i32.sub(local.get(units), local.get(whole)))));
    })),
  ]));
}

export class Block {
  readonly #frame: CellFunction;
  /** Neurons of the last block; absent in whole ones. */
  readonly #left: Local | undefined;
  /** Byte offset of the block's first neuron in a row. */
  readonly offset: Node;

  constructor(frame: CellFunction, code: Code, left: Local | undefined) {
    this.#frame = frame;
    this.#left = left;
    this.offset = code.let("offset", i32.shl(local.get(frame.base), i32.const(Math.log2(frame.lanes.bytes))));
  }

  /** Vector k of the block, at the address of its first. */
  load(address: Node, k: number): Node {
    return this.#left ? call(loadPart(this.#frame.module, this.#frame.lanes), ...this.#part(address, k)) : v128.load(address, 16 * k);
  }

  store(address: Node, value: Node, k: number): Node {
    if (!this.#left) return v128.store(address, value, 16 * k);
    const [at, left] = this.#part(address, k);
    return call(storePart(this.#frame.module, this.#frame.lanes), at!, value, left!);
  }

  /** Stores the bits of the block; those beyond the last neuron are zero. */
  storeBits(address: Node, word: Node): Node {
    const { lanes, vectors } = this.#frame;
    const bits = this.#left ? i32.and(word, i32.sub(i32.shl(i32.const(1), local.get(this.#left)), i32.const(1))) : word;
    switch (lanes.count * vectors) {
      case 8: return i32.store8(address, bits);
      case 16: return i32.store16(address, bits);
      default: return i32.store(address, bits);
    }
  }

  loadBits(address: Node): Node {
    const { lanes, vectors } = this.#frame;
    switch (lanes.count * vectors) {
      case 8: return i32.load8_u(address);
      case 16: return i32.load16_u(address);
      default: return i32.load(address);
    }
  }

  /** A row of bytes: base address + row·stride + the block's place in it. */
  row(base: Node, row: Node, stride: Node): Node {
    return i32.add(i32.add(base, i32.mul(row, stride)), this.offset);
  }

  /** Where the block's bits of a row are. */
  bits(base: Node, row: Node, stride: Node): Node {
    return i32.add(i32.add(base, i32.mul(row, stride)), i32.shr_u(local.get(this.#frame.base), i32.const(3)));
  }

  #part(address: Node, k: number): Node[] {
    return [i32.add(address, i32.const(16 * k)), i32.sub(local.get(this.#left!), i32.const(k * this.#frame.lanes.count))];
  }
}

/** Lanes of vector k whose bits are set in a word of the block. */
export function maskOf(lanes: Lanes, word: Node, k: number): Node {
  const bit = (lane: number): number => 1 << (k * lanes.count + lane);
  const bits = lanes.count === 4 ? i32x4.const(bit(0), bit(1), bit(2), bit(3)) : i32x4.const(bit(0), bit(0), bit(1), bit(1));
  return i32x4.ne(v128.and(i32x4.splat(word), bits), i32x4.const(0));
}

/** Coefficients shared by all neurons, as vectors that are read once a call. */
export function sharedCoefficients(frame: Omit<CellFunction, "shared">, code: Code): Map<string, Node> {
  const { derived, lanes } = frame;
  return new Map(derived.coefficients.all.filter((c) => !c.perNeuron).map((c) =>
    [c.name, code.let(c.name, lanes.loadSplat(field({ ...frame, shared: new Map() }, `coefficient:${c.name}`)))] as const));
}

/** Vectors of coefficients that differ between neurons, by name: [k] is vector k of the block. */
export function ownCoefficients(frame: CellFunction, code: Code, block: Block): Map<string, Node[]> {
  return new Map(frame.derived.coefficients.all.filter((c) => c.perNeuron).map((c) => {
    const address = code.let(`at_${c.name}`, i32.add(field(frame, `coefficient:${c.name}`), block.offset));
    return [c.name, Array.from({ length: frame.vectors }, (_, k) => code.let(c.name, block.load(address, k)))] as const;
  }));
}

/** The initial value of a state, in vector k of the block. */
export function initialValue(frame: CellFunction, block: Block, state: string, k: number): Node {
  const { derived: { cell, learn, perNeuron }, lanes } = frame;
  const label = `initial:${state}`;
  if (perNeuron.includes(label)) return block.load(i32.add(field(frame, label), block.offset), k);
  if (learn.includes(label)) return lanes.loadSplat(field(frame, label));
  return lanes.const(cell.state.find((s) => s.name === state)!.initial);
}


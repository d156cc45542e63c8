/**
 * Where the arrays of the host's memory lie on the device. A block that the host allocated in one piece becomes a piece of a buffer ("segment"), at
 * most as long as one binding may be; a longer block is cut, transparently to the code that reads it. What kernels write and what they only read
 * lie in different segments.
 */
import { UnsupportedError } from "../../errors.ts";
import type { Plan } from "./stages.ts";
import type { Shader } from "./wgsl/shader.ts";

/** A piece of the host's memory that was allocated at once. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

export interface Segment {
  /** Words. */
  words: number;
  readonly written: boolean;
}

export interface Placed {
  readonly block: Block;
  readonly written: boolean;
  /** Consecutive parts of the block. */
  readonly pieces: readonly { readonly segment: number; readonly at: number; readonly words: number }[];
}

/** Segments begin with pieces at multiples of so many words (256 bytes: what offsets of bindings and copies have to be). */
const alignment = 64;

export class Places {
  readonly #blockOf: (address: number) => Block;
  readonly #limit: number;
  readonly #wanted = new Map<number, { readonly block: Block; written: boolean }>();
  #placed: ReadonlyMap<number, Placed> | undefined;
  readonly segments: Segment[] = [];

  /** @param limit bytes of the longest binding */
  constructor(blockOf: (address: number) => Block, limit: number) {
    this.#blockOf = blockOf;
    this.#limit = Math.floor(limit / (4 * alignment)) * alignment;
  }

  /** All blocks, once they are placed. */
  get placed(): readonly Placed[] {
    return [...(this.#placed?.values() ?? [])];
  }

  /** Notes that code reads or writes the block of an address; says where it lies once `place` was called. */
  find(address: number, written: boolean): { readonly placed: Placed; readonly offset: number } | undefined {
    const block = this.#blockOf(address);
    const placed = this.#placed?.get(block.address);
    if (placed) return { placed, offset: (address - block.address) / 4 };
    const wanted = this.#wanted.get(block.address) ?? { block, written };
    wanted.written ||= written;
    this.#wanted.set(block.address, wanted);
    return undefined;
  }

  /** Gives every block that was asked for its place. */
  place(): void {
    const placed = new Map<number, Placed>();
    for (const written of [true, false]) {
      let segment = -1;
      // Nothing begins at word 0, so that code which differs in nothing but offsets has the same text.
      const open = (): void => void (segment = this.segments.push({ words: alignment, written }) - 1);
      for (const { block } of [...this.#wanted.values()].filter((w) => w.written === written)) {
        const pieces: { segment: number; at: number; words: number }[] = [];
        for (let left = Math.ceil(block.bytes / 4); left > 0;) {
          const whole = Math.ceil(left / alignment) * alignment;
          if (segment < 0 || (this.segments[segment]!.words > alignment && this.segments[segment]!.words + whole > this.#limit)) open();
          const words = Math.min(left, this.#limit - alignment);
          const current = this.segments[segment]!;
          pieces.push({ segment, at: current.words, words });
          current.words += Math.ceil(words / alignment) * alignment;
          left -= words;
        }
        placed.set(block.address, { block, written, pieces });
      }
    }
    this.#placed = placed;
  }
}

/** How the code of one shader module gets at arrays: addresses are the host's, indices count elements. */
export class Access {
  readonly #shader: Shader;
  readonly #places: Places;
  readonly #used = new Map<number, boolean>();

  constructor(shader: Shader, places: Places) {
    this.#shader = shader;
    this.#places = places;
  }

  /** Segments that the code uses, and whether it writes them. */
  get used(): readonly { readonly segment: number; readonly written: boolean }[] {
    return [...this.#used].map(([segment, written]) => ({ segment, written })).sort((a, b) => a.segment - b.segment);
  }

  u32(address: number, index: string): string {
    return this.#load(address, index);
  }
  f32(address: number, index: string): string {
    return `bitcast<f32>(${this.#load(address, index)})`;
  }
  /** An element of an array of u16. */
  u16(address: number, index: string): string {
    const half = this.#shader.use("half_of", () => "fn half_of(word: u32, index: u32) -> u32 { return (word >> ((index & 1u) << 4u)) & 0xffffu; }");
    return `${half}(${this.#load(address, `((${index}) >> 1u)`)}, ${index})`;
  }
  storeU32(address: number, index: string, value: string): string {
    return this.#store(address, index, value);
  }
  storeF32(address: number, index: string, value: string): string {
    return this.#store(address, index, `bitcast<u32>(${value})`);
  }

  #load(address: number, index: string): string {
    const found = this.#places.find(address, false);
    if (!found) return "0u";
    const { placed, offset } = found;
    if (placed.pieces.length === 1) return this.#at(placed, 0, plus(placed.pieces[0]!.at + offset, index), false);
    const name = this.#shader.use(`load_${placed.block.address}`, () => {
      let before = 0;
      const parts = placed.pieces.map((p, k) => {
        const line = `if (i < ${before + p.words}u) { return ${this.#at(placed, k, plus(p.at - before, "i"), false)}; }`;
        before += p.words;
        return line;
      });
      return [`fn load_${placed.block.address}(i: u32) -> u32 {`, ...parts.map((l) => `  ${l}`), "  return 0u;", "}"].join("\n");
    });
    for (const p of placed.pieces) this.#use(p.segment, false);
    return `${name}(${plus(offset, index)})`;
  }

  #store(address: number, index: string, value: string): string {
    const found = this.#places.find(address, true);
    if (!found) return "";
    const { placed, offset } = found;
    if (placed.pieces.length === 1) return `${this.#at(placed, 0, plus(placed.pieces[0]!.at + offset, index), true)} = ${value};`;
    const name = this.#shader.use(`store_${placed.block.address}`, () => {
      let before = 0;
      const parts = placed.pieces.map((p, k) => {
        const line = `if (i < ${before + p.words}u) { ${this.#at(placed, k, plus(p.at - before, "i"), true)} = value; return; }`;
        before += p.words;
        return line;
      });
      return [`fn store_${placed.block.address}(i: u32, value: u32) {`, ...parts.map((l) => `  ${l}`), "}"].join("\n");
    });
    for (const p of placed.pieces) this.#use(p.segment, true);
    return `${name}(${plus(offset, index)}, ${value});`;
  }

  #at(placed: Placed, piece: number, index: string, written: boolean): string {
    const { segment } = placed.pieces[piece]!;
    this.#use(segment, written);
    return `${segmentName(segment)}[${index}]`;
  }

  #use(segment: number, written: boolean): void {
    this.#used.set(segment, written || (this.#used.get(segment) ?? false));
  }
}

export const segmentName = (segment: number): string => `memory_${segment}`;

/** `offset + index`, modulo 2^32. */
function plus(offset: number, index: string): string {
  if (offset === 0) return index;
  return `${offset >>> 0}u + ${/^\w+$/.test(index) ? index : `(${index})`}`;
}

/** @throws {UnsupportedError} when one of the device's own buffers would be longer than a binding may be */
export function checkBuffers({ layout, tables, rings }: Plan, bytes: number): void {
  const needed = {
    "input sums of all neurons and delays": rings.words,
    "spikes on their way": layout.ownWords + tables.words.length,
    "spikes and samples of one call": layout.outWords,
  };
  for (const [what, words] of Object.entries(needed)) {
    if (4 * words <= bytes) continue;
    throw new UnsupportedError(
      "gpu-memory",
      `${what} need ${(words / 2 ** 18).toFixed(0)} MiB in one buffer, and this GPU allows ${(bytes / 2 ** 20).toFixed(0)} MiB`,
      'Use fewer neurons, shorter delays or rarer samples, or backend: "wasm".',
    );
  }
}

/** @throws {UnsupportedError} when a shader stage would need more bindings than the device has */
export function checkBindings(places: Places, needed: number, limit: number): void {
  if (needed <= limit) return;
  const bytes = places.segments.reduce((sum, s) => sum + 4 * s.words, 0);
  throw new UnsupportedError(
    "gpu-memory",
    `the network's arrays (${(bytes / 2 ** 20).toFixed(0)} MiB) need ${needed} buffers at once, and this GPU binds at most ${limit}`,
    "Make the network smaller, use store: false for projections, or use backend: \"wasm\".",
  );
}

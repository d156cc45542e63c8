/**
 * All arrays of a simulation live in one WebAssembly memory and are handed out once, in order. The address space (4 GiB) is reserved
 * when the memory is made, so growing never moves anything; pages that nobody touched cost nothing.
 */
import { invariant, SimulationError } from "../errors.ts";

const pageBytes = 65536;
const maximumPages = 65536;

/** Bytes one simulation can address. */
export const addressableBytes = pageBytes * maximumPages - pageBytes;

export class Arena {
  readonly memory: WebAssembly.Memory;
  /** First free byte. The first 64 bytes stay unused, so address 0 never means an array. */
  #end = 64;
  /** Where blocks begin, ascending. */
  readonly #starts: number[] = [];

  /**
   * @param maximum pages of address space to reserve; 0 for what takes the place of an arena that is no longer needed
   * @param shared  whether threads share the memory; or the memory of an arena that another thread made
   */
  constructor(maximum = maximumPages, shared: boolean | WebAssembly.Memory = false) {
    this.memory = typeof shared === "object" ? shared : new WebAssembly.Memory({ initial: Math.min(16, maximum), maximum, shared });
  }

  get bytes(): number {
    return this.#end;
  }

  /** Hands nothing out below this address any more. */
  advanceTo(address: number, what: string): void {
    if (address <= this.#end) return;
    this.#growTo(address, what);
    this.#end = address;
  }

  /** Address of a new block, aligned to a cache line; the block is zero. */
  allocate(bytes: number, what: string): number {
    const address = this.#end;
    const end = Math.ceil((address + bytes + 64) / 64) * 64;
    this.#growTo(end, what);
    this.#end = end;
    this.#starts.push(address);
    return address;
  }

  /** The block that holds an address, with the padding behind it. */
  blockOf(address: number): { readonly address: number; readonly bytes: number } {
    let low = 0, high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= address) low = middle;
      else high = middle;
    }
    const start = this.#starts[low];
    invariant(start !== undefined && start <= address && address < this.#end, `address ${address} lies in no block`);
    return { address: start, bytes: (this.#starts[low + 1] ?? this.#end) - start };
  }

  #growTo(end: number, what: string): void {
    const have = this.memory.buffer.byteLength;
    if (end <= have) return;
    const pages = Math.ceil((end - have) / pageBytes);
    // Each growth makes a buffer of all the memory that the garbage collector has to see to: a large memory grows by some more, which costs nothing.
    try {
      this.memory.grow(Math.max(pages, Math.floor(have / pageBytes / 8)));
      return;
    } catch {}
    try {
      this.memory.grow(pages);
    } catch {
      throw new SimulationError(
        "out-of-memory",
        `${what} needs ${formatBytes(end)} in all, more than this process can have`,
        `One simulation can address ${formatBytes(addressableBytes)}; make the network smaller or free memory.`,
      );
    }
  }

  // Views are made anew at each call: growing the memory detaches older ones.
  f32(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#buffer, address, length);
  }
  f64(address: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#buffer, address, length);
  }
  u32(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#buffer, address, length);
  }
  u8(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, address, length);
  }
  u16(address: number, length: number): Uint16Array<ArrayBuffer> {
    return new Uint16Array(this.#buffer, address, length);
  }
  real(precision: Precision, address: number, length: number): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    return precision === "f32" ? this.f32(address, length) : this.f64(address, length);
  }

  get #buffer(): ArrayBuffer {
    return this.memory.buffer as ArrayBuffer;
  }
}

/** Floating-point type of all state, inputs and weights. */
export type Precision = "f32" | "f64";
export const realBytes = (precision: Precision): number => (precision === "f32" ? 4 : 8);

/** "1.2 GB", "310 kB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let k = 0;
  while (bytes >= 1000 && k < units.length - 1) {
    bytes /= 1000;
    k++;
  }
  return `${bytes >= 100 || k === 0 ? Math.round(bytes) : bytes.toPrecision(2)} ${units[k]}`;
}

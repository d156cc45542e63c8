/**
 * What a back-end is: it runs map kernels (advance every element, emit some) and scatter kernels (deliver what was emitted) on arrays in
 * one memory. It knows nothing of neurons, time or schedules.
 */
import type { MapKernel } from "../ir/kernel.ts";
import type { Seed } from "../math/philox.ts";
import type { Precision } from "./wasm/lanes.ts";
import type { ScatterLayout } from "./wasm/scatterKernel.ts";

export type { Precision } from "./wasm/lanes.ts";
export type { ScatterLayout } from "./wasm/scatterKernel.ts";

export interface MapLayout {
  readonly kernel: MapKernel;
  /** Elements; arrays are padded to a multiple of 16. */
  readonly size: number;
  /** Address of a state or constant array. */
  readonly address: (array: string) => number;
  /** Address of the scratch of a draw, one real an element of a tile. */
  readonly drawAddress: (draw: string) => number;
  /** The random stream of this table. */
  readonly stream: number;
}

export interface Program {
  readonly precision: Precision;
  readonly seed: Seed;
  /** Address of the seed's key schedule, 20 words. */
  readonly keyAddress: number;
  readonly maps: readonly MapLayout[];
  readonly scatters: readonly ScatterLayout[];
}

export interface Executable {
  /**
   * Advances elements lo … hi − 1 of a table (multiples of 16) by the given step and appends emitted indices (u32) at `list`.
   * Returns how many were emitted, or −1 − e when element e became non-finite; memory then still holds its last finite values.
   *
   * @param scalars address of this step's scalars @param inputs addresses of this step's ring slots, in the order of the kernel's inputs
   */
  readonly advance: (map: number, lo: number, hi: number, step: number, list: number, scalars: number, inputs: readonly number[]) => number;
  /** Delivers the `count` indices at `list`; see `emitScatterKernel` for `slot`. */
  readonly deliver: (scatter: number, list: number, count: number, slot: number) => void;
  /** Generated code for people, where there is any. */
  readonly text?: () => string;
}

export interface Backend {
  readonly name: "wasm" | "interpreter";
  readonly prepare: (program: Program, memory: WebAssembly.Memory) => Promise<Executable>;
}

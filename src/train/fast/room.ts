/** Where everything of a model in the fast engine lies: one memory, laid out alike by every thread that builds the same model. */
import type { Arena } from "../../engine/arena.ts";
import type { TrainingKernels } from "../kernels/trainingKernels.ts";
import type { PassData } from "./passData.ts";

/** A thread's share of work that is divided evenly. */
export interface Part { readonly index: number; readonly count: number }

/** Elements [from, to) of a part; edges are multiples of `unit`. */
export function shareOf(part: Part, size: number, unit = 1): readonly [from: number, to: number] {
  const blocks = Math.ceil(size / unit);
  const edge = (k: number): number => Math.min(size, unit * Math.floor((blocks * k) / part.count));
  return [edge(part.index), edge(part.index + 1)];
}

/** What a stage needs to allocate and compute. Samples are those of a micro-batch. */
export interface Room {
  readonly arena: Arena;
  readonly kernels: TrainingKernels;
  readonly exports: WebAssembly.Exports;
  readonly pass: PassData;
  readonly steps: number;
  /** Samples in memory at a time. */
  readonly samples: number;
  /** Samples that go through the layers together, so that what one layer gives is still in the cache when the next reads it. */
  readonly group: number;
  readonly threads: number;
  /** Neurons whose membranes nothing else reads keep their states at every k-th step only. */
  readonly checkpoint: number | undefined;
  /** A row of zeros, longer than any layer and a strip. */
  readonly zeros: number;
  /** A row for sums of columns, as long. */
  readonly sums: number;
  /** Room for the rows of a group in tiles, one for each thread. */
  readonly tiles: readonly number[];
}

/** What flows from stage to stage, a row for each sample and step (one for all steps when constant). 0 stands for "is not there". */
export interface Wire {
  readonly units: number;
  readonly rows: number;
  /** Bytes from row to row of values and gradients; room for a multiple of 32 numbers. */
  readonly stride: number;
  readonly values: number;
  /** Spikes: bits of a row in u32 words. */
  readonly bits: number;
  readonly bitStride: number;
  /** Gradient with respect to values or spikes; 0 where none is wanted. */
  readonly gradient: number;
  /** Bits of the elements whose gradient is read; 0 when all are. */
  readonly active: number;
  /** Where both values and bits are there: a word that is 0 when all values are 0 or 1, so that the bits say it all. */
  readonly other: number;
}

/** Rows a power of two apart would share a few sets of the caches, and drive each other out. */
export function rowBytes(units: number): number {
  const bytes = 128 * Math.ceil(units / 32);
  return bytes % 1024 === 0 ? bytes + 64 : bytes;
}
export const bitBytes = (units: number): number => 4 * Math.ceil(units / 32);

/** A row per sample and step, or per sample. */
export const rowsOf = (room: Room, constant: boolean): number => (constant ? 1 : room.steps);

/** Steps of work: forward and backward take samples first … last − 1 of the micro-batch; the others divide what belongs to weights. */
export interface Stage {
  readonly name: string;
  readonly output: Wire;
  /** Weights changed. */
  prepare(part: Part): void;
  forward(part: Part, first: number, last: number): void;
  backward(part: Part, first: number, last: number): void;
  /** Adds to the gradients of weights what the samples give. */
  gradients(part: Part, samples: number): void;
}

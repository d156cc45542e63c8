/** A `MapKernel` in plain f64, one element after the other: slow, obvious, and what every other back-end is compared with. */
import type { MapKernel } from "../../ir/kernel.ts";
import { runStatements, valueOf } from "./statements.ts";
import type { KernelScope } from "./statements.ts";

export interface InterpreterTables {
  /** True number of elements. */
  readonly size: number;
  /** State and constant arrays, indexed by element. */
  readonly array: (name: string) => Float64Array;
  /** Arrivals of this step, indexed by element; cleared. */
  readonly input: (name: string) => Float64Array;
  /** Random numbers of this tile, indexed by element − lo. */
  readonly draw: (name: string) => Float64Array;
  /** In the order of `kernel.scalars`. */
  readonly scalars: ArrayLike<number>;
  /** Receives the indices of the elements that spike, ascending. */
  readonly list: number[];
}

/**
 * Advances the elements lo … hi − 1 by one step. Returns how many spiked, or −1 − e when element e would store a non-finite value:
 * elements from e on are then unchanged.
 */
export function interpretMapKernel(kernel: MapKernel, tables: InterpreterTables, lo: number, hi: number): number {
  let count = 0;
  for (let e = lo; e < Math.min(hi, tables.size); e++) {
    const scope: KernelScope = new Map([["i", e]]);
    for (const name of [...kernel.state, ...kernel.constants]) scope.set(name, tables.array(name)[e]!);
    for (const name of kernel.inputs) scope.set(name, tables.input(name)[e]!);
    for (const draw of kernel.draws) scope.set(draw.name, tables.draw(draw.name)[e - lo]!);
    kernel.scalars.forEach((s, k) => scope.set(s.name, tables.scalars[k]!));

    runStatements(kernel.body, scope);
    const spikes = kernel.spike !== undefined && valueOf(kernel.spike.condition, scope) === true;
    if (spikes) runStatements(kernel.spike!.reset, scope);

    if (kernel.finite.some((name) => !Number.isFinite(scope.get(name)))) return -1 - e;
    for (const name of kernel.state) tables.array(name)[e] = scope.get(name) as number;
    for (const name of kernel.inputs) tables.input(name)[e] = 0;
    if (spikes) {
      tables.list.push(e);
      count++;
    }
  }
  return count;
}

/** Sets values too small to matter to zero in the arrays of `kernel.flush`. */
export function interpretFlush(kernel: MapKernel, array: (name: string) => Float64Array): void {
  for (const name of kernel.flush ?? []) {
    const values = array(name);
    values.forEach((x, e) => Math.abs(x) < 1e-290 && (values[e] = 0));
  }
}

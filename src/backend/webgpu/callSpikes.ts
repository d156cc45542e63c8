/** The spikes of a call, which the device lists in the order in which they happened to be written. */
import type { Column } from "./stages.ts";

export interface CallSpikes {
  /** Elements, ascending within each step and column. */
  readonly ids: Uint32Array;
  /** Of step s and column c from starts[s · columns + c] to the next. */
  readonly starts: Uint32Array;
}

/** @param keys step · total + number of the element among those of all columns, in any order; @param columns in the order of their numbers */
export function sortSpikes(keys: Uint32Array, steps: number, columns: readonly Column[], total: number): CallSpikes {
  const count = columns.length;
  const columnOf = new Uint16Array(Math.ceil(total / 16));
  columns.forEach(({ first, stride }, k) => columnOf.fill(k, first / 16, (first + stride) / 16));
  const starts = new Uint32Array(steps * count + 2);
  const placeOf = (key: number): number => Math.floor(key / total) * count + columnOf[(key % total) >> 4]!;
  for (let k = 0; k < keys.length; k++) starts[placeOf(keys[k]!) + 2]!++;
  for (let p = 2; p < starts.length; p++) starts[p]! += starts[p - 1]!;
  const ids = new Uint32Array(keys.length);
  for (let k = 0; k < keys.length; k++) {
    const key = keys[k]!, index = key % total;
    ids[starts[placeOf(key) + 1]!++] = index - columns[columnOf[index >> 4]!]!.first;
  }
  for (let p = 0; p < steps * count; p++) if (starts[p + 1]! - starts[p]! > 1) ids.subarray(starts[p]!, starts[p + 1]!).sort();
  return { ids, starts: starts.subarray(0, steps * count + 1) };
}

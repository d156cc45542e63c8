/** Fits the weights of a file to the synapses of a projection. */
import { ArgumentError } from "../../errors.ts";
import type { Dimension } from "../../model/checked.ts";
import { dimensionName } from "../../units/dimension.ts";
import { parseQuantity } from "../../units/quantity.ts";
import { rowStarts, type WeightTable } from "./weightTable.ts";

/** The synapses that weights are wanted for, in storage order. */
export interface Wanted {
  readonly name: string;
  readonly shape: readonly [pre: number, post: number];
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** Of the weights. */
  readonly dimension: Dimension;
}

/**
 * The weights of a table in the order of the wanted synapses, in SI units. Pairs must be the same, their order need not be; of a pair with
 * several synapses, the first weight goes to the first synapse.
 *
 * @throws {ArgumentError} for another shape, unit or connectivity
 */
export function matchWeights(table: WeightTable, wanted: Wanted): Float64Array {
  const what = `weights of "${table.name}" for projection ${wanted.name}`;
  if (table.shape.some((n, side) => n !== wanted.shape[side])) {
    throw new ArgumentError("weights-shape", `${what} are ${table.shape.join(" × ")}, it is ${wanted.shape.join(" × ")}`,
      "Take the weights of a projection between populations of these sizes.");
  }
  const scale = unitScale(table, wanted.dimension, what);
  const order = sameOrder(table, wanted) ? undefined : orderOf(table, wanted, what);
  return Float64Array.from(wanted.pre, (_, k) => table.weights[order ? order[k]! : k]! * scale);
}

function unitScale({ unit }: WeightTable, dimension: Dimension, what: string): number {
  try {
    return parseQuantity(`1 ${unit}`, dimension, what);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const given = unit === "1" ? "without a unit" : `in ${unit}`;
    throw new ArgumentError("weights-unit", `${what} are ${given}, they are in ${dimensionName(dimension)}`,
      'Say what they are: loadWeights(path, { unit: "mV" }).');
  }
}

const sameOrder = (table: WeightTable, wanted: Wanted): boolean =>
  table.pre.length === wanted.pre.length && wanted.pre.every((i, k) => table.pre[k] === i && table.post[k] === wanted.post[k]);

/** Which synapse of the table is the k-th wanted one, source by source. */
function orderOf(table: WeightTable, wanted: Wanted, what: string): Uint32Array {
  const order = new Uint32Array(wanted.pre.length);
  const [ours, theirs] = [rowStarts(wanted.pre, wanted.shape[0]), rowStarts(table.pre, table.shape[0])];
  for (let i = 0; i < wanted.shape[0]; i++) {
    const own = row(wanted.post, ours, i);
    const given = row(table.post, theirs, i);
    for (let k = 0; k < Math.max(own.length, given.length); k++) {
      const [a, b] = [wanted.post[own[k]!] ?? Infinity, table.post[given[k]!] ?? Infinity];
      if (a === b) order[own[k]!] = given[k]!;
      else if (a < b) throw differs(`${what}: the projection has a synapse ${i} → ${a}, the file has none`);
      else throw differs(`${what}: the file has a synapse ${i} → ${b}, the projection has none`);
    }
  }
  return order;
}

/** Synapses of one source by target; those of a pair keep their order. */
function row(post: Uint32Array, starts: Int32Array, source: number): number[] {
  const synapses = Array.from({ length: starts[source + 1]! - starts[source]! }, (_, k) => starts[source]! + k);
  return synapses.sort((a, b) => post[a]! - post[b]! || a - b);
}

const differs = (problem: string): ArgumentError =>
  new ArgumentError("weights-connectivity", problem, "Use the same seed and connector, or make the projection from the file: weightsFromFile(path).");

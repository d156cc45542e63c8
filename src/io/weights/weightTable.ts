/** The synapses of one projection with their weights, as files and pictures hold them. */
import { FileError } from "../../errors.ts";

export interface WeightTable {
  /** Of the projection. */
  readonly name: string;
  /** Numbers of neurons at both ends. */
  readonly shape: readonly [pre: number, post: number];
  /** Neurons at both ends of each synapse, in storage order: by source, then as made. [synapses] */
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** In `unit`. [synapses] */
  readonly weights: Float64Array;
  /** Unit of the weights, an SI unit in words where Synfire wrote it: "volt"; "1" for plain numbers. */
  readonly unit: string;
  /** Seconds. [synapses] */
  readonly delays?: Float64Array;
  /** Between which learning keeps the weights, in `unit`; infinite where there is no bound. */
  readonly bounds?: readonly [low: number, high: number];
}

/**
 * A table from what a file holds: whole numbers, in range, weights finite, synapses in the order of their sources.
 *
 * @throws {FileError} naming the synapse
 */
export function checkedTable(table: WeightTable, source: string): WeightTable {
  const { shape, pre, post, weights, delays } = table;
  const what = table.name === "" ? source : `${source}, projection ${table.name}`;
  const [sources, targets] = shape;
  if (![sources, targets].every((n) => Number.isSafeInteger(n) && n >= 0 && n < 2 ** 32)) {
    throw new FileError("weights-shape", `${what}: its shape is ${shape.join(" × ")}`, "The shape is the numbers of neurons at both ends.");
  }
  const count = weights.length;
  if (pre.length !== count || post.length !== count || (delays !== undefined && delays.length !== count)) {
    const counts = `${pre.length} sources, ${post.length} targets, ${count} weights${delays ? `, ${delays.length} delays` : ""}`;
    throw new FileError("weights-length", `${what} has ${counts}`, "Each synapse has one of each.");
  }
  for (let k = 0; k < count; k++) {
    const [i, j] = [pre[k]!, post[k]!];
    if (i >= sources || j >= targets) {
      const problem = `${what}: synapse ${k} leads from neuron ${i} to ${j}, but there are ${sources} sources and ${targets} targets`;
      throw new FileError("weights-index", problem, "Neurons are counted from 0.");
    }
    if (!Number.isFinite(weights[k]!)) {
      throw new FileError("weights-not-finite", `${what}: the weight of synapse ${k} (${i} → ${j}) is ${weights[k]}`, "Weights are finite numbers.");
    }
    if (delays && !(delays[k]! >= 0 && delays[k]! < Infinity)) {
      throw new FileError("weights-delay", `${what}: the delay of synapse ${k} (${i} → ${j}) is ${delays[k]} s`, "Delays are seconds from 0.");
    }
  }
  return bySource(table);
}

/** Where the synapses of each source begin, of a table in the order of sources. [sources + 1] */
export function rowStarts(pre: Uint32Array, sources: number): Int32Array {
  const starts = new Int32Array(sources + 1);
  for (const i of pre) starts[i + 1]!++;
  for (let i = 0; i < sources; i++) starts[i + 1]! += starts[i]!;
  return starts;
}

/** The source of each synapse from where the rows begin. */
export function sourcesOf(starts: ArrayLike<number>): Uint32Array {
  const pre = new Uint32Array(starts[starts.length - 1] ?? 0);
  for (let i = 0; i + 1 < starts.length; i++) pre.fill(i, starts[i]!, starts[i + 1]!);
  return pre;
}

function bySource(table: WeightTable): WeightTable {
  const { pre, post, weights, delays } = table;
  if (pre.every((i, k) => k === 0 || pre[k - 1]! <= i)) return table;
  // Not by counting: a small file may claim billions of sources.
  const order = Uint32Array.from(pre, (_, k) => k).sort((a, b) => pre[a]! - pre[b]! || a - b);
  return {
    ...table, pre: pre.map((_, k) => pre[order[k]!]!), post: post.map((_, k) => post[order[k]!]!),
    weights: weights.map((_, k) => weights[order[k]!]!),
    ...(delays ? { delays: delays.map((_, k) => delays[order[k]!]!) } : {}),
  };
}

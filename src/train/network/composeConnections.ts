/** Layers of synapses in a row as one: products of sparse matrices. */
import { UnsupportedError } from "../../errors.ts";
import type { Connections } from "./connections.ts";

/**
 * Synapses `first` followed by `second`.
 *
 * @param what names the layers in errors
 * @throws {UnsupportedError} where a bias would have to wait for the delays behind it
 */
export function composeConnections(first: Connections, second: Connections, what: string): Connections {
  if (second.delays && first.bias.some((b) => b !== 0)) {
    const told = `${what}: a bias comes before synapses with delays`;
    throw new UnsupportedError("delayed-bias", told, "Leave out the bias of the layer before the delays.");
  }
  const rows = rowStarts(second), { outputs } = second;
  const longest = longestDelay(first) + longestDelay(second), sums = new Float64Array(outputs * (longest + 1));
  const pre: number[] = [], post: number[] = [], weights: number[] = [], delays: number[] = [];
  let touched: number[] = [];
  const seen = new Uint8Array(sums.length);
  const finishRow = (source: number): void => {
    touched.sort((a, b) => a - b);
    for (const at of touched) {
      pre.push(source);
      post.push(at % outputs);
      delays.push(Math.floor(at / outputs));
      weights.push(sums[at]!);
      sums[at] = seen[at] = 0;
    }
    touched = [];
  };
  for (let k = 0; k < first.pre.length; k++) {
    if (k > 0 && first.pre[k] !== first.pre[k - 1]) finishRow(first.pre[k - 1]!);
    const via = first.post[k]!;
    for (let n = rows[via]!; n < rows[via + 1]!; n++) {
      const at = ((first.delays?.[k] ?? 0) + (second.delays?.[n] ?? 0)) * outputs + second.post[n]!;
      if (!seen[at]) touched.push(at);
      seen[at] = 1;
      sums[at]! += first.weights[k]! * second.weights[n]!;
    }
  }
  if (first.pre.length > 0) finishRow(first.pre[first.pre.length - 1]!);
  const bias = second.bias.slice();
  for (let n = 0; n < second.pre.length; n++) bias[second.post[n]!]! += first.bias[second.pre[n]!]! * second.weights[n]!;
  return {
    inputs: first.inputs, outputs, pre: Uint32Array.from(pre), post: Uint32Array.from(post), weights: Float64Array.from(weights), bias,
    ...(longest > 0 ? { delays: Uint32Array.from(delays) } : {}),
  };
}

/** The longest delay of any synapse, steps. */
export const longestDelay = ({ delays }: Connections): number => delays?.reduce((a, b) => Math.max(a, b), 0) ?? 0;

/** Whether every input reaches every output once, in order and without delays, as a matrix. */
export function isAllToAll({ inputs, outputs, pre, post, delays }: Connections): boolean {
  return delays === undefined && pre.length === inputs * outputs && pre.every((i, k) => i * outputs + post[k]! === k);
}

/** One synapse from each input to the output of the same number. */
export function oneToOneConnections(size: number): Connections {
  const each = Uint32Array.from({ length: size }, (_, k) => k);
  return { inputs: size, outputs: size, pre: each, post: each, weights: new Float64Array(size).fill(1), bias: new Float64Array(size) };
}

/** [inputs + 1]: where the synapses of each input begin. */
function rowStarts({ inputs, pre }: Connections): Uint32Array {
  const starts = new Uint32Array(inputs + 1);
  for (const i of pre) starts[i + 1]!++;
  for (let i = 0; i < inputs; i++) starts[i + 1]! += starts[i]!;
  return starts;
}

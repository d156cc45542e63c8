/** Brings the weights of each neuron's synapses to a norm: synaptic scaling as an operation on a whole projection. */
import type { NormalisationData } from "../network/data.ts";
import type { Precision, Arena } from "./arena.ts";
import type { Delivery } from "./projections.ts";

/** Changes the weights in place. A neuron whose weights are all zero is left alone where they are scaled. */
export function normalise(delivery: Delivery, rule: NormalisationData, arena: Arena, precision: Precision): void {
  const { table, data, post } = delivery;
  if (table.weights.kind !== "perSynapse") return;
  const weights = arena.real(precision, table.weights.address, table.count);
  const rows = arena.u32(table.rows, table.sources + 1);
  const words = table.targetBytes === 2 ? arena.u16(table.targets, table.count) : arena.u32(table.targets, table.count);
  const packed = table.delays === "perSynapse", stride = post.stride, start = data.post.start;
  const incoming = rule.side === "incoming", squared = rule.norm === "L2";
  const size = incoming ? data.post.end - start : table.sources;
  const sums = new Float64Array(size), counts = new Uint32Array(size);
  const visit = (act: (e: number, neuron: number) => void): void => {
    for (let i = 0; i < table.sources; i++) {
      const end = rows[i + 1]!;
      for (let e = rows[i]!; e < end; e++) act(e, incoming ? (packed ? words[e]! % stride : words[e]!) - start : i);
    }
  };
  visit((e, k) => {
    sums[k]! += squared ? weights[e]! ** 2 : weights[e]!;
    counts[k]!++;
  });
  if (squared) for (let k = 0; k < size; k++) sums[k] = Math.sqrt(sums[k]!);
  const keep = data.dale === "excitatory" ? (w: number) => Math.max(w, 0) : data.dale === "inhibitory" ? (w: number) => Math.min(w, 0) : (w: number) => w;
  if (rule.mode === "subtractive") visit((e, k) => (weights[e] = keep(weights[e]! - (sums[k]! - rule.target) / counts[k]!)));
  else {
    const factors = sums.map((sum) => (sum === 0 ? 1 : rule.target / sum));
    visit((e, k) => (weights[e] = weights[e]! * factors[k]!));
  }
}

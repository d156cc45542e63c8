/** Brings the weights of each neuron's synapses to a norm: synaptic scaling as an operation on a whole projection. */
import type { NormalisationData } from "../network/data.ts";
import type { Precision, Arena } from "./arena.ts";
import { targetWords } from "./synapses.ts";
import type { Delivery } from "./projections.ts";

/** Changes the weights in place. A neuron whose weights are all zero is left alone where they are scaled. */
export function normalise(delivery: Delivery, rule: NormalisationData, arena: Arena, precision: Precision): void {
  const { table, data, post } = delivery;
  if (table.weights.kind !== "perSynapse") return;
  const weights = arena.real(precision, table.weights.address, table.count);
  const rows = arena.u32(table.rows, table.sources + 1);
  const words = targetWords(arena, table, post.stride);
  const packed = table.delays === "perSynapse", stride = post.stride, start = data.post.start;
  const incoming = rule.side === "incoming", squared = rule.norm === "L2";
  const size = incoming ? data.post.end - start : table.sources;
  // Of each synapse, the neuron whose norm it counts for. Plain loops: closures called for every synapse would take ten times as long.
  const owners = new Uint32Array(table.count), sums = new Float64Array(size), counts = new Uint32Array(size);
  if (!incoming) for (let i = 0; i < table.sources; i++) owners.fill(i, rows[i], rows[i + 1]);
  else if (packed) for (let e = 0; e < table.count; e++) owners[e] = (words[e]! % stride) - start;
  else for (let e = 0; e < table.count; e++) owners[e] = words[e]! - start;
  for (let e = 0; e < table.count; e++) {
    const k = owners[e]!, w = weights[e]!;
    sums[k]! += squared ? w * w : w;
    counts[k]!++;
  }
  if (squared) for (let k = 0; k < size; k++) sums[k] = Math.sqrt(sums[k]!);
  if (rule.mode === "subtractive") {
    const changes = sums.map((sum, k) => (sum - rule.target) / counts[k]!);
    for (let e = 0; e < table.count; e++) weights[e]! -= changes[owners[e]!]!;
    if (data.dale === "excitatory") for (let e = 0; e < table.count; e++) weights[e] = Math.max(weights[e]!, 0);
    if (data.dale === "inhibitory") for (let e = 0; e < table.count; e++) weights[e] = Math.min(weights[e]!, 0);
  } else {
    const factors = sums.map((sum) => (sum === 0 ? 1 : rule.target / sum));
    for (let e = 0; e < table.count; e++) weights[e]! *= factors[owners[e]!]!;
  }
}

/**
 * The synapses of a projection as the user counts them: by source, then (where each has its own) by delay, then as made, whatever the partition in
 * whose memory they lie. Within a partition they stand in the same order, so the partition of each synapse is all there is to know.
 */
import type { Delivery } from "./projections.ts";
import { partOf } from "./memories.ts";
import type { Partitioning } from "./partitioning.ts";
import { walkPattern } from "./pattern.ts";
import { roundDelay } from "./synapses.ts";

export class SynapseIndex {
  readonly count: number;
  readonly #sides: readonly Delivery[];
  readonly #partitioning: Partitioning;
  /** Partition of each synapse; absent where there is but one to look at. */
  #owners: Uint16Array | undefined;
  #sizes: Uint32Array | undefined;

  /** @param sides the projection, with the synapses of each partition of this process */
  constructor(sides: readonly Delivery[], partitioning: Partitioning) {
    this.#sides = sides;
    this.#partitioning = partitioning;
    const { post, table } = sides[0]!;
    if (post.replicated || partitioning.local[0]!.count === 1) this.count = table.count;
    else {
      const count = Float64Array.of(sides.reduce((sum, side) => sum + side.table.count, 0));
      partitioning.exchange?.sum(count);
      this.count = count[0]!;
    }
  }

  get #undivided(): boolean {
    return this.#sides[0]!.post.replicated || this.#partitioning.local[0]!.count === 1;
  }

  /** One number a synapse, from what `read` finds in each partition. */
  gather(read: (side: Delivery, k: number) => ArrayLike<number>): Float64Array {
    if (this.#undivided) return Float64Array.from(read(this.#sides[0]!, 0));
    const { owners, sizes } = this.#find();
    const { local, exchange } = this.#partitioning;
    const starts = new Float64Array(sizes.length + 1);
    sizes.forEach((n, p) => (starts[p + 1] = starts[p]! + n));
    const parts = new Float64Array(this.count);
    this.#sides.forEach((side, k) => parts.set(read(side, k), starts[local[k]!.index]));
    exchange?.gather(parts, local.map(({ index }) => ({ start: starts[index]!, end: starts[index + 1]! })));
    const values = new Float64Array(this.count), next = starts.slice();
    for (let e = 0; e < this.count; e++) values[e] = parts[next[owners[e]!]!++]!;
    return values;
  }

  /** The part of each partition of this process, of one number a synapse. */
  scatter(values: Float64Array): Float64Array[] {
    if (this.#undivided) return this.#sides.map(() => values);
    const { owners, sizes } = this.#find();
    const parts = Array.from(sizes, (n) => new Float64Array(n)), next = new Uint32Array(sizes.length);
    for (let e = 0; e < values.length; e++) {
      const p = owners[e]!;
      parts[p]![next[p]!++] = values[e]!;
    }
    return this.#partitioning.local.map(({ index }) => parts[index]!);
  }

  /** Makes the pattern again, to see who comes after whom. */
  #find(): { readonly owners: Uint16Array; readonly sizes: Uint32Array } {
    if (this.#owners && this.#sizes) return { owners: this.#owners, sizes: this.#sizes };
    const { request, post, table } = this.#sides[0]!;
    const { targets: _, ...context } = request.context;
    const { count } = this.#partitioning.local[0]!;
    const ownerOf = new Uint16Array(context.postSize);
    for (let p = 0; p < count; p++) {
      const { start, end } = partOf(post, { index: p, count });
      ownerOf.fill(p, Math.max(0, start - request.postStart), Math.max(0, end - request.postStart));
    }
    const own = table.delays === "perSynapse";
    const rows = new Uint32Array(context.preSize + 1);
    walkPattern(request.connect, context, ({ count: n, pre }) => {
      for (let k = 0; k < n; k++) rows[pre[k]! + 1]!++;
    });
    for (let i = 0; i < context.preSize; i++) rows[i + 1]! += rows[i]!;
    const owners = new Uint16Array(this.count), delays = new Uint32Array(own ? this.count : 0), cursor = rows.slice();
    walkPattern(request.connect, context, (batch) => {
      const steps = own && typeof request.delay === "function" ? request.delay(batch) : undefined;
      for (let k = 0; k < batch.count; k++) {
        const at = cursor[batch.pre[k]!]!++;
        owners[at] = ownerOf[batch.post[k]!]!;
        if (steps) delays[at] = roundDelay(steps[k]!, request);
      }
    });
    if (own) sortRows(owners, delays, rows, table.maxDelay);
    const sizes = new Uint32Array(count);
    for (const p of owners) sizes[p]!++;
    this.#owners = owners;
    this.#sizes = sizes;
    return { owners, sizes };
  }
}

/** Orders each row by delay; equal ones keep their order. */
function sortRows(owners: Uint16Array, delays: Uint32Array, rows: Uint32Array, longest: number): void {
  const position = new Uint32Array(longest + 2);
  for (let i = 0; i + 1 < rows.length; i++) {
    const from = rows[i]!, to = rows[i + 1]!;
    position.fill(0);
    for (let e = from; e < to; e++) position[delays[e]! + 1]!++;
    for (let d = 0; d <= longest; d++) position[d + 1]! += position[d]!;
    const before = owners.slice(from, to);
    for (let e = from; e < to; e++) owners[from + position[delays[e]!]!++] = before[e - from]!;
  }
}

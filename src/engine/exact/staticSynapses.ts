/** Synapses that add a fixed weight, a real time after their source's spike. */
import type { ProjectionData } from "../../network/data.ts";
import type { Arena } from "../arena.ts";
import type { ExactGroup } from "./group.ts";
import type { Arrivals, Outgoing } from "./loop.ts";
import { Line, Walk } from "./queues.ts";
import type { Wiring } from "./wiring.ts";

export class StaticSynapses implements Arrivals, Outgoing {
  readonly data: ProjectionData;
  readonly post: ExactGroup;
  wiring: Wiring;
  /** Seconds from spike to arrival. */
  readonly delays: number | Float64Array;
  weights: number | Float64Array;
  /** Weights that arrived. */
  events = 0;
  readonly #slot: number;
  readonly #line = new Line();
  readonly #walk = new Walk();

  /** @param later what the dendrite adds to every delay, seconds */
  constructor(data: ProjectionData, post: ExactGroup, slot: number, wiring: Wiring, later: number) {
    this.data = data;
    this.wiring = wiring;
    this.weights = wiring.weights;
    this.delays = typeof wiring.delays === "number" ? wiring.delays + later : wiring.delays.map((d) => d + later);
    this.post = post;
    this.#slot = slot;
  }

  get next(): number {
    return typeof this.delays === "number" ? this.#line.next : this.#walk.next;
  }

  get bytes(): number {
    const { rows, targets, weights } = this.wiring;
    const size = (column: number | Float64Array) => (typeof column === "number" ? 0 : column.byteLength);
    return rows.byteLength + targets.byteLength + size(weights) + size(this.delays);
  }

  emitted(neuron: number, t: number): void {
    const { pre } = this.data, { rows } = this.wiring;
    if (neuron < pre.start || neuron >= pre.end) return;
    const source = neuron - pre.start;
    if (rows[source] === rows[source + 1]) return;
    if (typeof this.delays === "number") this.#line.push(t + this.delays, source);
    else this.#walk.push(t, rows[source]!, rows[source + 1]!, this.delays);
  }

  deliver(t: number, limit: number): void {
    const { rows, targets } = this.wiring, { weights, delays } = this;
    if (typeof delays === "number") {
      while (this.#line.next <= limit) {
        const source = this.#line.pop();
        this.events += rows[source + 1]! - rows[source]!;
        this.post.receiveRow(targets, rows[source]!, rows[source + 1]!, weights, this.#slot, t);
      }
      return;
    }
    while (this.#walk.next <= limit) {
      const e = this.#walk.synapse;
      this.events++;
      this.post.receive(targets[e]!, this.#slot, typeof weights === "number" ? weights : weights[e]!, t);
      this.#walk.advance(delays);
    }
  }

  /** Takes room for targets and weights in a memory; the function that is returned moves them there, once all room is taken. */
  place(arena: Arena): () => void {
    const { targets, weights, rows } = this.wiring;
    const what = `projection ${this.data.name}`;
    const [at, weightsAt] = [arena.allocate(targets.byteLength, what), typeof weights === "number" ? 0 : arena.allocate(weights.byteLength, what)];
    return () => {
      const moved = targets instanceof Uint16Array ? arena.u16(at, targets.length) : arena.u32(at, targets.length);
      moved.set(targets);
      const own = typeof weights === "number" ? weights : arena.f64(weightsAt, weights.length);
      if (typeof own !== "number") own.set(weights as Float64Array);
      this.wiring = { ...this.wiring, rows, targets: moved, weights: own };
      this.weights = own;
    };
  }

  restart(): void {
    this.#line.clear();
    this.#walk.clear();
    this.weights = this.wiring.weights;
    this.events = 0;
  }
}

/**
 * The event loop. The next moment at which anything happens is found, and what happens then is done in rounds:
 *
 * 1. all that arrives at this moment, projection by projection in the order of the description, source by source;
 * 2. neurons that something arrived at are tested against their threshold, once everything has been summed; so are those whose predicted time
 *    this is and that received nothing; spikes of sources are added;
 * 3. the neurons that spike do so in the order of their numbers: reset, refractoriness, and their spikes set off.
 *
 * What sets off without any delay arrives in the next round of the same moment. The order in which things were put into queues never matters.
 */
import { SimulationError } from "../../errors.ts";
import type { CrossingHeap } from "./crossingHeap.ts";
import type { ExactGroup } from "./group.ts";

/** Things that arrive at neurons or synapses. */
export interface Arrivals {
  /** Time of the next; Infinity when none is on its way. */
  readonly next: number;
  /** Lets all that is due at t arrive. */
  deliver(t: number): void;
}

/** Spikes that come from outside. */
export interface Emitter {
  readonly next: number;
  /** Lets its elements spike that are due at t, each at most once: numbers within the network. */
  emit(t: number, spiking: (neuron: number) => void): void;
}

/** What a spike of a group sets off; `neuron` counts within the group. */
export interface Outgoing { emitted(neuron: number, t: number): void }

/** More rounds of one moment than this are spikes that make each other without end. */
const mostRounds = 1000;

export class EventLoop {
  readonly groups: readonly ExactGroup[];
  readonly heap: CrossingHeap;
  /** In the order in which they act at one moment. */
  readonly arrivals: Arrivals[] = [];
  readonly emitters: Emitter[] = [];
  readonly outgoing: readonly Outgoing[][];
  readonly #record: (group: number, neuron: number, t: number) => void;
  readonly #groupOf: Uint32Array | undefined;
  #spiking = new Uint32Array(64);
  #count = 0;
  #round = 0;
  #moment = -1;
  #rounds = 0;

  constructor(groups: readonly ExactGroup[], heap: CrossingHeap, record: (group: number, neuron: number, t: number) => void) {
    this.groups = groups;
    this.heap = heap;
    this.#record = record;
    this.outgoing = groups.map(() => []);
    const last = groups.at(-1);
    this.#groupOf = last ? new Uint32Array(groups.length + 1) : undefined;
    groups.forEach((g, k) => (this.#groupOf![k] = g.base));
    if (last) this.#groupOf![groups.length] = last.base + last.size;
  }

  /** A neuron spikes in this round. */
  readonly spikes = (neuron: number): void => {
    if (this.#count === this.#spiking.length) {
      const larger = new Uint32Array(2 * this.#count);
      larger.set(this.#spiking);
      this.#spiking = larger;
    }
    this.#spiking[this.#count++] = neuron;
  };

  restart(): void {
    this.#moment = -1;
    this.#round = this.#rounds = 0;
  }

  /** When something happens next. */
  get next(): number {
    let next = this.heap.first;
    for (let k = 0; k < this.arrivals.length; k++) if (this.arrivals[k]!.next < next) next = this.arrivals[k]!.next;
    for (let k = 0; k < this.emitters.length; k++) if (this.emitters[k]!.next < next) next = this.emitters[k]!.next;
    return next;
  }

  /** One round of what happens at t. */
  round(t: number): void {
    const { groups, heap } = this;
    if (t !== this.#moment) this.#rounds = 0;
    else if (++this.#rounds > mostRounds) this.#standstill(t);
    this.#moment = t;
    // Rounds count from 1 to 2^52; every row's round is 0 or −1 in the beginning.
    const round = ++this.#round;
    for (let g = 0; g < groups.length; g++) groups[g]!.round = round;
    for (let k = 0; k < this.arrivals.length; k++) if (this.arrivals[k]!.next <= t) this.arrivals[k]!.deliver(t);
    this.#count = 0;
    for (let g = 0; g < groups.length; g++) groups[g]!.settle(t);
    while (heap.first <= t) {
      const neuron = heap.pop();
      const group = this.#find(neuron);
      if (group.comesTrue(neuron - group.base, t)) this.spikes(neuron);
    }
    for (let k = 0; k < this.emitters.length; k++) if (this.emitters[k]!.next <= t) this.emitters[k]!.emit(t, this.spikes);
    const count = this.#count, spiking = this.#spiking;
    if (count > 1) spiking.subarray(0, count).sort();
    for (let k = 0; k < count; k++) {
      const group = this.#find(spiking[k]!);
      const j = spiking[k]! - group.base;
      this.#record(group.index, j, t);
      if (group.neuron) group.fire(j, t);
      const outgoing = this.outgoing[group.index]!;
      for (let o = 0; o < outgoing.length; o++) outgoing[o]!.emitted(j, t);
    }
    for (let g = 0; g < groups.length; g++) groups[g]!.finish();
  }

  #find(neuron: number): ExactGroup {
    const starts = this.#groupOf!;
    let g = 0;
    while (neuron >= starts[g + 1]!) g++;
    return this.groups[g]!;
  }

  #standstill(t: number): never {
    const who = this.#count > 0 ? this.#find(this.#spiking[0]!) : undefined;
    throw new SimulationError(
      "standstill",
      `time stands still at t = ${t * 1e3} ms: ` +
        `${who ? `neuron ${this.#spiking[0]! - who.base} of population "${who.name}" spikes` : "spikes follow each other"} without end`,
      "Neurons whose reset leaves them above threshold, or that excite each other without delay, need a refractory time or a delay.",
    );
  }
}

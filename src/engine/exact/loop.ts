/**
 * The event loop. The next moment at which anything happens is found, and what happens then is done in rounds:
 *
 * 1. spikes from outside set off;
 * 2. all that is due arrives, projection by projection in the order of the description, source by source;
 * 3. neurons that something arrived at are tested against their threshold, once everything has been summed; those that received nothing and whose
 *    predicted time this is spike;
 * 4. the neurons that spike do so in the order of their numbers: reset, refractoriness, and their spikes set off.
 *
 * What neurons set off without any delay arrives in the next round of the same moment. The order in which things were put into queues never matters.
 *
 * Times that agree up to four units in their last place are one moment, the earliest of them: 0.3 ms is the same whether it was given, or came from
 * 0.1 ms and a delay of 0.2 ms.
 */
import { SimulationError } from "../../errors.ts";
import type { CrossingHeap } from "./crossingHeap.ts";
import type { ExactGroup } from "./group.ts";

/** Things that arrive at neurons or synapses. */
export interface Arrivals {
  /** Time of the next; Infinity when none is on its way. */
  readonly next: number;
  /** Lets all that is due up to `limit` arrive, at t. */
  deliver(t: number, limit: number): void;
}

/** Spikes that come from outside. */
export interface Emitter {
  readonly next: number;
  /** Lets its elements spike that are due up to `limit`, each at most once: numbers within the network. */
  emit(limit: number, spiking: (neuron: number) => void): void;
}

/** What a spike of a group sets off; `neuron` counts within the group. */
export interface Outgoing { emitted(neuron: number, t: number): void }

/** Four units in the last place. */
const sameMoment = 2 ** -50;

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
  /** Number of each group's first neuron, and the end. */
  readonly #starts: Uint32Array;
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
    this.#starts = Uint32Array.from([...groups.map((g) => g.base), groups.reduce((sum, g) => sum + g.size, 0)]);
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
    const limit = t + t * sameMoment;
    if (t !== this.#moment) this.#rounds = 0;
    else if (++this.#rounds > mostRounds) this.#standstill(t);
    this.#moment = t;
    // Rounds count from 1 to 2^52; every row's round is 0 or −1 in the beginning.
    const round = ++this.#round;
    for (let g = 0; g < groups.length; g++) groups[g]!.round = round;
    this.#count = 0;
    for (let k = 0; k < this.emitters.length; k++) if (this.emitters[k]!.next <= limit) this.emitters[k]!.emit(limit, this.spikes);
    if (this.#count > 0) this.#fire(t);
    for (let k = 0; k < this.arrivals.length; k++) if (this.arrivals[k]!.next <= limit) this.arrivals[k]!.deliver(t, limit);
    for (let g = 0; g < groups.length; g++) groups[g]!.settle(t);
    while (heap.first <= limit) {
      const neuron = heap.pop();
      const group = this.#find(neuron);
      if (group.comesTrue(neuron - group.base, t)) this.spikes(neuron);
    }
    if (this.#count > 0) this.#fire(t);
    for (let g = 0; g < groups.length; g++) groups[g]!.finish();
  }

  /** The neurons that were found to spike do so. */
  #fire(t: number): void {
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
    this.#count = 0;
  }

  #find(neuron: number): ExactGroup {
    const starts = this.#starts;
    let g = 0;
    while (neuron >= starts[g + 1]!) g++;
    return this.groups[g]!;
  }

  #standstill(t: number): never {
    // The first of those that spiked last.
    const who = this.#find(this.#spiking[0]!);
    throw new SimulationError(
      "standstill",
      `time stands still at t = ${t * 1e3} ms: ` +
        `neuron ${this.#spiking[0]! - who.base} of population "${who.name}" spikes without end`,
      "Neurons whose reset leaves them above threshold, or that excite each other without delay, need a refractory time or a delay.",
    );
  }
}

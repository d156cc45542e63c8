/** What drives neurons from outside: spikes of sources at real times, Poisson input and Poisson sources. */
import { ArgumentError } from "../../errors.ts";
import type { ExactGroup } from "./group.ts";
import type { Arrivals, Emitter } from "./loop.ts";
import type { PoissonProcesses } from "./streams.ts";

/** The spikes of a source, at the times that it was given. */
export class ScheduledSpikes implements Emitter {
  readonly #base: number;
  readonly #name: string;
  readonly #given: { readonly times: Float64Array; readonly indices: Uint32Array };
  readonly #group: ExactGroup;
  #times = new Float64Array(0);
  #who = new Uint32Array(0);
  #at = 0;
  next = Infinity;

  constructor(group: ExactGroup, times: Float64Array, indices: Uint32Array) {
    this.#group = group;
    this.#base = group.base;
    this.#name = group.name;
    this.#given = { times, indices };
    this.restart();
  }

  restart(): void {
    this.#times = new Float64Array(0);
    this.#who = new Uint32Array(0);
    this.#at = 0;
    this.add(this.#given.times, this.#given.indices, 0);
  }

  /** @param now simulated time: spikes of the past are refused */
  add(times: Float64Array, indices: Uint32Array, now: number): void {
    const late = now > 0 ? times.findIndex((t) => t <= now) : -1;
    if (late >= 0)
      throw new ArgumentError("past", `spikeSource "${this.#name}": a spike at ${times[late]! * 1e3} ms lies in the past of the simulation, ` +
        `which is at ${now * 1e3} ms`, "Add spikes before their time comes.");
    const allTimes = concat(this.#times.subarray(this.#at), times);
    const who = Uint32Array.from(concat(Float64Array.from(this.#who.subarray(this.#at)), Float64Array.from(indices)));
    const order = Uint32Array.from(allTimes, (_, k) => k).sort((a, b) => allTimes[a]! - allTimes[b]! || who[a]! - who[b]!);
    this.#times = Float64Array.from(order, (k) => allTimes[k]!);
    this.#who = Uint32Array.from(order, (k) => who[k]!);
    this.#at = 0;
    this.next = this.#times[0] ?? Infinity;
  }

  emit(limit: number, spiking: (neuron: number) => void): void {
    let last = -1;
    while (this.next <= limit) {
      const j = this.#who[this.#at]!;
      // A second spike of the same element at the same time comes in the next round.
      if (j === last) return;
      last = j;
      if (!this.#group.isDead(j)) spiking(this.#base + j);
      this.next = this.#times[++this.#at] ?? Infinity;
    }
  }
}

function concat(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** A population whose elements fire by chance. */
export class PoissonSpikes implements Emitter {
  readonly #group: ExactGroup;
  readonly #processes: PoissonProcesses;

  constructor(group: ExactGroup, processes: PoissonProcesses) {
    this.#group = group;
    this.#processes = processes;
  }

  get next(): number {
    return this.#processes.next;
  }

  restart(t = 0): void {
    const { values, size } = this.#group;
    const value = values.get("rate")!;
    const rates = value.kind === "number" ? value.value : value.kind === "array" ? value.values : NaN;
    checkRates(rates, `poissonSource "${this.#group.name}"`);
    if (t === 0) this.#processes.restart(rates, size);
    else this.#processes.setRates(rates, size, t);
  }

  emit(limit: number, spiking: (neuron: number) => void): void {
    if (this.next > limit) return;
    const j = this.#processes.take();
    if (!this.#group.isDead(j)) spiking(this.#group.base + j);
  }
}

/** Events of chance that add a weight to the neurons of a range. */
export class PoissonArrivals implements Arrivals {
  readonly #options: { readonly group: ExactGroup; readonly start: number; readonly count: number; readonly slot: number; readonly weight: number };
  readonly #rates: Float64Array | number;
  readonly #processes: PoissonProcesses;

  constructor(options: PoissonArrivals["options"], rates: Float64Array | number, processes: PoissonProcesses) {
    this.#options = options;
    this.#rates = rates;
    this.#processes = processes;
    checkRates(rates, `poissonInput to population "${options.group.name}"`);
    this.restart();
  }

  get options(): { readonly group: ExactGroup; readonly start: number; readonly count: number; readonly slot: number; readonly weight: number } {
    return this.#options;
  }

  get next(): number {
    return this.#processes.next;
  }

  restart(): void {
    this.#processes.restart(this.#rates, this.#options.count);
  }

  deliver(t: number, limit: number): void {
    const { group, start, slot, weight } = this.#options;
    while (this.#processes.next <= limit) group.receive(start + this.#processes.take(), slot, weight, t);
  }
}

function checkRates(rates: Float64Array | number, what: string): void {
  const least = typeof rates === "number" ? rates : rates.reduce((a, b) => Math.min(a, b), 0);
  if (!(least >= 0)) throw new ArgumentError("value", `${what}: the rate ${least} Hz is negative`, "Rates are 0 Hz or more.");
}

/** Spikes on their way: a line where all take equally long, a heap where each synapse has a delay of its own. */

/** Entries leave in the order in which they came: with one delay for all, that is the order of their times. */
export class Line {
  #times = new Float64Array(64);
  #who = new Uint32Array(64);
  #head = 0;
  #size = 0;

  /** Time of the first; Infinity when there is none. */
  next = Infinity;

  push(time: number, who: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const at = (this.#head + this.#size++) & (this.#times.length - 1);
    this.#times[at] = time;
    this.#who[at] = who;
    if (this.#size === 1) this.next = time;
  }

  /** Takes the first out. */
  pop(): number {
    const who = this.#who[this.#head]!;
    this.#head = (this.#head + 1) & (this.#times.length - 1);
    this.next = --this.#size === 0 ? Infinity : this.#times[this.#head]!;
    return who;
  }

  clear(): void {
    this.#head = this.#size = 0;
    this.next = Infinity;
  }

  #grow(): void {
    const n = this.#times.length;
    const times = new Float64Array(2 * n), who = new Uint32Array(2 * n);
    for (let k = 0; k < n; k++) {
      times[k] = this.#times[(this.#head + k) & (n - 1)]!;
      who[k] = this.#who[(this.#head + k) & (n - 1)]!;
    }
    this.#times = times;
    this.#who = who;
    this.#head = 0;
  }
}

/**
 * Spikes that walk along their rows, whose synapses are ordered by delay: one entry a spike, at the synapse it reaches next. Entries of one
 * time leave by source, then by synapse.
 */
export class Walk {
  #times = new Float64Array(64);
  /** When the spike was emitted. */
  #emitted = new Float64Array(64);
  #synapse = new Uint32Array(64);
  #end = new Uint32Array(64);
  #size = 0;

  get next(): number {
    return this.#size === 0 ? Infinity : this.#times[0]!;
  }
  /** Synapse that the first reaches. */
  get synapse(): number {
    return this.#synapse[0]!;
  }

  /** A spike begins to walk along synapses from … end − 1. */
  push(emitted: number, from: number, end: number, delays: Float64Array): void {
    if (from >= end) return;
    if (this.#size === this.#times.length) this.#grow();
    this.#up(this.#size++, emitted + delays[from]!, emitted, from, end);
  }

  /** The first goes on to its next synapse. */
  advance(delays: Float64Array): void {
    const synapse = this.#synapse[0]! + 1, end = this.#end[0]!, emitted = this.#emitted[0]!;
    if (synapse < end) return this.#down(emitted + delays[synapse]!, emitted, synapse, end);
    const last = --this.#size;
    if (last > 0) this.#down(this.#times[last]!, this.#emitted[last]!, this.#synapse[last]!, this.#end[last]!);
  }

  clear(): void {
    this.#size = 0;
  }

  #set(at: number, time: number, emitted: number, synapse: number, end: number): void {
    this.#times[at] = time;
    this.#emitted[at] = emitted;
    this.#synapse[at] = synapse;
    this.#end[at] = end;
  }

  #copy(to: number, from: number): void {
    this.#set(to, this.#times[from]!, this.#emitted[from]!, this.#synapse[from]!, this.#end[from]!);
  }

  // Rows of later sources lie behind those of earlier ones, so the number of the synapse also orders sources.
  #up(at: number, time: number, emitted: number, synapse: number, end: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = this.#times[parent]!;
      if (other < time || (other === time && this.#synapse[parent]! <= synapse)) break;
      this.#copy(at, parent);
      at = parent;
    }
    this.#set(at, time, emitted, synapse, end);
  }

  #down(time: number, emitted: number, synapse: number, end: number): void {
    const size = this.#size, times = this.#times, synapses = this.#synapse;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && (times[right]! < times[child]! || (times[right] === times[child] && synapses[right]! < synapses[child]!))) child = right;
      if (!(times[child]! < time || (times[child] === time && synapses[child]! < synapse))) break;
      this.#copy(at, child);
      at = child;
    }
    this.#set(at, time, emitted, synapse, end);
  }

  #grow(): void {
    const n = 2 * this.#times.length;
    const larger = <T extends Float64Array | Uint32Array>(made: T, old: T): T => (made.set(old), made);
    this.#times = larger(new Float64Array(n), this.#times);
    this.#emitted = larger(new Float64Array(n), this.#emitted);
    this.#synapse = larger(new Uint32Array(n), this.#synapse);
    this.#end = larger(new Uint32Array(n), this.#end);
  }
}

/** What synapses send to neurons a constant time later. */
export class Parcels {
  readonly #line = new Line();
  #slots = new Uint32Array(64);
  #values = new Float64Array(64);
  #pushed = 0;
  #popped = 0;

  get next(): number {
    return this.#line.next;
  }

  push(time: number, neuron: number, slot: number, value: number): void {
    if (this.#pushed - this.#popped === this.#slots.length) this.#grow();
    const at = this.#pushed++ & (this.#slots.length - 1);
    this.#slots[at] = slot;
    this.#values[at] = value;
    this.#line.push(time, neuron);
  }

  /** Takes the first out. */
  pop(receive: (neuron: number, slot: number, value: number) => void): void {
    const at = this.#popped++ & (this.#slots.length - 1);
    receive(this.#line.pop(), this.#slots[at]!, this.#values[at]!);
  }

  clear(): void {
    this.#line.clear();
    this.#pushed = this.#popped = 0;
  }

  #grow(): void {
    const n = this.#slots.length, first = this.#popped;
    const slots = new Uint32Array(2 * n), values = new Float64Array(2 * n);
    for (let k = 0; k < n; k++) {
      slots[k] = this.#slots[(first + k) & (n - 1)]!;
      values[k] = this.#values[(first + k) & (n - 1)]!;
    }
    this.#slots = slots;
    this.#values = values;
    this.#popped = 0;
    this.#pushed = n;
  }
}

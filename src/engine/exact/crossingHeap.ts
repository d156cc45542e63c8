/**
 * The neurons that are predicted to spike, by time and then by number: a heap in which each neuron's place is known, so that a prediction can
 * change.
 */
export class CrossingHeap {
  readonly #times: Float64Array;
  /** Place of each neuron in the heap; −1: not in it. */
  readonly #place: Int32Array;
  #heap = new Uint32Array(64);
  #size = 0;

  constructor(neurons: number) {
    this.#times = new Float64Array(neurons).fill(Infinity);
    this.#place = new Int32Array(neurons).fill(-1);
  }

  /** Time of the first; Infinity when there is none. */
  get first(): number {
    return this.#size === 0 ? Infinity : this.#times[this.#heap[0]!]!;
  }

  /** Time of a neuron; Infinity when it is not in the heap. */
  timeOf(neuron: number): number {
    return this.#times[neuron]!;
  }

  /** Takes the first out. */
  pop(): number {
    const neuron = this.#heap[0]!;
    this.set(neuron, Infinity);
    return neuron;
  }

  clear(): void {
    for (let k = 0; k < this.#size; k++) this.#place[this.#heap[k]!] = -1;
    this.#times.fill(Infinity);
    this.#size = 0;
  }

  /** A new prediction; Infinity takes the neuron out. */
  set(neuron: number, time: number): void {
    const place = this.#place[neuron]!;
    if (place < 0) {
      if (time === Infinity) return;
      if (this.#size === this.#heap.length) {
        const larger = new Uint32Array(2 * this.#size);
        larger.set(this.#heap);
        this.#heap = larger;
      }
      this.#times[neuron] = time;
      this.#up(this.#size++, neuron);
      return;
    }
    this.#times[neuron] = time;
    if (time === Infinity) {
      this.#place[neuron] = -1;
      const last = this.#heap[--this.#size]!;
      if (last !== neuron) this.#move(place, last);
    } else this.#move(place, neuron);
  }

  #move(place: number, neuron: number): void {
    if (place > 0 && this.#before(neuron, this.#heap[(place - 1) >> 2]!)) this.#up(place, neuron);
    else this.#down(place, neuron);
  }

  #before(a: number, b: number): boolean {
    const ta = this.#times[a]!, tb = this.#times[b]!;
    return ta < tb || (ta === tb && a < b);
  }

  // Four children a place: half the levels of a binary heap, and its children share a cache line.
  #up(place: number, neuron: number): void {
    const heap = this.#heap;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const other = heap[parent]!;
      if (!this.#before(neuron, other)) break;
      heap[place] = other;
      this.#place[other] = place;
      place = parent;
    }
    heap[place] = neuron;
    this.#place[neuron] = place;
  }

  #down(place: number, neuron: number): void {
    const heap = this.#heap, size = this.#size;
    for (;;) {
      const firstChild = 4 * place + 1;
      if (firstChild >= size) break;
      let best = firstChild;
      const end = Math.min(firstChild + 4, size);
      for (let child = firstChild + 1; child < end; child++) if (this.#before(heap[child]!, heap[best]!)) best = child;
      const other = heap[best]!;
      if (!this.#before(other, neuron)) break;
      heap[place] = other;
      this.#place[other] = place;
      place = best;
    }
    heap[place] = neuron;
    this.#place[neuron] = place;
  }
}

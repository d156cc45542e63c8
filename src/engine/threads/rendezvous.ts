/**
 * Where the threads of a simulation meet: a barrier, orders from the host, and word of failures, in a few shared words. Who waits looks for a while
 * and then sleeps, so that nothing is busy after a run.
 */

/** Words of the shared array. */
const word = { order: 0, kind: 1, from: 2, steps: 3, arrived: 4, turn: 5, sleepers: 6, broken: 7, failures: 8 } as const;

export type Order = "run" | "listen";
const orders: readonly Order[] = ["run", "listen"];

/**
 * Looks before sleeping: at most a millisecond or two, longer than threads of one window differ; few where threads have to share a core. Who slept
 * for longer than looking would have taken looks for half as long the next time, so that on a busy machine the cores go to whom is waited for.
 */
const manyLooks = 300_000, fewLooks = 50;
/** Milliseconds of sleep that looking would have saved. */
const shortSleep = 1;

export class Rendezvous {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly size: number;
  readonly #mostLooks: number;
  #looks: number;

  /** @param size threads that meet @param cores of the machine @param buffer shared words that another thread made */
  constructor(size: number, cores: number, buffer?: SharedArrayBuffer) {
    this.words = new Int32Array(buffer ?? new SharedArrayBuffer(4 * (word.failures + size)));
    this.size = size;
    this.#looks = this.#mostLooks = size <= cores ? manyLooks : fewLooks;
  }

  /** Arrives at the barrier. Returns the turn that has to pass before going on. */
  arrive(): number {
    const { words } = this;
    const turn = Atomics.load(words, word.turn);
    if (Atomics.add(words, word.arrived, 1) === this.size - 1) {
      Atomics.store(words, word.arrived, 0);
      Atomics.add(words, word.turn, 1);
      this.#wake(word.turn);
    }
    return turn;
  }

  /** Looks for a while whether all have arrived. */
  passed(turn: number): boolean {
    const { words } = this;
    for (let k = this.#looks; k > 0; k--) if (Atomics.load(words, word.turn) !== turn) return true;
    return false;
  }

  /** Sleeps until all have arrived, at most so many milliseconds. Returns whether they have. */
  sleep(turn: number, milliseconds: number): boolean {
    return this.#sleep(word.turn, turn, milliseconds);
  }

  /** The same where a thread may not sleep: other work goes on meanwhile. Undefined where the runtime cannot do that. */
  nap(turn: number, milliseconds: number): Promise<boolean> | undefined {
    const { words } = this;
    if (typeof Atomics.waitAsync !== "function") return undefined;
    Atomics.add(words, word.sleepers, 1);
    const { async: waits, value } = Atomics.waitAsync(words, word.turn, turn, milliseconds);
    return (waits ? value : Promise.resolve()).then(() => {
      Atomics.sub(words, word.sleepers, 1);
      return Atomics.load(words, word.turn) !== turn;
    });
  }

  /** Waits until all have arrived. @throws when a thread is gone */
  meet(): void {
    const turn = this.arrive();
    if (this.passed(turn)) return;
    while (!this.sleep(turn, 1000)) if (this.broken) throw new Error("another thread is gone");
  }

  /** Tells all other threads what to do. */
  give(order: Order, from = 0, steps = 0): void {
    const { words } = this;
    words[word.kind] = orders.indexOf(order);
    words[word.from] = from | 0;
    words[word.steps] = steps;
    words.fill(0, word.failures, word.failures + this.size);
    Atomics.add(words, word.order, 1);
    this.#wake(word.order);
  }

  /** Number of the last order. */
  get order(): number {
    return Atomics.load(this.words, word.order);
  }

  /** Waits for the order after number `last`. */
  next(last: number): { readonly number: number; readonly order: Order; readonly from: number; readonly steps: number } {
    const { words } = this;
    let looks = this.#looks;
    while (Atomics.load(words, word.order) === last) {
      if (looks-- > 0) continue;
      this.#sleep(word.order, last, Infinity);
    }
    return { number: Atomics.load(words, word.order), order: orders[words[word.kind]!]!, from: words[word.from]! >>> 0, steps: words[word.steps]! };
  }

  /** Member `k` fails: no window from number `window` on is delivered. */
  fail(k: number, window: number): void {
    Atomics.store(this.words, word.failures + k, window + 1);
  }

  /** The first member that failed in window `window` or before. */
  failed(window = Infinity): { readonly member: number; readonly window: number } | undefined {
    for (let k = 0; k < this.size; k++) {
      const at = Atomics.load(this.words, word.failures + k);
      if (at > 0 && at - 1 <= window) return { member: k, window: at - 1 };
    }
    return undefined;
  }

  /** All members that failed. */
  get failures(): readonly number[] {
    return Array.from({ length: this.size }, (_, k) => k).filter((k) => Atomics.load(this.words, word.failures + k) > 0);
  }

  /** A thread is gone: nobody may wait for it. */
  get broken(): boolean {
    return Atomics.load(this.words, word.broken) !== 0;
  }

  break(): void {
    Atomics.store(this.words, word.broken, 1);
    Atomics.notify(this.words, word.turn);
    Atomics.notify(this.words, word.order);
  }

  #sleep(at: number, value: number, milliseconds: number): boolean {
    const { words } = this;
    const begin = performance.now();
    Atomics.add(words, word.sleepers, 1);
    Atomics.wait(words, at, value, milliseconds);
    Atomics.sub(words, word.sleepers, 1);
    const short = performance.now() - begin < shortSleep;
    this.#looks = short ? Math.min(this.#mostLooks, 2 * this.#looks) : Math.max(Math.min(fewLooks, this.#mostLooks), this.#looks >> 1);
    return Atomics.load(words, at) !== value;
  }

  /** A sleeper counts itself before it looks a last time, so one that is not counted here sees the new value. */
  #wake(at: number): void {
    if (Atomics.load(this.words, word.sleepers) > 0) Atomics.notify(this.words, at);
  }
}

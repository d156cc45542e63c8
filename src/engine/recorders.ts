/** What a run records in steps, in arrays that grow: spikes, samples of state, rates, weights. */
import type { TraceRecording, TraceSink } from "../network/monitors.ts";
import { GrowingF64, GrowingU32 } from "./growing.ts";
import { HeldSpikes, sinkBlock } from "./heldSpikes.ts";
import type { RecordedSource } from "./recordedSource.ts";

/** Spikes at the ends of steps. */
export class SpikeRecorder extends HeldSpikes {
  readonly #dt: number;
  readonly #steps = new GrowingU32();

  /** @param now the simulation's time in steps */
  constructor(sources: readonly RecordedSource[], countsOnly: boolean, dt: number, now: () => number) {
    super(sources, countsOnly, dt, () => now() * dt);
    this.#dt = dt;
  }

  /** Spikes of one source at a step; `ids` ascending, counted through the whole population. */
  add(source: number, step: number, ids: Uint32Array, count: number): void {
    const { start, end } = this.sources[source]!.range;
    const counts = this.counts[source]!;
    const offset = this.populations[source]!.offset - start;
    if (this.countsOnly) {
      for (let k = 0; k < count; k++) if (ids[k]! >= start && ids[k]! < end) counts[ids[k]! - start]!++;
      return;
    }
    this.#steps.reserve(count);
    this.ids.reserve(count);
    const steps = this.#steps.values, kept = this.ids.values;
    let n = this.ids.length;
    for (let k = 0; k < count; k++) {
      const id = ids[k]!;
      if (id < start || id >= end) continue;
      counts[id - start]!++;
      steps[n] = step;
      kept[n++] = id + offset;
    }
    this.#steps.length = this.ids.length = n;
  }

  protected times(): Float64Array {
    const steps = this.#steps.values, dt = this.#dt;
    return Float64Array.from({ length: this.#steps.length }, (_, k) => (steps[k]! + 1) * dt);
  }

  protected forgetTimes(): void {
    this.#steps.length = 0;
  }
}

/** Samples of named values of some elements, every `everySteps` steps. */
export class TraceRecorder {
  readonly everySteps: number;
  readonly elements: Uint32Array;
  readonly #columns: ReadonlyMap<string, GrowingF64>;
  readonly #times = new GrowingF64();
  #read: ((name: string) => (element: number) => number) | undefined;

  /** @param read how to read a named value of an element now */
  constructor(everySteps: number, elements: Uint32Array, names: readonly string[], read: (name: string) => (element: number) => number) {
    this.everySteps = everySteps;
    this.elements = elements;
    this.#columns = new Map(names.map((n) => [n, new GrowingF64()]));
    this.#read = read;
  }

  sample(time: number): void {
    this.#times.push(time);
    for (const [name, column] of this.#columns) {
      const at = this.#read!(name);
      for (const e of this.elements) column.push(at(e));
    }
  }

  /** Keeps what is recorded and lets go of the simulation. */
  release(): void {
    this.#read = undefined;
  }

  /** Values held of each variable. */
  get held(): number {
    return this.#times.length * Math.max(1, this.elements.length);
  }

  forget(): void {
    this.clear();
  }

  clear(): void {
    this.#times.length = 0;
    for (const c of this.#columns.values()) c.length = 0;
  }

  /** @param offset what to subtract from element numbers to count from the start of the monitor's source */
  recording(offset: number): TraceRecording {
    return {
      times: this.#times.taken(),
      values: new Map([...this.#columns].map(([n, c]) => [n, c.taken()])),
      neurons: this.elements.map((e) => e - offset),
    };
  }
}

/** Spikes per second and neuron in bins. */
export class RateRecorder {
  readonly source: RecordedSource;
  readonly everySteps: number;
  readonly #dt: number;
  readonly #times = new GrowingF64();
  readonly #rates = new GrowingF64();
  #count = 0;

  constructor(source: RecordedSource, everySteps: number, dt: number) {
    this.source = source;
    this.everySteps = everySteps;
    this.#dt = dt;
  }

  add(ids: Uint32Array, count: number): void {
    const { start, end } = this.source.range;
    for (let k = 0; k < count; k++) if (ids[k]! >= start && ids[k]! < end) this.#count++;
  }

  sample(time: number): void {
    const { start, end } = this.source.range;
    this.#times.push(time);
    this.#rates.push(this.#count / (end - start) / (this.everySteps * this.#dt));
    this.#count = 0;
  }

  get held(): number {
    return this.#times.length;
  }

  /** Forgets the finished bins, not the one that is being counted. */
  forget(): void {
    this.#times.length = this.#rates.length = 0;
  }

  clear(): void {
    this.#times.length = this.#rates.length = 0;
    this.#count = 0;
  }

  recording(): TraceRecording {
    return { times: this.#times.taken(), values: new Map([["rate", this.#rates.taken()]]), neurons: new Uint32Array(0) };
  }
}

/** `sample` of the elements start … end − 1, spread evenly; all when no sample is asked for. */
export function sampleOf(start: number, end: number, sample: number | undefined): Uint32Array {
  const size = end - start,
    n = Math.min(size, sample ?? size);
  return Uint32Array.from({ length: n }, (_, k) => start + Math.floor((k * size) / n));
}

/** Hands samples to a sink and forgets them, once there is enough of them (or at the end). */
export async function drainSamples(recorder: TraceRecorder | RateRecorder, sink: TraceSink, end: boolean): Promise<void> {
  if (recorder.held === 0 || (!end && recorder.held < sinkBlock)) return;
  const { times, values } = recorder.recording(0);
  recorder.forget();
  await sink.append(times, values);
}

/** What a run records, in arrays that grow: spikes, samples of state, rates, weights. */
import type { Spikes, SpikePopulation } from "../math/spikes.ts";
import type { RangeData } from "../network/data.ts";
import type { SpikeRecording, SpikeSink, TraceRecording, TraceSink } from "../network/monitors.ts";

class GrowingU32 {
  values = new Uint32Array(1024);
  length = 0;

  reserve(extra: number): void {
    if (this.length + extra <= this.values.length) return;
    const larger = new Uint32Array(Math.max(2 * this.values.length, this.length + extra));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }
}

class GrowingF64 {
  values = new Float64Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  taken(): Float64Array {
    return this.values.slice(0, this.length);
  }
}

export interface RecordedSource {
  readonly group: number;
  readonly range: RangeData;
  readonly name: string;
}

/** Most spikes, or sampled values of a variable, held before they go to a sink. */
const sinkBlock = 65536;

export class SpikeRecorder {
  readonly sources: readonly RecordedSource[];
  readonly #countsOnly: boolean;
  readonly #dt: number;
  readonly #steps = new GrowingU32();
  readonly #ids = new GrowingU32();
  readonly #counts: Uint32Array[];
  readonly #populations: readonly SpikePopulation[];
  #now: () => number;
  #cached: { readonly length: number; readonly duration: number; readonly spikes: Spikes } | undefined;

  /** @param now the simulation's time in steps */
  constructor(sources: readonly RecordedSource[], countsOnly: boolean, dt: number, now: () => number) {
    this.sources = sources;
    this.#countsOnly = countsOnly;
    this.#dt = dt;
    this.#now = now;
    this.#counts = sources.map((s) => new Uint32Array(s.range.end - s.range.start));
    let offset = 0;
    this.#populations = sources.map(({ name, range }) => {
      const size = range.end - range.start;
      offset += size;
      return { name, offset: offset - size, size };
    });
  }

  /** Spikes of one source at a step; `ids` ascending, counted through the whole population. */
  add(source: number, step: number, ids: Uint32Array, count: number): void {
    const { start, end } = this.sources[source]!.range;
    const counts = this.#counts[source]!;
    const offset = this.#populations[source]!.offset - start;
    if (this.#countsOnly) {
      for (let k = 0; k < count; k++) if (ids[k]! >= start && ids[k]! < end) counts[ids[k]! - start]!++;
      return;
    }
    this.#steps.reserve(count);
    this.#ids.reserve(count);
    const steps = this.#steps.values,
      kept = this.#ids.values;
    let n = this.#ids.length;
    for (let k = 0; k < count; k++) {
      const id = ids[k]!;
      if (id < start || id >= end) continue;
      counts[id - start]!++;
      steps[n] = step;
      kept[n++] = id + offset;
    }
    this.#steps.length = this.#ids.length = n;
  }

  clear(): void {
    this.#steps.length = this.#ids.length = 0;
    this.#cached = undefined;
    for (const c of this.#counts) c.fill(0);
  }

  /** Keeps what is recorded and lets go of the simulation. */
  release(): void {
    const end = this.#now();
    this.#now = () => end;
  }

  /** Hands what is recorded to a sink and forgets it, once there is enough of it (or at the end). */
  async drainTo(sink: SpikeSink, end: boolean): Promise<void> {
    if (this.#ids.length === 0 || (!end && this.#ids.length < sinkBlock)) return;
    const times = this.#times();
    const indices = this.#ids.values.slice(0, this.#ids.length);
    this.#steps.length = this.#ids.length = 0;
    this.#cached = undefined;
    await sink.append(times, indices);
  }

  /** Number of spikes held now; `spikesFrom` gives those after such a mark. */
  get held(): number {
    return this.#ids.length;
  }

  spikesFrom(mark: number): { times: Float64Array; indices: Uint32Array } {
    return { times: this.#times(mark), indices: this.#ids.values.slice(mark, this.#ids.length) };
  }

  #times(from = 0): Float64Array {
    const steps = this.#steps.values,
      dt = this.#dt;
    return Float64Array.from({ length: this.#steps.length - from }, (_, k) => (steps[from + k]! + 1) * dt);
  }

  recording(): SpikeRecording {
    const duration = this.#now() * this.#dt;
    if (this.#cached?.length !== this.#ids.length || this.#cached.duration !== duration) {
      const spikes = {
        times: this.#times(),
        indices: this.#ids.values.slice(0, this.#ids.length),
        populations: this.#populations,
        duration,
        dt: this.#dt,
      };
      this.#cached = { length: this.#ids.length, duration, spikes };
    }
    return { spikes: this.#cached.spikes, counts: new Map(this.sources.map((s, k) => [s.range, this.#counts[k]!])) };
  }
}

/** Samples of named values of some elements, every `everySteps` steps. */
export class TraceRecorder {
  readonly everySteps: number;
  readonly #elements: Uint32Array;
  readonly #columns: ReadonlyMap<string, GrowingF64>;
  readonly #times = new GrowingF64();
  #read: ((name: string) => (element: number) => number) | undefined;

  /** @param read how to read a named value of an element now */
  constructor(everySteps: number, elements: Uint32Array, names: readonly string[], read: (name: string) => (element: number) => number) {
    this.everySteps = everySteps;
    this.#elements = elements;
    this.#columns = new Map(names.map((n) => [n, new GrowingF64()]));
    this.#read = read;
  }

  sample(time: number): void {
    this.#times.push(time);
    for (const [name, column] of this.#columns) {
      const at = this.#read!(name);
      for (const e of this.#elements) column.push(at(e));
    }
  }

  /** Keeps what is recorded and lets go of the simulation. */
  release(): void {
    this.#read = undefined;
  }

  /** Values held of each variable. */
  get held(): number {
    return this.#times.length * Math.max(1, this.#elements.length);
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
      neurons: this.#elements.map((e) => e - offset),
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

/** Connects the monitors of a network with what an event-driven simulation does. Sampling reads, and changes nothing. */
import { refusal } from "../../lower/exact/exactNeuron.ts";
import { RateMonitor, SpikeMonitor, StateMonitor } from "../../network/monitors.ts";
import type { SynapseMonitor } from "../../network/monitors.ts";
import type { Network } from "../../network/network.ts";
import { dimensions } from "../../units/dimension.ts";
import { parseQuantity } from "../../units/quantity.ts";
import type { Quantity } from "../../units/quantity.ts";
import { attachSpikes, attachTraces, groupOf, sourceOf, wholeSources } from "../recordedSource.ts";
import type { RecordedSource } from "../recordedSource.ts";
import { drainSamples, RateRecorder, sampleOf, TraceRecorder } from "../recorders.ts";
import type { ExactGroup } from "./group.ts";
import { ExactSpikeRecorder } from "./spikeRecorder.ts";

/** One monitor's samples, at times k·every. */
interface Sampler {
  readonly recorder: TraceRecorder | RateRecorder;
  readonly monitor: StateMonitor | RateMonitor | SynapseMonitor;
  readonly every: number;
  count: number;
}

export interface Recorded {
  readonly network: Network;
  readonly groups: readonly ExactGroup[];
  readonly now: () => number;
  /** Values of a projection's synapses at a time. */
  readonly synapses: (projection: string, name: string, t: number) => Float64Array;
  readonly synapseCount: (projection: string) => number;
}

export class ExactRecording {
  readonly #spikes: { readonly recorder: ExactSpikeRecorder; readonly monitor: SpikeMonitor }[] = [];
  readonly #samplers: Sampler[] = [];
  readonly #listeners: ((neuron: number, t: number) => void)[][];
  readonly #everything: readonly RecordedSource[];
  readonly #now: () => number;
  /** Time of the next sample of any monitor. */
  nextSample = Infinity;
  #sampling = 0;

  constructor({ network, groups, now, synapses, synapseCount }: Recorded) {
    this.#now = now;
    this.#listeners = groups.map(() => []);
    this.#everything = wholeSources(groups);
    for (const monitor of network.monitors) {
      if (monitor instanceof SpikeMonitor) {
        const recorder = new ExactSpikeRecorder(monitor.data.sources.map((range) => sourceOf(groups, range)), monitor.data.countsOnly, now);
        attachSpikes(monitor, recorder);
        this.#listen(recorder);
        this.#spikes.push({ recorder, monitor });
      } else if (monitor instanceof RateMonitor) {
        const every = seconds(monitor.data.every, "rateMonitor");
        const recorder = new RateRecorder(sourceOf(groups, monitor.data.source), 1, every);
        const one = new Uint32Array(1);
        this.#listeners[recorder.source.group]!.push((neuron) => {
          one[0] = neuron;
          recorder.add(one, 1);
        });
        this.#add(monitor, recorder, every, 0);
      } else if (monitor instanceof StateMonitor) {
        const { source, names, every, sample } = monitor.data;
        const group = groupOf(groups, source);
        const recorder = new TraceRecorder(1, sampleOf(source.start, source.end, sample), names, (n) => (j) => group.valueAt(n, j, this.#sampling));
        this.#add(monitor, recorder, seconds(every, `stateMonitor of population "${group.name}"`), source.start);
      } else {
        const { projection, names, every, sample } = monitor.data;
        const recorder = new TraceRecorder(1, sampleOf(0, synapseCount(projection), sample), names, (n) => {
          const values = synapses(projection, n, this.#sampling);
          return (e) => values[e]!;
        });
        this.#add(monitor, recorder, seconds(every, `monitor of projection ${projection}`), 0);
      }
    }
  }

  /** A spike of a group. */
  add(group: number, neuron: number, t: number): void {
    const listeners = this.#listeners[group]!;
    for (let k = 0; k < listeners.length; k++) listeners[k]!(neuron, t);
  }

  /** Takes the samples of time t. */
  sample(t: number): void {
    this.#sampling = t;
    this.nextSample = Infinity;
    for (const s of this.#samplers) {
      if ((s.count + 1) * s.every <= t) {
        s.count++;
        s.recorder.sample(t);
      }
      this.nextSample = Math.min(this.nextSample, (s.count + 1) * s.every);
    }
  }

  /** Spikes of all groups from now on until the returned function is called. */
  collect(): () => { readonly times: Float64Array; readonly indices: Uint32Array } {
    const recorder = new ExactSpikeRecorder(this.#everything, false, this.#now);
    const remove = this.#listen(recorder);
    return () => {
      remove();
      return recorder.taken();
    };
  }

  async drain(end: boolean): Promise<void> {
    for (const { recorder, monitor } of this.#spikes) if (monitor.sink) await recorder.drainTo(monitor.sink, end);
    for (const { recorder, monitor } of this.#samplers) if (monitor.sink) await drainSamples(recorder, monitor.sink, end);
  }

  clear(): void {
    for (const { recorder } of this.#spikes) recorder.clear();
    for (const s of this.#samplers) {
      s.recorder.clear();
      s.count = 0;
    }
    this.nextSample = this.#samplers.reduce((least, s) => Math.min(least, s.every), Infinity);
  }

  /** The monitors keep what was recorded, and nothing else of the simulation. */
  release(): void {
    for (const { recorder } of this.#spikes) recorder.release();
    for (const { recorder } of this.#samplers) if (recorder instanceof TraceRecorder) recorder.release();
    this.#listeners.forEach((list) => (list.length = 0));
  }

  #add(monitor: Sampler["monitor"], recorder: Sampler["recorder"], every: number, offset: number): void {
    attachTraces(monitor, recorder, offset);
    this.#samplers.push({ recorder, monitor, every, count: 0 });
    this.nextSample = Math.min(this.nextSample, every);
  }

  #listen(recorder: ExactSpikeRecorder): () => void {
    const made = recorder.sources.map(({ group }, k) => {
      const listener = (neuron: number, t: number): void => recorder.add(k, neuron, t);
      this.#listeners[group]!.push(listener);
      return () => this.#listeners[group]!.splice(this.#listeners[group]!.indexOf(listener), 1);
    });
    return () => made.forEach((remove) => remove());
  }
}

function seconds(every: Quantity | undefined, what: string): number {
  if (every === undefined) throw refusal(`${what} has no interval, and there are no steps to sample`, 'Say how often: { every: "1 ms" }.');
  return parseQuantity(every, dimensions.second, `${what}: every`);
}

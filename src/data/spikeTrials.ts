/** Labelled spike trains: what a network that works on spikes is trained and tested with. */
import { ArgumentError } from "../errors.ts";

export type Unsigned = Uint8Array | Uint16Array | Uint32Array;

/** Spikes of one trial in the order of time. */
export interface TrialEvents {
  /** Seconds from the start of the trial. */
  readonly times: Float64Array;
  /** Which input each belongs to. */
  readonly channels: Unsigned;
}

export interface SpikeTrials {
  /** How many trials there are. */
  readonly length: number;
  readonly channels: number;
  /** Class of each trial. [trials] */
  readonly labels: Uint8Array;
  /** Length of every trial, seconds. Spikes lie in [0, duration). */
  readonly duration: number;
  events(trial: number): TrialEvents;
  /**
   * Numbers of spikes in bins of equal width, [trials, bins, channels].
   *
   * @param trials which ones, in this order; all when absent
   */
  dense(bins: number, trials?: ArrayLike<number>): Float32Array;
}

/** A data set in two parts. */
export interface Dataset<T = SpikeTrials> {
  readonly train: T;
  readonly test: T;
  /** How many classes there are: labels are 0 … classes − 1. */
  readonly classes: number;
}

/** How trials are kept: times are whole numbers of ticks, so that they fall into bins exactly. */
export interface TickedTrials {
  /** Ticks in a second. */
  readonly perSecond: number;
  /** Length of a trial, ticks. */
  readonly ticks: number;
  readonly channels: number;
  readonly labels: Uint8Array;
  /** The spikes of trial k are numbered starts[k] … starts[k + 1] − 1. [trials + 1] */
  readonly starts: Uint32Array;
  /** In each trial in ascending order. [spikes] */
  readonly times: Unsigned;
  /** [spikes] */
  readonly units: Unsigned;
}

/** Trials whose spike times are whole numbers of ticks. */
export class TickedSpikeTrials implements SpikeTrials {
  readonly ticked: TickedTrials;

  /** @throws {ArgumentError} when starts, times, units and labels do not belong together, or a spike lies outside its trial or its channels */
  constructor(ticked: TickedTrials) {
    check(ticked);
    this.ticked = ticked;
  }

  get length(): number {
    return this.ticked.labels.length;
  }

  get channels(): number {
    return this.ticked.channels;
  }

  get labels(): Uint8Array {
    return this.ticked.labels;
  }

  get duration(): number {
    return this.ticked.ticks / this.ticked.perSecond;
  }

  /** @throws {ArgumentError} when there is no such trial */
  events(trial: number): TrialEvents {
    const [from, to] = this.#rangeOf(trial), { times, units, perSecond } = this.ticked;
    return { times: Float64Array.from(times.subarray(from, to), (time) => time / perSecond), channels: units.subarray(from, to) };
  }

  /** @throws {ArgumentError} when there is no such trial, or the number of bins is no positive integer */
  dense(bins: number, trials?: ArrayLike<number>): Float32Array {
    if (!Number.isInteger(bins) || bins < 1) throw new ArgumentError("trial-bins", `${bins} bins`, "Give a whole number, at least 1.");
    const { times, units, ticks, channels } = this.ticked, chosen = trials ?? Array.from({ length: this.length }, (_, k) => k);
    const counts = new Float32Array(chosen.length * bins * channels);
    for (let row = 0; row < chosen.length; row++) {
      const [from, to] = this.#rangeOf(chosen[row]!), start = row * bins;
      for (let k = from; k < to; k++) counts[(start + Math.floor((times[k]! * bins) / ticks)) * channels + units[k]!]! += 1;
    }
    return counts;
  }

  #rangeOf(trial: number): readonly [number, number] {
    if (Number.isInteger(trial) && trial >= 0 && trial < this.length) return [this.ticked.starts[trial]!, this.ticked.starts[trial + 1]!];
    throw new ArgumentError("trial-index", `trial ${trial} of ${this.length}`, `Trials are numbered 0 to ${this.length - 1}.`);
  }
}

/** Some of the trials, in the order given. */
export function trialsAt(trials: TickedSpikeTrials, indices: ArrayLike<number>): TickedSpikeTrials {
  const chosen = Array.from(indices), { starts, times, units, labels } = trials.ticked;
  const parts = chosen.map((k) => [starts[k] ?? 0, starts[k + 1] ?? 0] as const);
  const total = parts.reduce((sum, [from, to]) => sum + to - from, 0);
  const newStarts = new Uint32Array(chosen.length + 1), newTimes = emptyLike(times, total), newUnits = emptyLike(units, total);
  for (const [row, [from, to]] of parts.entries()) {
    newTimes.set(times.subarray(from, to), newStarts[row]);
    newUnits.set(units.subarray(from, to), newStarts[row]);
    newStarts[row + 1] = newStarts[row]! + to - from;
  }
  const newLabels = Uint8Array.from(chosen, (k) => labels[k] ?? 0);
  return new TickedSpikeTrials({ ...trials.ticked, starts: newStarts, times: newTimes, units: newUnits, labels: newLabels });
}

const emptyLike = (array: Unsigned, length: number): Unsigned => new (array.constructor as new (length: number) => Unsigned)(length);

function check({ perSecond, ticks, channels, labels, starts, times, units }: TickedTrials): void {
  const refuse = (problem: string) => { throw new ArgumentError("trials", problem, "Give trials whose arrays belong together."); };
  if (!(perSecond > 0 && Number.isInteger(ticks) && ticks > 0)) refuse(`trials of ${ticks} ticks, ${perSecond} a second`);
  if (starts.length !== labels.length + 1 || starts[0] !== 0)
    refuse(`${labels.length} labels but ${starts.length} starts of trials, one more is needed`);
  if (starts.at(-1) !== times.length || times.length !== units.length)
    refuse(`trials of ${starts.at(-1)} spikes in all with ${times.length} times and ${units.length} channels`);
  for (let trial = 0; trial < labels.length; trial++) {
    const from = starts[trial]!, to = starts[trial + 1]!;
    if (to < from) refuse(`trial ${trial} begins at spike ${from} and ends at spike ${to}`);
    for (let k = from; k < to; k++) {
      if (times[k]! >= ticks || (k > from && times[k]! < times[k - 1]!))
        refuse(`trial ${trial} has a spike at ${times[k]! / perSecond} s, out of order or after its end`);
      if (units[k]! >= channels) refuse(`trial ${trial} has a spike of channel ${units[k]}, and there are ${channels}`);
    }
  }
}

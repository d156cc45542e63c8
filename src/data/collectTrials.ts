/** Trials from events in any order: sorts, cuts, and keeps them in the smallest integers that hold them. */
import { TickedSpikeTrials } from "./spikeTrials.ts";
import type { Unsigned } from "./spikeTrials.ts";

/** A spike: its time in ticks (any number; rounded down) and its channel. */
export interface Spike { readonly time: number; readonly channel: number }

export interface TrialsShape { readonly perSecond: number; readonly ticks: number; readonly channels: number }

/** Gathers trials one after the other; spikes before 0 or after the end of a trial are left out. */
export class TrialCollector {
  readonly #shape: TrialsShape;
  readonly #trials: { times: Unsigned; units: Unsigned }[] = [];
  readonly #labels: number[] = [];

  constructor(shape: TrialsShape) {
    this.#shape = shape;
  }

  add(label: number, spikes: readonly Spike[]): void {
    const { ticks, channels } = this.#shape;
    const kept = spikes.map(({ time, channel }) => ({ time: Math.floor(time), channel })).filter(({ time }) => time >= 0 && time < ticks);
    kept.sort((a, b) => a.time - b.time || a.channel - b.channel);
    this.#labels.push(label);
    this.#trials.push({ times: unsigned(ticks, kept.map(({ time }) => time)), units: unsigned(channels, kept.map(({ channel }) => channel)) });
  }

  trials(): TickedSpikeTrials {
    const starts = new Uint32Array(this.#trials.length + 1);
    for (const [k, { times }] of this.#trials.entries()) starts[k + 1] = starts[k]! + times.length;
    const times = unsigned(this.#shape.ticks, starts.at(-1)!), units = unsigned(this.#shape.channels, starts.at(-1)!);
    for (const [k, trial] of this.#trials.entries()) {
      times.set(trial.times, starts[k]);
      units.set(trial.units, starts[k]);
    }
    return new TickedSpikeTrials({ ...this.#shape, labels: Uint8Array.from(this.#labels), starts, times, units });
  }
}

/** Integers below `bound`, in as few bytes as hold them. */
function unsigned(bound: number, content: readonly number[] | number): Unsigned {
  const ArrayType = bound <= 2 ** 8 ? Uint8Array : bound <= 2 ** 16 ? Uint16Array : Uint32Array;
  return typeof content === "number" ? new ArrayType(content) : ArrayType.from(content);
}

/** What a trial's outputs should be, as a number that is to become small, and its gradient. */
import type { EventList } from "./events.ts";

/**
 * The neuron of the right class is to spike first: −log softmax(−t/softness) over the first spikes' times t, and
 * weight·(e^(t/early) − 1) of the right neuron's t, which keeps it early. Times in seconds.
 *
 * @source Wunderlich & Pehle (2021). doi:10.1038/s41598-021-91786-z
 */
export interface FirstSpike {
  readonly kind: "firstSpike";
  readonly softness: number;
  readonly early: number;
  readonly weight: number;
  /**
   * Where the right neuron does not spike at all, silent·(1 − its highest membrane, in units of the threshold) is added, which pulls it up:
   * spikes that do not exist have no gradient. 0 when absent.
   */
  readonly silent?: number;
}

/** The reading of the right class is to be largest: cross-entropy of softmax(value/unit); the unit as the membrane's, e.g. volts. */
export interface LargestReading {
  readonly kind: "maximum" | "weightedSum";
  readonly unit: number;
  /** Of the weighted sum, seconds. */
  readonly tau?: number;
}

export type EventLoss = FirstSpike | LargestReading;

export interface Judged {
  readonly loss: number;
  /** −1 when no output spiked. */
  readonly predicted: number;
  /** Whether the right output should have spiked and did not. */
  readonly silent: boolean;
}

/** Sets `spikes.slopes`. A class that does not spike counts as one that would at the end of the trial; it has no gradient of its own. */
export function judgeFirstSpikes(spikes: EventList, classes: number, label: number, duration: number, loss: FirstSpike): Judged {
  const first = new Int32Array(classes).fill(-1);
  for (let k = spikes.count - 1; k >= 0; k--) first[spikes.channels[k]!] = k;
  const times = Float64Array.from(first, (k) => (k < 0 ? duration : spikes.times[k]!));
  const { share, cost } = softmax(times.map((t) => -t / loss.softness), label);
  spikes.slopes.fill(0, 0, spikes.count);
  const late = loss.weight * Math.exp(times[label]! / loss.early);
  first.forEach((k, c) => {
    if (k >= 0) spikes.slopes[k] = (Number(c === label) - share[c]!) / loss.softness + (c === label ? late / loss.early : 0);
  });
  const predicted = times.reduce((best, t, c) => (first[c]! >= 0 && (best < 0 || t < times[best]!) ? c : best), -1);
  return { loss: cost + late - loss.weight, predicted, silent: first[label]! < 0 };
}

/** Sets `slopes`. */
export function judgeReadings(values: Float64Array, slopes: Float64Array, label: number, unit: number): Judged {
  const { share, cost } = softmax(values.map((v) => v / unit), label);
  share.forEach((p, c) => (slopes[c] = (p - Number(c === label)) / unit));
  return { loss: cost, predicted: values.reduce((best, v, c) => (v > values[best]! ? c : best), 0), silent: false };
}

/** softmax(x), and −log of the label's share. */
function softmax(x: Float64Array, label: number): { readonly share: Float64Array; readonly cost: number } {
  const top = x.reduce((a, b) => Math.max(a, b));
  const powers = x.map((v) => Math.exp(v - top));
  const sum = powers.reduce((a, b) => a + b);
  return { share: powers.map((v) => v / sum), cost: Math.log(sum) + top - x[label]! };
}

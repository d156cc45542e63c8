/** A layer of units without a threshold: what a trial's input makes of their membranes, as one number each, and its gradient. */
import type { EventList } from "./events.ts";
import type { ExpCurrentNeuron } from "./expCurrentNeuron.ts";

/**
 * What is read from a membrane u, in the unit of the model:
 * - maximum: the largest value it takes;
 * - weightedSum: ∫ e^(−t/tau)·u dt / tau over the trial, which gives input that comes early more weight.
 *
 * @source maximum: Wunderlich & Pehle (2021). doi:10.1038/s41598-021-91786-z; weightedSum: Nowotny, Turner & Knight (2025), Neuromorph. Comput.
 *         Eng. 5:014001. doi:10.1088/2634-4386/ada852
 */
export type Reading = { readonly kind: "maximum" } | { readonly kind: "weightedSum"; readonly tau: number };

export class ReadoutLayer {
  readonly values: Float64Array;
  /** ∂loss/∂value, set by whoever knows the loss. */
  readonly slopes: Float64Array;
  readonly #neuron: ExpCurrentNeuron;
  readonly #units: number;
  readonly #duration: number;
  readonly #reading: Reading;
  readonly #peakAt: Float64Array;
  /** Where a spike ends the rise (it inhibits), the maximum moves with it: its number, else −1, and u̇ before it. */
  readonly #peakEvent: Int32Array;
  readonly #rise: Float64Array;
  readonly #u: Float64Array;
  readonly #current: Float64Array;

  constructor(neuron: ExpCurrentNeuron, units: number, duration: number, reading: Reading) {
    this.#neuron = neuron;
    this.#units = units;
    this.#duration = duration;
    this.#reading = reading;
    [this.values, this.slopes, this.#peakAt] = [new Float64Array(units), new Float64Array(units), new Float64Array(units)];
    [this.#peakEvent, this.#rise] = [new Int32Array(units), new Float64Array(units)];
    [this.#u, this.#current] = [new Float64Array(units), new Float64Array(units)];
  }

  /** The reading of every unit, into `values`. */
  forward(input: EventList, kernel: Float64Array): void {
    if (this.#reading.kind === "maximum") this.#maxima(input, kernel);
    else this.#sums(input, kernel, this.#reading.tau);
  }

  #maxima(input: EventList, kernel: Float64Array): void {
    const { tauMembrane, tauSynapse, drive, gain } = this.#neuron, couple = tauSynapse / (tauMembrane - tauSynapse);
    this.#u.fill(0);
    this.#current.fill(0);
    this.#peakAt.fill(0);
    this.#peakEvent.fill(-1);
    this.values.fill(0);
    for (let e = 0, from = 0; e <= input.count; e++) {
      const t = e < input.count ? input.times[e]! : this.#duration, span = t - from;
      const slow = Math.exp(-span / tauMembrane), fast = Math.exp(-span / tauSynapse), row = e < input.count ? input.channels[e]! * this.#units : -1;
      for (let j = 0; j < this.#units; j++) {
        const u = this.#u[j]!, current = this.#current[j]!;
        const end = drive + (u - drive) * slow + current * couple * (slow - fast);
        const falls = drive + current * fast < end;
        if (drive + current > u && falls) this.#offer(j, from, u, current);
        if (end > this.values[j]!) {
          [this.values[j], this.#peakAt[j]] = [end, t];
          [this.#peakEvent[j], this.#rise[j]] = [row < 0 ? -1 : e, (drive + current * fast - end) / tauMembrane];
        }
        this.#u[j] = end;
        this.#current[j] = current * fast + (row < 0 ? 0 : gain * kernel[row + j]!);
      }
      from = t;
    }
  }

  /** The maximum of a membrane that rises at first and falls at last. */
  #offer(j: number, from: number, u: number, current: number): void {
    const { tauMembrane, tauSynapse, drive } = this.#neuron, couple = tauSynapse / (tauMembrane - tauSynapse);
    const a = u - drive + current * couple;
    const peak = Math.log((current * couple * tauMembrane) / (a * tauSynapse)) * tauMembrane * couple;
    const value = drive + a * Math.exp(-peak / tauMembrane) - current * couple * Math.exp(-peak / tauSynapse);
    if (value > this.values[j]!) [this.values[j], this.#peakAt[j], this.#peakEvent[j]] = [value, from + peak, -1];
  }

  #sums(input: EventList, kernel: Float64Array, tau: number): void {
    const { tauMembrane, drive, gain } = this.#neuron, T = this.#duration;
    // The constant input alone: drive·(1 − e^(−t/tauMembrane)).
    this.values.fill((drive * (decaying(tau, T) - decaying(joined(tau, tauMembrane), T))) / tau);
    for (let e = 0; e < input.count; e++) {
      const share = gain * this.#share(input.times[e]!, tau), row = input.channels[e]! * this.#units;
      for (let j = 0; j < this.#units; j++) this.values[j]! += share * kernel[row + j]!;
    }
  }

  /** ∫ e^(−s/tau)·u ds/tau from t on of the membrane u that one unit of current at time t leads to. */
  #share(t: number, tau: number): number {
    const { tauMembrane, tauSynapse } = this.#neuron, couple = tauSynapse / (tauMembrane - tauSynapse), left = this.#duration - t;
    return (couple * Math.exp(-t / tau) * (decaying(joined(tau, tauMembrane), left) - decaying(joined(tau, tauSynapse), left))) / tau;
  }

  /** From `slopes` to the gradient of the weights, added, and of the times of the input, added to `input.slopes`. */
  backward(input: EventList, kernel: Float64Array, gradient: Float64Array): void {
    const { tauMembrane, tauSynapse, gain } = this.#neuron, couple = tauSynapse / (tauMembrane - tauSynapse), reading = this.#reading;
    for (let e = 0; e < input.count; e++) {
      const t = input.times[e]!, row = input.channels[e]! * this.#units;
      const share = reading.kind === "weightedSum" ? this.#share(t, reading.tau) : 0;
      const later = reading.kind === "weightedSum" ? this.#shareSlope(t, reading.tau) : 0;
      for (let j = 0; j < this.#units; j++) {
        const slope = this.slopes[j]! * gain;
        if (slope === 0) continue;
        if (reading.kind === "weightedSum") {
          gradient[row + j]! += slope * share;
          input.slopes[e]! += slope * kernel[row + j]! * later;
          continue;
        }
        const left = this.#peakAt[j]! - t;
        if (this.#peakEvent[j] === e) input.slopes[e]! += this.slopes[j]! * this.#rise[j]!;
        if (left <= 0) continue;
        const slow = Math.exp(-left / tauMembrane), fast = Math.exp(-left / tauSynapse);
        gradient[row + j]! += slope * couple * (slow - fast);
        input.slopes[e]! += slope * kernel[row + j]! * couple * (slow / tauMembrane - fast / tauSynapse);
      }
    }
  }

  /** The derivative of `#share` by t: the membrane moves with its cause, and the end of the trial cuts it off. */
  #shareSlope(t: number, tau: number): number {
    const { tauMembrane, tauSynapse } = this.#neuron, couple = tauSynapse / (tauMembrane - tauSynapse), left = this.#duration - t;
    const cut = couple * (Math.exp(-left / tauMembrane) - Math.exp(-left / tauSynapse)) * Math.exp(-this.#duration / tau);
    return -(this.#share(t, tau) + cut) / tau;
  }
}

/** ∫ e^(−s/tau) ds from 0 to `end`. */
const decaying = (tau: number, end: number): number => -tau * Math.expm1(-end / tau);
/** The time constant of a product of two decays. */
const joined = (a: number, b: number): number => (a * b) / (a + b);

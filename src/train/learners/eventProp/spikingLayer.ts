/** A layer of spiking neurons from event to event: exact spike times forwards, their gradients backwards. */
import { ArgumentError } from "../../../errors.ts";
import { firstCrossing } from "./crossing.ts";
import { EventList } from "./events.ts";
import type { ExpCurrentNeuron } from "./expCurrentNeuron.ts";

/**
 * Neurons that receive the same input spikes through weights [inputs, units].
 *
 * Backwards, p = ∂loss/∂u and q = ∂loss/∂J travel from the end of the trial to its beginning: both decay as u and J do, p feeds q, and where
 * the neuron spiked p turns into what the spike's time is worth, p ← (p⁺·u̇⁺ − ∂loss/∂t)/u̇⁻, because a push of the membrane moves the crossing.
 * A weight's gradient is the sum of gain·q over the spikes of its input. With λ_V = −p/τ_m and λ_I = −q/τ_s these are the paper's.
 *
 * @source Wunderlich & Pehle (2021), Sci. Rep. 11:12829. doi:10.1038/s41598-021-91786-z; a refractory time moves p⁺ and u̇⁺ to its end.
 */
export class SpikingLayer {
  readonly spikes: EventList = new EventList();
  readonly #neuron: ExpCurrentNeuron;
  readonly #units: number;
  readonly #duration: number;
  readonly #u: Float64Array;
  readonly #current: Float64Array;
  /** The time that u and the current belong to; where u is held by refractoriness, until `#release`. */
  readonly #at: Float64Array;
  readonly #release: Float64Array;
  /** Spikes in the order in which they were found, and each neuron's last one so far as a list linked backwards; −1 ends it. */
  readonly #found: EventList = new EventList();
  #before = new Int32Array(64);
  #currentAtSpike = new Float64Array(64);
  #currentAtRelease = new Float64Array(64);
  readonly #last: Int32Array;
  /** Place in `spikes` of each spike found. */
  #place = new Int32Array(64);
  /** The largest u that a current of 1 leads to. */
  readonly #peak: number;

  constructor(neuron: ExpCurrentNeuron, units: number, duration: number) {
    this.#neuron = neuron;
    this.#units = units;
    this.#duration = duration;
    this.#u = new Float64Array(units);
    this.#current = new Float64Array(units);
    this.#at = new Float64Array(units);
    this.#release = new Float64Array(units);
    this.#last = new Int32Array(units);
    const { tauMembrane, tauSynapse } = neuron, couple = tauSynapse / (tauMembrane - tauSynapse);
    const peak = Math.log(tauMembrane / tauSynapse) * tauMembrane * couple;
    this.#peak = couple * (Math.exp(-peak / tauMembrane) - Math.exp(-peak / tauSynapse)) * (1 + 1e-12);
  }

  /** All spikes of a trial, sorted by time, into `spikes`. */
  forward(input: EventList, kernel: Float64Array): void {
    const units = this.#units, { gain } = this.#neuron;
    for (const array of [this.#u, this.#current, this.#at, this.#release]) array.fill(0);
    this.#last.fill(-1);
    this.#found.count = 0;
    for (let e = 0; e <= input.count; e++) {
      this.#advance(e < input.count ? input.times[e]! : this.#duration);
      if (e === input.count) break;
      const row = input.channels[e]! * units;
      for (let j = 0; j < units; j++) this.#current[j]! += gain * kernel[row + j]!;
    }
    this.#sort();
  }

  /** Takes every neuron to time t, and lists what it spikes on the way. */
  #advance(t: number): void {
    const neuron = this.#neuron, { tauMembrane, tauSynapse, drive } = neuron;
    const couple = tauSynapse / (tauMembrane - tauSynapse);
    let span = -1, slow = 1, fast = 1;
    for (let j = 0; j < this.#units; j++) {
      for (;;) {
        const from = this.#at[j]!;
        if (this.#release[j]! > from) {
          // The membrane is held; the current goes on.
          const end = Math.min(t, this.#release[j]!);
          this.#current[j]! *= Math.exp((from - end) / tauSynapse);
          this.#at[j] = end;
          if (end < this.#release[j]!) break;
          this.#currentAtRelease[this.#last[j]!] = this.#current[j]!;
          continue;
        }
        if (t <= from) break;
        if (t - from !== span) {
          span = t - from;
          slow = Math.exp(-span / tauMembrane);
          fast = Math.exp(-span / tauSynapse);
        }
        const u = this.#u[j]!, current = this.#current[j]!;
        const end = drive + (u - drive) * slow + current * couple * (slow - fast);
        const push = Math.max(current, 0);
        // u rises at a crossing, so the input exceeds 1 there; and each part of u has a largest value.
        const crossing = end >= 1 || (drive + push > 1 && Math.max(u, 0) + Math.max(drive, 0) + push * this.#peak > 1)
          ? firstCrossing(neuron, u, current, span, end) : NaN;
        if (Number.isNaN(crossing)) {
          this.#u[j] = end;
          this.#current[j] = current * fast;
          this.#at[j] = t;
          break;
        }
        this.#spike(j, from + crossing, current * Math.exp(-crossing / tauSynapse));
      }
    }
  }

  #spike(j: number, time: number, current: number): void {
    const { spikes, drive } = this.#neuron, k = this.#found.count;
    if (k > mostSpikes) throw endless(time);
    if (k === this.#before.length) {
      this.#before = larger(this.#before, new Int32Array(2 * k));
      this.#place = larger(this.#place, new Int32Array(2 * k));
      this.#currentAtSpike = larger(this.#currentAtSpike, new Float64Array(2 * k));
      this.#currentAtRelease = larger(this.#currentAtRelease, new Float64Array(2 * k));
    }
    this.#found.add(time, j);
    this.#before[k] = this.#last[j]!;
    this.#last[j] = k;
    this.#currentAtSpike[k] = current + drive;
    // Without a refractory time this is where the membrane goes on; with one, NaN until its end is reached.
    this.#currentAtRelease[k] = spikes!.refractory === 0 ? current : NaN;
    this.#u[j] = spikes!.reset;
    this.#current[j] = current;
    this.#at[j] = time;
    this.#release[j] = time + spikes!.refractory;
  }

  #sort(): void {
    const { count, times, channels } = this.#found;
    const order = new Uint32Array(count).map((_, k) => k).sort((a, b) => times[a]! - times[b]!);
    this.spikes.count = 0;
    order.forEach((k, place) => {
      this.spikes.add(times[k]!, channels[k]!);
      this.#place[k] = place;
    });
  }

  /**
   * From `spikes.slopes` (∂loss/∂t of every spike) to the gradient of the weights, added to `gradient`, and of the times of the input, added to
   * `input.slopes` when `wanted`. Belongs to the last `forward`.
   */
  backward(input: EventList, kernel: Float64Array, gradient: Float64Array, wanted: boolean): void {
    const { tauMembrane, tauSynapse, gain, drive, spikes } = this.#neuron;
    const units = this.#units, couple = tauSynapse / (tauMembrane - tauSynapse);
    const p = this.#u.fill(0), q = this.#current.fill(0), at = this.#at.fill(this.#duration);
    const next = this.#last;
    for (let e = input.count - 1; e >= 0; e--) {
      const t = input.times[e]!, row = input.channels[e]! * units;
      let span = -1, slow = 1, fast = 1, slope = 0;
      for (let j = 0; j < units; j++) {
        let k = next[j]!;
        for (; k >= 0 && this.#found.times[k]! >= t; k = this.#before[k]!) {
          const time = this.#found.times[k]!;
          const release = time + spikes!.refractory;
          let worth = this.spikes.slopes[this.#place[k]!]!;
          if (p[j] !== 0 || q[j] !== 0) {
            const end = Math.min(at[j]!, release);
            this.#back(j, at[j]! - end, couple);
            // u̇ just after the refractory time, times tauMembrane.
            if (p[j] !== 0) worth -= (p[j]! * (this.#currentAtRelease[k]! + drive - spikes!.reset)) / tauMembrane;
            q[j]! *= Math.exp((time - end) / tauSynapse);
          }
          p[j] = worth === 0 ? 0 : (-worth * tauMembrane) / (this.#currentAtSpike[k]! - 1);
          at[j] = time;
        }
        next[j] = k;
        if (p[j] === 0 && q[j] === 0) continue;
        // Where t lies in the refractory time of the spike before, u is held: nothing reaches it.
        const release = k >= 0 ? this.#found.times[k]! + spikes!.refractory : -1;
        if (release > t) {
          const end = Math.min(at[j]!, release);
          this.#back(j, at[j]! - end, couple);
          q[j]! *= Math.exp((t - end) / tauSynapse);
          gradient[row + j]! += gain * q[j]!;
          if (wanted) slope += (kernel[row + j]! * q[j]!) / tauSynapse;
          at[j] = t;
          continue;
        }
        if (at[j]! - t !== span) {
          span = at[j]! - t;
          slow = Math.exp(-span / tauMembrane);
          fast = Math.exp(-span / tauSynapse);
        }
        q[j] = q[j]! * fast + p[j]! * couple * (slow - fast);
        p[j]! *= slow;
        at[j] = t;
        gradient[row + j]! += gain * q[j]!;
        if (wanted) slope += kernel[row + j]! * (q[j]! / tauSynapse - p[j]! / tauMembrane);
      }
      if (wanted) input.slopes[e]! += gain * slope;
    }
  }

  #back(j: number, span: number, couple: number): void {
    if (span <= 0) return;
    const slow = Math.exp(-span / this.#neuron.tauMembrane), fast = Math.exp(-span / this.#neuron.tauSynapse);
    this.#current[j] = this.#current[j]! * fast + this.#u[j]! * couple * (slow - fast);
    this.#u[j]! *= slow;
  }
}

/** Of one layer in one trial; more mean that something is wrong. */
const mostSpikes = 1e6;

function larger<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

const endless = (time: number): ArgumentError =>
  new ArgumentError("endless-spikes", `${mostSpikes} spikes of one layer until ${time} s of a trial`, "Use smaller weights or a refractory time.");

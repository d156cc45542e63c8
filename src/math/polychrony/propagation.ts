/** How the spikes of a few neurons spread through a network that is otherwise at rest. */

/** Synapses by source: those of neuron i are `starts[i]` … `starts[i + 1] − 1`. */
export interface Graph {
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
  /** mV. */
  readonly weights: Float64Array;
  /** Steps of 1 ms. */
  readonly delays: Uint32Array;
  /** The longest delay, steps. */
  readonly longest: number;
}

/** Izhikevich's neurons: a per ms, d in mV, one of each; b and c (mV) are common. */
export interface Cells { readonly a: Float64Array; readonly d: Float64Array; readonly b: number; readonly c: number }

/** What spread: spikes in the order of time, and which of them arrived where and when. */
export interface Propagation {
  readonly neurons: number[];
  /** Steps of 1 ms. */
  readonly times: number[];
  /** For each arrival: the spike it came from, when, and the arrival before it at the same neuron (−1: none). */
  readonly from: number[];
  readonly at: number[];
  readonly before: number[];
  /** Last arrival at the neuron of each spike when it fired, −1 for none. */
  readonly lastArrival: number[];
}

const threshold = 30;

/** Potential at which a neuron rests, mV; NaN when it never does. */
export const restingPotential = (b: number): number => (b - 5 - Math.sqrt((5 - b) ** 2 - 22.4)) / 0.08;

/** One step of 1 ms in the order of the published program: two half steps of v, one of u. Returns whether the neuron fires. */
export function stepCell(state: { v: Float64Array; u: Float64Array }, n: number, input: number, cells: Cells): boolean {
  let v = state.v[n]!;
  const u = state.u[n]!;
  v += 0.5 * ((0.04 * v + 5) * v + 140 - u + input);
  v += 0.5 * ((0.04 * v + 5) * v + 140 - u + input);
  const fires = v >= threshold;
  state.u[n] = u + cells.a[n]! * (cells.b * v - u) + (fires ? cells.d[n]! : 0);
  state.v[n] = fires ? cells.c : v;
  return fires;
}

/**
 * Spreads spikes through a graph. A neuron is at rest until something arrives, and what arrives alone cannot fire it (unless `alone` says
 * so): most neurons are reached once and never have to be integrated.
 */
export class Propagator {
  readonly #graph: Graph;
  readonly #cells: Cells;
  readonly #alone: boolean;
  readonly #rest: number;
  readonly #state: { v: Float64Array; u: Float64Array };
  /** First arrival, which waits for a second one; −1: at rest. */
  readonly #waiting: Int32Array;
  readonly #lastArrival: Int32Array;
  readonly #input: Float64Array;

  /** @param alone whether a single arrival can fire a neuron */
  constructor(graph: Graph, cells: Cells, alone: boolean) {
    const n = cells.a.length;
    this.#graph = graph;
    this.#cells = cells;
    this.#alone = alone;
    this.#rest = restingPotential(cells.b);
    this.#state = { v: new Float64Array(n).fill(this.#rest), u: new Float64Array(n).fill(cells.b * this.#rest) };
    this.#waiting = new Int32Array(n).fill(-1);
    this.#lastArrival = new Int32Array(n).fill(-1);
    this.#input = new Float64Array(n);
  }

  /**
   * @param initial neurons that are made to fire, when (steps), and the shortest delay of their synapses that counts
   * @param most stops at so many spikes
   */
  run(initial: readonly { readonly neuron: number; readonly time: number; readonly from: number }[], window: number, most: number): Propagation {
    const { starts, targets, weights, delays } = this.#graph;
    const spikes: Propagation = { neurons: [], times: [], from: [], at: [], before: [], lastArrival: [] };
    const targetOf: number[] = [], weightOf: number[] = [];
    const due: (number[] | undefined)[] = [];
    const active: number[] = [], touched: number[] = [];
    let end = 0;
    const fire = (neuron: number, time: number, shortest: number) => {
      const spike = spikes.neurons.push(neuron) - 1;
      spikes.times.push(time);
      spikes.lastArrival.push(this.#lastArrival[neuron]!);
      for (let e = starts[neuron]!; e < starts[neuron + 1]!; e++) {
        if (delays[e]! < shortest) continue;
        const at = time + delays[e]!;
        (due[at] ??= []).push(spikes.from.push(spike) - 1);
        spikes.at.push(at);
        spikes.before.push(-1);
        targetOf.push(targets[e]!);
        weightOf.push(weights[e]!);
        end = Math.max(end, at + window);
      }
    };
    for (const { neuron, time, from } of initial) fire(neuron, time, from);

    for (let t = 0; t < end && spikes.neurons.length < most; t++) {
      for (const arrival of due[t] ?? []) this.#arrive(arrival, targetOf[arrival]!, weightOf[arrival]!, t, spikes, weightOf, active, touched);
      for (const n of active) {
        const input = this.#input[n]!;
        this.#input[n] = 0;
        if (stepCell(this.#state, n, input, this.#cells)) fire(n, t, 0);
      }
    }
    for (const n of touched) {
      this.#state.v[n] = this.#rest;
      this.#state.u[n] = this.#cells.b * this.#rest;
      this.#waiting[n] = this.#lastArrival[n] = -1;
      this.#input[n] = 0;
    }
    return spikes;
  }

  #arrive(
    arrival: number, n: number, weight: number, t: number, spikes: Propagation, weightOf: readonly number[], active: number[], touched: number[],
  ): void {
    const last = this.#lastArrival[n]!, waiting = this.#waiting[n]!;
    spikes.before[arrival] = last;
    this.#lastArrival[n] = arrival;
    this.#input[n]! += weight;
    if (last < 0) {
      touched.push(n);
      if (this.#alone) active.push(n);
      else this.#waiting[n] = arrival;
    } else if (waiting >= 0) {
      active.push(n);
      this.#waiting[n] = -1;
      // What the first arrival has done in the meantime.
      const since = spikes.at[waiting]!;
      if (since === t) return;
      stepCell(this.#state, n, weightOf[waiting]!, this.#cells);
      for (let s = since + 1; s < t; s++) stepCell(this.#state, n, 0, this.#cells);
      this.#input[n] = weight;
    }
  }
}

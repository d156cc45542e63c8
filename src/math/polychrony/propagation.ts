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

/** What spread: spikes in the order of time, and what arrived where and when. Valid until the next run. */
export interface Propagation {
  readonly spikes: number;
  /** [spikes and more] */
  readonly neurons: Uint32Array;
  /** Steps of 1 ms. [spikes and more] */
  readonly times: Uint32Array;
  /** Last arrival at the neuron of each spike when it fired, −1 for none. [spikes and more] */
  readonly lastArrival: Int32Array;
  /** For each arrival: the spike it came from, when, and the arrival before it at the same neuron (−1: none). */
  readonly from: Uint32Array;
  readonly at: Uint32Array;
  readonly before: Int32Array;
}

const threshold = 30;
/** A neuron that nothing has reached for so many steps will not fire. */
const patience = 200;

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
 * Potentials and recovery variables from which a neuron returns to rest without a spike if nothing arrives: on each side of this rectangle v
 * and u move inwards. Undefined where b leaves no such rectangle. For b = 0.2: v from −80 to −60 mV, u from −16 to −4 mV.
 */
function basinOfRest(b: number): { readonly v: readonly [number, number]; readonly u: readonly [number, number] } | undefined {
  const drift = (v: number) => (0.04 * v + 5) * v + 140;
  const high = (b - 5) / 0.08, low = drift(high) / b;
  // The step of 1 ms must not leap over the rectangle either: v + drift/2 has to rise with v.
  if (!(b > 0 && low < high && b * high < drift(low) && 1 + 0.5 * (0.08 * low + 5) > 0)) return undefined;
  return { v: [low, high], u: [drift(high), drift(low)] };
}

/** Spreads spikes through a graph. A neuron is integrated only while it may fire: most are reached by one spike and fall asleep at once. */
export class Propagator {
  readonly #graph: Graph;
  readonly #cells: Cells;
  readonly #rest: number;
  readonly #basin: ReturnType<typeof basinOfRest>;
  readonly #most: number;
  readonly #state: { v: Float64Array; u: Float64Array };
  readonly #input: Float64Array;
  /** The step up to which a neuron's state is known; −1: it is at rest, untouched. −2: awake, its state is that of now. */
  readonly #known: Int32Array;
  readonly #lastArrival: Int32Array;
  readonly #awake: Uint32Array;
  readonly #touched: Uint32Array;
  #touchedCount = 0;
  /** Arrivals of each coming step as a list: the first of a step, and the one after each. */
  readonly #due: Int32Array;
  #next = new Int32Array(1024);
  #edge = new Uint32Array(1024);
  #arrivals = 0;
  #spread: { -readonly [K in keyof Propagation]: Propagation[K] };

  /** @param most a run stops at so many spikes */
  constructor(graph: Graph, cells: Cells, most: number) {
    const n = cells.a.length;
    this.#graph = graph;
    this.#cells = cells;
    this.#rest = restingPotential(cells.b);
    this.#basin = basinOfRest(cells.b);
    this.#most = most;
    this.#state = { v: new Float64Array(n).fill(this.#rest), u: new Float64Array(n).fill(cells.b * this.#rest) };
    this.#input = new Float64Array(n);
    this.#known = new Int32Array(n).fill(-1);
    this.#lastArrival = new Int32Array(n).fill(-1);
    this.#awake = new Uint32Array(n);
    this.#touched = new Uint32Array(n);
    this.#due = new Int32Array(graph.longest + 1).fill(-1);
    this.#spread = {
      spikes: 0, neurons: new Uint32Array(most + n), times: new Uint32Array(most + n), lastArrival: new Int32Array(most + n),
      from: new Uint32Array(1024), at: new Uint32Array(1024), before: new Int32Array(1024),
    };
  }

  /**
   * @param initial neurons that are made to fire, when (steps), and the shortest delay of their synapses that counts: for all of them, what is sent
   * over it arrives at the same time
   */
  run(initial: readonly { readonly neuron: number; readonly time: number; readonly shortest: number }[]): Propagation {
    const { v, u } = this.#state, spread = this.#spread, awake = this.#awake, slots = this.#due.length;
    spread.spikes = this.#arrivals = this.#touchedCount = 0;
    for (const { neuron, time, shortest } of initial) this.#fire(neuron, time, shortest);
    let pending = this.#arrivals, awakeCount = 0, quiet = 0;
    // Nothing arrives before, and nothing that is under way arrives later than the longest delay after that.
    const first = Math.min(...initial.map(({ time, shortest }) => time + shortest));
    for (let t = first; (pending > 0 || (awakeCount > 0 && quiet < patience)) && spread.spikes < this.#most; t++) {
      quiet = this.#due[t % slots]! < 0 ? quiet + 1 : 0;
      for (let arrival = this.#due[t % slots]!, later = 0; arrival >= 0; arrival = later) {
        later = this.#next[arrival]!;
        const n = this.#arrive(arrival, t);
        if (n >= 0) awake[awakeCount++] = n;
        pending--;
      }
      this.#due[t % slots] = -1;
      const before = this.#arrivals;
      let kept = 0;
      for (let k = 0; k < awakeCount; k++) {
        const n = awake[k]!, input = this.#input[n]!;
        this.#input[n] = 0;
        if (stepCell(this.#state, n, input, this.#cells)) this.#fire(n, t, 0);
        if (this.#returnsToRest(v[n]!, u[n]!)) this.#known[n] = t + 1;
        else awake[kept++] = n;
      }
      awakeCount = kept;
      pending += this.#arrivals - before;
    }
    this.#calm();
    return spread;
  }

  #fire(neuron: number, time: number, shortest: number): void {
    const { starts, delays } = this.#graph, spread = this.#spread, slots = this.#due.length;
    const spike = spread.spikes++;
    spread.neurons[spike] = neuron;
    spread.times[spike] = time;
    spread.lastArrival[spike] = this.#lastArrival[neuron]!;
    for (let e = starts[neuron]!; e < starts[neuron + 1]!; e++) {
      if (delays[e]! < shortest) continue;
      const at = time + delays[e]!, arrival = this.#arrivals++;
      if (arrival === this.#edge.length) this.#grow();
      this.#edge[arrival] = e;
      spread.from[arrival] = spike;
      spread.at[arrival] = at;
      this.#next[arrival] = this.#due[at % slots]!;
      this.#due[at % slots] = arrival;
    }
  }

  /** Returns the neuron if it has to be woken, otherwise −1. */
  #arrive(arrival: number, t: number): number {
    const edge = this.#edge[arrival]!, n = this.#graph.targets[edge]!, known = this.#known[n]!;
    this.#spread.before[arrival] = this.#lastArrival[n]!;
    this.#lastArrival[n] = arrival;
    this.#input[n]! += this.#graph.weights[edge]!;
    if (known === -2) return -1;
    if (known === -1) this.#touched[this.#touchedCount++] = n;
    else for (let s = known; s < t; s++) stepCell(this.#state, n, 0, this.#cells);
    this.#known[n] = -2;
    return n;
  }

  #returnsToRest(v: number, u: number): boolean {
    const basin = this.#basin;
    return basin !== undefined && v >= basin.v[0] && v <= basin.v[1] && u >= basin.u[0] && u <= basin.u[1];
  }

  /** Every neuron at rest again, nothing on its way. */
  #calm(): void {
    for (const n of this.#touched.subarray(0, this.#touchedCount)) {
      this.#state.v[n] = this.#rest;
      this.#state.u[n] = this.#cells.b * this.#rest;
      this.#input[n] = 0;
      this.#known[n] = this.#lastArrival[n] = -1;
    }
    this.#due.fill(-1);
  }

  #grow(): void {
    const spread = this.#spread, size = 2 * this.#edge.length;
    const larger = <A extends Uint32Array | Int32Array>(array: A, empty: A): A => (empty.set(array), empty);
    this.#edge = larger(this.#edge, new Uint32Array(size));
    this.#next = larger(this.#next, new Int32Array(size));
    spread.from = larger(spread.from, new Uint32Array(size));
    spread.at = larger(spread.at, new Uint32Array(size));
    spread.before = larger(spread.before, new Int32Array(size));
  }
}

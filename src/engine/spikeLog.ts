/** Spikes of an interval, and how correlated two neurons were in it. */

/** Collects spikes of `size` neurons from `start` on. */
export class SpikeLog {
  readonly #start: number;
  readonly #size: number;
  #steps: number[] = [];
  #neurons: number[] = [];

  constructor(start: number, size: number) {
    this.#start = start;
    this.#size = size;
  }

  add(step: number, ids: Uint32Array, count: number): void {
    for (let k = 0; k < count; k++) {
      const neuron = ids[k]! - this.#start;
      if (neuron < 0 || neuron >= this.#size) continue;
      this.#steps.push(step);
      this.#neurons.push(neuron);
    }
  }

  /** The steps in which each neuron spiked; the log is empty afterwards. */
  take(): Float64Array[] {
    const counts = new Uint32Array(this.#size);
    for (const neuron of this.#neurons) counts[neuron]!++;
    const trains = Array.from(counts, (n) => new Float64Array(n));
    counts.fill(0);
    this.#neurons.forEach((neuron, k) => (trains[neuron]![counts[neuron]!++] = this.#steps[k]!));
    this.clear();
    return trains;
  }

  clear(): void {
    this.#steps = [];
    this.#neurons = [];
  }
}

/**
 * Correlation coefficient of the traces of two spike trains over `duration`. A trace jumps by 1 at a spike and decays with `tau`; the integral of the
 * product of two traces is τ/2 · Σ exp(−|s − t|/τ) over all pairs of spikes, but for what decays after the end. 0 where a neuron is silent.
 *
 * @param a, b sorted times @param tau, duration in their unit
 */
export function traceCorrelation(a: Float64Array, b: Float64Array, tau: number, duration: number): number {
  const mean = (x: Float64Array): number => (x.length * tau) / duration;
  const product = (x: Float64Array, y: Float64Array): number => (tau * pairSum(x, y, tau)) / (2 * duration);
  const variance = (product(a, a) - mean(a) ** 2) * (product(b, b) - mean(b) ** 2);
  return variance > 0 ? (product(a, b) - mean(a) * mean(b)) / Math.sqrt(variance) : 0;
}

/** Σ exp(−|s − t|/τ) over all s of a and t of b, in one pass. */
function pairSum(a: Float64Array, b: Float64Array, tau: number): number {
  let sum = 0, traceA = 0, traceB = 0, last = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const fromA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const time = fromA ? a[i]! : b[j]!;
    const decay = Math.exp((last - time) / tau);
    traceA *= decay;
    traceB *= decay;
    last = time;
    if (fromA) {
      sum += traceB;
      traceA++;
      i++;
    } else {
      // A spike of a at the same time came first, so the pair is counted here, once.
      sum += traceA;
      traceB++;
      j++;
    }
  }
  return sum;
}

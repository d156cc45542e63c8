/** Eligibility traces: how much each synapse has contributed to its neuron's spike, carried forwards in time. */
import type { FollowedState, NeuronColumns } from "../online/neuronColumns.ts";

/**
 * For synapses from `sources` to the neurons of a layer: eligibility vectors ε (the derivative of the neuron's states by the weight, along the
 * neuron's own dynamics) and traces e = ∂spike/∂state · ε, [units, sources]. States that all neurons change alike and only by what
 * arrives have one ε a source instead of one a synapse.
 *
 * @source Bellec et al. (2020), Nat. Commun. 11:3625, eqs. 13–14. doi:10.1038/s41467-020-17236-y
 */
export class Eligibility {
  readonly sources: number;
  /** e of the last step, [units, sources]; not filled where `factors` says it in fewer numbers. */
  readonly traces: Float64Array;
  readonly #neurons: NeuronColumns;
  /** ε of each followed state: [sources] where shared, else [units, sources]. */
  readonly #vectors: Float64Array[];
  /** ε of shared states in the step before. */
  readonly #older: Float64Array[];
  readonly #shared: readonly boolean[];
  readonly #own: readonly number[];
  readonly #next: Float64Array;
  /** The only state that the threshold reads, where all are shared; else −1. */
  readonly #single: number;

  constructor(neurons: NeuronColumns, sources: number) {
    this.#neurons = neurons;
    this.sources = sources;
    this.#shared = sharedStates(neurons.followed);
    this.#vectors = this.#shared.map((shared) => new Float64Array(shared ? sources : neurons.units * sources));
    this.#older = this.#shared.map((shared, k) => (shared ? new Float64Array(sources) : this.#vectors[k]!));
    this.#own = this.#shared.flatMap((shared, k) => (shared ? [] : [k]));
    this.#next = new Float64Array(neurons.followed.length);
    this.traces = new Float64Array(neurons.units * sources);
    const read = neurons.followed.flatMap((s, k) => (s.spike ? [k] : []));
    this.#single = this.#own.length === 0 && read.length === 1 ? read[0]! : -1;
  }

  /** e_ji = slopes[j]·sources[i], where that holds. */
  get factors(): { readonly slopes: Float64Array; readonly sources: Float64Array } | undefined {
    const k = this.#single;
    return k < 0 ? undefined : { slopes: this.#neurons.followed[k]!.spike!, sources: this.#vectors[k]! };
  }

  start(): void {
    for (const vector of [...this.#vectors, ...this.#older, this.traces]) vector.fill(0);
  }

  /**
   * After the neurons' step, before `finish`.
   *
   * @param arrived what each source sent in this step
   */
  update(arrived: Float64Array): void {
    const { followed, units } = this.#neurons;
    this.#shared.forEach((shared, k) => {
      if (shared) [this.#vectors[k], this.#older[k]] = [this.#older[k]!, this.#vectors[k]!];
    });
    followed.forEach((state, k) => this.#shared[k] && advanceShared(this.#vectors[k]!, this.#older, state, arrived));
    for (let j = 0; j < units && this.#single < 0; j++) {
      if (this.#own.length === 0) this.#readShared(j);
      else for (let i = 0; i < this.sources; i++) this.#advanceOwn(j, i, arrived[i]!);
    }
  }

  /** e = Σ ∂spike/∂state·ε where all ε are shared. */
  #readShared(j: number): void {
    const { followed } = this.#neurons, { traces, sources } = this, from = j * sources;
    traces.fill(0, from, from + sources);
    followed.forEach(({ spike }, k) => {
      const slope = spike?.[j] ?? 0;
      if (slope === 0) return;
      const vector = this.#vectors[k]!;
      for (let i = 0; i < sources; i++) traces[from + i]! += slope * vector[i]!;
    });
  }

  #advanceOwn(j: number, i: number, arrived: number): void {
    const { followed, spikes } = this.#neurons, next = this.#next, synapse = j * this.sources + i;
    const before = this.traces[synapse]!;
    for (const k of this.#own) {
      const { input, spiked, old } = followed[k]!;
      let sum = input[j]! * arrived;
      if (spiked) sum += spiked[j]! * before;
      for (const { from, values } of old) sum += values[j]! * this.#older[from]![this.#shared[from] ? i : synapse]!;
      next[k] = sum;
    }
    let trace = 0;
    for (let k = 0; k < followed.length; k++) {
      const { spike } = followed[k]!;
      if (this.#shared[k]) next[k] = this.#vectors[k]![i]!;
      if (spike) trace += spike[j]! * next[k]!;
    }
    for (const k of this.#own) {
      const { reset, jump } = followed[k]!;
      let value = next[k]!;
      if (reset && spikes[j] !== 0) {
        value = 0;
        for (const { from, values } of reset) value += values[j]! * next[from]!;
      }
      this.#vectors[k]![synapse] = jump ? value + jump[j]! * trace : value;
    }
    this.traces[synapse] = trace;
  }
}

function advanceShared(vector: Float64Array, older: readonly Float64Array[], { inputConstant, old }: FollowedState, arrived: Float64Array): void {
  for (let i = 0; i < vector.length; i++) vector[i] = inputConstant! * arrived[i]!;
  for (const { from, constant } of old) {
    const source = older[from]!;
    for (let i = 0; i < vector.length; i++) vector[i]! += constant! * source[i]!;
  }
}

/** Those whose ε depends on the source alone: the same constants in all neurons, untouched by the neuron's own spikes. */
export function sharedStates(followed: readonly FollowedState[]): boolean[] {
  const constant = (s: FollowedState): boolean => s.inputConstant !== undefined && s.old.every((e) => e.constant !== undefined);
  const shared = followed.map((s) => constant(s) && !s.spiked && !s.jump && !s.reset);
  // What reads a state that is not shared is not shared either.
  for (let turn = 0; turn < followed.length; turn++) followed.forEach((s, k) => (shared[k] &&= s.old.every((e) => shared[e.from])));
  return shared;
}

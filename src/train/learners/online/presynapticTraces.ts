/** Traces of presynaptic activity that every neuron of a layer shares: eligibility that needs one number a source, not one a synapse. */
import { UnsupportedError } from "../../../errors.ts";
import type { NeuronColumns } from "./neuronColumns.ts";

/**
 * For each followed state of the neurons, what the spikes of a source would have made of it by now without resets: the state's own decay applied
 * to what arrived.
 *
 * @source Xiao, Meng, Zhang, He & Lin (2022), Online training through time for spiking neural networks, NeurIPS 35. arXiv:2210.04195
 */
export class PresynapticTraces {
  readonly sources: number;
  /** [followed states][sources] */
  traces: readonly Float64Array[];
  #older: readonly Float64Array[];
  readonly #neurons: NeuronColumns;

  /** @throws {UnsupportedError} when the states of the cell do not decay at constant rates, the same for all neurons */
  constructor(neurons: NeuronColumns, sources: number, what: string) {
    this.#neurons = neurons;
    this.sources = sources;
    this.traces = neurons.followed.map(() => new Float64Array(sources));
    this.#older = neurons.followed.map(() => new Float64Array(sources));
    const odd = neurons.followed.find((s) => s.inputConstant === undefined || s.old.some((e) => e.constant === undefined));
    if (!odd) return;
    const name = neurons.dynamics.states[odd.state]!.name;
    throw new UnsupportedError("online-learning", `${what}: ${name} does not decay at one constant rate, so sources have no common trace`,
      "Use a leaky cell with a reset by subtraction or after the step, or e-prop, which has a trace for each synapse.");
  }

  start(): void {
    for (const trace of [...this.traces, ...this.#older]) trace.fill(0);
  }

  /** One step on. @param arrived what each source sent */
  update(arrived: Float64Array): void {
    [this.traces, this.#older] = [this.#older, this.traces];
    this.#neurons.followed.forEach(({ inputConstant, old }, k) => {
      const trace = this.traces[k]!;
      for (let i = 0; i < trace.length; i++) trace[i] = inputConstant! * arrived[i]!;
      for (const { from, constant } of old) {
        const before = this.#older[from]!;
        for (let i = 0; i < trace.length; i++) trace[i]! += constant! * before[i]!;
      }
    });
  }
}

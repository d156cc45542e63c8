/** Handles on the neurons of a network: populations, their slices, and sources of spikes. They name what a network holds; they hold no state. */
import { ArgumentError } from "../errors.ts";
import type { ParametersOf, StateOf, SynapseParametersOf, SynapseStateOf } from "../model/inference.ts";
import type { NeuronModel } from "../model/neuron.ts";
import type { RangeData } from "./data.ts";
import type { Projection } from "./projection.ts";

/** Anything that spikes: a population of neurons, a Poisson source, a list of spikes, or a part of one. */
export interface SpikingGroup {
  readonly name: string;
  readonly size: number;
  readonly range: RangeData;
}

/** Neurons that share a model. A slice is a view of some of them. */
export class Population<M extends NeuronModel = NeuronModel> implements SpikingGroup {
  readonly model: M;
  readonly range: RangeData;

  constructor(model: M, range: RangeData) {
    this.model = model;
    this.range = range;
  }

  /** Number of neurons. */
  get size(): number {
    return this.range.end - this.range.start;
  }
  get name(): string {
    return this.range.population;
  }

  /** Neurons start … end − 1 of this population, as a view. */
  slice(start: number, end: number = this.size): Population<M> {
    return new Population(this.model, sliceOf(this.range, start, end));
  }
}

/** What the model of a group or projection lets be read and set (`w`: the weight); any name where the model is not known to the compiler. */
export type NamesOf<G extends SpikingGroup | Projection> = G extends Population<infer M>
  ? ParametersOf<M> | StateOf<M>
  : G extends Projection<infer M>
    ? SynapseParametersOf<M> | SynapseStateOf<M> | "w"
    : string;

/** Sources of spikes without a neuron model: Poisson processes or spikes from arrays. */
export class SpikeSource implements SpikingGroup {
  readonly range: RangeData;
  /** Appends spikes of a `spikeSource`; the engine listens while a run is going on. */
  readonly #add: ((times: ArrayLike<number>, indices: ArrayLike<number>) => void) | undefined;

  constructor(range: RangeData, add?: (times: ArrayLike<number>, indices: ArrayLike<number>) => void) {
    this.range = range;
    this.#add = add;
  }

  get size(): number {
    return this.range.end - this.range.start;
  }
  get name(): string {
    return this.range.population;
  }

  slice(start: number, end: number = this.size): SpikeSource {
    return new SpikeSource(sliceOf(this.range, start, end), this.#add);
  }

  /**
   * Adds spikes, also while a simulation is paused or running (they must lie in its future).
   * @param times seconds @param indices neuron of each spike
   */
  add(times: ArrayLike<number>, indices: ArrayLike<number>): void {
    if (!this.#add)
      throw new ArgumentError(
        "source",
        `"${this.name}" is a Poisson source; spikes cannot be added to it`,
        "Use net.spikeSource for spikes from arrays.",
      );
    this.#add(times, indices);
  }
}

function sliceOf(range: RangeData, start: number, end: number): RangeData {
  const size = range.end - range.start;
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= size)) {
    throw new ArgumentError(
      "slice",
      `slice(${start}, ${end}) of "${range.population}" does not lie in its ${size} neurons`,
      `Use 0 <= start < end <= ${size}.`,
    );
  }
  return { population: range.population, start: range.start + start, end: range.start + end };
}

/** "E" or "E[0:100]". */
export function describeRange(range: RangeData, size: number): string {
  return range.start === 0 && range.end === size ? range.population : `${range.population}[${range.start}:${range.end}]`;
}

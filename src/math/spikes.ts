/** Spikes of a run or of a file: what every raster, statistic and writer takes. */
export interface Spikes {
  /** Spike times in seconds, ascending. [spikes] */
  readonly times: Float64Array;
  /** Neuron of each spike: global index, `population.offset` + index within the population. [spikes] */
  readonly indices: Uint32Array;
  /** Named, contiguous ranges of neurons, in plotting order. */
  readonly populations: readonly SpikePopulation[];
  /** Duration of the recording in seconds and the step it was made with (0 when unknown, as for most files). */
  readonly duration: number;
  readonly dt: number;
}

export interface SpikePopulation { readonly name: string; readonly offset: number; readonly size: number }

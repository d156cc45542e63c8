import type { SpikePopulation, Spikes } from "../../../src/math/spikes.ts";

/** Uniform numbers in [0, 1): the same ones in every run of the tests. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0; // mulberry32
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A renewal process whose intervals are the sum of `order` exponential ones: Poisson for 1. */
export function gammaTrain(order: number, rate: number, duration: number, next: () => number): number[] {
  const train: number[] = [];
  for (let time = 0; ;) {
    for (let k = 0; k < order; k++) time -= Math.log(1 - next()) / (order * rate);
    if (time >= duration) return train;
    train.push(time);
  }
}

/** Trains of neurons 0, 1, ... as a recording of one population "E", or of those given. */
export function recording(trains: readonly (readonly number[])[], duration: number, populations?: readonly SpikePopulation[]): Spikes {
  const all = trains.flatMap((train, neuron) => train.map((time) => [time, neuron] as const)).sort((a, b) => a[0] - b[0]);
  return {
    times: Float64Array.from(all, ([time]) => time),
    indices: Uint32Array.from(all, ([, neuron]) => neuron),
    populations: populations ?? [{ name: "E", offset: 0, size: trains.length }],
    duration,
    dt: 0,
  };
}

/** Population code: each value becomes the activity of several neurons with overlapping receptive fields. */
import { ArgumentError } from "../../errors.ts";
import type { FeatureValues } from "./values.ts";

export interface PopulationOptions {
  /** Neurons a value, at least 3. */
  readonly neurons: number;
  /** Between which values lie. Default 0 to 1. */
  readonly range?: readonly [low: number, high: number];
  /** Fields are narrower the larger it is. Default 1.5. */
  readonly beta?: number;
}

/**
 * Activities in (0, 1] of Gaussian receptive fields: neuron i of 1 … m has its centre at low + (2i − 3)/2 · (high − low)/(m − 2) and the
 * width (high − low)/(m − 2)/beta. Any other encoder makes spikes of them.
 *
 * @returns samples of the shape […shape, neurons]
 * @throws {ArgumentError} when there are fewer than 3 neurons, or the range is empty
 * @source Bohte, Kok & La Poutré (2002), Error-backpropagation in temporally encoded networks. doi:10.1016/S0925-2312(01)00658-0
 */
export function populationValues(samples: FeatureValues, { neurons, range = [0, 1], beta = 1.5 }: PopulationOptions): FeatureValues {
  const [low, high] = range;
  if (!(Number.isInteger(neurons) && neurons >= 3 && high > low && beta > 0)) {
    const problem = `${neurons} neurons with beta ${beta} for values between ${low} and ${high}`;
    throw new ArgumentError("encode-population", problem, "Give at least 3 neurons, beta above 0 and a range from low to high.");
  }
  const spacing = (high - low) / (neurons - 2), values = new Float32Array(samples.values.length * neurons);
  for (let k = 0; k < values.length; k++) {
    const centre = low + ((2 * ((k % neurons) + 1) - 3) / 2) * spacing, distance = samples.values[Math.floor(k / neurons)]! - centre;
    values[k] = Math.exp(-0.5 * ((beta * distance) / spacing) ** 2);
  }
  return { values, shape: [...samples.shape, neurons] };
}

/** Direct current: the values themselves are the input, the same in every step. */
import type { Sequence } from "../sequence.ts";
import { countSamples } from "./values.ts";
import type { FeatureValues } from "./values.ts";

/** @returns a constant sequence, which products take once and not in every step */
export function directCurrent(samples: FeatureValues, options: { readonly gain?: number } = {}): Sequence {
  const { gain = 1 } = options, batch = countSamples(samples, 1);
  const values = gain === 1 ? samples.values : samples.values.map((value: number) => gain * value);
  return { batch, steps: 1, constant: true, shape: samples.shape, values };
}

/** Small problems with an answer: classes of noisy patterns. */
import { uniformAt, seedOf } from "../../../src/math/random.ts";
import { samplesOf } from "../../../src/train/samples.ts";
import type { ModelData } from "../../../src/train/modelData.ts";
import type { Samples } from "../../../src/train/samples.ts";

/** Each class has a pattern of zeros and ones; of every sample a share of the features is drawn anew. */
export function noisyPatterns(classes: number, features: number, count: number, options: { noise?: number; seed?: number } = {}) {
  const { noise = 0.2, seed = 1 } = options, key = seedOf(seed);
  const labels = Uint8Array.from({ length: count }, (_, k) => k % classes);
  const inputs = Float32Array.from({ length: count * features }, (_, k) => {
    const sample = Math.floor(k / features), feature = k % features;
    if (uniformAt(key, k, 1, 0, 0) < noise) return uniformAt(key, k, 2, 0, 0);
    return uniformAt(seedOf(0), labels[sample]! * features + feature, 0, 0, 0) < 0.4 ? 1 : 0;
  });
  return { inputs, labels };
}

export const patternSamples = (model: ModelData, classes: number, count: number, options: { noise?: number; seed?: number } = {}): Samples =>
  samplesOf(model, noisyPatterns(classes, model.input.shape[0]!, count, options));

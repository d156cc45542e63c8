/** Spikes of a simulated model in the steps of the model. */
import type { Spikes } from "../../math/spikes.ts";
import type { ModelNetwork } from "./toNetwork.ts";

/**
 * Recorded spikes of each layer as the model gives them: 1 where a neuron spiked in that step, [samples, steps, units]. Spikes in the pauses between
 * samples are left out; layers that were not recorded are absent.
 *
 * @param spikes what a spike monitor of the network holds
 */
export function alignSpikes({ layers, clock, samples }: ModelNetwork, spikes: Spikes): Map<string, Uint8Array> {
  const recorded = layers.flatMap((layer) => {
    const range = spikes.populations.find((p) => p.name === layer.name);
    return range ? [{ ...layer, ...range, aligned: new Uint8Array(samples * clock.steps * range.size) }] : [];
  });
  for (const { offset, size, latency, aligned } of recorded) {
    for (let k = 0; k < spikes.times.length; k++) {
      const unit = spikes.indices[k]! - offset;
      if (unit < 0 || unit >= size) continue;
      const { sample, step } = clock.stepOf(spikes.times[k]!, latency);
      if (sample < samples && step >= 0 && step < clock.steps) aligned[(sample * clock.steps + step) * size + unit] = 1;
    }
  }
  return new Map(recorded.map(({ name, aligned }) => [name, aligned]));
}

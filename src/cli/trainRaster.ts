/** What the layers of a model do with a few samples: rasters and membranes. */
import { join } from "node:path";
import { saveRaster } from "../io/index.ts";
import type { Spikes } from "../io/index.ts";
import type { Weights } from "../train/modelData.ts";
import { ReferenceEngine } from "../train/reference/referenceEngine.ts";
import type { Samples } from "../train/samples.ts";
import { sizeOf } from "../train/sequence.ts";
import type { Reals } from "../train/sequence.ts";
import { engineOptionsOf } from "../train/training.ts";
import type { Training } from "../train/training.ts";

/** So many samples one after the other. */
const shownSamples = 5;

/**
 * Saves raster.png and raster.svg: the first samples one after the other, spikes of the input (where it is no constant) and of each layer of neurons.
 *
 * @returns the names of the files
 */
export async function saveLayerRaster(folder: string, title: string, training: Training, weights: Weights, samples: Samples): Promise<string[]> {
  const spikes = layerSpikes(training, weights, samples);
  const remark = spikes.shown === 1 ? "one sample" : `${spikes.shown} samples one after the other`;
  for (const kind of ["png", "svg"]) await saveRaster(join(folder, `raster.${kind}`), spikes, { title: `${title}: ${remark}` });
  return ["raster.png", "raster.svg"];
}

export function layerSpikes(training: Training, weights: Weights, samples: Samples): Spikes & { readonly shown: number } {
  const { model } = training, engine = new ReferenceEngine(model, engineOptionsOf(training), "f32", weights);
  const shown = Math.min(shownSamples, samples.count);
  const { input } = samples.batch(Uint32Array.from({ length: shown }, (_, k) => k), 0, "f32"), { steps } = model.input;
  const layers = [...engine.record(input)].flatMap(([name, { spikes, output }]) =>
    (spikes ? [{ name, values: spikes, size: sizeOf(output.shape) }] : []));
  const inputs = model.input.constant ? [] : [{ name: "input", values: input.values, size: sizeOf(model.input.shape) }];
  const populations: { name: string; offset: number; size: number }[] = [], found: { step: number; neuron: number }[] = [];
  let offset = 0;
  for (const { name, values, size } of [...inputs, ...layers]) {
    populations.push({ name, offset, size });
    collect(values, size, offset, found);
    offset += size;
  }
  found.sort((a, b) => a.step - b.step || a.neuron - b.neuron);
  return {
    shown, populations, duration: shown * steps * model.dt, dt: model.dt,
    times: Float64Array.from(found, ({ step }) => (step + 1) * model.dt), indices: Uint32Array.from(found, ({ neuron }) => neuron),
  };
}

/** Rows are steps, those of one sample after those of the other. */
function collect(values: Reals, size: number, offset: number, found: { step: number; neuron: number }[]): void {
  for (let k = 0; k < values.length; k++) if (values[k]! > 0) found.push({ step: Math.floor(k / size), neuron: offset + (k % size) });
}

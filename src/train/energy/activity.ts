/** What flows into the layers of a model: the spikes or numbers that energy is counted from. */
import { ArgumentError } from "../../errors.ts";
import { shapesOf, windows } from "../model.ts";
import type { ModelData, PoolData, Shape, Weights } from "../modelData.ts";
import { checkInput, operationsOf, runForward } from "../reference/forwardPass.ts";
import type { Sequence } from "../sequence.ts";
import { sizeOf } from "../sequence.ts";

/** Input of a layer with weights, or of recurrent synapses, summed over steps and samples. */
export type Activity =
  /** Events of each feature: spikes, those of an integer k being k. */
  | { readonly kind: "spikes"; readonly events: Float64Array }
  /** Numbers, all of which are multiplied; constant ones once. */
  | { readonly kind: "numbers"; readonly constant: boolean };

export interface ModelActivity {
  readonly samples: number;
  /** Layer → what flows into it. */
  readonly inputs: ReadonlyMap<string, Activity>;
  /** Recurrent layer → its own spikes. */
  readonly recurrent: ReadonlyMap<string, Activity>;
}

/**
 * Evaluates a model and counts what flows into each of its layers. Spikes stay spikes through average pools (a spike is an event of every window
 * that it lies in), batch normalisation, which weights absorb, flatten and dropout.
 *
 * @throws {ArgumentError} for an input that is not the model's
 */
export function activityOf(model: ModelData, weights: Weights, input: Sequence): ModelActivity {
  checkInput(model, input);
  if (input.batch === 0) throw new ArgumentError("input", "no samples were given to count spikes of", "Give one sample at least.");
  const samples = Array.from({ length: input.batch }, (_, k) => k);
  const pass = { training: false, steps: model.input.steps, progress: 1, round: 0, samples };
  const outputs = runForward(operationsOf(model, weights), input, pass);
  const shapes: readonly Shape[] = [model.input.shape, ...shapesOf(model)];
  const inputs = new Map<string, Activity>(), recurrent = new Map<string, Activity>();
  let now = countsOf(input, pass.steps, 1);
  model.layers.forEach((layer, k) => {
    inputs.set(layer.name, now);
    const output = outputs[k]!;
    switch (layer.kind) {
      case "dense":
      case "conv2d":
        now = { kind: "numbers", constant: output.constant };
        break;
      case "pool":
        if (layer.operation === "max") now = countsOf(output, pass.steps, 1);
        else if (now.kind === "spikes") now = { kind: "spikes", events: pooledEvents(layer, shapes[k]!, now.events) };
        break;
      case "activation":
        now = countsOf(output, pass.steps, layer.activation.type === "integer" ? layer.activation.levels : 1);
        break;
      case "cells":
        now = layer.output === "spikes" ? countsOf(output, pass.steps, 1) : { kind: "numbers", constant: false };
        if (layer.recurrent) recurrent.set(layer.name, now);
        break;
      case "flatten":
      case "dropout":
      case "batchNorm":
        break;
      default:
        layer satisfies never;
    }
  });
  return { samples: input.batch, inputs, recurrent };
}

/** Events, where all values are whole numbers of spikes: 0 and 1, or 0 … levels times 1/levels. */
function countsOf({ values, constant, shape }: Sequence, steps: number, levels: number): Activity {
  const features = sizeOf(shape), events = new Float64Array(features), times = constant ? steps : 1;
  for (let at = 0; at < values.length; at++) {
    const count = Math.round(values[at]! * levels);
    if (!(count >= 0 && count <= levels && Math.abs(values[at]! * levels - count) < 1e-5)) return { kind: "numbers", constant };
    events[at % features]! += count * times;
  }
  return { kind: "spikes", events };
}

/** The events of all values in each window. */
function pooledEvents(layer: PoolData, shape: Shape, events: Float64Array): Float64Array {
  const [rows, columns] = windows(layer.name, shape, layer.size, layer.strides, "valid");
  const [, width, channels] = shape as readonly [number, number, number];
  const pooled = new Float64Array(rows * columns * channels);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    for (let i = 0; i < layer.size[0]; i++) for (let j = 0; j < layer.size[1]; j++) {
      const from = ((row * layer.strides[0] + i) * width + column * layer.strides[1] + j) * channels;
      for (let c = 0; c < channels; c++) pooled[(row * columns + column) * channels + c]! += events[from + c]!;
    }
  }
  return pooled;
}

/** Layers as text, for the configuration of a layer of TensorFlow.js. */
import { FileError } from "../errors.ts";
import { neuron } from "../model/neuron.ts";
import type { NeuronSpec } from "../model/neuron.ts";
import type { LayerData } from "../train/modelData.ts";

/** JSON; numbers that JSON has not (∞, −∞, NaN) are objects with their name. Models of neurons are what the user wrote. */
export function textOfLayers(layers: readonly LayerData[]): string {
  return JSON.stringify(layers, (_, value: unknown) =>
    (typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value));
}

/** @throws {FileError} code "layer-text" when the text is not that of layers; {EquationError} for models that are wrong */
export function layersOfText(text: string): LayerData[] {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== "object" || value === null) return value;
      if ("kind" in value && value.kind === "neuron") return modelOf(value as unknown as NeuronSpec & { readonly kind: string });
      const keys = Object.keys(value);
      return keys.length === 1 && keys[0] === "number" && "number" in value && typeof value.number === "string" ? Number(value.number) : value;
    }) as LayerData[];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FileError("layer-text", `a saved layer cannot be read: ${error.message}`, "Save the model again with model.save.");
  }
}

function modelOf(model: NeuronSpec & { readonly kind: string }) {
  const { kind: _kind, ...spec } = model;
  return neuron(spec);
}

/** What a layer of TensorFlow.js is, in the words of a described model. */
import type { layers, Tensor } from "@tensorflow/tfjs";
import { ArgumentError } from "../errors.ts";
import * as described from "../train/layers.ts";
import type { ActivationFunction, LayerData } from "../train/modelData.ts";
import { isSynfireLayer } from "./synfireLayer.ts";

export interface DescribedLayer {
  readonly data: LayerData;
  /** By the names that they have in a described model, e.g. "hidden/kernel". */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/**
 * Layers of this package as they are; of TensorFlow.js's own, dense, conv2d through time, pools, flatten, dropout, batch normalisation and
 * activations. "readout" for those that only turn the last activity into classes.
 *
 * @throws {ArgumentError} naming the layer and what it is
 */
export function readLayer(layer: layers.Layer): readonly DescribedLayer[] | "readout" {
  if (isSynfireLayer(layer)) {
    return layer.described.map((data) => ({ data, weights: new Map(
      // Every weight begins with the name of its described layer.
      [...layer.weightNames].filter((name) => name.slice(0, name.lastIndexOf("/")) === data.name).map((name) => [name, layer.weight(name)!.read()]),
    ) }));
  }
  const kind = layer.getClassName();
  if (readouts.has(kind)) return "readout";
  const config = layer.getConfig() as Config;
  if (kind === "TimeDistributed") return readTimed(layer, (layer as unknown as { readonly layer: layers.Layer }).layer);
  const known = readers[kind];
  if (known === undefined) throw unknown(layer.name, kind);
  return known(layer, config);
}

/** A layer that is applied to every step is what it is for one step. */
function readTimed(outer: layers.Layer, inner: layers.Layer): readonly DescribedLayer[] {
  const read = readers[inner.getClassName()];
  if (read === undefined) throw unknown(outer.name, `TimeDistributed(${inner.getClassName()})`);
  return read(inner, { ...(inner.getConfig() as Config), name: outer.name });
}

type Config = Readonly<Record<string, unknown>> & { readonly name: string };
type Reader = (layer: layers.Layer, config: Config) => readonly DescribedLayer[];

const readouts: ReadonlySet<string> = new Set(["SynfireReadout", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "Softmax"]);

const readers: Readonly<Record<string, Reader>> = {
  Dense: (layer, config) => weighted(layer, config, described.dense(config["units"] as number, nameAndBias(config))),
  Conv2D: (layer, config) => weighted(layer, config, described.conv2d(config["filters"] as number, config["kernelSize"] as [number, number], {
    ...nameAndBias(config), strides: config["strides"] as [number, number], padding: config["padding"] as "valid" | "same",
  })),
  MaxPooling2D: (_, config) => [bare(described.maxPool(config["poolSize"] as [number, number], window(config)))],
  AveragePooling2D: (_, config) => [bare(described.averagePool(config["poolSize"] as [number, number], window(config)))],
  Flatten: (_, { name }) => [bare(described.flatten({ name }))],
  Dropout: (_, { name, rate }) => [bare(described.dropout(rate as number, { name }))],
  Activation: (layer, config) => activationOf(layer.name, config["activation"] as string, config.name),
  ReLU: (_, { name }) => [bare(described.relu(name))],
  BatchNormalization: (layer, { name, momentum, epsilon }) => {
    const own = layer.weights.map((w) => w.read());
    const weights = new Map(["gamma", "beta", "movingMean", "movingVariance"].map((w, k) => [`${name}/${w}`, own[k]!] as const));
    if (own.length !== 4) {
      throw new ArgumentError("layer", `layer "${name}" normalises without scale or centre`, "Leave scale and center as they are.");
    }
    return [{ data: described.batchNorm({ name, momentum: momentum as number, epsilon: epsilon as number }), weights }];
  },
};

const bare = (data: LayerData): DescribedLayer => ({ data, weights: new Map() });
const nameAndBias = ({ name, useBias }: Config) => ({ name, bias: useBias as boolean });
const window = ({ name, strides }: Config) => ({ name, strides: strides as [number, number] });

/** The layer, and the activation that it applies. */
function weighted(layer: layers.Layer, config: Config, data: LayerData): readonly DescribedLayer[] {
  const weights = new Map(layer.weights.map((w, k) => [`${config.name}/${k === 0 ? "kernel" : "bias"}`, w.read()] as const));
  return [{ data, weights }, ...activationOf(layer.name, config["activation"] as string | null, `${config.name}_activation`)];
}

function activationOf(layer: string, activation: string | null, name: string): readonly DescribedLayer[] {
  if (activation === null || activation === "linear" || activation === "softmax") return [];
  const known: readonly string[] = ["relu", "sigmoid", "tanh", "softplus"] satisfies readonly ActivationFunction["type"][];
  if (!known.includes(activation)) {
    throw new ArgumentError("layer", `layer "${layer}" has the activation "${activation}"`, `Only ${known.join(", ")} and linear are described.`);
  }
  return [bare(described.activation(activation as "relu", name))];
}

const unknown = (name: string, kind: string): ArgumentError => new ArgumentError("layer",
  `layer "${name}" is a ${kind}, which has no description`, `Described are the layers of spikingLayers, and ${Object.keys(readers).join(", ")}.`);

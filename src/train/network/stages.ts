/** A model as populations in a row: which layers become neurons, and which become the synapses between them. */
import { UnsupportedError } from "../../errors.ts";
import { shapesOf } from "../model.ts";
import type { CellsData, LayerData, ModelData, PoolData, Shape, Weights } from "../modelData.ts";
import { sizeOf } from "../sequence.ts";
import { composeConnections, oneToOneConnections } from "./composeConnections.ts";
import { connectionsOf } from "./connections.ts";
import type { Connections } from "./connections.ts";

/** Neurons, with the synapses that lead to them from the stage before. */
export interface Stage {
  /** `cells`: those of the model. `pool`: relays of the spikes in a window. `sum`: integrators of a last layer without neurons. */
  readonly kind: "cells" | "pool" | "sum";
  readonly name: string;
  readonly layer: CellsData | PoolData | undefined;
  readonly units: number;
  readonly shape: Shape;
  /** From the stage before; of the first one, from the input. */
  readonly connections: Connections;
  /** Layers that became `connections`. */
  readonly through: readonly string[];
}

/**
 * The stages of the layers from number `from` on.
 *
 * @throws {UnsupportedError} for what spikes and sums of weights cannot do, naming the layer
 */
export function stagesOf(model: ModelData, weights: Weights, from: number): Stage[] {
  const shapes: readonly Shape[] = [model.input.shape, ...shapesOf(model)], stages: Stage[] = [];
  let chain: Connections | undefined, through: string[] = [], spikes = true;
  const finish = (kind: Stage["kind"], layer: Stage["layer"], name: string, shape: Shape): void => {
    const units = sizeOf(shape);
    stages.push({ kind, name, layer, units, shape, connections: chain ?? oneToOneConnections(units), through });
    [chain, through] = [undefined, []];
  };
  model.layers.forEach((layer, k) => {
    if (k < from) return;
    if (!spikes) throw notSpikes(layer, model.layers[k - 1]!);
    if (layer.kind === "cells") {
      finish("cells", layer, layer.name, shapes[k + 1]!);
      spikes = layer.output === "spikes" && layer.cell.threshold !== undefined;
    } else if (layer.kind === "pool" && layer.operation === "max") {
      if (chain) throw maximumOfSums(layer, through);
      chain = connectionsOf({ ...layer, operation: "average" }, shapes[k]!, weights);
      finish("pool", layer, layer.name, shapes[k + 1]!);
    } else if (layer.kind === "activation") throw rateBehindSpikes(layer);
    else {
      const own = connectionsOf(layer, shapes[k]!, weights);
      if (!own) return;
      chain = chain ? composeConnections(chain, own, `layers ${[...through, layer.name].map((n) => `"${n}"`).join(", ")}`) : own;
      through = [...through, layer.name];
    }
  });
  if (chain) finish("sum", undefined, `${through[through.length - 1]!} sum`, shapes[shapes.length - 1]!);
  return stages;
}

const rateBehindSpikes = ({ name }: LayerData): UnsupportedError =>
  new UnsupportedError("rate-layer", `layer "${name}" is a rate layer behind the input or behind spikes; no synapse computes it`,
    "Convert the model first (convert), or give the input as currents, so that rate layers before the first neurons are computed.");

const maximumOfSums = ({ name }: LayerData, through: readonly string[]): UnsupportedError =>
  new UnsupportedError("max-of-sums", `layer "${name}" takes the maximum of sums from ${through.map((n) => `"${n}"`).join(", ")}, not of spikes`,
    "Pool behind the neurons, where it is spikes that are pooled, or use averagePool.");

const notSpikes = (layer: LayerData, before: LayerData): UnsupportedError =>
  new UnsupportedError("no-spikes", `layer "${layer.name}" receives numbers from layer "${before.name}", which gives no spikes`,
    "Only the last layer of neurons may give its membrane instead of spikes.");

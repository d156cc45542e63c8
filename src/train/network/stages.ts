/** A model as populations in a row: which layers become neurons, and which become the synapses between them. */
import { UnsupportedError } from "../../errors.ts";
import { shapesOf } from "../model.ts";
import type { CellsData, LayerData, ModelData, PoolData, Shape, Weights } from "../modelData.ts";
import { sizeOf } from "../sequence.ts";
import { composeConnections, oneToOneConnections } from "./composeConnections.ts";
import { connectionsOf, placesOf } from "./connections.ts";
import type { Connections } from "./connections.ts";

/** Neurons, with the synapses that lead to them from the stage before. */
export interface Stage {
  /** `cells`: those of the model. `pool`: relays of the spikes in a window. `sum`: integrators of a last layer without neurons. */
  readonly kind: "cells" | "pool" | "sum";
  readonly name: string;
  readonly layer: CellsData | PoolData | undefined;
  readonly units: number;
  readonly shape: Shape;
  /**
   * From the stage before, or from the input: one, or, where neurons receive the largest of several sums (a max pool of what synapses give), one for
   * each place of the pool's windows.
   */
  readonly connections: readonly Connections[];
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
  let chain: Connections | undefined, places: readonly Connections[] | undefined, through: string[] = [], spikes = true;
  const finish = (kind: Stage["kind"], layer: Stage["layer"], name: string, shape: Shape): void => {
    const units = sizeOf(shape);
    stages.push({ kind, name, layer, units, shape, connections: places ?? [chain ?? oneToOneConnections(units)], through });
    [chain, places, through] = [undefined, undefined, []];
  };
  model.layers.forEach((layer, k) => {
    if (k < from) return;
    if (!spikes) throw notSpikes(layer, model.layers[k - 1]!);
    if (layer.kind === "cells") {
      finish("cells", layer, layer.name, shapes[k + 1]!);
      spikes = layer.output === "spikes" && layer.cell.threshold !== undefined;
    } else if (places && layer.kind !== "flatten" && layer.kind !== "dropout") throw behindMaximum(layer, through);
    else if (layer.kind === "pool" && layer.operation === "max" && chain) {
      const sums = chain, what = `layers ${[...through, layer.name].map((n) => `"${n}"`).join(", ")}`;
      places = placesOf(layer, shapes[k]!).map((place) => composeConnections(sums, place, what));
      through = [...through, layer.name];
    } else if (layer.kind === "pool" && layer.operation === "max") {
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
  if (places) throw behindMaximum({ kind: "flatten", name: "output" }, through);
  if (chain) finish("sum", undefined, `${through[through.length - 1]!} sum`, shapes[shapes.length - 1]!);
  return stages;
}

const rateBehindSpikes = ({ name }: LayerData): UnsupportedError =>
  new UnsupportedError("rate-layer", `layer "${name}" is a rate layer behind the input or behind spikes; no synapse computes it`,
    "Convert the model first (convert), or give the input as currents, so that rate layers before the first neurons are computed.");

const behindMaximum = ({ name }: LayerData, through: readonly string[]): UnsupportedError =>
  new UnsupportedError("max-of-sums", `layer "${name}" computes with the maximum of sums (${through.map((n) => `"${n}"`).join(", ")})`,
    "Only neurons can follow it: put the layer in front of the pool, or the pool behind the neurons.");

const notSpikes = (layer: LayerData, before: LayerData): UnsupportedError =>
  new UnsupportedError("no-spikes", `layer "${layer.name}" receives numbers from layer "${before.name}", which gives no spikes`,
    "Only the last layer of neurons may give its membrane instead of spikes.");

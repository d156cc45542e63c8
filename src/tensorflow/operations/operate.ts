/** What each kind of layer does. */
import type { LayerData } from "../../train/modelData.ts";
import { activation } from "./activation.ts";
import { cells } from "./cells.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import type { Flow, LayerPass, LayerWeights } from "./flow.ts";
import { batchNorm, dropout } from "./normalise.ts";
import { pool } from "./pool.ts";

export function operate(layer: LayerData, weights: LayerWeights, input: Flow, pass: LayerPass): Flow {
  switch (layer.kind) {
    case "dense": return dense(layer, weights, input, pass);
    case "conv2d": return conv2d(layer, weights, input, pass);
    case "pool": return pool(layer, input, pass);
    case "flatten": return { values: pass.tf.reshape(input.values, [input.values.shape[0]!, input.values.shape[1]!, -1]), constant: input.constant };
    case "dropout": return dropout(layer, input, pass);
    case "batchNorm": return batchNorm(layer, weights, input, pass);
    case "activation": return activation(layer, weights, input, pass);
    case "cells": return cells(layer, weights, input, pass);
    default: return layer satisfies never;
  }
}

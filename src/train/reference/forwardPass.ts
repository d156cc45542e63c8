/** A model as a row of operations that share one set of weights. */
import { ArgumentError } from "../../errors.ts";
import type { LayerData, ModelData, Weights } from "../modelData.ts";
import { shapesOf } from "../model.ts";
import type { Sequence } from "../sequence.ts";
import { sizeOf } from "../sequence.ts";
import { ActivationOperation } from "./activation.ts";
import { BatchNormOperation } from "./batchNorm.ts";
import { CellsOperation } from "./cells.ts";
import { Conv2dOperation } from "./conv2d.ts";
import { DenseOperation } from "./dense.ts";
import { DropoutOperation, FlattenOperation } from "./dropout.ts";
import type { Operation, Pass } from "./operation.ts";
import { PoolOperation } from "./pool.ts";

/** @param smoothed spikes are the surrogate's primitive, see derive.ts */
export function operationsOf(model: ModelData, weights: Weights, smoothed = false): Operation[] {
  return model.layers.map((layer, k) => operationOf(layer, k, model, weights, smoothed));
}

function operationOf(layer: LayerData, position: number, model: ModelData, weights: Weights, smoothed: boolean): Operation {
  switch (layer.kind) {
    case "dense": return new DenseOperation(layer, weights);
    case "conv2d": return new Conv2dOperation(layer, weights);
    case "pool": return new PoolOperation(layer);
    case "flatten": return new FlattenOperation(layer);
    case "dropout": return new DropoutOperation(layer, model.seed, position);
    case "batchNorm": return new BatchNormOperation(layer, weights);
    case "activation": return new ActivationOperation(layer, weights);
    case "cells": return new CellsOperation(layer, weights, smoothed);
    default: return layer satisfies never;
  }
}

/** What each layer gives, in order. */
export function runForward(operations: readonly Operation[], input: Sequence, pass: Pass): Sequence[] {
  let x = input;
  return operations.map((operation) => (x = operation.forward(x, pass)));
}

/** @throws {ArgumentError} when the input is not laid out as the model wants it */
export function checkInput(model: ModelData, input: Sequence): void {
  const { shape, steps, constant } = model.input, rows = constant ? 1 : steps;
  const wanted = sizeOf(shape) * rows * input.batch;
  if (input.constant === constant && input.steps === rows && sizeOf(input.shape) === sizeOf(shape) && input.values.length === wanted) return;
  const time = input.constant ? "a constant" : `${input.steps} steps of`;
  const given = `${input.batch} samples of ${time} [${input.shape.join(", ")}], ${input.values.length} values`;
  throw new ArgumentError(
    "input",
    `the model takes ${constant ? "a constant input" : `${steps} steps`} of [${shape.join(", ")}], but was given ${given}`,
    `Give batch × ${rows} × ${sizeOf(shape)} values.`,
  );
}

export const shapesWithInput = (model: ModelData): (readonly number[])[] => [model.input.shape, ...shapesOf(model)];

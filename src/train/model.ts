/** Describes a trainable model; nothing is computed yet. */
import { ArgumentError } from "../errors.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import type { InputData, LayerData, ModelData, Shape } from "./modelData.ts";
import { sizeOf } from "./sequence.ts";

export interface ModelOptions {
  readonly input: { readonly shape: Shape; readonly steps: number; readonly constant?: boolean };
  /** The time of a step; 1 ms when absent. */
  readonly dt?: Quantity;
  readonly seed?: number;
}

/**
 * A model of the given layers, in order; layers without a name get one.
 *
 * @throws {ArgumentError} when a layer cannot follow the one before it, naming both
 * @example
 * const input = { shape: [784], steps: 25, constant: true };
 * spikingModel({ input }, [dense(1000), neurons(leaky({ beta: 0.95 })), dense(10), neurons(leaky({ beta: 0.95 }))])
 */
export function spikingModel(options: ModelOptions, layers: readonly (LayerData | readonly LayerData[])[]): ModelData {
  const input: InputData = { shape: options.input.shape, steps: options.input.steps, constant: options.input.constant ?? false };
  const flat = layers.flat() as LayerData[];
  if (flat.length === 0) {
    throw new ArgumentError(
      "no-layers",
      "a model without layers computes nothing",
      "Give at least one layer, e.g. [dense(10), neurons(leaky({ beta: 0.9 }))].",
    );
  }
  const model: ModelData = { input, dt: secondsOf(options.dt ?? "1 ms"), layers: named(flat), seed: options.seed ?? 0 };
  checkModel(model);
  return model;
}

function secondsOf(dt: Quantity): number {
  const value = parseQuantity(dt, dimensions.second, "the step of a model");
  if (value > 0) return value;
  throw new ArgumentError("dt", `a step of ${String(dt)} is not above 0`, 'Write dt: "1 ms".');
}

function named(layers: readonly LayerData[]): LayerData[] {
  const taken = new Set(layers.map((l) => l.name).filter((n) => n !== ""));
  const own = new Set<string>();
  return layers.map((layer) => {
    if (layer.name !== "") {
      if (own.has(layer.name)) throw new ArgumentError("layer-name", `two layers are called "${layer.name}"`, "Give each layer a name of its own.");
      own.add(layer.name);
      return layer;
    }
    const base = layer.kind === "cells" ? layer.cell.name : layer.kind;
    let name = base;
    for (let k = 2; taken.has(name); k++) name = `${base}_${k}`;
    taken.add(name);
    return { ...layer, name };
  });
}

/** The features that each layer gives. @throws {ArgumentError} at the first layer that cannot take what the one before it gives */
export function shapesOf(model: ModelData): Shape[] {
  let shape = model.input.shape;
  return model.layers.map((layer) => (shape = shapeAfter(layer, shape)));
}

/** Whether what each layer gives is the same in every step. */
export function constantAfter(model: ModelData): boolean[] {
  let constant = model.input.constant;
  return model.layers.map((layer) => (constant &&= layer.kind !== "cells" && !(layer.kind === "dense" && layer.delays !== undefined)));
}

/** @throws {ArgumentError} naming the first layer that is wrong */
export function checkModel(model: ModelData): void {
  const { shape, steps } = model.input;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new ArgumentError(
      "steps",
      `an input of ${steps} steps is not one`,
      "Give a whole number of steps, at least 1.",
    );
  }
  if (shape.length === 0 || shape.some((n) => !Number.isInteger(n) || n < 1))
    throw new ArgumentError("input-shape", `an input of shape [${shape.join(", ")}] has no features`, "Give [units] or [height, width, channels].");
  shapesOf(model);
}

export function shapeAfter(layer: LayerData, shape: Shape): Shape {
  switch (layer.kind) {
    case "dense":
      count(layer.name, "units", layer.units);
      if (layer.delays) count(layer.name, "delays.longest", layer.delays.longest);
      bits(layer.name, layer.bits);
      if (shape.length !== 1) throw wrongShape(layer.name, shape, "[units]", "Put flatten() in front of it.");
      return [layer.units];
    case "conv2d":
      count(layer.name, "filters", layer.filters);
      bits(layer.name, layer.bits);
      return [...windows(layer.name, shape, layer.kernelSize, layer.strides, layer.padding), layer.filters];
    case "pool": return [...windows(layer.name, shape, layer.size, layer.strides, "valid"), shape[2]!];
    case "flatten": return [sizeOf(shape)];
    case "dropout":
      if (!(layer.rate >= 0 && layer.rate < 1)) {
        throw new ArgumentError(
          "dropout",
          `layer "${layer.name}": rate ${layer.rate} is outside [0, 1)`,
          "Give the share of inputs that are dropped, e.g. 0.2.",
        );
      }
      return shape;
    case "batchNorm": case "activation": case "cells": return shape;
    default: return layer satisfies never;
  }
}

/** The windows of a convolution along height and width. */
export function windows(
  name: string, shape: Shape, size: readonly [number, number], strides: readonly [number, number], padding: "valid" | "same",
): [number, number] {
  if (shape.length !== 3) throw wrongShape(name, shape, "[height, width, channels]", "Give the input that shape, e.g. [28, 28, 1].");
  for (const n of [...size, ...strides]) count(name, "size and strides", n);
  const along = (k: 0 | 1): number => (padding === "same" ? Math.ceil(shape[k]! / strides[k]) : Math.floor((shape[k]! - size[k]) / strides[k]) + 1);
  const made: [number, number] = [along(0), along(1)];
  if (made[0] < 1 || made[1] < 1)
    throw new ArgumentError(
      "window",
      `layer "${name}": windows of ${size.join("×")} do not fit into ${shape[0]}×${shape[1]}`,
      'Use smaller windows, or padding: "same".',
    );
  return made;
}

function count(layer: string, what: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new ArgumentError(
      "layer-size",
      `layer "${layer}": ${what} of ${value}`,
      "Give a whole number, at least 1.",
    );
  }
}

function bits(layer: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 2 && value <= 8))
    throw new ArgumentError("bits", `layer "${layer}": weights of ${value} bits`, "Give 2 to 8 bits.");
}

const wrongShape = (name: string, shape: Shape, wanted: string, hint: string): ArgumentError =>
  new ArgumentError("layer-shape", `layer "${name}" takes ${wanted}, but receives [${shape.join(", ")}]`, hint);

/** A model as stages over one memory. Every thread builds its own program; built alike, they find everything at the same addresses. */
import { UnsupportedError } from "../../errors.ts";
import type { Module } from "../../backend/wasm/assembler.ts";
import type { Arena } from "../../engine/arena.ts";
import { isLearned } from "../initialWeights.ts";
import { emitTrainingKernels, trainingKernels } from "../kernels/trainingKernels.ts";
import { shapesOf } from "../model.ts";
import type { CellsData, Conv2dData, DenseData, LayerData, ModelData, Shape } from "../modelData.ts";
import type { OptimizerData } from "../optimizers.ts";
import type { Regularizer } from "../regularizers.ts";
import { sizeOf } from "../sequence.ts";
import { emitActivation } from "../kernels/activations.ts";
import { termsOf } from "./activityTerms.ts";
import { ActivationStage } from "./activationStage.ts";
import { deriveLayer, emitLayer } from "./cellRunner.ts";
import type { CellUse } from "./cellRunner.ts";
import { CellsStage } from "./cellsStage.ts";
import { ConvStage, convGeometry, emitConv } from "./convStage.ts";
import { DenseStage } from "./denseStage.ts";
import { DropoutStage } from "./dropoutStage.ts";
import { Parameter } from "./parameter.ts";
import { PassData } from "./passData.ts";
import { emitPooling, poolGeometry, PoolStage } from "./poolStage.ts";
import { bitBytes, rowBytes, shareOf } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";
import { RoundedKernel } from "./roundedKernel.ts";
import type { Kernel } from "./roundedKernel.ts";
import { ValuesStage } from "./valuesStage.ts";

export interface ProgramOptions {
  /** Samples in memory at a time, and those that go through the layers together. */
  readonly samples: number;
  readonly group: number;
  readonly threads: number;
  readonly optimizer: OptimizerData;
  /** Which of the last layer's activities the loss reads. */
  readonly lossOf: "spikes" | "membrane" | "output";
  /** Terms beside the loss. */
  readonly regularizers: readonly Regularizer[];
  /** Store states of neurons at every k-th step only. */
  readonly checkpoint: number | undefined;
}

/** What all threads do at the same time, each its part. */
export type Phase = "prepare" | "load" | "forward" | "backward" | "gradients" | "update";
export const phases: readonly Phase[] = ["prepare", "load", "forward", "backward", "gradients", "update"];

export class Program {
  readonly room: Room;
  readonly input: Wire;
  readonly stages: readonly Stage[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Those that training changes. */
  readonly learned: readonly Parameter[];
  /** Kernels of few bits: to be rounded before `prepare`, and their gradients passed on after the last micro-batch. */
  readonly rounded: readonly RoundedKernel[];
  readonly #optimizer: OptimizerData;
  readonly #rounded: RoundedKernel[] = [];
  readonly #next: number;

  constructor(model: ModelData, shapes: ReadonlyMap<string, Shape>, arena: Arena, exports: WebAssembly.Exports, options: ProgramOptions) {
    const { samples, group, threads, checkpoint } = options;
    const widest = Math.max(sizeOf(model.input.shape), ...shapesOf(model).map(sizeOf));
    const zeros = arena.allocate(rowBytes(widest) + 256, "zeros"), sums = arena.allocate(rowBytes(widest) + 256, "sums");
    const tiles = Array.from({ length: threads }, () => arena.allocate((group * model.input.steps + 3) * rowBytes(widest) + 256, "tiles"));
    const pass = new PassData(arena, samples), { steps } = model.input;
    this.room = { arena, kernels: trainingKernels(exports), exports, pass, steps, samples, group, threads, checkpoint, zeros, sums, tiles };
    this.parameters = new Map([...shapes].map(([name, shape]) =>
      [name, new Parameter(arena, name, shape, isLearned(model, name) ? (options.optimizer.type === "adam" ? 2 : 1) : 0)] as const));
    this.learned = [...this.parameters.values()].filter((p) => isLearned(model, p.name));
    this.#optimizer = options.optimizer;
    this.#next = arena.allocate(24, "update");
    this.input = this.#inputWire(model);
    let wire = this.input;
    this.stages = model.layers.flatMap((layer, k): Stage[] => {
      const before = wire.values === 0 && takesValues(layer) ? new ValuesStage(this.room, layer.name, wire) : undefined;
      const stage = this.#stage(layer, k, model, before?.output ?? wire, options);
      if (stage) wire = stage.output;
      return [before, stage].filter((made) => made !== undefined);
    });
    this.rounded = this.#rounded;
  }

  run(phase: Phase, part: Part, samples: number): void {
    switch (phase) {
      case "prepare": return this.stages.forEach((stage) => stage.prepare(part));
      case "load": return this.#load(part, samples);
      case "forward": return this.#inGroups(part, samples, (first, last) => this.stages.forEach((stage) => stage.forward(part, first, last)));
      case "backward": {
        const reversed = [...this.stages].reverse();
        return this.#inGroups(part, samples, (first, last) => reversed.forEach((stage) => stage.backward(part, first, last)));
      }
      case "gradients": return this.stages.forEach((stage) => stage.gradients(part, samples));
      case "update": return this.learned.forEach((weight) => this.#update(part, weight));
      default: return phase satisfies never;
    }
  }

  /** What the next update multiplies gradients by, its learning rate, its number. */
  setUpdate(scale: number, learningRate: number, update: number): void {
    this.room.arena.f64(this.#next, 3).set([scale, learningRate, update]);
  }

  /** Follows the gradient with a share of a weight, and begins a new gradient. */
  #update(part: Part, weight: Parameter): void {
    const { kernels, arena } = this.room, optimizer = this.#optimizer;
    const [scale, learningRate, update] = arena.f64(this.#next, 3) as unknown as [number, number, number];
    const [from, to] = shareOf(part, weight.count, 4), at = 4 * from, count = to - from;
    const [first = 0, second = 0] = weight.moments, decay = learningRate * optimizer.weightDecay;
    const values = weight.values + at, gradient = weight.gradient + at;
    if (optimizer.type === "adam") {
      const { beta1, beta2, epsilon } = optimizer;
      const rate = learningRate / (1 - beta1 ** update), root = 1 / Math.sqrt(1 - beta2 ** update);
      kernels.adam(values, gradient, first + at, second + at, count, scale, beta1, beta2, rate, root, epsilon, decay);
    } else kernels.sgd(values, gradient, first + at, count, scale, optimizer.momentum, learningRate, decay);
    arena.f32(gradient, count).fill(0);
  }

  #inGroups(part: Part, samples: number, work: (first: number, last: number) => void): void {
    const { group } = this.room;
    const [from, to] = shareOf(part, samples, group);
    for (let first = from; first < to; first += group) work(first, Math.min(to, first + group));
  }

  /** Values become bits, where they are spikes. */
  #load(part: Part, samples: number): void {
    const { kernels, arena } = this.room, { values, bits, stride, bitStride, rows, units, other } = this.input;
    if (bits === 0) return;
    const [from, to] = shareOf(part, samples);
    if (kernels.bitsOf(values + from * rows * stride, stride, (to - from) * rows, units, bits + from * rows * bitStride, bitStride) !== 0)
      arena.u32(other, 1)[0] = 1;
  }

  #inputWire({ input }: ModelData): Wire {
    const { arena, samples, steps } = this.room;
    const units = sizeOf(input.shape), rows = input.constant ? 1 : steps, stride = rowBytes(units), bitStride = bitBytes(units);
    return {
      units, rows, stride, bitStride, gradient: 0, active: 0, values: arena.allocate(samples * rows * stride, "input"),
      bits: input.constant ? 0 : arena.allocate(samples * rows * bitStride, "input"), other: input.constant ? 0 : arena.allocate(4, "input"),
    };
  }

  /** What the products of a layer multiply with. */
  #kernel({ name, bits }: DenseData | Conv2dData): Kernel {
    const kernel = this.parameters.get(`${name}/kernel`)!;
    if (bits === undefined) return kernel;
    const rounded = new RoundedKernel(this.room.arena, kernel, bits);
    this.#rounded.push(rounded);
    return rounded;
  }

  #stage(layer: LayerData, k: number, model: ModelData, input: Wire, options: ProgramOptions): Stage | undefined {
    const weight = (name: string): Parameter | undefined => this.parameters.get(`${layer.name}/${name}`);
    const refuse = (what: string): never => {
      throw new UnsupportedError("fast-layer", `layer "${layer.name}": the fast engine has no ${what}`, "Train with the reference engine.");
    };
    switch (layer.kind) {
      case "dense":
        if (layer.delays) return refuse("dense layers with delays");
        return new DenseStage(this.room, layer, input, this.#kernel(layer), weight("bias"));
      case "cells": {
        const use = useOf(model, k, options);
        return new CellsStage(this.room, layer, input, { derived: deriveLayer(layer, use), code: codeName(k), use, weight });
      }
      case "flatten": return undefined;
      case "conv2d":
        return new ConvStage(this.room, layer, convGeometry(layer, shapeBefore(model, k)), codeName(k), input, this.#kernel(layer), weight("bias"));
      case "pool": return new PoolStage(this.room, layer, poolGeometry(layer, shapeBefore(model, k)), codeName(k), input);
      case "dropout": return layer.rate === 0 ? undefined : new DropoutStage(this.room, layer, model.seed, k, input);
      case "batchNorm": return refuse("batch normalisation");
      case "activation": return new ActivationStage(this.room, layer, codeName(k), input, weight("threshold"));
      default: return layer satisfies never;
    }
  }
}

/** What beside the layers reads activities. */
type Read = Pick<ProgramOptions, "lossOf" | "regularizers">;

/** The code of a model: kernels, and the cells of its layers. */
export function emitModel(module: Module, model: ModelData, options: Read): void {
  emitTrainingKernels(module);
  model.layers.forEach((layer, k) => {
    if (layer.kind === "conv2d") emitConv(module, codeName(k), convGeometry(layer, shapeBefore(model, k)));
    if (layer.kind === "pool") emitPooling(module, codeName(k), layer, poolGeometry(layer, shapeBefore(model, k)));
    if (layer.kind === "activation") emitActivation(module, codeName(k), layer.activation);
    if (layer.kind !== "cells") return;
    const use = useOf(model, k, options);
    emitLayer(module, codeName(k), layer, deriveLayer(layer, use), use);
  });
}

const codeName = (position: number): string => `layer_${position}`;
/** Whether a layer takes numbers, where others make use of the bits of spikes. */
const takesValues = (layer: LayerData): boolean =>
  layer.kind === "cells" || layer.kind === "activation" || (layer.kind === "dropout" && layer.rate > 0);
const shapeBefore = (model: ModelData, position: number): Shape => (position === 0 ? model.input.shape : shapesOf(model)[position - 1]!);

/** What of a layer of neurons is read: by the next layer, by the loss, by its own recurrent connections. */
function useOf(model: ModelData, position: number, { lossOf, regularizers }: Read): CellUse {
  const layer = model.layers[position] as CellsData;
  const output = layer.output === "spikes" ? "spikes" : "membrane", terms = termsOf(model, position, regularizers);
  const last = position === model.layers.length - 1, given = !last || lossOf === "output" ? output : lossOf;
  const spikes = given === "spikes" || layer.recurrent !== undefined || (terms.spikes && layer.cell.threshold !== undefined);
  return { last, given, terms, spikes, membrane: given === "membrane" || terms.membrane };
}

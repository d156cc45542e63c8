/** Trains and evaluates in WebAssembly, a micro-batch at a time, so that what layers give each other stays in the cache and memory stays small. */
import { ArgumentError, SimulationError } from "../../errors.ts";
import { Arena } from "../../engine/arena.ts";
import { whyNoThreads } from "../../engine/threads/workerThread.ts";
import { Module } from "../../backend/wasm/assembler.ts";
import type { Batch, BatchResult, EngineOptions, Evaluation, LayerSpikes, OptimizerState, TrainingEngine } from "../engine.ts";
import { initialWeights, isLearned } from "../initialWeights.ts";
import { checkLabels, lossOf, predictions } from "../losses.ts";
import type { LossData, Targets } from "../losses.ts";
import { constantAfter, shapesOf } from "../model.ts";
import { sumVectors } from "../kernels/updates.ts";
import type { ModelData, Shape, Weights } from "../modelData.ts";
import { regularizeActivity, regularizeWeights } from "../regularizers.ts";
import type { Activity } from "../regularizers.ts";
import { fanOuts } from "../reference/fanOuts.ts";
import { checkInput } from "../reference/forwardPass.ts";
import type { ReadoutSize } from "../readout.ts";
import { sizeOf } from "../sequence.ts";
import { CellsStage } from "./cellsStage.ts";
import type { Parameter } from "./parameter.ts";
import type { PassValues } from "./passData.ts";
import { FastTeam } from "./fastTeam.ts";
import { Program, emitModel } from "./program.ts";
import type { Phase, ProgramOptions } from "./program.ts";

export interface FastOptions {
  /** Results do not depend on it; 1 where threads cannot share memory. */
  readonly threads?: number;
  /** Where training begins; the weights of the model's seed when absent. */
  readonly weights?: Weights;
  /**
   * Store the states of neurons at every k-th step only, and make the others anew on the way back: less memory for long sequences, the same bits.
   * Neurons whose membranes the loss or a term may read keep all.
   */
  readonly checkpoint?: number;
}

/** Numbers in the largest array of a micro-batch: 3 MB. */
const microBatchNumbers = 800_000;
/** Numbers in the largest array of what goes through the layers together: fewer read weights too often, more leave the second-level cache. */
const groupNumbers = 420_000;

/** Samples of a micro-batch, the same for any number of threads; groups are such that threads have as many. */
function sizesFor(model: ModelData, threads: number): { readonly samples: number; readonly group: number } {
  const constant = constantAfter(model), { steps } = model.input;
  const each = shapesOf(model).map((shape, k) => sizeOf(shape) * (constant[k] ? 1 : steps)).reduce((a, b) => Math.max(a, b), 512 * steps);
  const samples = 4 * Math.max(1, Math.round(microBatchNumbers / (4 * each)));
  const share = Math.ceil(samples / threads), most = Math.max(1, Math.round(groupNumbers / each));
  return { samples, group: Math.ceil(share / Math.ceil(share / most)) };
}

export class FastEngine implements TrainingEngine {
  readonly model: ModelData;
  readonly precision = "f32";
  readonly #options: EngineOptions;
  readonly #program: Program;
  readonly #team: FastTeam | undefined;
  readonly #classes: number;
  readonly #cells: readonly CellsStage[];
  #updates = 0;
  #prepared = false;

  private constructor(model: ModelData, options: EngineOptions, program: Program, weights: Weights, team: FastTeam | undefined) {
    this.model = model;
    this.#team = team;
    this.#options = options;
    this.#program = program;
    this.#cells = program.stages.filter((s): s is CellsStage => s instanceof CellsStage);
    this.#classes = options.loss.classes ?? this.#units();
    this.setWeights(weights);
  }

  /** @throws {UnsupportedError} naming the first layer that it cannot do */
  static async create(model: ModelData, options: EngineOptions, { weights, threads = 1, checkpoint }: FastOptions = {}): Promise<FastEngine> {
    if (!Number.isInteger(threads) || threads < 1) throw new ArgumentError("threads", `${threads} threads`, "Use a whole number, at least 1.");
    if (checkpoint !== undefined && !(Number.isInteger(checkpoint) && checkpoint > 0))
      throw new ArgumentError("checkpoint", `checkpoint is ${checkpoint}`, "Give a whole number of steps, e.g. 8.");
    const { optimizer, loss: { of: lossOf }, regularizers } = options;
    const module = new Module();
    emitModel(module, model, { lossOf, regularizers });
    const size = whyNoThreads() === undefined ? threads : 1, shared = size > 1;
    const compiled = await WebAssembly.compile(module.encode({ pages: 1, maximumPages: 65536, shared }));
    const arena = new Arena(undefined, shared), { memory } = arena;
    const exports = (await WebAssembly.instantiate(compiled, { env: { memory } })).exports;
    const begin = weights ?? initialWeights(model, "f32"), shapes = new Map([...begin].map(([name, { shape }]) => [name, shape] as const));
    const own: ProgramOptions = { ...sizesFor(model, size), threads: size, optimizer, lossOf, regularizers, checkpoint };
    const program = new Program(model, shapes, arena, exports, own);
    const team = shared ? await FastTeam.start({ module: compiled, memory, shapes, options: own }, model) : undefined;
    return new FastEngine(model, options, program, begin, team);
  }

  trainBatch(batch: Batch, learningRate: number, progress: number): BatchResult {
    const { input, targets } = batch;
    this.#check(batch);
    this.#prepare({ training: true, round: this.#updates, progress, scale: 1 / input.batch });
    let loss = 0, correct = 0;
    const statistics = this.#statistics(), budget = this.#budget(batch);
    this.#eachMicroBatch(batch, (first, count) => {
      this.#phase("forward", count);
      const size = this.#size(count), activity = this.#activity(count, this.#options.loss.of), own = slice(targets, first, count, input.batch);
      const value = lossOf(this.#options.loss, activity, own, size, 1 / input.batch);
      loss += value.loss;
      this.#checkFinite(value.loss, first, count);
      if ("labels" in own) this.#predict(count).forEach((guess, k) => (correct += guess === own.labels[k] ? 1 : 0));
      this.#writeGradient(value.gradient as Float32Array, count);
      this.#phase("backward", count);
      const terms = this.#cells.reduce((sum, stage) => sum + (stage.terms?.total(count) ?? 0), 0);
      loss += terms;
      this.#checkFinite(terms, first, count);
      this.#phase("gradients", count);
      for (const stage of this.#cells) stage.runner.collect(count);
      statistics.add(count);
    });
    for (const stage of this.#cells) stage.runner.finish();
    for (const kernel of this.#program.rounded) kernel.passGradient();
    loss += budget + this.#regularize();
    const gradientNorm = this.#update(learningRate);
    return { loss, correct: "labels" in targets ? correct : undefined, spikes: statistics.layers(input.batch), gradientNorm };
  }

  evaluate(batch: Batch): Evaluation {
    this.#check(batch);
    this.#prepare({ training: false, round: 0, progress: 1, scale: 1 / batch.input.batch });
    let loss = 0;
    const guesses = new Int32Array(batch.input.batch), statistics = this.#statistics();
    this.#eachMicroBatch(batch, (first, count) => {
      this.#phase("forward", count);
      const size = this.#size(count), activity = this.#activity(count, this.#options.loss.of);
      loss += lossOf(this.#options.loss, activity, slice(batch.targets, first, count, batch.input.batch), size, 1 / batch.input.batch).loss;
      guesses.set(this.#predict(count), first);
      statistics.add(count);
    });
    return { loss, predictions: guesses, spikes: statistics.layers(batch.input.batch) };
  }

  /** Memory of weights and of a micro-batch. */
  get bytes(): number {
    return this.#program.room.arena.bytes;
  }

  weights(): Weights {
    return new Map([...this.#program.parameters].map(([name, p]) => [name, { shape: p.shape, values: p.read(p.values) }]));
  }

  setWeights(weights: Weights): void {
    for (const [name, p] of this.#program.parameters) {
      const given = weights.get(name);
      if (given?.values.length !== sizeOf(p.shape)) throw wrongWeight(name, p.shape, given?.shape);
    }
    for (const [name, p] of this.#program.parameters) p.write(p.values, weights.get(name)!.values);
    this.#prepared = false;
  }

  optimizerState(): OptimizerState {
    return { updates: this.#updates, moments: new Map([...this.#program.parameters].filter(([name]) => isLearned(this.model, name)).map(([name,
      p]) => [name, p.moments.map((m) => p.read(m))])) };
  }

  setOptimizerState({ updates, moments }: OptimizerState): void {
    this.#updates = updates;
    for (const p of this.#program.learned) {
      const given = moments.get(p.name);
      p.moments.forEach((at, k) => {
        const values = given?.[k];
        if (values) p.write(at, values);
        else this.#program.room.arena.f32(at, p.count).fill(0);
      });
    }
  }

  dispose(): void {
    this.#team?.end();
  }

  #phase(phase: Phase, samples: number): void {
    if (this.#team) this.#team.run(this.#program, phase, samples);
    else this.#program.run(phase, { index: 0, count: 1 }, samples);
  }

  #prepare(pass: PassValues): void {
    this.#program.room.pass.set(pass);
    for (const { runner } of this.#cells) runner.setTraining(pass.training);
    if (!this.#prepared) {
      for (const kernel of this.#program.rounded) kernel.round();
      this.#phase("prepare", 0);
    }
    this.#prepared = true;
  }

  #eachMicroBatch({ input, samples: numbers }: Batch, work: (first: number, count: number) => void): void {
    const { arena, samples, pass } = this.#program.room, { values, stride, rows, units, other } = this.#program.input;
    const width = stride / 4;
    for (let first = 0; first < input.batch; first += samples) {
      const count = Math.min(samples, input.batch - first);
      for (let s = 0; s < count; s++) pass.samples[s] = numbers[first + s]!;
      const to = arena.f32(values, count * rows * width);
      for (let r = 0; r < count * rows; r++) to.set(input.values.subarray((first * rows + r) * units, (first * rows + r + 1) * units), r * width);
      if (other !== 0) arena.u32(other, 1)[0] = 0;
      this.#phase("load", count);
      work(first, count);
    }
  }

  #check({ input, targets, samples }: Batch): void {
    checkInput(this.model, input);
    if ("labels" in targets) checkLabels(targets.labels, samples, this.#classes, this.#units());
  }

  #units(): number {
    return sizeOf(shapesOf(this.model).at(-1)!);
  }

  #size(batch: number): ReadoutSize {
    return { batch, steps: this.#program.stages.at(-1)!.output.rows, units: this.#units(), classes: this.#classes };
  }

  /** What the loss reads of the last layer, [samples, steps, units]. */
  #activity(samples: number, of: LossData["of"]): Float32Array {
    const { arena } = this.#program.room, last = this.#program.stages.at(-1)!;
    const { units, rows, stride, values } = last.output;
    const to = new Float32Array(samples * rows * units), width = stride / 4;
    if (last instanceof CellsStage && this.#given(of) === "spikes") {
      const { bits, bitStride } = last.addresses, words = arena.u32(bits, (samples * rows * bitStride) / 4);
      for (let r = 0; r < samples * rows; r++) for (let u = 0; u < units;
        u++) to[r * units + u] = (words[(r * bitStride) / 4 + (u >> 5)]! >>> (u & 31)) & 1;
      return to;
    }
    const from = arena.f32(last instanceof CellsStage ? last.runner.membrane : values, samples * rows * width);
    for (let r = 0; r < samples * rows; r++) to.set(from.subarray(r * width, r * width + units), r * units);
    return to;
  }

  #predict(samples: number): Int32Array {
    const { of, over } = this.#options.loss.predict ?? this.#options.loss;
    return predictions(over, this.#activity(samples, of), this.#size(samples));
  }

  /** Which activity of a last layer of neurons is meant. */
  #given(of: LossData["of"]): "spikes" | "membrane" {
    const last = this.model.layers.at(-1)!;
    return of === "output" ? (last.kind === "cells" && last.output !== "spikes" ? "membrane" : "spikes") : of;
  }

  #writeGradient(gradient: Float32Array, samples: number): void {
    const { arena } = this.#program.room, last = this.#program.stages.at(-1)!;
    const { units, rows, stride } = last.output;
    const address = last instanceof CellsStage ? (this.#given(this.#options.loss.of) === "spikes" ?
      last.addresses.spikeGradient : last.addresses.membraneGradient) : last.output.gradient;
    const to = arena.f32(address, (samples * rows * stride) / 4);
    for (let r = 0; r < samples * rows; r++) to.set(gradient.subarray(r * units, (r + 1) * units), (r * stride) / 4);
  }

  /** The budget of synaptic operations, which is over the whole batch: its term, and what it makes a spike of each layer cost. */
  #budget(batch: Batch): number {
    const terms = this.#options.regularizers.filter((t) => t.type === "synapticOperations"), scale = 1 / batch.input.batch;
    if (terms.length === 0) return 0;
    const statistics = this.#statistics(), { steps } = this.model.input, reach = fanOuts(this.model);
    this.#eachMicroBatch(batch, (_, count) => {
      this.#phase("forward", count);
      statistics.add(count);
    });
    const activities = statistics.spikes().map((spikes, k): Activity => {
      const { name, addresses: { units } } = this.#cells[k]!;
      return { name, units, spikes: Float64Array.of(spikes), membrane: new Float64Array(), fanOut: reach.get(name)!, dSpikes: new Float64Array(1) };
    });
    const total = regularizeActivity(terms, activities, { batch: 1, steps, progress: 0, scale });
    this.#cells.forEach((stage, k) => stage.terms?.setCost(activities[k]!.dSpikes![0]!));
    return total;
  }

  /** Adds the terms of weights and their gradients. */
  #regularize(): number {
    const { regularizers } = this.#options;
    if (!regularizers.some(({ type }) => type === "weightL1" || type === "weightL2")) return 0;
    const gradients: Weights = new Map(this.#program.learned.map((p) => [p.name, { shape: p.shape, values: p.read(p.gradient) }]));
    const total = regularizeWeights(regularizers, this.model, this.weights(), gradients);
    for (const p of this.#program.learned) p.write(p.gradient, gradients.get(p.name)!.values);
    return total;
  }

  #update(learningRate: number): number {
    const { room: { kernels }, learned } = this.#program, { clipNorm } = this.#options;
    const norm = Math.sqrt(learned.reduce((sum, p) => sum + kernels.sumOfSquares(p.gradient, p.count), 0));
    this.#program.setUpdate(clipNorm !== undefined && norm > clipNorm ? clipNorm / norm : 1, learningRate, ++this.#updates);
    this.#phase("update", 0);
    for (const p of learned) this.#keepInRange(p);
    this.#prepared = false;
    return norm;
  }

  /** Leaves out what a batch gave that is not finished. */
  #forget(): void {
    for (const p of this.#program.learned) this.#program.room.arena.f32(p.gradient, p.count).fill(0);
    for (const { runner } of this.#cells) runner.forget();
  }

  /** Parameters of cells stay where they have a meaning. */
  #keepInRange(p: Parameter): void {
    const cut = p.name.lastIndexOf("/");
    const layer = this.model.layers.find((l) => l.name === p.name.slice(0, cut));
    const range = layer?.kind === "cells" ? layer.cell.parameters.find((own) => own.name === p.name.slice(cut + 1))?.range : undefined;
    if (range) p.write(p.values, p.read(p.values).map((v) => Math.min(range[1], Math.max(range[0], v))));
  }

  #checkFinite(loss: number, first: number, count: number): void {
    if (Number.isFinite(loss)) return;
    this.#forget();
    throw this.#notFinite(loss, first, count);
  }

  /** @param first number of the micro-batch's first sample in the batch */
  #notFinite(loss: number, first: number, count: number): SimulationError {
    const { arena } = this.#program.room;
    const hint = "Lower the learning rate, or shorten gradients with clipNorm: 1.";
    for (const stage of this.#program.stages) {
      const { rows, stride, units } = stage.output, address = stage instanceof CellsStage ? stage.runner.membrane : stage.output.values;
      if (address === 0) continue;
      const width = stride / 4, values = arena.f32(address, count * rows * width);
      const at = values.findIndex((v, k) => k % width < units && !Number.isFinite(v));
      if (at < 0) continue;
      const row = Math.floor(at / width), place = `step ${row % rows} of sample ${first + Math.floor(row / rows)}`;
      return new SimulationError("loss-not-finite", `the loss is ${loss}: layer "${stage.name}" gave ${values[at]} in ${place}`, hint);
    }
    return new SimulationError("loss-not-finite", `the loss is ${loss} although every layer gave finite values`, hint);
  }

  #statistics() {
    const layers = this.#cells, { arena, steps, kernels, zeros, sums } = this.#program.room;
    const totals = layers.map(() => ({ spikes: 0, input: 0 }));
    return {
      add: (samples: number): void => layers.forEach(({ addresses: { bits, bitStride, units, stride }, received }, k) => {
        let spikes = 0;
        for (const word of arena.u32(bits, (samples * steps * bitStride) / 4)) spikes += ones(word);
        totals[k]!.spikes += spikes;
        kernels.columnSums(received.address, stride, samples * received.rows, units, zeros, sums, 0, Math.ceil(units / (4 * sumVectors)));
        totals[k]!.input += (arena.f32(sums, units) as Float32Array).reduce((a, b) => a + b, 0);
      }),
      spikes: (): number[] => totals.map((t) => t.spikes),
      layers: (batch: number): LayerSpikes[] => layers.flatMap(({ name, addresses: { units }, received, spiking }, k) => (spiking ? [{
        layer: name, perNeuron: totals[k]!.spikes / (batch * units), meanInput: totals[k]!.input / (batch * received.rows * units),
      }] : [])),
    };
  }
}

/** Bits that are set. */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function slice(targets: Targets, first: number, count: number, batch: number): Targets {
  if ("labels" in targets) return { labels: Array.prototype.slice.call(targets.labels, first, first + count) as number[] };
  const each = targets.values.length / batch;
  return { values: targets.values.subarray(first * each, (first + count) * each) };
}

const wrongWeight = (name: string, wanted: Shape, got: Shape | undefined): ArgumentError => new ArgumentError("weights",
  `the weight "${name}" is ${got ? `[${got.join(", ")}]` : "missing"}, the model has [${wanted.join(", ")}]`,
  "Give the weights that were saved with this model.");

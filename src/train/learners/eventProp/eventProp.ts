/** Exact gradients of spike times and membranes by the adjoint of an event-driven simulation. */
import { ArgumentError, UnsupportedError } from "../../../errors.ts";
import type { CellsData, DenseData, LayerData, ModelData, Weight, Weights } from "../../modelData.ts";
import { checkEvents, EventList } from "./events.ts";
import type { LabelledEvents, SpikeEvents } from "./events.ts";
import { expCurrentNeuron } from "./expCurrentNeuron.ts";
import { judgeFirstSpikes, judgeReadings } from "./losses.ts";
import type { EventLoss, FirstSpike, Judged } from "./losses.ts";
import { ReadoutLayer } from "./readoutLayer.ts";
import type { Reading } from "./readoutLayer.ts";
import { SpikingLayer } from "./spikingLayer.ts";

/** What a batch of trials gave; sums over trials are divided by their number. */
export interface EventBatch {
  readonly loss: number;
  /** How many trials were classified correctly. */
  readonly correct: number;
  /** ∂loss/∂kernel of every dense layer, f64. */
  readonly gradients: Weights;
  /** Spikes of each layer of neurons, a neuron and trial. */
  readonly rates: readonly number[];
}

interface Stage {
  readonly kernel: string;
  readonly shape: readonly [number, number];
  readonly layer: SpikingLayer | ReadoutLayer;
}

/**
 * A model of dense layers and neurons with one exponential current, run in continuous time on events: no steps, so no surrogate. A trial lasts
 * as long as the model's input, steps·dt. The last layer spikes where the loss is firstSpike, and has no threshold where it reads membranes.
 *
 * @throws {UnsupportedError} naming the layer that EventProp does not take
 * @source Wunderlich & Pehle (2021), Sci. Rep. 11:12829. doi:10.1038/s41598-021-91786-z
 */
export class EventProp {
  readonly #stages: readonly Stage[];
  readonly #inputs: number;
  readonly #classes: number;
  readonly #duration: number;
  readonly #loss: EventLoss;
  readonly #input: EventList = new EventList();
  /** The last layer without its threshold, for outputs that are silent. */
  #free: ReadoutLayer | undefined;

  constructor(model: ModelData, loss: EventLoss) {
    const { shape, steps } = model.input;
    if (shape.length !== 1)
      throw new UnsupportedError("event-prop", `EventProp takes inputs [units], not [${shape.join(", ")}]`, "Number the inputs from 0.");
    this.#inputs = shape[0]!;
    this.#duration = steps * model.dt;
    this.#loss = loss;
    let before = this.#inputs;
    this.#stages = pairs(model.layers).map(([dense, cells], k, all) => {
      const neuron = expCurrentNeuron(cells, model.dt), { units } = dense;
      const reads = k === all.length - 1 && loss.kind !== "firstSpike";
      if (reads === (neuron.spikes !== undefined)) throw outputError(cells, loss, reads);
      const reading: Reading = loss.kind === "weightedSum" ? { kind: "weightedSum", tau: loss.tau ?? this.#duration } : { kind: "maximum" };
      const layer = reads ? new ReadoutLayer(neuron, units, this.#duration, reading) : new SpikingLayer(neuron, units, this.#duration);
      if (loss.kind === "firstSpike" && k === all.length - 1 && loss.silent) this.#free = new ReadoutLayer(neuron, units, this.#duration, reading);
      const stage: Stage = { kernel: `${dense.name}/kernel`, shape: [before, units], layer };
      before = units;
      return stage;
    });
    this.#classes = before;
  }

  /** Loss and gradients of some trials, averaged over them. */
  gradients(weights: Weights, trials: readonly LabelledEvents[]): EventBatch {
    const kernels = this.#kernels(weights);
    const gradients: Weights = new Map(this.#stages.map((s, k) => [s.kernel, { shape: s.shape, values: new Float64Array(kernels[k]!.length) }]));
    let loss = 0, correct = 0;
    const spikes = this.#stages.map(() => 0);
    for (const trial of trials) {
      const judged = this.#judge(kernels, trial, trial.label);
      loss += judged.loss;
      correct += Number(judged.predicted === trial.label);
      this.#stages.forEach(({ layer }, k) => (spikes[k]! += layer instanceof SpikingLayer ? layer.spikes.count : 0));
      this.#backward(kernels, gradients, judged.silent);
    }
    for (const { values } of gradients.values()) for (let k = 0; k < values.length; k++) values[k]! /= trials.length;
    const rates = spikes.map((n, k) => n / (trials.length * this.#stages[k]!.shape[1]));
    return { loss: loss / trials.length, correct, gradients, rates };
  }

  /** Loss and predicted class of one trial, −1 when no output spiked. */
  evaluate(weights: Weights, trial: LabelledEvents): Judged {
    return this.#judge(this.#kernels(weights), trial, trial.label);
  }

  /** The spikes of every layer that spikes, in order of time. */
  spikes(weights: Weights, trial: SpikeEvents): SpikeEvents[] {
    this.#forward(this.#kernels(weights), trial);
    return this.#stages.flatMap(({ layer }) => layer instanceof SpikingLayer
      ? [{ times: layer.spikes.times.slice(0, layer.spikes.count), channels: layer.spikes.channels.slice(0, layer.spikes.count) }] : []);
  }

  #judge(kernels: readonly Float64Array[], trial: SpikeEvents, label: number): Judged {
    if (!(Number.isInteger(label) && label >= 0 && label < this.#classes))
      throw new ArgumentError("label", `label ${label} of a trial is not one of ${this.#classes} classes`, "Number classes from 0.");
    this.#forward(kernels, trial);
    const { layer } = this.#stages.at(-1)!;
    if (layer instanceof ReadoutLayer) return judgeReadings(layer.values, layer.slopes, label, (this.#loss as { readonly unit: number }).unit);
    const loss = this.#loss as FirstSpike, judged = judgeFirstSpikes(layer.spikes, this.#classes, label, this.#duration, loss);
    if (!judged.silent || !this.#free) return judged;
    const last = this.#stages.length - 1;
    this.#free.forward(this.#inputOf(last), kernels[last]!);
    this.#free.slopes.fill(0)[label] = -loss.silent!;
    return { ...judged, loss: judged.loss + loss.silent! * (1 - this.#free.values[label]!) };
  }

  #forward(kernels: readonly Float64Array[], trial: SpikeEvents): void {
    checkEvents(trial, this.#inputs, this.#duration);
    this.#input.count = 0;
    for (let k = 0; k < trial.times.length; k++) this.#input.add(trial.times[k]!, trial.channels[k]!);
    this.#stages.forEach(({ layer }, k) => layer.forward(this.#inputOf(k), kernels[k]!));
  }

  #backward(kernels: readonly Float64Array[], gradients: Weights, silent: boolean): void {
    for (let k = this.#stages.length - 1; k >= 0; k--) {
      const { layer, kernel } = this.#stages[k]!, gradient = gradients.get(kernel)!.values as Float64Array;
      if (silent && this.#free && k === this.#stages.length - 1) this.#free.backward(this.#inputOf(k), kernels[k]!, gradient);
      layer.backward(this.#inputOf(k), kernels[k]!, gradient, k > 0);
    }
  }

  #inputOf(stage: number): EventList {
    const before = this.#stages[stage - 1]?.layer;
    return before instanceof SpikingLayer ? before.spikes : this.#input;
  }

  #kernels(weights: Weights): Float64Array[] {
    return this.#stages.map(({ kernel, shape }) => {
      const given: Weight | undefined = weights.get(kernel);
      if (given?.values.length !== shape[0] * shape[1])
        throw new ArgumentError("weights", `weights "${kernel}" have ${given?.values.length ?? "no"} values, not ${shape.join("×")}`, hint);
      const odd = (given.values as Float64Array).find((w) => !Number.isFinite(w));
      if (odd !== undefined) throw new ArgumentError("weights", `weights "${kernel}" hold ${odd}`, "Use a lower learning rate.");
      return given.values instanceof Float64Array ? given.values : Float64Array.from(given.values);
    });
  }
}

const hint = "Begin with initialWeights(model).";

/** The model's layers two by two. */
function pairs(layers: readonly LayerData[]): [DenseData, CellsData][] {
  return layers.flatMap((layer, k): [DenseData, CellsData][] => {
    const wanted = k % 2 === 0 ? "dense" : "cells";
    if (layer.kind !== wanted) throw layerError(layer, `is ${layer.kind} where ${wanted} is expected`, "Let dense layers and cells take turns.");
    if (layer.kind === "cells") return [];
    if (layer.bias) throw layerError(layer, "has a bias", "Leave it out and add an input that spikes at a fixed time.");
    if (layer.delays || layer.bits) throw layerError(layer, "has delays or rounded weights", "Leave them out.");
    const cells = layers[k + 1];
    if (cells?.kind !== "cells") throw layerError(layer, "is not followed by neurons", "Put neurons(…) behind it.");
    return [[layer, cells]];
  });
}

const layerError = (layer: LayerData, problem: string, hint: string): UnsupportedError =>
  new UnsupportedError("event-prop", `EventProp: layer "${layer.name}" ${problem}`, hint);

const outputError = ({ name }: CellsData, { kind }: EventLoss, reads: boolean): UnsupportedError => new UnsupportedError(
  "event-prop", `EventProp: layer "${name}" ${reads ? `spikes, and loss "${kind}" reads membranes` : "has no threshold and no layer reads it"}`,
  reads ? 'Use neurons without a threshold there, or the loss "firstSpike".' : 'Give it a threshold, or use the loss "maximum" or "weightedSum".');

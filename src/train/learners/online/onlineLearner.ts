/** Learning online: in every step, presynaptic trace × surrogate derivative × error of this step, layer by layer, with nothing kept of the past. */
import { UnsupportedError } from "../../../errors.ts";
import { initialWeights } from "../../initialWeights.ts";
import type { Targets } from "../../losses.ts";
import type { ModelData, Weights } from "../../modelData.ts";
import { checkInput } from "../../reference/forwardPass.ts";
import type { Precision, Sequence } from "../../sequence.ts";
import { Arrivals } from "./arrivals.ts";
import { checkLoss, checkWeights } from "./checks.ts";
import { hiddenAndReadout, ReadoutRun } from "./leakyReadout.ts";
import type { LeakyReadout } from "./leakyReadout.ts";
import { NeuronColumns } from "./neuronColumns.ts";
import { PresynapticTraces } from "./presynapticTraces.ts";
import { stepError } from "./stepLoss.ts";
import type { StepLoss } from "./stepLoss.ts";
import type { WeightUpdates } from "./weightUpdates.ts";

export interface OnlineResult {
  /** Mean over the batch, summed over steps. */
  readonly loss: number;
  readonly gradients: Weights;
  /** The output with the largest sum over the steps, for each sample. */
  readonly predictions: Int32Array;
}

interface Layer {
  readonly kernel: string;
  readonly neurons: NeuronColumns;
  readonly arrivals: Arrivals;
  readonly traces: PresynapticTraces;
  /** ∂loss/∂spike of this step, [units]. */
  readonly signal: Float64Array;
}

/**
 * A model of dense layers and neurons that take turns, recurrent or not, and a readout, trained through time without going back in it. Errors pass
 * down through the layers within a step; what a spike does later in the layers above is left out. For the last hidden layer under a readout
 * without memory, with detached resets by subtraction, the gradient is that of backpropagation through time (recurrent spikes stopped); for those
 * below it is an approximation.
 *
 * @throws {UnsupportedError} naming the layer that cannot be learned so
 * @source Xiao et al. (2022), Online training through time for spiking neural networks, NeurIPS 35. arXiv:2210.04195
 */
export class OnlineLearner {
  readonly #model: ModelData;
  readonly #wanted: Weights;
  readonly #loss: StepLoss;
  readonly #layers: readonly Layer[];
  readonly #readout: LeakyReadout;
  readonly #run: ReadoutRun;
  readonly #error: Float64Array;

  constructor(model: ModelData, loss: StepLoss) {
    const { shape } = model.input;
    if (shape.length !== 1)
      throw new UnsupportedError("online-learning", `online learning takes inputs [units], not [${shape.join(", ")}]`, "Put the features in a row.");
    this.#model = model;
    this.#wanted = initialWeights(model, "f32");
    this.#loss = loss;
    const { hidden, readout } = hiddenAndReadout(model);
    let sources = shape[0]!;
    this.#layers = hidden.map(([dense, cells]) => {
      const neurons = new NeuronColumns(cells, dense.units), arrivals = new Arrivals(dense, cells, sources, true), what = `layer "${cells.name}"`;
      if (!neurons.dynamics.margin) throw new UnsupportedError("online-learning", `${what} never spikes`, "Give it a threshold.");
      sources = dense.units;
      const traces = new PresynapticTraces(neurons, arrivals.count, what);
      return { kernel: `${dense.name}/kernel`, neurons, arrivals, traces, signal: new Float64Array(sources) };
    });
    this.#readout = readout;
    this.#run = new ReadoutRun(readout, sources);
    this.#error = new Float64Array(readout.dense.units);
  }

  initialWeights(precision: Precision = "f64"): Weights {
    return initialWeights(this.#model, precision);
  }

  /** Gradients of a batch, summed over the steps. */
  gradients(weights: Weights, input: Sequence, targets: Targets): OnlineResult {
    const gradients = this.#empty(weights);
    return { ...this.#batch(weights, input, targets, gradients, () => {}), gradients };
  }

  /** Learns from a batch, sample after sample, with an update in every step. */
  learn(updates: WeightUpdates, input: Sequence, targets: Targets): Omit<OnlineResult, "gradients"> {
    const gradients = this.#empty(updates.weights);
    return this.#batch(updates.weights, input, targets, gradients, () => {
      updates.apply(gradients);
      for (const { values } of gradients.values()) values.fill(0);
    });
  }

  #batch(weights: Weights, input: Sequence, targets: Targets, gradients: Weights, afterStep: () => void): Omit<OnlineResult, "gradients"> {
    const { steps } = this.#model.input, { batch } = input, outputs = this.#readout.dense.units, sums = new Float64Array(outputs);
    checkInput(this.#model, input);
    checkWeights(weights, this.#wanted);
    const predictions = new Int32Array(batch);
    let loss = 0;
    for (let sample = 0; sample < batch; sample++) {
      this.start(weights);
      sums.fill(0);
      for (let t = 0; t < steps; t++) {
        this.#forward(weights, input, sample, t);
        const cost = stepError(this.#loss, this.#run.values, targets, sample, t, steps, this.#error);
        this.#backward(weights, gradients, 1 / batch);
        loss += cost / batch;
        for (let k = 0; k < outputs; k++) sums[k]! += this.#run.values[k]!;
        afterStep();
      }
      checkLoss(loss, sample);
      predictions[sample] = sums.reduce((best, y, k) => (y > sums[best]! ? k : best), 0);
    }
    return { loss, predictions };
  }

  /** To the beginning of a sample. */
  start(weights: Weights): void {
    for (const { neurons, traces } of this.#layers) {
      neurons.start(weights);
      traces.start();
    }
    this.#run.start();
  }

  #forward(weights: Weights, input: Sequence, sample: number, step: number): void {
    let below: Float64Array | undefined;
    for (const { neurons, arrivals, traces } of this.#layers) {
      if (below) arrivals.gatherSpikes(below, neurons.spikes);
      else arrivals.gather(input, sample, step, neurons.spikes);
      arrivals.sum(weights, neurons.input);
      neurons.step();
      traces.update(arrivals.values);
      neurons.finish();
      below = neurons.spikes;
    }
    this.#run.step(below ?? rowOf(input, sample, step), weights);
  }

  /** Adds the gradient of this step, from the readout down. */
  #backward(weights: Weights, gradients: Weights, share: number): void {
    this.#run.learn(this.#error, gradients, share);
    const top = this.#layers.at(-1);
    if (!top) return;
    spread(this.#error, weights.get(`${this.#readout.dense.name}/kernel`)!.values, this.#readout.gain * share, top.signal);
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const { neurons, arrivals, traces, signal, kernel } = this.#layers[l]!;
      arrivals.learn(neurons, traces.traces, signal, gradients);
      const below = this.#layers[l - 1];
      if (!below) continue;
      for (let j = 0; j < neurons.units; j++) signal[j]! *= neurons.response(j);
      spread(signal, weights.get(kernel)!.values, 1, below.signal);
    }
  }

  #empty(weights: Weights): Weights {
    const { name } = this.#readout.dense;
    const names = new Set([...this.#layers.flatMap((l) => l.arrivals.names), `${name}/kernel`, `${name}/bias`]);
    const own = [...weights].filter(([n]) => names.has(n));
    return new Map(own.map(([n, { shape, values }]) => [n, { shape, values: new Float64Array(values.length) }]));
  }
}

/** What errors at the targets of a kernel [sources, targets] are for its sources. */
function spread(error: Float64Array, kernel: ArrayLike<number>, factor: number, into: Float64Array): void {
  const targets = error.length;
  for (let i = 0; i < into.length; i++) {
    let sum = 0;
    for (let j = 0; j < targets; j++) sum += kernel[i * targets + j]! * error[j]!;
    into[i] = factor * sum;
  }
}

function rowOf(input: Sequence, sample: number, step: number): Float64Array {
  const size = input.shape[0]!, from = (sample * input.steps + (input.constant ? 0 : step)) * size;
  return Float64Array.from(input.values.subarray(from, from + size));
}

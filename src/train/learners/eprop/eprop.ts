/** e-prop: gradients of a recurrent network of spiking neurons by eligibility traces and learning signals, forwards in time. */
import { UnsupportedError } from "../../../errors.ts";
import { initialWeights } from "../../initialWeights.ts";
import type { Targets } from "../../losses.ts";
import type { CellsData, DenseData, ModelData, Weight, Weights } from "../../modelData.ts";
import { checkInput } from "../../reference/forwardPass.ts";
import type { Precision, Sequence } from "../../sequence.ts";
import { Arrivals } from "../online/arrivals.ts";
import { checkLoss, checkWeights } from "../online/checks.ts";
import { hiddenAndReadout, ReadoutRun } from "../online/leakyReadout.ts";
import type { LeakyReadout } from "../online/leakyReadout.ts";
import { NeuronColumns } from "../online/neuronColumns.ts";
import { stepError } from "../online/stepLoss.ts";
import type { StepLoss } from "../online/stepLoss.ts";
import { Eligibility } from "./eligibility.ts";
import { addFeedback, feedbackName, feedbackOf } from "./feedback.ts";
import type { Feedback } from "./feedback.ts";

export interface EpropOptions {
  readonly loss: StepLoss;
  /** symmetric */
  readonly feedback?: Feedback;
  /** Adds strength/2·Σ (rate − target)² over neurons, with rates in Hz over the batch. */
  readonly rates?: { readonly target: number; readonly strength: number };
  /** Whether neurons may excite themselves; no: such weights stay 0. */
  readonly selfConnections?: boolean;
}

export interface EpropResult {
  /** Mean over the batch, without that of the rates. */
  readonly loss: number;
  readonly rateLoss: number;
  readonly gradients: Weights;
  /** Of each neuron over the batch, Hz. */
  readonly rates: Float64Array;
  /** Outputs [batch, steps, outputs]. */
  readonly outputs: Float64Array;
}

/**
 * A model of one layer of neurons, recurrent or not, between a dense layer and a readout (a dense layer, with or without leaky integrators).
 * Nothing is kept of past steps but traces, so memory does not grow with their number.
 *
 * The gradient is Σ_t L_j(t)·ē_ji(t): e filtered as the readout filters spikes, and the learning signal L_j = Σ_k B_jk·error_k(t). With symmetric
 * feedback it is the gradient of backpropagation through time in which spikes that neurons send to each other count as constants.
 *
 * @throws {UnsupportedError} naming a layer that is something else
 * @source Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein & Maass (2020), Nat. Commun. 11:3625. doi:10.1038/s41467-020-17236-y
 */
export class Eprop {
  readonly #model: ModelData;
  readonly #wanted: Weights;
  readonly #options: EpropOptions;
  readonly #feedback: Feedback;
  readonly #dense: DenseData;
  readonly #cells: CellsData;
  readonly #readout: LeakyReadout;
  readonly #neurons: NeuronColumns;
  readonly #eligibility: Eligibility;
  readonly #arrivals: Arrivals;
  readonly #run: ReadoutRun;
  /** ē and, for rates, Σ_t e, [units, sources]. */
  readonly #filtered: Float64Array;
  readonly #total: Float64Array;

  constructor(model: ModelData, options: EpropOptions) {
    this.#model = model;
    this.#wanted = initialWeights(model, "f32");
    this.#options = options;
    this.#feedback = options.feedback ?? { kind: "symmetric" };
    const { hidden, readout } = hiddenAndReadout(model);
    if (hidden.length !== 1 || model.input.shape.length !== 1)
      throw new UnsupportedError("eprop", `e-prop takes one layer of neurons and inputs [units]; this model has ${hidden.length} hidden layers`,
        "Put all neurons into one recurrent layer, or use the online learner for layers that follow each other.");
    [this.#dense, this.#cells] = hidden[0]!;
    this.#readout = readout;
    this.#neurons = new NeuronColumns(this.#cells, this.#dense.units);
    if (!this.#neurons.dynamics.margin) throw new UnsupportedError("eprop", `layer "${this.#cells.name}" never spikes`, "Give it a threshold.");
    this.#arrivals = new Arrivals(this.#dense, this.#cells, model.input.shape[0]!, options.selfConnections ?? false);
    this.#eligibility = new Eligibility(this.#neurons, this.#arrivals.count);
    this.#run = new ReadoutRun(readout, this.#dense.units);
    this.#filtered = new Float64Array(this.#eligibility.traces.length);
    this.#total = new Float64Array(options.rates ? this.#filtered.length : 0);
  }

  /** Those of the model, and feedback weights where they are its own. */
  initialWeights(precision: Precision = "f64"): Weights {
    const weights = initialWeights(this.#model, precision);
    addFeedback(weights, this.#readout.dense.name, this.#feedback);
    this.#arrivals.clearSelf(weights);
    return weights;
  }

  /** Loss and gradients of a batch. Gradients of feedback weights are those of adaptive feedback. */
  gradients(weights: Weights, input: Sequence, targets: Targets): EpropResult {
    const { units } = this.#neurons, { batch } = input, { steps } = this.#model.input, sources = this.#arrivals.count;
    checkInput(this.#model, input);
    checkWeights(weights, this.#wanted);
    const learned = new Float64Array(units * sources), gradients: Weights = new Map();
    for (const name of ["kernel", "bias"]) {
      const weight = weights.get(`${this.#readout.dense.name}/${name}`);
      if (weight) gradients.set(`${this.#readout.dense.name}/${name}`, { shape: weight.shape, values: new Float64Array(weight.values.length) });
    }
    const rates = new Float64Array(units), outputs = new Float64Array(batch * steps * this.#readout.dense.units);
    const trial = { weights, input, targets, steps, gradients, learned, rates, outputs };
    this.#total.fill(0);
    let loss = 0;
    for (let sample = 0; sample < batch; sample++) {
      const cost = this.#trial(trial, sample);
      checkLoss(cost, sample);
      loss += cost;
    }
    const seconds = batch * steps * this.#model.dt;
    for (let j = 0; j < units; j++) rates[j]! /= seconds;
    const rateLoss = this.#regulate(rates, learned, seconds);
    this.#arrivals.gradients(learned, gradients);
    this.#adapt(weights, gradients);
    return { loss, rateLoss, gradients, rates, outputs };
  }

  #trial({ weights, input, targets, steps, gradients, learned, rates, outputs }: Trial, sample: number): number {
    const neurons = this.#neurons, { units } = neurons, filtered = this.#filtered, { decay, gain } = this.#readout, sources = this.#arrivals.count;
    const { traces } = this.#eligibility, outs = this.#readout.dense.units, error = new Float64Array(outs), share = 1 / input.batch;
    const feedback = feedbackOf(weights, this.#readout.dense.name, this.#feedback).values;
    neurons.start(weights);
    this.#eligibility.start();
    this.#run.start();
    filtered.fill(0);
    let loss = 0;
    for (let t = 0; t < steps; t++) {
      this.#arrivals.gather(input, sample, t, neurons.spikes);
      this.#arrivals.sum(weights, neurons.input);
      neurons.step();
      this.#eligibility.update(this.#arrivals.values);
      neurons.finish();
      this.#run.step(neurons.spikes, weights);
      outputs.set(this.#run.values, (sample * steps + t) * outs);
      loss += share * stepError(this.#options.loss, this.#run.values, targets, sample, t, steps, error);
      this.#run.learn(error, gradients, share);
      const factors = this.#eligibility.factors, total = this.#total;
      for (let j = 0; j < units; j++) {
        rates[j]! += neurons.spikes[j]!;
        let signal = 0;
        for (let k = 0; k < outs; k++) signal += share * feedback[j * outs + k]! * error[k]!;
        const from = j * sources;
        if (factors) followFactors(filtered, factors.slopes[j]!, factors.sources, learned, from, decay, gain, signal, total);
        else follow(filtered, traces, learned, from, from + sources, decay, gain, signal);
      }
      if (!factors) for (let s = 0; s < total.length; s++) total[s]! += traces[s]!;
    }
    return loss;
  }

  /** The gradient of the rates' loss, with ∂rate/∂weight = Σ e per second. */
  #regulate(rates: Float64Array, learned: Float64Array, seconds: number): number {
    const { rates: wanted } = this.#options, sources = this.#arrivals.count;
    if (!wanted) return 0;
    let loss = 0;
    rates.forEach((rate, j) => {
      const excess = rate - wanted.target;
      loss += 0.5 * wanted.strength * excess ** 2;
      for (let s = j * sources; s < (j + 1) * sources; s++) learned[s]! += ((wanted.strength * excess) / seconds) * this.#total[s]!;
    });
    return loss;
  }

  /** Kolen & Pollack's rule: both ways change alike and decay, so what they began with fades. */
  #adapt(weights: Weights, gradients: Weights): void {
    if (this.#feedback.kind !== "adaptive") return;
    const name = this.#readout.dense.name, forth = gradients.get(`${name}/kernel`)!, { decay } = this.#feedback;
    const decayed = (values: Weight["values"]): Float64Array => Float64Array.from(forth.values, (g, k) => g + decay * values[k]!);
    const back = decayed(feedbackOf(weights, name, this.#feedback).values), own = decayed(weights.get(`${name}/kernel`)!.values);
    gradients.set(feedbackName(name), { shape: forth.shape, values: back });
    gradients.set(`${name}/kernel`, { shape: forth.shape, values: own });
  }
}

interface Trial {
  readonly weights: Weights;
  readonly input: Sequence;
  readonly targets: Targets;
  readonly steps: number;
  readonly gradients: Weights;
  readonly learned: Float64Array;
  readonly rates: Float64Array;
  readonly outputs: Float64Array;
}

/** ē ← decay·ē + gain·e, learned += signal·ē, for one neuron's synapses. */
function follow(
  filtered: Float64Array, traces: Float64Array, learned: Float64Array, from: number, to: number, decay: number, gain: number, signal: number,
): void {
  for (let s = from; s < to; s++) {
    const value = decay * filtered[s]! + gain * traces[s]!;
    filtered[s] = value;
    learned[s]! += signal * value;
  }
}

/** The same for e = slope·x, and total += e. */
function followFactors(
  filtered: Float64Array, slope: number, x: Float64Array, learned: Float64Array, from: number, decay: number, gain: number, signal: number,
  total: Float64Array,
): void {
  const rise = gain * slope, count = x.length;
  if (slope === 0) {
    for (let i = 0, s = from; i < count; i++, s++) {
      const value = decay * filtered[s]!;
      filtered[s] = value;
      learned[s]! += signal * value;
    }
    return;
  }
  for (let i = 0, s = from; i < count; i++, s++) {
    const value = decay * filtered[s]! + rise * x[i]!;
    filtered[s] = value;
    learned[s]! += signal * value;
  }
  if (total.length > 0) for (let i = 0; i < count; i++) total[from + i]! += slope * x[i]!;
}

/** The readout of a network that learns forwards in time: weighted spikes, low-pass filtered or not. */
import { UnsupportedError } from "../../../errors.ts";
import { linearParts } from "../../../ir/linear.ts";
import type { CellsData, DenseData, ModelData, Weights } from "../../modelData.ts";
import { cellDynamics } from "./cellDynamics.ts";

/** y ← decay·y + gain·(W·spikes + bias) + offset for each output. */
export interface LeakyReadout {
  readonly dense: DenseData;
  readonly decay: number;
  readonly gain: number;
  readonly offset: number;
  readonly initial: number;
}

/**
 * Reads a dense layer, with or without neurons behind it that have no threshold and one state.
 *
 * @throws {UnsupportedError} naming the layer that is something else
 */
export function leakyReadout(dense: DenseData, cells: CellsData | undefined): LeakyReadout {
  if (!cells) return { dense, decay: 0, gain: 1, offset: 0, initial: 0 };
  const what = `layer "${cells.name}": cell "${cells.cell.name}"`;
  const odd = (problem: string): UnsupportedError =>
    new UnsupportedError("online-learning", `${what} ${problem}`, "Let the last neurons be leaky integrators without threshold, or leave them out.");
  const dynamics = cellDynamics(cells), [state] = dynamics.states;
  if (dynamics.margin) throw odd("spikes, and outputs have to be graded");
  if (cells.recurrent || dynamics.perNeuron.length > 0 || dynamics.states.length !== 1 || !state) throw odd("is more than one leaking state");
  const parts = linearParts(dynamics.before[0]!, new Set([state.name, "input"]));
  const value = (name: string): number => {
    const e = parts.linear ? parts.coefficients.get(name) : undefined;
    if (e && e.kind !== "number") throw odd("does not leak at a constant rate");
    return e?.value ?? 0;
  };
  if (!parts.linear || parts.rest.kind !== "number") throw odd("is not linear");
  return { dense, decay: value(state.name), gain: value("input"), offset: parts.rest.value, initial: state.initial };
}

export interface Parts { readonly hidden: readonly (readonly [DenseData, CellsData])[]; readonly readout: LeakyReadout }

/** Splits a model into hidden pairs of dense layer and neurons, and the readout at its end. */
export function hiddenAndReadout(model: ModelData): Parts {
  const { layers } = model, hidden: [DenseData, CellsData][] = [];
  for (let k = 0; k < layers.length; k += 2) {
    const dense = layers[k]!, cells = layers[k + 1];
    const wrong = dense.kind !== "dense" ? dense : cells && cells.kind !== "cells" ? cells : undefined;
    if (wrong)
      throw layerError(wrong.name, `is ${wrong.kind} where ${wrong === dense ? "dense" : "cells"} is expected`, "Let them take turns.");
    if (dense.kind !== "dense" || (cells && cells.kind !== "cells")) continue;
    if (dense.delays || dense.bits) throw layerError(dense.name, "has delays or rounded weights", "Leave them out.");
    if (cells && cells.learn.length > 0)
      throw layerError(cells.name, `learns ${cells.learn.join(", ")}`, "Learners that run forwards in time change weights alone; leave out `learn`.");
    if (k + 2 >= layers.length) return { hidden, readout: leakyReadout(dense, cells) };
    hidden.push([dense, cells!]);
  }
  throw layerError(layers.at(-1)!.name, "is not a readout", "End with a dense layer, with or without leaky integrators.");
}

const layerError = (layer: string, problem: string, hint: string): UnsupportedError =>
  new UnsupportedError("online-learning", `layer "${layer}" ${problem}`, hint);

/** Runs a readout on one sample, step by step, and gathers the gradient of its weights. */
export class ReadoutRun {
  readonly values: Float64Array;
  readonly #readout: LeakyReadout;
  readonly #units: number;
  /** Filtered presynaptic spikes, ∂y/∂weight; the last one is that of the bias. */
  readonly #filtered: Float64Array;

  constructor(readout: LeakyReadout, sources: number) {
    this.#readout = readout;
    this.#units = readout.dense.units;
    this.values = new Float64Array(this.#units);
    this.#filtered = new Float64Array(sources + 1);
  }

  start(): void {
    this.values.fill(this.#readout.initial);
    this.#filtered.fill(0);
  }

  step(spikes: Float64Array, weights: Weights): void {
    const { dense, decay, gain, offset } = this.#readout, units = this.#units, { values } = this;
    const kernel = weights.get(`${dense.name}/kernel`)!.values, bias = weights.get(`${dense.name}/bias`)?.values;
    for (let k = 0; k < units; k++) values[k] = decay * values[k]! + offset + (bias ? gain * bias[k]! : 0);
    for (let i = 0; i < spikes.length; i++) {
      const sent = spikes[i]!;
      this.#filtered[i] = decay * this.#filtered[i]! + gain * sent;
      if (sent !== 0) for (let k = 0; k < units; k++) values[k]! += gain * sent * kernel[i * units + k]!;
    }
    this.#filtered[spikes.length] = decay * this.#filtered[spikes.length]! + gain;
  }

  /** Adds error ⊗ ∂y/∂weight, exactly the gradient of the loss of this step. */
  learn(error: Float64Array, gradients: Weights, scale: number): void {
    const { dense } = this.#readout, units = this.#units, sources = this.#filtered.length - 1;
    const kernel = gradients.get(`${dense.name}/kernel`)!.values, bias = gradients.get(`${dense.name}/bias`)?.values;
    for (let i = 0; i < sources; i++) {
      const x = scale * this.#filtered[i]!;
      if (x !== 0) for (let k = 0; k < units; k++) kernel[i * units + k]! += x * error[k]!;
    }
    if (bias) for (let k = 0; k < units; k++) bias[k]! += scale * this.#filtered[sources]! * error[k]!;
  }
}

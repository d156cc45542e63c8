/** Neuromodulators: one value that all synapses of a projection read, driven by spikes, by a signal or by hand. */
import { ArgumentError } from "../errors.ts";
import { neuron } from "../model/neuron.ts";
import type { NeuronModel } from "../model/neuron.ts";
import { dimensionless } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { positiveTime } from "./checks.ts";
import type { NetworkData } from "./data.ts";
import type { Current } from "./inputs.ts";
import type { Population, SpikingGroup } from "./population.ts";
import type { Value } from "./values.ts";

/** Handle on a modulator; its `population` is one neuron whose variable `value` synapses read. */
export class Modulator<M extends NeuronModel = NeuronModel> {
  readonly name: string;
  readonly population: Population<M>;

  constructor(name: string, population: Population<M>) {
    this.name = name;
    this.population = population;
  }
}

export interface ModulatorOptions {
  /** Time constant with which the value decays; without it, the value stays until it is changed. */
  readonly tau?: Quantity;
  /** Each of its spikes adds `amount`. More sources are projections onto `population`, receptor "amount". */
  readonly from?: SpikingGroup;
  /** What a spike of `from` adds. Default 1. */
  readonly amount?: number;
  /** From a spike of `from` to the change of the value. Default one step. */
  readonly delay?: Quantity;
  /** The value at the start. Default 0. */
  readonly initial?: number;
  /** The value follows this course in time instead, e.g. `arrayCurrent`; amplitudes are plain numbers. */
  readonly signal?: Current;
}

/** A concentration that decays: it jumps by what arrives, and spikes when something does, so that synapses notice. */
export const modulatorModel = neuron({
  name: "modulator",
  description: "Concentration of a neuromodulator that decays and jumps by what arrives",
  parameters: { tau: "200 ms" },
  state: { value: 0, arriving: 0, level: 0, age: 0, earlier_level: 0, earlier_age: 0 },
  receptors: { amount: "arriving" },
  equations: `dvalue/dt = -value / tau : 1; arriving : 1 (impulse)
    # the value after the last jump and the steps since, and the same for the jump before: what event-driven synapses need
    level : 1; dage/dt = 1/dt : 1; earlier_level : 1; earlier_age : 1`,
  threshold: "arriving != 0",
  reset: "earlier_level = level; earlier_age = age; value += arriving; level = value; age = 0",
});

/** A modulator without decay. */
export const lastingModulatorModel = neuron({
  name: "lasting_modulator",
  description: "Neuromodulator that keeps its value until something arrives",
  state: { value: 0, arriving: 0, level: 0, age: 0, earlier_level: 0, earlier_age: 0 },
  receptors: { amount: "arriving" },
  equations: "value : 1; arriving : 1 (impulse); level : 1; dage/dt = 1/dt : 1; earlier_level : 1; earlier_age : 1",
  threshold: "arriving != 0",
  reset: "earlier_level = level; earlier_age = age; value += arriving; level = value; age = 0",
});

/** A modulator that follows a signal. */
export const signalModulatorModel = neuron({
  name: "signal_modulator",
  description: "Neuromodulator whose value is a given course in time",
  state: { value: 0 },
  equations: "value : 1 (impulse)",
});

/** What kind of neuron a modulator is, and the values it begins with. */
export function modulatorModelOf({ tau, initial, signal }: ModulatorOptions): {
  readonly model: NeuronModel;
  readonly values: Readonly<Record<string, Value>>;
} {
  if (signal) return { model: signalModulatorModel, values: {} };
  const start = initial === undefined ? {} : { value: initial, level: initial };
  return tau === undefined ? { model: lastingModulatorModel, values: start } : { model: modulatorModel, values: { tau, ...start } };
}

/** @throws {ArgumentError} for options that do not go together, and values in a unit */
export function checkModulatorOptions(options: ModulatorOptions, what: string): void {
  const { tau, from, amount, delay, initial, signal } = options;
  const other = Object.entries({ tau, from, amount, delay, initial }).find(([, value]) => value !== undefined)?.[0];
  if (signal !== undefined && other !== undefined) {
    throw new ArgumentError("modulator", `${what}: a signal decides its value, so ${other} means nothing`, `Leave out ${other} or signal.`);
  }
  if (from === undefined && (amount ?? delay) !== undefined) {
    const given = amount === undefined ? "delay" : "amount";
    throw new ArgumentError("modulator", `${what}: ${given} is given, but no source`, "Add from: a population.");
  }
  if (initial !== undefined) parseQuantity(initial, dimensionless, `${what}: initial`);
  if (tau !== undefined) positiveTime(tau, `${what}: tau`);
}

/** Modulators that nothing in the description drives: no projection, no signal, no initial value, no planned change. */
export function undrivenModulators(data: NetworkData): string[] {
  return data.populations.flatMap((p) => {
    if (p.kind !== "neurons" || !p.modulator || (p.values["value"] ?? 0) !== 0) return [];
    const driven = data.projections.some((q) => q.post.population === p.name) || data.inputs.some((q) => q.target.population === p.name)
      || data.changes.some((c) => "target" in c && c.target.population === p.name);
    return driven ? [] : [p.name];
  });
}

/**
 * The neuron whose gradients EventProp knows in closed form, in units of its own: u is the membrane, 0 where it starts and 1 at threshold,
 * and J the synaptic current in units of u,
 *
 *     tauMembrane·u' = −u + J + drive,    tauSynapse·J' = −J,    J += gain·weight at an input spike.
 */
import { ArgumentError, UnsupportedError } from "../../../errors.ts";
import { evaluate } from "../../../ir/evaluate.ts";
import type { Expr } from "../../../ir/expr.ts";
import { exactNeuron } from "../../../lower/exact/exactNeuron.ts";
import type { ExactNeuron } from "../../../lower/exact/exactNeuron.ts";
import type { CellsData } from "../../modelData.ts";

export interface ExpCurrentNeuron {
  readonly tauMembrane: number;
  readonly tauSynapse: number;
  /** Constant input, in units of u. */
  readonly drive: number;
  /** What a weight of 1 adds to J. */
  readonly gain: number;
  /** Absent for units without a threshold: then u is the membrane's distance from where it starts, in SI units. */
  readonly spikes?: { readonly reset: number; readonly refractory: number };
}

/**
 * Reads a layer of neurons from the equations of the model that simulates it, whatever its names are: one membrane that leaks, driven by one
 * exponentially decaying current, a threshold and a reset at constant potentials.
 *
 * @throws {UnsupportedError} naming the layer and what its equations have that this neuron has not
 */
export function expCurrentNeuron(layer: CellsData, dt: number): ExpCurrentNeuron {
  const what = `layer "${layer.name}": cell "${layer.cell.name}"`;
  const { simulated } = layer.cell;
  if (!simulated) throw refusal(`${what} has no equations in continuous time`);
  if (layer.recurrent) throw refusal(`${what} is recurrent`, "Leave out `recurrent`; layers may follow each other.");
  const changed = [...layer.learn, ...layer.perNeuron];
  if (changed.length > 0)
    throw refusal(`${what}: ${changed.join(", ")} differ between neurons or are learned`, "EventProp learns kernels; give one value for all.");
  const own = new Map<string, number>([["dt", dt], ...layer.cell.parameters.map((p) => [p.name, layer.values[p.name] ?? p.value] as const)]);
  const inCell = (e: Expr): number => valueIn(e, own, what);
  const { checked } = simulated.model;
  const equations = exactNeuron(checked, 1, what);
  const values = new Map<string, number>(checked.parameters.map((p) => [p.name, layer.values[p.name] ?? own.get(p.name) ?? p.value]));
  for (const [name, value] of Object.entries(simulated.values)) values.set(name, inCell(value));
  const number = (e: Expr): number => valueIn(e, values, what);

  const current = checked.receptors[simulated.receptor];
  const rate = (row: string, column: string): number => rateOf(equations, row, column, number);
  const driven = equations.variables.filter((v) => v !== current && current !== undefined && rate(v, current) !== 0);
  const membrane = driven[0];
  if (current === undefined || membrane === undefined || driven.length > 1)
    throw refusal(`${what}: receptor ${simulated.receptor} does not reach one membrane through one current`);
  const [leak, decay, coupling] = [rate(membrane, membrane), rate(current, current), rate(membrane, current)];
  if (!(leak < 0 && decay < 0)) throw refusal(`${what}: ${membrane} or ${current} does not decay`);
  const start = (v: string): number => values.get(v) ?? layer.values[`initial:${v}`] ?? checked.variables.find((c) => c.name === v)!.initial;
  for (const v of equations.variables) {
    if (v === membrane) continue;
    if (rate(current, v) !== (v === current ? decay : 0)) throw refusal(`${what}: ${v} changes ${current}`);
    // Other receptors' currents stay 0 where nothing arrives.
    if (start(v) !== 0 || number(equations.inputs[equations.variables.indexOf(v)]!) !== 0) throw refusal(`${what}: ${v} is not 0 at the start`);
    if (v !== current && rate(v, membrane) !== 0) throw refusal(`${what}: ${membrane} changes ${v}`);
  }
  const [tauMembrane, tauSynapse] = [-1 / leak, -1 / decay];
  if (Math.abs(tauMembrane / tauSynapse - 1) < 1e-6)
    throw new ArgumentError("equal-time-constants", `${what}: membrane and current both decay with ${tauMembrane} s`, "Make one 1 % longer.");
  const input = number(equations.inputs[equations.variables.indexOf(membrane)]!);
  const strength = inCell(simulated.weight) * coupling * tauMembrane;
  const origin = start(membrane);
  const distance = input * tauMembrane - origin;
  if (!equations.threshold) return { tauMembrane, tauSynapse, drive: distance, gain: strength };

  const { weights, rest } = equations.threshold;
  const slope = weights.get(membrane);
  if (weights.size !== 1 || !slope || number(slope) <= 0) throw refusal(`${what}: the threshold is not one of ${membrane} from below`);
  const unit = -number(rest) / number(slope) - origin;
  const reset = equations.reset.find((r) => r.target === membrane);
  if (!reset || equations.reset.length > 1) throw refusal(`${what}: the reset is not one of ${membrane} alone`);
  const to = (number(reset.value) - origin) / unit;
  if (!(unit > 0 && to < 1)) throw refusal(`${what}: threshold ${origin + unit} is not above where ${membrane} starts (${origin}) and is reset to`);
  const refractory = equations.refractory ? number(equations.refractory) : 0;
  return { tauMembrane, tauSynapse, drive: distance / unit, gain: strength / unit, spikes: { reset: to, refractory } };
}

function rateOf(equations: ExactNeuron, row: string, column: string, number: (e: Expr) => number): number {
  const at = (name: string): number => equations.variables.indexOf(name);
  return equations.rates.filter((r) => r.row === at(row) && r.column === at(column)).reduce((sum, r) => sum + number(r.value), 0);
}

function valueIn(e: Expr, values: ReadonlyMap<string, number>, what: string): number {
  return Number(evaluate(e, (name) => {
    const value = values.get(name);
    if (value === undefined) throw refusal(`${what} uses ${name}, which is not a constant`);
    return value;
  }));
}

const refusal = (problem: string, hint = "EventProp takes neurons with one exponential current, such as lifExpCurrent."): UnsupportedError =>
  new UnsupportedError("event-prop", problem, hint);

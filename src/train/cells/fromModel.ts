/** A neuron model of the simulator as a cell: the kernel that the simulator would run is the step that is trained. */
import { ArgumentError, didYouMean } from "../../errors.ts";
import { add, apply, mul, name, namesIn, number, select, sub } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { lowerNeuron } from "../../lower/lowerNeuron.ts";
import { naturalScale } from "../../lower/system.ts";
import type { Method } from "../../model/checked.ts";
import type { NeuronModel } from "../../model/neuron.ts";
import { dimensions } from "../../units/dimension.ts";
import { parseQuantity } from "../../units/quantity.ts";
import type { Quantity } from "../../units/quantity.ts";
import type { Cell, CellParameter, CellThreshold } from "./cell.ts";
import { reserved } from "./derivedCell.ts";
import { inlineConstants, refuse } from "./loweredStep.ts";
import { scaleOf, splitThreshold } from "./threshold.ts";

export interface FromModelOptions {
  /** The step: seconds, or "1 ms". */
  readonly dt: number | Quantity;
  /** The receptor that the layer's input arrives at; may be left out when there is one. */
  readonly receptor?: string;
  /** Values of parameters and state variables instead of the model's own. */
  readonly values?: Readonly<Record<string, Quantity>>;
  /** Parameters that may be learned, or differ between neurons; all when left out. The others are numbers, as in the simulator. */
  readonly parameters?: readonly string[];
  /** Whether a spike's reset acts at its end of step or at the beginning of the next. */
  readonly reset?: "immediate" | "oneStepLate";
  /** Whether gradients take the spikes that cause resets for constants; no. */
  readonly detachReset?: boolean;
  /** The state that is shown; the one that the threshold compares. */
  readonly membrane?: string;
  readonly shown?: Cell["shown"];
  /** Instead of the model's method of integration. rkf45 cannot be trained through. */
  readonly method?: Method;
}

/**
 * Lowers a model as the simulator does, for a step of dt. Quantities are in SI base units; `input` is what arrives at the receptor in a step.
 *
 * @throws {UnsupportedError} for models that draw random numbers, depend on time or the neuron's index, or choose inner steps (rkf45)
 * @throws {ArgumentError} for names and values that do not fit the model
 */
export function cellFromModel(model: NeuronModel, options: FromModelOptions): Cell {
  const what = `neuron "${model.name}"`;
  const { checked } = model;
  const dt = typeof options.dt === "number" ? options.dt : parseQuantity(options.dt, dimensions.second, "dt");
  if (!(dt > 0)) throw new ArgumentError("dt", `dt is ${dt} s`, 'Give a positive time, e.g. "1 ms".');
  const receptor = chooseReceptor(model, options.receptor);
  const values = readValues(model, options.values ?? {});
  const names = checked.parameters.map((p) => p.name);
  const symbols = options.parameters ?? names;
  for (const p of symbols) if (!names.includes(p)) throw unknown(what, p, names);
  const numbers = checked.parameters.filter((p) => !symbols.includes(p.name));
  const target = receptor && checked.receptors[receptor]!;
  const lowered = lowerNeuron(checked, {
    kernelName: model.name, dt, size: 1, constants: symbols, scalars: [], draws: [],
    parameters: {
      ...Object.fromEntries(symbols.map((p) => [p, name(p)])),
      ...Object.fromEntries(numbers.map((p) => [p.name, number(values.get(p.name) ?? p.value)])),
    },
    ...(options.method && { method: options.method }),
    inputs: target ? [reserved.input] : [], arrivals: target ? { [target]: name(reserved.input) } : {},
  });
  refuse(lowered, what);

  const inlined = inlineConstants(lowered);
  const { kernel } = lowered;
  const state = [
    ...checked.variables.map((v) => ({ name: v.name, initial: values.get(v.name) ?? v.initial })),
    ...lowered.initial.map((s) => ({ name: s.name, initial: s.value })),
  ].filter((s) => kernel.state.includes(s.name));
  const parameters = checked.parameters.filter((p) => symbols.includes(p.name))
    .map((p): CellParameter => ({ name: p.name, value: values.get(p.name) ?? p.value, ...rangeOf(p.dimension) }));
  const body = kernel.body.map((s) => inlined.statement(s));
  const reset = (kernel.spike?.reset ?? []).map((s) => inlined.statement(s));
  const late = options.reset === "oneStepLate";
  const split = kernel.spike && splitThreshold(inlined.expression(kernel.spike.condition), new Set(checked.variables.map((v) => v.name)), what);
  const membrane = options.membrane ?? membraneOf(checked.variables.map((v) => v.name), split);
  const shownVariable = checked.variables.find((v) => v.name === membrane);
  if (!shownVariable) throw unknown(what, membrane, checked.variables.map((v) => v.name));
  const natural = naturalScale(shownVariable.dimension);
  const distance = split && scaleOf(split, reset, membrane, { parameters, state });
  // Without a reset of the membrane the distance is none but rounding.
  const threshold = split && { ...split, scale: distance !== undefined && distance > 1e-6 * natural ? distance : natural };
  return {
    name: model.name, state, parameters, ...(inlined.propagators.length > 0 && { propagators: inlined.propagators }),
    step: [...(late ? reset.map((s) => lateReset(s, options.detachReset ?? false)) : []), ...body],
    ...(threshold && { threshold }), reset: late ? [] : reset, detachReset: options.detachReset ?? false,
    membrane, shown: options.shown ?? (late ? "beforeReset" : "afterReset"),
    ...(receptor !== undefined && !late && {
      simulated: {
        model, receptor, weight: number(1),
        values: {
          ...Object.fromEntries([...values].map(([n, value]) => [n, number(value)])), ...Object.fromEntries(symbols.map((p) => [p, name(p)])),
        },
      },
    }),
  };
}

/** Time constants stay positive while they are learned. */
function rangeOf(dimension: readonly number[]): Pick<CellParameter, "range"> {
  const isTime = dimension.every((x, k) => x === dimensions.second[k]);
  return isTime ? { range: [1e-6, 1e6] } : {};
}

function chooseReceptor(model: NeuronModel, wanted: string | undefined): string | undefined {
  const known = Object.keys(model.receptors);
  if (wanted !== undefined) {
    if (!known.includes(wanted)) throw unknown(`neuron "${model.name}"`, wanted, known);
    return wanted;
  }
  if (known.length > 1) {
    throw new ArgumentError("receptor", `neuron "${model.name}" has the receptors ${known.join(" and ")}`,
      `Say which one the layer's input arrives at: receptor: "${known[0]}".`);
  }
  return known[0];
}

function readValues(model: NeuronModel, given: Readonly<Record<string, Quantity>>): Map<string, number> {
  const { parameters, variables } = model.checked;
  return new Map(Object.entries(given).map(([n, value]) => {
    const found = parameters.find((p) => p.name === n) ?? variables.find((v) => v.name === n);
    if (!found) throw unknown(`neuron "${model.name}"`, n, [...parameters, ...variables].map((x) => x.name));
    return [n, parseQuantity(value, found.dimension, `${n} of neuron "${model.name}"`)];
  }));
}

function unknown(what: string, wanted: string, known: readonly string[]): ArgumentError {
  const meant = didYouMean(wanted, known);
  const hint = meant === undefined ? `It has ${known.join(", ")}.` : `Did you mean ${meant}?`;
  return new ArgumentError("unknown-name", `${what} has no ${wanted}`, hint);
}

/** Where the neuron spiked in the step before, its reset acts first. */
function lateReset(s: Statement, detached: boolean): Statement {
  if (s.kind === "while") return s;
  const [x, spiked] = [name(s.name), name(reserved.spiked)];
  const value = detached ? select(apply("gt", spiked, number(0.5)), s.value, x) : add(x, mul(spiked, sub(s.value, x)));
  return { ...s, value };
}

function membraneOf(variables: readonly string[], threshold: Pick<CellThreshold, "margin"> | undefined): string {
  const compared = threshold && variables.find((v) => namesIn(threshold.margin).has(v));
  return compared ?? variables[0]!;
}

/** What drives a population beside its synapses: Poisson input, injected currents, noise. Turned into names the kernel reads. */
import { ArgumentError, UnsupportedError } from "../errors.ts";
import type { Expr } from "../ir/expr.ts";
import { add, apply, mul, name, number, select } from "../ir/expr.ts";
import type { Draw, Statement } from "../ir/kernel.ts";
import { namesIn } from "../ir/expr.ts";
import type { CheckedNeuron, Dimension } from "../model/checked.ts";
import type { InputData, RangeData } from "../network/data.ts";
import type { Current } from "../network/inputs.ts";
import { neuronScope } from "../network/scopes.ts";
import { resolveValue } from "../network/values.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { evaluateValue } from "./values.ts";
import type { ElementValue, ValueContext } from "./values.ts";

/** A value shared by all elements that the host computes for each step. */
export interface Signal {
  readonly name: string;
  readonly at: (step: number) => number;
}
/** A row of values, one an element, that the host writes before the step it starts to hold. */
export interface RowSignal {
  readonly name: string;
  readonly everySteps: number;
  readonly fromStep: number;
  readonly start: number;
  readonly count: number;
  readonly rows: Float64Array;
}

export interface Drives {
  /** State variable → Poisson arrivals. */
  readonly arrivals: Map<string, Expr>;
  /** Parameter → what is added to it. */
  readonly added: Map<string, Expr>;
  /** Impulse variable → what is added to it. */
  readonly impulses: Map<string, Expr>;
  readonly draws: Draw[];
  readonly constants: { readonly name: string; readonly values: Float64Array }[];
  readonly scalars: { readonly name: string; readonly value: Expr }[];
  readonly signals: Signal[];
  readonly rows: RowSignal[];
  /** State arrays of held noise, and statements that come before the body. */
  readonly held: string[];
  readonly before: Statement[];
}

/** Draw numbers from here on belong to inputs; below are the model's own. */
const firstInputDraw = 0x1000;

export function prepareDrives(
  inputs: readonly InputData[],
  model: CheckedNeuron,
  context: ValueContext,
  dt: number,
  parameters: ReadonlyMap<string, ElementValue>,
): Drives {
  const drives: Drives = {
    arrivals: new Map(),
    added: new Map(),
    impulses: new Map(),
    draws: [],
    constants: [],
    scalars: [],
    signals: [],
    rows: [],
    held: [],
    before: [],
  };
  inputs.forEach((input, k) => {
    const mask = maskOf(input.target, context.size, k, drives);
    const gate = (e: Expr): Expr => (mask ? mul(mask, e) : e);
    switch (input.kind) {
      case "poisson":
        return addPoisson(input, k, gate, model, context, dt, parameters, drives);
      case "current":
        return addTo(
          input.into,
          gate(currentSignal(input.current, input.target, k, dimensionOf(model, input.into), dt, context, drives)),
          model,
          drives,
        );
      case "noise":
        return addTo(input.into, gate(noiseSignal(input, k, dimensionOf(model, input.into), dt, drives)), model, drives);
      default:
        input satisfies never;
    }
  });
  return drives;
}

const sum = (table: Map<string, Expr>, key: string, term: Expr) => table.set(key, table.has(key) ? add(table.get(key)!, term) : term);

function addTo(into: string, term: Expr, model: CheckedNeuron, drives: Drives): void {
  sum(model.parameters.some((p) => p.name === into) ? drives.added : drives.impulses, into, term);
}

function dimensionOf(model: CheckedNeuron, into: string): Dimension {
  return [...model.parameters, ...model.variables].find((v) => v.name === into)!.dimension;
}

/** An array that is 1 for the elements of the range and 0 elsewhere; none when the range is everything. */
function maskOf(range: RangeData, size: number, k: number, drives: Drives): Expr | undefined {
  if (range.start === 0 && range.end === size) return undefined;
  const values = new Float64Array(size).fill(1, range.start, range.end);
  drives.constants.push({ name: `mask_${k}`, values });
  return name(`mask_${k}`);
}

function addPoisson(
  input: InputData & { kind: "poisson" },
  k: number,
  gate: (e: Expr) => Expr,
  model: CheckedNeuron,
  context: ValueContext,
  dt: number,
  parameters: ReadonlyMap<string, ElementValue>,
  drives: Drives,
): void {
  const variable = model.receptors[input.receptor]!;
  const what = `poissonInput to ${context.owner}`;
  const scope = neuronScope(model, context.positions).set("t", dimensions.second);
  const resolved = resolveValue(input.rate, dimensions.hertz, scope, `${what}: rate`);
  const value = evaluateValue(`rate of input ${k}`, resolved, context, (n) => parameters.get(n));
  const weight = parseQuantity(input.weight, dimensionOf(model, variable), `${what}: weight`);
  const negative = value.kind === "number" ? value.value < 0 : value.kind === "array" && value.values.some((r) => r < 0);
  if (negative) throw new ArgumentError("value", `${what}: the rate is negative`, "Rates are 0 Hz or more.");
  const draw = { name: `poisson_${k}`, draw: firstInputDraw + k, distribution: "poisson" as const };
  if (value.kind === "number") {
    if (value.value === 0) return;
    drives.draws.push({ ...draw, mean: value.value * dt });
  } else if (value.kind === "array") {
    drives.constants.push({ name: `mean_${k}`, values: value.values.map((r) => r * dt) });
    drives.draws.push({ ...draw, meanArray: `mean_${k}` });
  } else {
    const other = [...namesIn(value.expr)].find((n) => n !== "t");
    if (other)
      throw new UnsupportedError(
        "rate",
        `${what}: the rate depends on t and on ${other}`,
        "Let it depend on time alone, or use net.poissonSource, which takes any expression.",
      );
    drives.scalars.push({ name: `mean_${k}`, value: apply("max", number(0), mul(number(dt), value.expr)) });
    drives.draws.push({ ...draw, meanScalar: `mean_${k}` });
  }
  sum(drives.arrivals, variable, gate(mul(number(weight), name(draw.name))));
}

function currentSignal(
  current: Current,
  target: RangeData,
  k: number,
  dimension: Dimension,
  dt: number,
  context: ValueContext,
  drives: Drives,
): Expr {
  const time = (value: Quantity | undefined) =>
    value === undefined ? Infinity : Math.round(parseQuantity(value, dimensions.second, "current") / dt);
  const amplitude = (value: Quantity) => parseQuantity(value, dimension, "current");
  const signal = name(`signal_${k}`);
  const shared = (at: (step: number) => number): Expr => {
    drives.signals.push({ name: signal.name, at });
    drives.scalars.push({ name: signal.name, value: signal });
    return signal;
  };
  const from = time(current.from);
  switch (current.course) {
    case "step": {
      const to = time(current.to),
        value = amplitude(current.amplitude);
      return shared((step) => (step >= from && step < to ? value : 0));
    }
    case "ramp": {
      const to = time(current.to),
        start = amplitude(current.start),
        slope = (amplitude(current.end) - start) / (to - from);
      return shared((step) => (step >= from && step < to ? start + slope * (step - from) : 0));
    }
    case "sine": {
      const to = time(current.to),
        value = amplitude(current.amplitude),
        offset = amplitude(current.offset);
      const omega = 2 * Math.PI * parseQuantity(current.frequency, dimensions.hertz, "current") * dt;
      return shared((step) => (step >= from && step < to ? offset + value * Math.sin(omega * step + current.phase) : 0));
    }
    case "array": {
      const resolved = resolveValue(current.values, dimension, new Map(), "current");
      const values = resolved.kind === "array" ? resolved.values : Float64Array.of(resolved.expr.kind === "number" ? resolved.expr.value : NaN);
      const every = Math.max(1, time(current.every));
      if (current.perNeuron) {
        drives.rows.push({
          name: signal.name,
          everySteps: every,
          fromStep: from,
          start: target.start,
          count: target.end - target.start,
          rows: values,
        });
        drives.held.push(signal.name);
        return signal;
      }
      return shared((step) => (step < from ? 0 : (values[Math.floor((step - from) / every)] ?? 0)));
    }
    default:
      current satisfies never;
      throw new ArgumentError("current", `${context.owner}: unknown current`, "Use stepCurrent, rampCurrent, sineCurrent or arrayCurrent.");
  }
}

function noiseSignal(input: InputData & { kind: "noise" }, k: number, dimension: Dimension, dt: number, drives: Drives): Expr {
  const mean = number(parseQuantity(input.mean, dimension, "noise")),
    std = number(parseQuantity(input.std, dimension, "noise"));
  const draw = name(`noise_${k}`);
  drives.draws.push({ name: draw.name, draw: firstInputDraw + k, distribution: "normal" });
  const fresh = add(mean, mul(std, draw));
  const every = input.every === undefined ? 1 : Math.max(1, Math.round(parseQuantity(input.every, dimensions.second, "noise") / dt));
  if (every === 1) return fresh;
  // Held noise: a state array that takes a new value in the steps that the signal marks.
  const held = `held_${k}`,
    mark = `renew_${k}`;
  drives.held.push(held);
  drives.signals.push({ name: mark, at: (step) => (step % every === 0 ? 1 : 0) });
  drives.scalars.push({ name: mark, value: name(mark) });
  drives.before.push({ kind: "assign", name: held, value: select(apply("gt", name(mark), number(0)), fresh, name(held)) });
  return name(held);
}

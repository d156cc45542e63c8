/** Injected currents that are constant from one moment to the next, and when they change. */
import { refusal } from "../../lower/exact/exactNeuron.ts";
import type { Dimension } from "../../model/checked.ts";
import type { Current } from "../../network/inputs.ts";
import { resolveValue } from "../../network/values.ts";
import { dimensions } from "../../units/dimension.ts";
import { parseQuantity } from "../../units/quantity.ts";
import type { Quantity } from "../../units/quantity.ts";

export interface Course {
  /** Seconds, ascending: from times[k] on, `values(k)` holds. Before the first, zero. */
  readonly times: Float64Array;
  readonly values: (k: number) => number | Float64Array;
}

/** @param neurons of the target @throws {UnsupportedError} for a current that changes all the time */
export function courseOf(current: Current, dimension: Dimension, neurons: number, what: string): Course {
  const time = (value: Quantity) => parseQuantity(value, dimensions.second, `${what}: current`);
  switch (current.course) {
    case "step": {
      const amplitude = parseQuantity(current.amplitude, dimension, `${what}: current`);
      const times = [time(current.from), ...(current.to === undefined ? [] : [time(current.to)])];
      return { times: Float64Array.from(times), values: (k) => (k === 0 ? amplitude : 0) };
    }
    case "array": {
      const resolved = resolveValue(current.values, dimension, new Map(), `${what}: current`);
      const values = resolved.kind === "array" ? resolved.values : Float64Array.of(resolved.expr.kind === "number" ? resolved.expr.value : NaN);
      const from = time(current.from), every = time(current.every), width = current.perNeuron ? neurons : 1;
      const samples = Math.floor(values.length / width);
      const sample = (k: number) => (current.perNeuron ? values.slice(k * width, (k + 1) * width) : values[k]!);
      return { times: Float64Array.from({ length: samples + 1 }, (_, k) => from + k * every), values: (k) => (k < samples ? sample(k) : 0) };
    }
    case "ramp":
    case "sine":
      throw refusal(
        `${what}: a ${current.course} current changes all the time`,
        "Use an arrayCurrent of its samples, which is constant in between, or the grid.",
      );
    default:
      current satisfies never;
      throw refusal(`${what}: unknown current`);
  }
}

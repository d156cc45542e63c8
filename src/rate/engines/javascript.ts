/** Plain loops of JavaScript: the functions as they are, with numbers that are rounded to the precision of the weights when they are stored. */
import type { Activation } from "../data.ts";
import { newReals } from "../matrix.ts";
import type { Engine, Matrix, MatrixSpec, RatePrecision, Reals, RuleArguments, UnitMap } from "../matrix.ts";

export function javascriptEngine(precision: RatePrecision): Engine {
  return {
    name: "javascript",
    device: "JavaScript",
    matrix: (spec) => javascriptMatrix(spec, precision),
    units: (_what, _units, activation, isArray) => javascriptUnits(activation, isArray),
    dispose: () => {},
  };
}

function javascriptMatrix(spec: MatrixSpec, precision: RatePrecision): Matrix {
  const weights = newReals(precision, spec.rows * spec.columns);
  const learn = spec.rule ? learningLoop(spec, weights, spec.columns) : () => {};
  return {
    multiply: (rates, sums) => multiply(weights, spec.columns, rates, sums),
    learn,
    read: () => weights.slice(),
    write: (values) => weights.set(values),
    dispose: () => {},
  };
}

/** Adds row by row, each sum in the order of the sources and rounded after every operation, as kernels do. */
function multiply(weights: Reals, columns: number, rates: Reals, sums: Reals): void {
  sums.fill(0);
  const single = sums instanceof Float32Array;
  for (let i = 0, at = 0; i < rates.length; i++, at += columns) {
    const rate = rates[i]!;
    if (single) for (let j = 0; j < columns; j++) sums[j] = sums[j]! + Math.fround(weights[at + j]! * rate);
    else for (let j = 0; j < columns; j++) sums[j] = sums[j]! + weights[at + j]! * rate;
  }
}

/**
 * All weights through the rule; rows begin `stride` apart. Rules with up to two more arguments are called with them directly: a list for every
 * weight would cost more than they.
 */
export function learningLoop(spec: MatrixSpec, weights: Reals, stride: number): (values: RuleArguments) => void {
  const { kinds, rows, columns, hollow } = spec;
  const call = spec.rule!;
  return (values) => {
    const [pre, post, ...more] = values as [Reals, Reals, ...(Reals | number)[]];
    const at = (k: number, i: number, j: number): number => {
      const value = more[k]!;
      return typeof value === "number" ? value : value[kinds[k + 2] === "pre" ? i : j]!;
    };
    const rest: number[] = more.map(() => 0);
    for (let i = 0; i < rows; i++) {
      const x = pre[i]!;
      for (let j = 0, e = i * stride; j < columns; j++, e++) {
        if (more.length === 0) weights[e] = call(weights[e]!, x, post[j]!);
        else if (more.length === 1) weights[e] = call(weights[e]!, x, post[j]!, at(0, i, j));
        else if (more.length === 2) weights[e] = call(weights[e]!, x, post[j]!, at(0, i, j), at(1, i, j));
        else {
          for (let k = 0; k < rest.length; k++) rest[k] = at(k, i, j);
          weights[e] = call(weights[e]!, x, post[j]!, ...rest);
        }
      }
      if (hollow) weights[i * stride + i] = 0;
    }
  };
}

/** The activation of each unit. */
export function javascriptUnits(activation: Activation, isArray: readonly boolean[]): UnitMap {
  return {
    apply: (values, rates) => {
      const [drive, rate, ...more] = values as [Reals, Reals, ...(Reals | number)[]];
      const rest: number[] = more.map(() => 0);
      for (let k = 0; k < rates.length; k++) {
        for (let m = 0; m < rest.length; m++) rest[m] = isArray[m + 2] ? (more[m] as Reals)[k]! : (more[m] as number);
        rates[k] = activation(drive[k]!, rate[k]!, ...rest);
      }
    },
    dispose: () => {},
  };
}

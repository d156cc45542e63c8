/** Entries of exact steps, where parameters are tensors. */
import type { Tensor } from "@tensorflow/tfjs";
import { invariant } from "../../errors.ts";
import { differentiate } from "../../ir/differentiate.ts";
import { evaluate } from "../../ir/evaluate.ts";
import { namesIn } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Propagator } from "../../train/cells/cell.ts";
import { propagatorEntries, propagatorSlopes } from "../../train/cells/propagator.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import type { Term } from "./tensorExpression.ts";

/** The entries by name: numbers where all parameters are, else [1] or [units]. They are computed on the host, in f64. */
export function propagatorTerms(tf: TensorFlow, propagator: Propagator, parameters: ReadonlyMap<string, Term>): Map<string, Term> {
  const all = [...propagator.rates.flat(), ...propagator.entries.flatMap((entry) => ("weights" in entry ? entry.weights : []))];
  const varying = [...new Set(all.flatMap((e) => [...namesIn(e)]))].filter((name) => typeof parameters.get(name) === "object");
  const point = (values: readonly ArrayLike<number>[], k: number) => (e: Expr): number => Number(evaluate(e, (name) => {
    const at = varying.indexOf(name), own = values[at];
    const value = own === undefined ? parameters.get(name) : own[own.length === 1 ? 0 : k]!;
    invariant(typeof value === "number", `a propagator uses the name ${name}, which is no number`);
    return value;
  }));
  if (varying.length === 0) {
    const entries = propagatorEntries(propagator, point([], 0));
    return new Map(propagator.entries.map(({ name }, k) => [name, entries[k]!]));
  }
  const tensors = varying.map((name) => parameters.get(name) as Tensor);
  const units = Math.max(...tensors.map((t) => t.size));
  const stacked = tf.customGrad((...given) => {
    const inputs = given.slice(0, varying.length) as Tensor[];
    const values = inputs.map((t) => t.dataSync());
    const found = new Float32Array(propagator.entries.length * units);
    for (let k = 0; k < units; k++) propagatorEntries(propagator, point(values, k)).forEach((x, e) => (found[e * units + k] = x));
    const gradFunc = (dy: Tensor) => {
      const incoming = dy.dataSync();
      return inputs.map((input, p) => {
        const sums = new Float64Array(input.size);
        for (let k = 0; k < units; k++) {
          const at = point(values, k);
          const slopes = propagatorSlopes(propagator, at, (e) => at(differentiate(e, varying[p]!)));
          slopes.forEach((slope, e) => (sums[input.size === 1 ? 0 : k]! += slope * incoming[e * units + k]!));
        }
        return tf.tensor(Float32Array.from(sums), input.shape, "float32");
      });
    };
    return { value: tf.tensor(found, [propagator.entries.length, units]), gradFunc };
  })(...tensors);
  // Not unstack, whose gradient fails where there is a single row.
  return new Map(propagator.entries.map(({ name }, k) => [name, tf.reshape(tf.slice(stacked, [k, 0], [1, units]), [units])]));
}

/** The statements of a cell as JavaScript functions over one array of values. */
import { evaluator } from "../../ir/evaluate.ts";
import type { Expr } from "../../ir/expr.ts";
import type { DerivedCell } from "./derivedCell.ts";
import { reserved } from "./derivedCell.ts";
import type { Definition } from "./straightLine.ts";

type Read = (values: Float64Array) => number;
type Run = (values: Float64Array) => void;

export interface CellProgram {
  readonly step: readonly Run[];
  readonly spike?: Read;
  readonly before: readonly Read[];
  readonly reset: readonly Run[];
  readonly membrane: Read;
  readonly after: Run;
  readonly recover: readonly Run[];
  readonly old: Run;
  readonly backward: readonly Run[];
  readonly dInput: Read;
  readonly coefficients: readonly { readonly adjoint: string; readonly perNeuron: boolean; readonly value: Read }[];
  readonly carry: Run;
}

/** @param names what the values are, in order; results are rounded to the precision */
export function compileProgram(derived: DerivedCell, names: readonly string[], precision: "f32" | "f64"): CellProgram {
  const slots = new Map(names.map((n, k) => [n, k] as const));
  const { forward, backward, trace } = derived;
  const round = precision === "f32" ? Math.fround : (x: number): number => x;
  const expression = (e: Expr): Read => {
    const run = evaluator(e, names);
    return (values) => round(run(values));
  };
  const define = ({ name, value }: Definition): Run => {
    const run = expression(value), slot = slots.get(name)!;
    return (values) => void (values[slot] = run(values));
  };
  /** Assignments at once, from the values before all of them. */
  const together = (targets: Iterable<readonly [string, Expr]>): Run => {
    const list = [...targets].filter(([n, e]) => e.kind !== "name" || e.name !== n)
      .map(([n, e]) => ({ slot: slots.get(n)!, run: expression(e), value: 0 }));
    return (values) => {
      for (const x of list) x.value = x.run(values);
      for (const x of list) values[x.slot] = x.value;
    };
  };
  return {
    step: forward.step.map(define), reset: forward.reset.map(define), membrane: expression(forward.membrane),
    ...(forward.spike && { spike: expression(forward.spike) }),
    before: trace.map((s) => expression(forward.before.get(s)!)), after: together(forward.after),
    recover: backward.recover.statements.map(define), old: together(backward.recover.values),
    backward: backward.statements.map(define), dInput: expression(backward.input),
    coefficients: derived.coefficients.all.flatMap((c) => {
      const e = backward.coefficients.get(c.name);
      return e ? [{ adjoint: c.name, perNeuron: c.perNeuron, value: expression(e) }] : [];
    }),
    carry: together([
      ...[...backward.carried.values()].map(({ name, next }) => [name, next] as const),
      ...(backward.spiked ? [[reserved.spikedAdjoint, backward.spiked] as const] : []),
    ]),
  };
}

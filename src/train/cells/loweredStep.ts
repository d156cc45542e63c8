/** What lowering makes of a model, as the step of a cell. */
import { UnsupportedError } from "../../errors.ts";
import { namesIn, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import type { Lowered } from "../../lower/lowered.ts";
import type { Propagator } from "./cell.ts";

/** @throws {UnsupportedError} for what has no gradient that could be followed */
export function refuse({ kernel, derived, integrator }: Lowered, what: string): void {
  if (kernel.body.some((s) => s.kind === "while")) {
    throw new UnsupportedError("method", `${what} is integrated by ${integrator.method}, whose number of inner steps depends on the state`,
      'Train it with another method: "exponential-euler", "rk4", "heun" or "euler".');
  }
  if (kernel.draws.length > 0 || derived.some((d) => !d.formula)) {
    throw new UnsupportedError("random", `${what} draws random numbers`, "Train a model without them, and add noise to its input.");
  }
  if (kernel.scalars.length > 0) throw new UnsupportedError("time", `${what} depends on the time t`, "Train a model that does not.");
  const every = [...kernel.body, ...(kernel.spike?.reset ?? [])].flatMap((s) => (s.kind === "while" ? [] : [s.value]));
  if ([...every, ...(kernel.spike ? [kernel.spike.condition] : [])].some((e) => namesIn(e).has("i"))) {
    throw new UnsupportedError("index", `${what} depends on the neuron's index i`, "Give it a parameter with one value for each neuron instead.");
  }
}

export interface Inlined {
  readonly expression: (e: Expr) => Expr;
  readonly statement: (s: Statement) => Statement;
  readonly propagators: readonly Propagator[];
}

/** Puts back what lowering computes once from constants, so that it can be differentiated; propagators stay names. */
export function inlineConstants({ derived }: Lowered): Inlined {
  const table = new Map<string, Expr>();
  const put = (e: Expr): Expr => substitute(e, table);
  const propagators: Propagator[] = [];
  for (const { names, formula } of derived) {
    if (formula?.kind === "expression") table.set(names[0]!, put(formula.value));
    else if (formula?.kind === "propagator") {
      propagators.push({
        dt: formula.dt, rates: formula.rates.map((row) => row.map(put)),
        entries: formula.entries.map((entry, k) =>
          ("weights" in entry ? { name: names[k]!, weights: entry.weights.map(put) } : { name: names[k]!, column: entry.column })),
      });
    }
  }
  return { propagators, expression: put, statement: (s) => (s.kind === "while" ? s : { ...s, value: put(s.value) }) };
}

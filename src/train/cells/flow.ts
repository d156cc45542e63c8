/** Gradients on their way back through definitions. */
import { differentiate } from "../../ir/differentiate.ts";
import { add, mul, name, namesIn, number } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { isNumber, simplify } from "../../ir/simplify.ts";
import type { Definition, Names } from "./straightLine.ts";

/** Sums of what flows back to each name. */
export class Flow {
  readonly statements: Definition[] = [];
  readonly #sums = new Map<string, Expr>();
  readonly #names: Names;
  readonly #constants: ReadonlySet<string>;

  /** @param constants names through which nothing flows */
  constructor(names: Names, constants: ReadonlySet<string>) {
    this.#names = names;
    this.#constants = constants;
  }

  of(n: string): Expr {
    return this.#sums.get(n) ?? number(0);
  }

  add(n: string, e: Expr): void {
    this.#sums.set(n, simplify(add(this.of(n), e)));
  }

  /** Names a value, so that it is computed once. */
  hold(wish: string, e: Expr): Expr {
    const value = simplify(e);
    if (value.kind !== "apply") return value;
    const label = this.#names.fresh(wish);
    this.statements.push({ name: label, value });
    return name(label);
  }

  /** Passes a gradient with respect to an expression on to the names in it. */
  through(e: Expr, adjoint: Expr): void {
    if (isNumber(adjoint, 0)) return;
    for (const n of namesIn(e)) {
      if (this.#constants.has(n)) continue;
      const slope = differentiate(e, n);
      if (!isNumber(slope, 0)) this.add(n, mul(adjoint, slope));
    }
  }

  /** Passes what has come to the definitions on, last one first. */
  back(definitions: readonly Definition[]): void {
    for (const d of [...definitions].reverse()) {
      const sum = this.of(d.name);
      if (!isNumber(sum, 0)) this.through(d.value, this.hold(`adjoint_${d.name}`, sum));
    }
  }
}

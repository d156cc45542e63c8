/** What the kernel being built declares: names that are unique, extra state, draws and per-element constants. */
import { invariant } from "../errors.ts";
import { evaluator } from "../ir/evaluate.ts";
import { name as nameExpr, namesIn, number } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { Draw } from "../ir/kernel.ts";
import type { Derived, DerivedFormula } from "./lowered.ts";

export class Scope {
  readonly draws: Draw[] = [];
  readonly derived: Derived[] = [];
  readonly initial: { name: string; value: number }[] = [];
  private readonly taken: Set<string>;
  private readonly constants: Set<string>;
  private nextDraw: number;

  /**
   * @param taken      names that mean something already
   * @param constants  those of them that are per-element constants
   * @param nextDraw   the first draw number that the model's text does not use
   */
  constructor(taken: Iterable<string>, constants: Iterable<string>, nextDraw: number) {
    this.taken = new Set(taken);
    this.constants = new Set(constants);
    this.nextDraw = nextDraw;
  }

  /** A name like the one wished for that nothing else has. */
  fresh(wish: string): string {
    let name = wish;
    for (let k = 2; this.taken.has(name); k++) name = `${wish}_${k}`;
    this.taken.add(name);
    return name;
  }

  /** Whether the value never changes and is known before the run: numbers, per-element constants and the index. */
  isConstant(e: Expr): boolean {
    if (e.kind === "apply") return e.args.every((a) => this.isConstant(a));
    return e.kind === "name" ? this.constants.has(e.name) || e.name === "i" : e.kind !== "random";
  }

  addState(wish: string, initial: number): string {
    const name = this.fresh(wish);
    this.initial.push({ name, value: initial });
    return name;
  }

  /** A standard normal number per element and step, independent of all others. */
  addNoise(wish: string): string {
    const name = this.fresh(wish);
    this.draws.push({ name, draw: this.nextDraw++, distribution: "normal" });
    return name;
  }

  /** The draw that the model's text numbers `draw`. */
  addDraw(draw: number, distribution: "uniform" | "normal"): string {
    const known = this.draws.find((d) => d.draw === draw);
    if (known) return known.name;
    const name = this.fresh(`draw_${draw}`);
    this.draws.push({ name, draw, distribution });
    return name;
  }

  /**
   * Values that one computation gives per element: names of new constants, or plain numbers when it depends on nothing.
   * @param wishes one readable name a value
   */
  addDerived(wishes: readonly string[], inputs: readonly string[], compute: Derived["compute"], formula?: DerivedFormula): Expr[] {
    if (inputs.length === 0) return [...compute(new Float64Array(0))].map((value) => number(value));
    invariant(inputs.every((n) => this.constants.has(n) || n === "i"), "derived constants come from constants");
    const names = wishes.map((wish) => this.fresh(wish));
    for (const n of names) this.constants.add(n);
    this.derived.push({ names, inputs, compute, ...(formula && { formula }) });
    return names.map((n) => nameExpr(n));
  }

  /** A constant expression computed once. */
  addConstant(wish: string, e: Expr): Expr {
    const inputs = [...namesIn(e)];
    const value = evaluator(e, inputs);
    return this.addDerived([wish], inputs, (values) => Float64Array.of(value(values)), { kind: "expression", value: e })[0]!;
  }
}

/**
 * What of a cell depends on its parameters alone: decay factors and the like. Kernels see only these numbers, computed in f64 once for each value
 * of the parameters; gradients with respect to them become those of the parameters by the chain rule, once a backward pass.
 */
import { invariant } from "../../errors.ts";
import { differentiate } from "../../ir/differentiate.ts";
import { evaluator } from "../../ir/evaluate.ts";
import { apply, isCondition, name, namesIn, number } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Reals } from "../sequence.ts";
import type { Propagator } from "./cell.ts";
import { propagatorEntries, propagatorSlopes } from "./propagator.ts";
import type { Names } from "./straightLine.ts";

export interface Coefficient {
  readonly name: string;
  /** One value for each neuron; else one for all. */
  readonly perNeuron: boolean;
  /** It depends on a parameter that is learned. */
  readonly learned: boolean;
}

/** Collects coefficients while expressions are rewritten, then computes them. */
export class Coefficients {
  readonly #parameters: readonly string[];
  readonly #perNeuron: ReadonlySet<string>;
  readonly #learned: ReadonlySet<string>;
  readonly #propagators: readonly Known[];
  /** Parameters, then entries of propagators: the order of a point. */
  readonly #order: readonly string[];
  readonly #names: Names;
  /** Expressions over parameters and entries of propagators. */
  readonly #expressions: { readonly name: string; readonly value: Expr }[] = [];

  constructor(
    parameters: readonly string[], learned: Iterable<string>, perNeuron: Iterable<string>, propagators: readonly Propagator[], names: Names,
  ) {
    this.#parameters = parameters;
    this.#learned = new Set(learned);
    this.#perNeuron = new Set(perNeuron);
    this.#order = [...parameters, ...propagators.flatMap((p) => p.entries.map((e) => e.name))];
    this.#propagators = propagators.map((propagator) => {
      const inputs = new Set(expressionsOf(propagator).flatMap((e) => [...namesIn(e)]));
      return { propagator, inputs, perNeuron: [...inputs].some((p) => this.#perNeuron.has(p)) };
    });
    this.#names = names;
  }

  /** The expression with everything that depends on parameters alone replaced by coefficients. */
  extract(e: Expr): Expr {
    if (e.kind === "number" || e.kind === "boolean" || e.kind === "random") return e;
    if (this.#isConstant(e)) {
      if (e.kind === "apply" && namesIn(e).size === 0) return simplify(e);
      return isCondition(e) ? apply("gt", this.#add(apply("int", e)), number(0.5)) : this.#add(e);
    }
    if (e.kind === "name") return e;
    const args = e.args.map((a) => this.extract(a));
    return args.every((a, k) => a === e.args[k]) ? e : apply(e.op, ...args);
  }

  /** Those that are in use. */
  get all(): readonly Coefficient[] {
    return this.#expressions.map(({ name: n, value }) => {
      const inputs = this.#inputsOf(value);
      return { name: n, perNeuron: inputs.some((p) => this.#perNeuron.has(p)), learned: inputs.some((p) => this.#learned.has(p)) };
    });
  }

  /**
   * The value of every coefficient: [units] for those with one for each neuron, else [1].
   * @param parameters name → [units] or [1]
   */
  values(parameters: ReadonlyMap<string, Reals>, units: number): Map<string, Float64Array> {
    const list = this.all;
    const found = new Map(list.map((c) => [c.name, new Float64Array(c.perNeuron ? units : 1)] as const));
    const longest = list.some((c) => c.perNeuron) ? units : 1;
    const value = this.#evaluators();
    const at = new Float64Array(this.#order.length);
    for (let k = 0; k < longest; k++) {
      this.#move(at, parameters, k, value);
      list.forEach((c, i) => {
        if (k === 0 || c.perNeuron) found.get(c.name)![k] = value(this.#expressions[i]!.value)(at);
      });
    }
    return found;
  }

  /**
   * Gradients of the learned parameters, [units] or [1] as the parameter, from those of the coefficients (of their lengths in `values`).
   */
  gradients(adjoints: ReadonlyMap<string, Reals>, parameters: ReadonlyMap<string, Reals>, units: number): Map<string, Float64Array> {
    const learned = this.#parameters.filter((p) => this.#learned.has(p));
    const totals = new Map(learned.map((p) => [p, new Float64Array(this.#perNeuron.has(p) ? units : 1)] as const));
    const list = this.all.map((c, i) => ({ ...c, value: this.#expressions[i]!.value, inputs: new Set(this.#inputsOf(this.#expressions[i]!.value)) }))
      .filter((c) => c.learned);
    const longest = list.some((c) => c.perNeuron) ? units : 1;
    const value = this.#evaluators();
    const at = new Float64Array(this.#order.length);
    for (let k = 0; k < longest; k++) {
      this.#move(at, parameters, k, value);
      const live = list.filter((c) => k === 0 || c.perNeuron);
      for (const p of learned) {
        if (k > 0 && !this.#perNeuron.has(p) && !live.some((c) => c.inputs.has(p))) continue;
        const slopes = this.#slopes(p, at, value);
        let sum = 0;
        for (const c of live) {
          const adjoint = adjoints.get(c.name)?.[c.perNeuron ? k : 0] ?? 0;
          if (adjoint !== 0) sum += adjoint * slopes(c.value);
        }
        const total = totals.get(p)!;
        total[total.length === 1 ? 0 : k]! += sum;
      }
    }
    return totals;
  }

  #isConstant(e: Expr): boolean {
    if (e.kind === "apply") return e.args.every((a) => this.#isConstant(a));
    return e.kind === "number" || e.kind === "boolean" || (e.kind === "name" && this.#order.includes(e.name));
  }

  #add(e: Expr): Expr {
    const key = JSON.stringify(e);
    const known = this.#expressions.find((x) => JSON.stringify(x.value) === key);
    if (known) return name(known.name);
    const wish = e.kind === "name" ? e.name : `constant_${[...namesIn(e)].join("_")}`;
    const label = e.kind === "name" ? e.name : this.#names.fresh(wish);
    this.#expressions.push({ name: label, value: e });
    return name(label);
  }

  #inputsOf(e: Expr): string[] {
    return [...namesIn(e)].flatMap((n) => {
      const owner = this.#propagators.find(({ propagator }) => propagator.entries.some((entry) => entry.name === n));
      return owner ? [...owner.inputs] : [n];
    });
  }

  #evaluators(): (e: Expr) => (at: Float64Array) => number {
    const order = this.#order;
    const known = new Map<Expr, (at: ArrayLike<number>) => number>();
    return (e) => known.get(e) ?? remember(known, e, evaluator(e, order));
  }

  /** Moves a point on to neuron k; what all neurons share stays as the first made it. */
  #move(at: Float64Array, parameters: ReadonlyMap<string, Reals>, k: number, value: (e: Expr) => (at: Float64Array) => number): void {
    this.#parameters.forEach((p, i) => {
      const values = parameters.get(p);
      invariant(values, `no value for the parameter ${p}`);
      at[i] = values[values.length === 1 ? 0 : k]!;
    });
    let next = this.#parameters.length;
    for (const { propagator, perNeuron } of this.#propagators) {
      if (k === 0 || perNeuron) at.set(propagatorEntries(propagator, (e) => value(e)(at)), next);
      next += propagator.entries.length;
    }
  }

  /** The derivative of expressions with respect to one parameter, at a point. */
  #slopes(parameter: string, at: Float64Array, value: (e: Expr) => (at: Float64Array) => number): (e: Expr) => number {
    const direct = (e: Expr): number => value(this.#derivative(e, parameter))(at);
    const slopes = new Map<string, number>();
    for (const { propagator, inputs } of this.#propagators) {
      if (!inputs.has(parameter)) continue;
      const found = propagatorSlopes(propagator, (e) => value(e)(at), direct);
      propagator.entries.forEach((entry, k) => slopes.set(entry.name, found[k]!));
    }
    return (e) => {
      let sum = direct(e);
      for (const n of slopes.size === 0 ? [] : namesIn(e)) {
        const slope = slopes.get(n);
        if (slope) sum += value(this.#derivative(e, n))(at) * slope;
      }
      return sum;
    };
  }

  readonly #derivatives = new Map<Expr, Map<string, Expr>>();

  #derivative(e: Expr, by: string): Expr {
    const known = this.#derivatives.get(e) ?? remember(this.#derivatives, e, new Map<string, Expr>());
    return known.get(by) ?? remember(known, by, differentiate(e, by));
  }
}

interface Known { readonly propagator: Propagator; readonly inputs: ReadonlySet<string>; readonly perNeuron: boolean }

const expressionsOf = (p: Propagator): Expr[] => [...p.rates.flat(), ...p.entries.flatMap((e) => ("weights" in e ? e.weights : []))];

function remember<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}

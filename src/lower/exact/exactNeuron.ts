/**
 * A neuron model as the event-driven engine needs it: linear equations with coefficients that are constants of the neuron, a threshold that is
 * linear in the state, and a reset. What has no closed form is refused with the term that prevents it.
 */
import { UnsupportedError } from "../../errors.ts";
import { namesIn, number, sub, substitute, visitExpr } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { linearParts } from "../../ir/linear.ts";
import { printExpr } from "../../ir/print.ts";
import { isNumber, simplify } from "../../ir/simplify.ts";
import type { CheckedNeuron } from "../../model/checked.ts";
import { linearSystem } from "../linearSystem.ts";
import { inlineSubexpressions } from "../resolve.ts";
import { Scope } from "../scope.ts";
import { isWhiteNoise, separateNoise, variableNames } from "../system.ts";
import type { Equation, System } from "../system.ts";

/** Expressions hold names of parameters, `i` and nothing else, unless it says so. */
export interface ExactNeuron {
  /** Variables with a course in time, in the order of the model. */
  readonly variables: readonly string[];
  /** Variables that hold what arrives at one moment. */
  readonly impulses: readonly string[];
  /** d(variables[row])/dt = Σ rate·variables[column] + inputs[row]. */
  readonly rates: readonly { readonly row: number; readonly column: number; readonly value: Expr }[];
  readonly inputs: readonly Expr[];
  /** Whether a variable stands still, and receives nothing, while the neuron is refractory. */
  readonly frozen: readonly boolean[];
  readonly threshold: ExactThreshold | undefined;
  /** Values may also hold variables, impulses and t. */
  readonly reset: readonly { readonly target: string; readonly value: Expr }[];
  /** Seconds, evaluated after the reset; may also hold variables and t. */
  readonly refractory: Expr | undefined;
}

/** The neuron spikes when Σ weight·variable + rest > 0, or ≥ 0 where inclusive. */
export interface ExactThreshold {
  readonly weights: ReadonlyMap<string, Expr>;
  readonly rest: Expr;
  readonly inclusive: boolean;
}

/**
 * @param owner e.g. `population "E"`, for messages
 * @throws {UnsupportedError} for a model without a closed form
 */
export function exactNeuron(model: CheckedNeuron, size: number, owner: string): ExactNeuron {
  const what = `${owner}: neuron "${model.name}"`;
  const inline = (e: Expr): Expr => simplify(substitute(inlineSubexpressions(model, e), new Map([["N", number(size)]])));
  const parameters = model.parameters.map((p) => p.name);
  const variables = model.variables.filter((v) => !v.impulse);
  const names = variables.map((v) => v.name);
  const impulses = model.variables.filter((v) => v.impulse).map((v) => v.name);
  const known = new Set([...parameters, ...model.variables.map((v) => v.name)]);
  const constants = new Set([...parameters, "i"]);

  const equations = variables.flatMap((v): Equation[] => {
    if (!v.derivative) return [];
    const derivative = inline(v.derivative);
    refuseNames(derivative, new Set([...constants, ...names]), `${what}: d${v.name}/dt`, (n) => isWhiteNoise(n) && !known.has(n));
    const parts = separateNoise(model.name, v.name, derivative, (n) => isWhiteNoise(n) && !known.has(n));
    if (parts.noise.size > 0) throw refusal(`${what}: d${v.name}/dt holds white noise (${[...parts.noise.keys()].join(", ")})`);
    return [{ name: v.name, ...parts, frozen: v.unlessRefractory, scale: 1 }];
  });
  const scope = new Scope([...known, "t", "dt", "i", "j", "N"], [...constants], model.draws);
  const system: System = { model: model.name, dt: 0, equations, tolerance: 0, scope, fire: () => [] };
  const solved = linearSystem(system, variableNames(system));
  if ("obstacle" in solved) {
    const { variable, why, term } = solved.obstacle;
    throw refusal(`${what}: d${variable}/dt ${why}${term ? `: ${printExpr(term)}` : ""}`);
  }
  // A variable that has no equation changes by arrivals and resets alone; others may be driven by it, so it takes part as one of rate zero.
  const still = names.filter((n) => !equations.some((e) => e.name === n));
  const rates: { row: number; column: number; value: Expr }[] = [];
  const inputs = names.map((): Expr => number(0));
  for (const row of solved.rows) {
    const at = names.indexOf(row.name);
    const parts = linearParts(row.input, new Set(still));
    if (!parts.linear) throw refusal(`${what}: d${row.name}/dt is not linear in the state variables: ${printExpr(parts.term)}`);
    for (const [column, value] of [...row.rates, ...parts.coefficients]) {
      if ([...namesIn(value)].some((n) => !constants.has(n)))
        throw refusal(`${what}: d${row.name}/dt is not linear in the state variables: ${printExpr(value)}*${column}`);
      rates.push({ row: at, column: names.indexOf(column), value });
    }
    inputs[at] = parts.rest;
  }
  const refractory = refractoryOf(model, what);
  const reset = model.reset.map((r) => ({ target: r.target, value: inline(r.value) }));
  for (const r of reset) refuseNames(r.value, new Set([...known, "t", "i"]), `${what}: the reset of ${r.target}`);
  if (refractory) refuseNames(inline(refractory), new Set([...known, "t", "i"]), `${what}: the refractory time`);
  return {
    variables: names, impulses, rates, inputs, frozen: variables.map((v) => v.unlessRefractory && refractory !== undefined),
    threshold: model.threshold && thresholdOf(inline(model.threshold), new Set([...names, ...impulses]), constants, what),
    reset, refractory: refractory && inline(refractory),
  };
}

function refractoryOf(model: CheckedNeuron, what: string): Expr | undefined {
  if (!model.refractory || !model.threshold) return undefined;
  if (model.refractory.kind === "time") return model.refractory.value;
  throw refusal(`${what}: it is refractory while a condition holds: ${printExpr(model.refractory.value)}`);
}

function thresholdOf(condition: Expr, state: ReadonlySet<string>, constants: ReadonlySet<string>, what: string): ExactThreshold {
  const odd = (): UnsupportedError =>
    refusal(`${what}: the threshold is not one comparison of terms that are linear in the state variables: ${printExpr(condition)}`);
  refuseNames(condition, new Set([...state, ...constants]), `${what}: the threshold ${printExpr(condition)}`);
  if (condition.kind !== "apply" || !["lt", "le", "gt", "ge"].includes(condition.op)) throw odd();
  const [a, b] = condition.args as [Expr, Expr];
  const greater = condition.op === "gt" || condition.op === "ge";
  const parts = linearParts(simplify(greater ? sub(a, b) : sub(b, a)), state);
  if (!parts.linear) throw odd();
  const weights = new Map([...parts.coefficients].filter(([, value]) => !isNumber(value, 0)));
  if ([...weights.values()].some((value) => [...namesIn(value)].some((n) => state.has(n)))) throw odd();
  return { weights, rest: parts.rest, inclusive: condition.op === "ge" || condition.op === "le" };
}

/** @throws {UnsupportedError} for a draw, or a name that is not allowed: the time, the step, an impulse */
function refuseNames(e: Expr, allowed: ReadonlySet<string>, what: string, ignore: (name: string) => boolean = () => false): void {
  visitExpr(e, (node) => {
    if (node.kind === "random") throw refusal(`${what} draws random numbers`);
    if (node.kind !== "name" || allowed.has(node.name) || ignore(node.name)) return;
    const because: Readonly<Record<string, string>> = { t: "changes in time by itself (t)", dt: "depends on a step (dt), and there is none" };
    throw refusal(`${what} ${because[node.name] ?? `uses ${node.name}, which lasts no time`}`);
  });
}

/** What the event-driven engine cannot do. */
export const refusal = (problem: string, hint = 'Use the grid instead: compile(net, { dt: "0.1 ms" }).'): UnsupportedError =>
  new UnsupportedError("exact-engine", `engine "exact": ${problem}`, hint);

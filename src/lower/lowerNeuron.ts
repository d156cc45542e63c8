/**
 * A neuron model becomes a kernel. In each step, from t to t+dt, in this order (as in NEST):
 *
 * 1. impulse variables take the sum of what arrives in this step, zero when nothing does;
 * 2. all variables advance from t to t+dt; those `unless refractory` stand still while the neuron is refractory, and are constants for the
 *    others;
 * 3. what arrives is added to the other variables that receive input; it is lost for a variable that stands still;
 * 4. the threshold is tested on the new values, unless the neuron is refractory in this step; a spike is at t+dt;
 * 5. reset acts, statement after statement, each seeing the values before it already changed; then the refractory time is evaluated.
 *
 * A refractory time t_ref makes the round(t_ref/dt) steps after the spike refractory (halves are rounded up). A refractory condition holds from
 * the spike until it is false at the end of a step; in that same step the threshold is tested again. `t` is the start of the step in equations,
 * its end in threshold, reset and refractory. One draw (`rand()`) has one value in a step, wherever it is used.
 * Under rkf45 steps 4 and 5 also act after each of its inner steps (see integrators/rkf45.ts).
 */
import { invariant } from "../errors.ts";
import { add, apply, boolean, div, name, namesIn, number, select, sub, substitute, visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { MapKernel, Statement } from "../ir/kernel.ts";
import { simplify } from "../ir/simplify.ts";
import type { CheckedNeuron } from "../model/checked.ts";
import { chooseMethod } from "./chooseMethod.ts";
import { decayingVariables } from "./flush.ts";
import { hoister } from "./hoist.ts";
import type { Lowered, LowerOptions } from "./lowered.ts";
import { resolver } from "./resolve.ts";
import { Scope } from "./scope.ts";
import { shareCommon } from "./shareCommon.ts";
import { isWhiteNoise, naturalScale, separateNoise } from "./system.ts";
import type { Advance, Equation, System } from "./system.ts";

/** How many draw numbers a model may take: options.draws must be numbered from here on. */
export function ownDraws(model: CheckedNeuron): number {
  const noise = new Set<string>();
  for (const e of [...model.variables.flatMap((v) => v.derivative ?? []), ...model.subexpressions.map((s) => s.value)]) {
    for (const n of namesIn(e)) if (isWhiteNoise(n)) noise.add(n);
  }
  return model.draws + (noise.size === 0 ? 0 : noise.size + model.variables.length);
}

/**
 * @throws {EquationError} when the method asked for cannot advance these equations, or noise enters in a way that has no meaning
 * @throws {UnsupportedError} when an equation is too long once its subexpressions are put in
 */
export function lowerNeuron(model: CheckedNeuron, options: LowerOptions): Lowered {
  invariant(options.draws.every((d) => d.draw >= ownDraws(model)), `draws of the kernel ${options.kernelName} are numbered after those of its model`);
  const scope = scopeOf(model, options);
  const resolve = resolver(model, options, scope);
  const spiking = spikeParts(model, options, scope, resolve);
  const system = systemOf(model, options, scope, resolve, spiking);
  const chosen = chooseMethod(model, system, options.method ?? model.method);
  const advance = chosen.integrator(system);
  const inner = chosen.method === "rkf45" && system.equations.length > 0;

  const body: Statement[] = [...takeImpulses(model, options), ...spiking.countDown];
  if (inner && model.threshold) body.push({ kind: "let", name: spiking.fired, value: number(0) });
  body.push(...advance.statements, ...storeNext(model, options, system, advance));
  body.push(...spiking.endOfRefractoriness(inner));
  if (inner && Object.keys(options.arrivals).length > 0) body.push(...spiking.fire());
  const spike = model.threshold && (inner ? { condition: apply("gt", name(spiking.fired), number(0.5)), reset: [] } : spiking.spike);

  const { hoist, scalars } = hoister(scope, options.scalars);
  const hoisted = shareCommon(body.map((s) => mapStatement(s, hoist)), scope);
  const hoistedSpike = spike && { condition: hoist(spike.condition), reset: spike.reset.map((s) => mapStatement(s, hoist)) };
  const used = usedNames(hoisted, hoistedSpike);
  const isUsed = (entry: { readonly name: string }): boolean => used.has(entry.name);
  const draws = [...options.draws.filter(isUsed), ...scope.draws.filter(isUsed)];
  for (const d of draws) {
    if (d.distribution !== "poisson" || "mean" in d) continue;
    for (const n of [d.meanArray, d.meanScalar]) if (n !== undefined) used.add(n);
  }
  const derived = scope.derived.filter((d) => d.names.some((n) => used.has(n)));
  const kernel: MapKernel = {
    name: options.kernelName,
    state: [...model.variables.map((v) => v.name), ...scope.initial.map((s) => s.name)],
    constants: [...options.constants, ...derived.flatMap((d) => d.names)].filter((n) => used.has(n)),
    scalars: [...options.scalars, ...scalars].filter(isUsed),
    inputs: options.inputs.filter((n) => used.has(n)),
    draws,
    body: hoisted,
    ...(hoistedSpike && { spike: hoistedSpike }),
    finite: model.variables.map((v) => v.name),
    flush: decayingVariables(system),
  };
  return { kernel, derived, initial: scope.initial, integrator: { method: chosen.method, reason: chosen.reason, perVariable: advance.perVariable } };
}

function scopeOf(model: CheckedNeuron, options: LowerOptions): Scope {
  const taken = [
    "t", "dt", "i", "j", "N", ...options.constants, ...options.inputs, ...options.scalars.map((s) => s.name), ...options.draws.map((d) => d.name),
    ...model.variables.map((v) => v.name), ...model.parameters.map((p) => p.name), ...model.subexpressions.map((s) => s.name),
  ];
  return new Scope(taken, options.constants, model.draws);
}

function systemOf(model: CheckedNeuron, options: LowerOptions, scope: Scope, resolve: (e: Expr) => Expr, spiking: SpikeParts): System {
  const known = new Set([...model.parameters, ...model.variables, ...model.subexpressions].map((x) => x.name));
  const equations = model.variables.flatMap((v): Equation[] => {
    if (!v.derivative || v.impulse) return [];
    const parts = separateNoise(model.name, v.name, resolve(v.derivative), (n) => isWhiteNoise(n) && !known.has(n));
    return [{ name: v.name, ...parts, frozen: v.unlessRefractory && spiking.refractory !== undefined, scale: naturalScale(v.dimension) }];
  });
  return {
    model: model.name,
    dt: options.dt,
    equations,
    ...(spiking.refractory && { refractory: spiking.refractory }),
    tolerance: options.tolerance ?? 1e-6,
    scope,
    fire: spiking.fire,
  };
}

interface SpikeParts {
  /** The condition under which the neuron is refractory in this step. */
  readonly refractory?: Expr;
  /** At the start of a step. */
  readonly countDown: readonly Statement[];
  /** After the variables have advanced. */
  readonly endOfRefractoriness: (mayHaveFired: boolean) => readonly Statement[];
  readonly spike: { readonly condition: Expr; readonly reset: readonly Statement[] };
  /** The same within the body: tests the threshold, resets, and notes the spike in `fired`. */
  readonly fire: () => readonly Statement[];
  readonly fired: string;
}

function spikeParts(model: CheckedNeuron, options: LowerOptions, scope: Scope, resolve: (e: Expr) => Expr): SpikeParts {
  // Spikes are at the end of the step.
  const atEnd = (e: Expr): Expr => resolve(substitute(e, new Map([["t", add(name("t"), number(options.dt))]])));
  const threshold = model.threshold ? atEnd(model.threshold) : boolean(false);
  const reset: Statement[] = model.reset.map((r) => ({ kind: "assign", name: r.target, value: atEnd(r.value) }));
  const fired = scope.fresh("fired");
  const build = (condition: Expr, parts: Pick<SpikeParts, "refractory" | "countDown" | "endOfRefractoriness">): SpikeParts => ({
    ...parts, fired, spike: { condition, reset }, fire: () => (model.threshold ? fireInBody(condition, reset, fired, scope) : []),
  });
  if (!model.refractory || !model.threshold) return build(threshold, { countDown: [], endOfRefractoriness: () => [] });

  if (model.refractory.kind === "time") {
    // The counter holds one more than the steps still to come, because it counts down at the start of each step.
    const counter = scope.addState("refractory_steps", 0);
    // The addition lets 0.25 ms / 0.1 ms, which is a little less than 2.5 in binary, round up like any other half.
    const steps = apply("floor", add(div(atEnd(model.refractory.value), number(options.dt)), number(0.5 + 1e-9)));
    reset.push({ kind: "assign", name: counter, value: simplify(select(apply("gt", steps, number(0)), add(steps, number(1)), number(0))) });
    const counting = apply("gt", name(counter), number(0));
    // Below zero it counts on, to where one less is the same number.
    return build(apply("and", apply("not", counting), threshold), {
      refractory: counting,
      countDown: [{ kind: "assign", name: counter, value: sub(name(counter), number(1)) }],
      endOfRefractoriness: () => [],
    });
  }

  const flag = scope.addState("is_refractory", 0);
  const isSet = apply("gt", name(flag), number(0.5));
  const condition = atEnd(model.refractory.value);
  reset.push({ kind: "assign", name: flag, value: number(1) });
  return build(apply("and", apply("le", name(flag), number(0.5)), threshold), {
    refractory: isSet,
    countDown: [],
    endOfRefractoriness: (mayHaveFired) => {
      // A spike inside this step begins its refractoriness here; only later steps end it.
      const lasts = mayHaveFired ? apply("or", condition, apply("gt", name(fired), number(0.5))) : condition;
      return [{ kind: "assign", name: flag, value: apply("int", apply("and", isSet, lasts)) }];
    },
  });
}

function fireInBody(condition: Expr, reset: readonly Statement[], fired: string, scope: Scope): Statement[] {
  const hit = scope.fresh("hit");
  const isHit = apply("gt", name(hit), number(0.5));
  return [
    { kind: "let", name: hit, value: apply("int", condition) },
    ...reset.map((s): Statement => (s.kind === "while" ? s : { ...s, value: select(isHit, s.value, name(s.name)) })),
    { kind: "assign", name: fired, value: apply("max", name(fired), name(hit)) },
  ];
}

function takeImpulses(model: CheckedNeuron, options: LowerOptions): Statement[] {
  const impulses = model.variables.filter((v) => v.impulse);
  return impulses.map((v) => ({ kind: "assign", name: v.name, value: simplify(options.arrivals[v.name] ?? number(0)) }));
}

/** Writes new values and adds what arrived. Values that need the old state of a variable written before them are computed first. */
function storeNext(model: CheckedNeuron, options: LowerOptions, system: System, advance: Advance): Statement[] {
  const lets: Statement[] = [];
  const assigns: Statement[] = [];
  const written = new Set<string>();
  for (const v of model.variables) {
    if (v.impulse) continue;
    const arrival = options.arrivals[v.name];
    let value = advance.next.get(v.name) ?? name(v.name);
    if (arrival) value = simplify(add(value, arrival));
    if (value.kind === "name" && value.name === v.name) continue;
    if ([...namesIn(value)].some((n) => n !== v.name && written.has(n))) {
      const label = system.scope.fresh(`${v.name}_new`);
      lets.push({ kind: "let", name: label, value });
      value = name(label);
    }
    if (v.unlessRefractory && system.refractory) value = select(system.refractory, name(v.name), value);
    assigns.push({ kind: "assign", name: v.name, value });
    written.add(v.name);
  }
  return [...lets, ...assigns];
}

function mapStatement(s: Statement, rewrite: (e: Expr) => Expr): Statement {
  if (s.kind === "while") return { ...s, condition: rewrite(s.condition), body: s.body.map((inner) => mapStatement(inner, rewrite)) };
  return { ...s, value: rewrite(s.value) };
}

function usedNames(body: readonly Statement[], spike: MapKernel["spike"]): Set<string> {
  const used = new Set<string>();
  const visit = (e: Expr): void => visitExpr(e, (node) => node.kind === "name" && used.add(node.name));
  const walk = (s: Statement): void => {
    if (s.kind === "while") {
      visit(s.condition);
      s.body.forEach(walk);
    } else visit(s.value);
  };
  body.forEach(walk);
  if (spike) {
    visit(spike.condition);
    spike.reset.forEach(walk);
  }
  return used;
}

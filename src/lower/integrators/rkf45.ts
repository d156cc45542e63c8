/**
 * Runge–Kutta–Fehlberg 4(5) with a step that adapts inside [t, t+dt], per element and carried from step to step, by the rules of the GNU
 * Scientific Library's `gsl_odeiv_control_y_new(tolerance, 0)` that NEST uses: the fifth-order solution is kept when the largest error
 * estimate is within 1.1 tolerances; the step then grows or shrinks by at most 5. The tolerance counts in each variable's natural unit
 * (mV, pA, nS; see naturalScale). An element that needs more than `iterationLimit` inner steps in one dt becomes NaN, which stops the run with
 * an error that names it: its equation blows up, and needs a bound (as NEST's V_peak). The threshold is tested after each inner step and
 * reset acts there, as in NEST's aeif models, so that a neuron that spikes early in a step is not carried into its own upstroke for the rest.
 *
 * @source Fehlberg (1969), NASA TR R-315, table III. The GNU Scientific Library manual, "Adaptive step-size control".
 */
import { add, apply, div, mul, name, number, select, sub } from "../../ir/expr.ts";
import type { Expr, NameExpr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Advance, System } from "../system.ts";
import { combine, named, oldState, slopes } from "./stages.ts";
import type { Values } from "./stages.ts";

const nodes = [0, 1 / 4, 3 / 8, 12 / 13, 1, 1 / 2];
const weights = [
  [],
  [1 / 4],
  [3 / 32, 9 / 32],
  [1932 / 2197, -7200 / 2197, 7296 / 2197],
  [439 / 216, -8, 3680 / 513, -845 / 4104],
  [-8 / 27, 2, -3544 / 2565, 1859 / 4104, -11 / 40],
];
const fifthOrder = [16 / 135, 0, 6656 / 12825, 28561 / 56430, -9 / 50, 2 / 55];
/** Fifth minus fourth order. */
const errorWeights = [1 / 360, 0, -128 / 4275, -2197 / 75240, 1 / 50, 2 / 55];

/** An exponential upstroke from threshold to V_peak within one dt takes about 200. */
const iterationLimit = 5000;

const nameOf = (text: string): NameExpr => ({ kind: "name", name: text });

export function rkf45(system: System): Advance {
  const { scope, dt } = system;
  const step = nameOf(scope.addState("integration_step", dt));
  const remaining = nameOf(scope.fresh("remaining"));
  const h = nameOf(scope.fresh("h"));
  const body: Statement[] = [{ kind: "let", name: h.name, value: apply("min", step, remaining) }];

  const elapsed = sub(number(dt), remaining);
  const k: Values[] = [];
  for (let stage = 0; stage < 6; stage++) {
    const moved = (): Values => combine(system, h, weights[stage]!.map((w, j) => [w, k[j]!]));
    const start = stage === 0 ? oldState(system) : named(system, `stage${stage + 1}`, moved(), body);
    k.push(slopes(system, start, add(elapsed, mul(number(nodes[stage]!), h)), stage + 1, body));
  }
  const fifth = combine(system, h, fifthOrder.map((w, j) => [w, k[j]!]));
  const errors = system.equations.map(({ name: n, scale }) => {
    const sum = errorWeights.map((w, j) => mul(number(w / (scale * system.tolerance)), k[j]!.get(n)!)).reduce(add);
    const label = scope.fresh(`error_${n}`);
    body.push({ kind: "let", name: label, value: apply("abs", mul(h, simplify(sum))) });
    return name(label);
  });
  const ratio = nameOf(scope.fresh("error"));
  body.push({ kind: "let", name: ratio.name, value: errors.reduce<Expr>((a, b) => apply("max", a, b), number(0)) });

  const accepted = nameOf(scope.fresh("accepted"));
  // Each error on its own: a NaN fails its comparison, where a maximum could drop it.
  const bearable = errors.map((error) => apply("le", error, number(1.1))).reduce((a, b) => apply("and", a, b));
  body.push({ kind: "let", name: accepted.name, value: apply("int", bearable) });
  const isAccepted = apply("gt", accepted, number(0.5));
  const values = named(system, "next", fifth, body);
  for (const [n, value] of values) body.push({ kind: "assign", name: n, value: select(isAccepted, value, name(n)) });
  body.push({ kind: "assign", name: step.name, value: nextStep(dt, step, h, ratio, isAccepted) });
  body.push({ kind: "assign", name: remaining.name, value: select(isAccepted, sub(remaining, h), remaining) });
  body.push(...system.fire());

  const statements: Statement[] = [
    { kind: "let", name: remaining.name, value: number(dt) },
    { kind: "while", condition: apply("gt", remaining, number(0)), limit: iterationLimit, body },
  ];
  const unfinished = apply("gt", remaining, number(0));
  const next: Values = new Map(system.equations.map(({ name: n }) => [n, select(unfinished, div(number(0), number(0)), name(n))]));
  return { statements, next, perVariable: Object.fromEntries(system.equations.map((e) => [e.name, "rkf45"])) };
}

/** GSL's rule; a step that was cut short by the end of dt does not make the carried one smaller. */
function nextStep(dt: number, step: Expr, h: Expr, ratio: Expr, isAccepted: Expr): Expr {
  const power = (exponent: number): Expr => apply("pow", apply("max", ratio, number(1e-10)), number(exponent));
  const shorter = mul(h, apply("max", number(0.2), mul(number(0.9), power(-1 / 5))));
  const longer = apply("max", step, mul(h, apply("min", number(5), apply("max", number(1), mul(number(0.9), power(-1 / 6))))));
  const kept = apply("max", step, h);
  const adapted = select(apply("le", ratio, number(1.1)), select(apply("lt", ratio, number(0.5)), longer, kept), shorter);
  const bounded = apply("min", number(dt), adapted);
  // Rejected although no error is too large: one of them is NaN, and tells nothing about a better step.
  return select(apply("or", isAccepted, apply("gt", ratio, number(1.1))), bounded, div(h, number(2)));
}

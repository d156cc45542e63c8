/** One step of a synapse model's clock-driven equations; values of neurons and of other variables stand still during it. */
import { apply, name } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { Statement } from "../ir/kernel.ts";
import type { CheckedSynapse } from "../model/checkedSynapse.ts";
import type { Dimension } from "../model/checked.ts";
import { euler } from "./integrators/euler.ts";
import { exponentialEuler, exponentialEulerObstacle } from "./integrators/exponentialEuler.ts";
import { rk4 } from "./integrators/rk4.ts";
import { Scope } from "./scope.ts";
import { isWhiteNoise, naturalScale, noiseNames, separateNoise } from "./system.ts";
import type { System } from "./system.ts";

export interface ClockEquation {
  readonly name: string;
  readonly dimension: Dimension;
  readonly derivative: Expr;
}

/** Equations that are linear each in its own variable are advanced by the exponential Euler method, others by rk4, noise by Euler–Maruyama. */
export function synapseClockStep(
  model: CheckedSynapse,
  equations: readonly ClockEquation[],
  dt: number,
): { readonly statements: readonly Statement[] } {
  if (equations.length === 0) return { statements: [] };
  const taken = [...model.variables.map((v) => v.name), ...model.parameters.map((p) => p.name), ...model.modulators, "t", "dt", "i", "j", "elapsed"];
  const scope = new Scope(taken, [], model.draws);
  const system: System = {
    model: model.name,
    dt,
    equations: equations.map((e) => ({
      name: e.name,
      ...separateNoise(model.name, e.name, e.derivative, isWhiteNoise),
      frozen: false,
      scale: naturalScale(e.dimension),
    })),
    tolerance: 1e-6,
    scope,
    fire: () => [],
  };
  const integrator = noiseNames(system).length > 0 ? euler : exponentialEulerObstacle(system) ? rk4 : exponentialEuler;
  const advance = integrator(system);
  const drawn = new Map(scope.draws.map((d) => [d.name, { kind: "random", distribution: "normal", draw: d.draw } as Expr]));
  const put = (e: Expr): Expr => (e.kind === "apply" ? apply(e.op, ...e.args.map(put)) : e.kind === "name" ? (drawn.get(e.name) ?? e) : e);
  const lets = advance.statements.map((s): Statement => (s.kind === "while" ? s : { ...s, value: put(s.value) }));
  const next = [...advance.next].map(([n, value]): Statement => ({ kind: "let", name: `${n} next`, value: put(value) }));
  return {
    statements: [...lets, ...next, ...[...advance.next.keys()].map((n): Statement => ({ kind: "assign", name: n, value: name(`${n} next`) }))],
  };
}

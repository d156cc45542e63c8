/**
 * Heun's method: an Euler step, then the mean of the slopes at both ends. Order 2; with additive white noise order 1 strong, and the drift
 * sees the noise of its own step. Multiplicative noise is refused: Heun would converge to Stratonovich's reading, Euler–Maruyama to Itô's.
 */
import { add, namesIn, number } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { simplify } from "../../ir/simplify.ts";
import type { Advance, Obstacle, System } from "../system.ts";
import { variableNames } from "../system.ts";
import { noiseIncrement } from "./euler.ts";
import { combine, named, oldState, slopes } from "./stages.ts";
import type { Values } from "./stages.ts";

export function heun(system: System): Advance {
  const statements: Statement[] = [];
  const dt = number(system.dt);
  const increment = noiseIncrement(system);
  const noise = new Map(system.equations.map((e) => [e.name, increment(e)]));
  const withNoise = (values: Values): Values => new Map([...values].map(([n, value]) => [n, simplify(add(value, noise.get(n)!))]));
  const first = slopes(system, oldState(system), number(0), 1, statements);
  const predicted = named(system, "predicted", withNoise(combine(system, dt, [[1, first]])), statements);
  const second = slopes(system, predicted, dt, 2, statements);
  const next = withNoise(combine(system, dt, [[0.5, first], [0.5, second]]));
  return { statements, next, perVariable: Object.fromEntries(system.equations.map((e) => [e.name, "heun"])) };
}

/** The first equation whose noise depends on the state. */
export function heunObstacle(system: System): Obstacle | undefined {
  const variables = variableNames(system);
  for (const equation of system.equations) {
    for (const amplitude of equation.noise.values()) {
      if ([...namesIn(amplitude)].some((n) => variables.has(n))) {
        return { variable: equation.name, term: amplitude, why: "has noise whose amplitude depends on the state" };
      }
    }
  }
  return undefined;
}

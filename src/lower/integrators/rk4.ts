/** The classical Runge–Kutta method of order 4, all variables together, inputs held over the step. */
import { number } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import type { Advance, System } from "../system.ts";
import { combine, named, oldState, slopes } from "./stages.ts";

export function rk4(system: System): Advance {
  const statements: Statement[] = [];
  const dt = number(system.dt);
  const half = number(system.dt / 2);
  const first = slopes(system, oldState(system), number(0), 1, statements);
  const second = slopes(system, named(system, "stage2", combine(system, half, [[1, first]]), statements), half, 2, statements);
  const third = slopes(system, named(system, "stage3", combine(system, half, [[1, second]]), statements), half, 3, statements);
  const fourth = slopes(system, named(system, "stage4", combine(system, dt, [[1, third]]), statements), dt, 4, statements);
  const next = combine(system, dt, [[1 / 6, first], [1 / 3, second], [1 / 3, third], [1 / 6, fourth]]);
  return { statements, next, perVariable: Object.fromEntries(system.equations.map((e) => [e.name, "rk4"])) };
}

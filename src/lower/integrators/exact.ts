/** Exact integration of linear equations: propagator matrices, computed once. The error is that of rounding, whatever the step. */
import { linearStep } from "../linearStep.ts";
import { linearSystem } from "../linearSystem.ts";
import { invariant } from "../../errors.ts";
import type { Advance, Obstacle, System } from "../system.ts";
import { variableNames } from "../system.ts";

export function exact(system: System): Advance {
  const result = linearSystem(system, variableNames(system));
  invariant("rows" in result, "exact integration was checked to apply");
  return {
    statements: [],
    next: linearStep(system, result.rows),
    perVariable: Object.fromEntries(system.equations.map((e) => [e.name, "exact"])),
  };
}

/** What keeps the system from being integrated exactly. */
export function exactObstacle(system: System): Obstacle | undefined {
  const result = linearSystem(system, variableNames(system));
  return "obstacle" in result ? result.obstacle : undefined;
}

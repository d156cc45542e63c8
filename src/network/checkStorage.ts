/** Whether the synapses of a projection can be made anew instead of being stored; each error names what prevents it and the fix. */
import { UnsupportedError } from "../errors.ts";
import { namesIn } from "../ir/expr.ts";
import { isStatic } from "../model/synapse.ts";
import type { SynapseModel } from "../model/synapse.ts";
import { dimensions } from "../units/dimension.ts";
import type { AnyProjectionOptions, ProjectionCheck } from "./checkProjection.ts";
import type { Connector } from "./connectors.ts";
import type { ProjectionData } from "./data.ts";
import { resolveValue } from "./values.ts";
import type { Value } from "./values.ts";

/** Rules that do not go source by source, and what to do instead. */
const refused: Partial<Record<Connector["rule"], string>> = {
  fixedIndegree: "Use fixedOutdegree or fixedProbability, or leave out store: false.",
  fixedTotalNumber: "Use fixedOutdegree or fixedProbability, or leave out store: false.",
  distanceDependent: "Leave out store: false, or use fixedProbability.",
  smallWorld: "Leave out store: false.",
  explicit: "A list of pairs is stored as it is: leave out store: false.",
};

/** Names that values of such synapses may use. */
const namesAtHand = ["i", "j", "N_pre", "N_post"];

/** @throws {UnsupportedError} for what cannot be made anew */
export function checkStorage(
  options: AnyProjectionOptions, model: SynapseModel, connect: Connector, check: ProjectionCheck,
): Pick<ProjectionData, "store"> {
  if (options.store === undefined || options.store === true) return {};
  const { what, checked, scope } = check;
  const refuse = (problem: string, fix: string): never => {
    throw new UnsupportedError("store", `${what}: store: false, but ${problem}`, fix);
  };
  if (options.store !== false) refuse(`${JSON.stringify(options.store)} is neither true nor false`, "Write store: false.");
  if (!isStatic(model)) refuse(`synapse "${model.name}" has a state that has to be stored`, "Use staticSynapse, or leave out store: false.");
  const fix = refused[connect.rule];
  if (fix !== undefined) refuse(`the synapses of ${connect.rule} cannot be drawn source by source`, fix);
  if (connect.rule === "fixedOutdegree" && connect.count >= 2 ** 28) refuse(`${connect.count} synapses of one source are too many`, "Store them.");
  const values = [["weight", options.weight, checked.variables[0]!.dimension], ["delay", options.delay, dimensions.second]] as const;
  for (const [key, value, dimension] of values) {
    if (value === undefined) continue;
    const resolved = resolveValue(value as Value, dimension, scope, `${what}: ${key}`);
    if (resolved.kind === "array") {
      refuse(`each synapse is given a ${key} of its own`, `Use one ${key}, an expression or a distribution, or leave out store: false.`);
      continue;
    }
    const far = [...namesIn(resolved.expr)].find((n) => !namesAtHand.includes(n));
    if (far === undefined) continue;
    refuse(`its ${key} depends on ${far}`, `Write the ${key} in terms of ${namesAtHand.join(", ")}, or leave out store: false.`);
  }
  return { store: false };
}

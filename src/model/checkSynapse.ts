/** A synapse's text → `CheckedSynapse`. Everything that is wrong is collected and thrown as one error. */
import { UnsupportedError } from "../errors.ts";
import { name } from "../ir/expr.ts";
import { dimensions } from "../units/dimension.ts";
import type { CheckedSynapse, SynapseEnds } from "./checkedSynapse.ts";
import { ModelContext } from "./context.ts";
import { isRecord, kindOf } from "./shape.ts";

/**
 * Checks a synapse model: alone, or between the neurons of a projection.
 *
 * @param ends   what is known of the neurons at both ends; without it `v_pre` and `v_post` may be anything, and the weight has a unit of its own
 * @param owner  for messages; default `synapse "stdp"`
 * @throws {EquationError} with every problem of the model
 */
export function checkSynapse(spec: unknown, ends?: SynapseEnds, owner?: string): CheckedSynapse {
  const given = isRecord(spec) ? spec["name"] : undefined;
  const context = new ModelContext(owner ?? `synapse "${typeof given === "string" ? given : "?"}"`);
  if (typeof given !== "string" || !/^[A-Za-z][\w-]*$/.test(given)) {
    context.add("model-name", `the name of a synapse model is ${kindOf(given)}`, 'Give a name of letters, digits, _ and -, e.g. "stdp".');
  }
  context.throwIfWrong();
  if ((spec as { onPre?: unknown }).onPre !== "receptor += w") {
    throw new UnsupportedError("synapse", `${context.owner}: models other than the static one come with the next change`, "Use staticSynapse.");
  }
  return {
    name: given as string, parameters: [], subexpressions: [], sums: [], modulators: [], draws: 0,
    variables: [{ name: "w", dimension: ends?.weight ?? dimensions.candela, initial: 0, clock: "none" }],
    pathways: [{ name: "pre", on: "pre", statements: [{ kind: "transmit", target: "receptor", value: name("w") }] }],
  };
}

/** A synapse's text → `CheckedSynapse`. Everything that is wrong is collected and thrown as one error. */
import { sameDimension } from "../units/dimension.ts";
import { checkPresets } from "./checkNeuron.ts";
import type { CheckedSynapse, SynapseEnds } from "./checkedSynapse.ts";
import { inUnit } from "./events.ts";
import { shorten } from "./names.ts";
import { checkPathways, checkRegularly } from "./pathways.ts";
import { isRecord, kindOf } from "./shape.ts";
import { SynapseContext } from "./synapseContext.ts";
import { checkSynapseEquations } from "./synapseEquations.ts";
import { checkSynapseShape } from "./synapseShape.ts";

/**
 * Checks a synapse model: alone, or between the neurons of a projection.
 *
 * @param ends   what is known of the neurons at both ends; without it `v_pre` and `v_post` may be anything, and the weight has a unit of its own
 * @param owner  for messages; default `synapse "stdp"`
 * @throws {EquationError} with every problem of the model
 */
export function checkSynapse(spec: unknown, ends?: SynapseEnds, owner?: string): CheckedSynapse {
  const name = isRecord(spec) ? spec["name"] : undefined;
  const context = new SynapseContext(owner ?? `synapse "${typeof name === "string" ? shorten(name) : "?"}"`, ends);
  if (!isRecord(spec)) {
    context.add("not-an-object", `a synapse model is ${kindOf(spec)}, not an object`,
      "Write synapse({ name, parameters, state, equations, onPre, onPost }).");
    context.throwIfWrong();
    throw new Error("unreachable");
  }
  checkSynapseShape(spec, context);
  context.throwIfWrong();
  const declared = checkSynapseEquations(spec, context);
  if (ends && !sameDimension(ends.weight, context.weight)) {
    context.add("units-mismatch", `the weight of ${context.owner} is ${inUnit(context.weight)}, not ${inUnit(ends.weight)}`,
      "Declare w in the unit of the receptor, or leave its line out.");
  }
  const pathways = checkPathways(spec, declared, context);
  const regularly = checkRegularly(spec, declared, context);
  checkPresets(spec, [...declared.parameters, ...declared.variables.slice(1)], context);
  context.throwIfWrong();
  return {
    name: name as string, ...declared, pathways, modulators: [...context.modulators], draws: context.draws, ...(regularly ? { regularly } : {}),
  };
}

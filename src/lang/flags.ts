/** What may stand in parentheses after the unit of an equation: flags of neuron models and of synapse models. */
import { didYouMean } from "../errors.ts";

export type DefinitionKind = "derivative" | "subexpression" | "plain";
/** The hint when a flag does not fit a definition; undefined when it does. */
export type FlagRule = (flag: string, kind: DefinitionKind) => string | undefined;

export const neuronFlags: FlagRule = (flag, kind) => {
  if (flag === "unless refractory") return kind === "subexpression" ? "Only a variable can stay as it is while refractory." : undefined;
  if (flag === "impulse") return kind === "plain" ? undefined : 'An impulse is a variable without an equation, e.g. "p : volt (impulse)".';
  const near = didYouMean(flag, ["unless refractory", "impulse"]);
  return neuronHints[flag] ?? `Known flags are (unless refractory) and (impulse).${near ? ` Did you mean (${near})?` : ""}`;
};

export const synapseFlags: FlagRule = (flag, kind) => {
  if (flag === "event-driven" || flag === "clock-driven") {
    return kind === "derivative" ? undefined : "Only a differential equation advances by events or by the clock.";
  }
  if (flag === "summed") return kind === "subexpression" ? undefined : 'A sum over synapses is written "I_post = … : amp (summed)".';
  const near = didYouMean(flag, ["event-driven", "clock-driven", "summed"]);
  return synapseHints[flag] ?? `Known flags are (event-driven), (clock-driven) and (summed).${near ? ` Did you mean (${near})?` : ""}`;
};

const neuronHints: Readonly<Record<string, string>> = {
  constant: "Declare it under parameters instead.", shared: "Declare it under parameters instead.",
  "constant over dt": "Leave the flag out: draws are fixed within a step.",
  "event-driven": "Leave the flag out; neurons advance every step.", "clock-driven": "Leave the flag out; neurons advance every step.",
};

const synapseHints: Readonly<Record<string, string>> = {
  constant: "Declare it under parameters instead.", shared: "Declare it under parameters instead, or under modulators when it changes.",
  "constant over dt": "Leave the flag out: draws are fixed within an event.",
  "unless refractory": "Synapses are never refractory; mark variables of the neuron instead.",
  impulse: "A synapse has no impulses; a pathway assigns its variables when a spike arrives.",
};

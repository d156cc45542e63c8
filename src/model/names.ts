/** Which names a model may give, and what the built-in ones are. */
import { isLanguageWord } from "../lang/functions.ts";
import { dimensionless, dimensions } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { isReservedUnitName } from "../units/names.ts";

/** Names every equation may use: time, step, index of the neuron in its population, size of the population. */
export const builtIns: ReadonlyMap<string, Dimension> = new Map([["t", dimensions.second], ["dt", dimensions.second], ["i", dimensionless],
  ["N", dimensionless]]);

/** Names that mean something already → what. */
export type Meanings = ReadonlyMap<string, string>;

export const neuronMeanings: Meanings = new Map([["t", "the time"], ["dt", "the step"], ["i", "the index of the neuron"],
  ["N", "the number of neurons"]]);

/** Why a name cannot be used: code, message and hint; undefined when it can. `as` says for what: `a parameter of neuron "lif"`. */
export function nameProblem(name: string, as: string, meanings: Meanings = neuronMeanings): readonly [string, string, string] | undefined {
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}…` : name);
  if (!/^[A-Za-z_]\w*$/.test(name)) return ["bad-name", `${as} is called ${shown}`, "A name begins with a letter and holds letters, digits and _."];
  // Names that every JavaScript object has, such as "constructor", would be found in tables that do not hold them.
  if (name.length > 60 || name.startsWith("__") || name in {}) return ["bad-name", `${as} is called ${shown}, which is reserved`,
    "Choose another name."];
  const meaning = meanings.get(name);
  if (meaning !== undefined) return ["reserved-name", `${as} is called ${shown}, which is ${meaning}`, `Choose another name, e.g. ${name}_0.`];
  if (name === "xi" || name.startsWith("xi_")) return ["reserved-name", `${as} is called ${shown}, which is white noise`, "Choose another name."];
  if (isLanguageWord(name)) return ["reserved-name", `${as} is called ${shown}, which is a word of the language`,
    `Choose another name, e.g. ${name}_0.`];
  if (isReservedUnitName(name)) return ["reserved-name", `${as} is called ${shown}, which is a unit`, `Choose another name, e.g. ${name}_0.`];
  return undefined;
}

export function shorten(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}…` : name;
}

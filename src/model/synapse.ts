/** Synapse models: what a spike does to its target. */
import { ArgumentError } from "../errors.ts";

/** A synapse whose weight is fixed: each spike adds the weight to the receptor of its target after the delay. */
export interface SynapseModel {
  readonly kind: "synapse";
  readonly name: string;
  readonly description?: string;
  readonly source?: string;
}

/** @throws {ArgumentError} when the name is not one of letters, digits, _ and - */
export function staticSynapseModel(name: string, about: { readonly description?: string; readonly source?: string } = {}): SynapseModel {
  if (typeof name !== "string" || !/^[A-Za-z][\w-]*$/.test(name)) {
    throw new ArgumentError("model-name", `the name of a synapse model is ${JSON.stringify(name)}`,
      'Give a name of letters, digits, _ and -, e.g. "static".');
  }
  return Object.freeze({ kind: "synapse", name, ...about });
}

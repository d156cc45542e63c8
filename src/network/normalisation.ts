/** Periodic normalisation of weights, as a user asks for it. */
import { ArgumentError } from "../errors.ts";
import type { Dimension } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { positiveTime, unknownName } from "./checks.ts";
import type { NormalisationData } from "./data.ts";

/** Either `incoming` or `outgoing` is given. */
export interface NormalisationOptions {
  /** Absent: only when `sim.normalise` is called. */
  readonly every?: Quantity;
  /** Norm over the synapses of each postsynaptic neuron, in the unit of the weight. */
  readonly incoming?: Quantity;
  /** Norm over the synapses of each presynaptic neuron. */
  readonly outgoing?: Quantity;
  /** Sum of the weights (default), or square root of the sum of their squares. */
  readonly norm?: "sum" | "L2";
  /** Weights are multiplied by a common factor (default), or a common amount is subtracted. */
  readonly mode?: "multiplicative" | "subtractive";
}

const norms = ["sum", "L2"] as const;
const modes = ["multiplicative", "subtractive"] as const;

/** @param weight the dimension of the projection's weights */
export function checkNormalisation(projection: string, options: NormalisationOptions, weight: Dimension): NormalisationData {
  const what = `normalise of ${projection}`;
  const { every, incoming, outgoing, norm = "sum", mode = "multiplicative" } = options;
  if (every !== undefined) positiveTime(every, `${what}: every`);
  if (!norms.includes(norm)) throw unknownName(what, "norm", String(norm), norms);
  if (!modes.includes(mode)) throw unknownName(what, "mode", String(mode), modes);
  if (mode === "subtractive" && norm === "L2") {
    throw new ArgumentError("normalise", `${what}: an L2 norm cannot be reached by subtracting one amount`, 'Use mode "multiplicative".');
  }
  if ((incoming === undefined) === (outgoing === undefined)) {
    throw new ArgumentError("normalise", `${what}: give either incoming or outgoing`, 'Write e.g. incoming: "10 mV".');
  }
  const side = incoming === undefined ? "outgoing" : "incoming";
  const target = parseQuantity((incoming ?? outgoing)!, weight, `${what}: ${side}`);
  return { projection, ...(every === undefined ? {} : { every }), side, norm, target, mode };
}

/** Synapses that come and go: what `sim.rewire` and `net.rewiring` take. */
import { ArgumentError } from "../errors.ts";
import type { Dimension } from "../units/dimension.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { positiveTime, unknownName } from "./checks.ts";
import type { ProjectionData } from "./data.ts";
import { synapseScope } from "./scopes.ts";
import { resolveValue } from "./values.ts";
import type { Value } from "./values.ts";

/** Synapse k goes from neuron pre[k] to post[k], counted within the ranges of the projection. */
export interface NewSynapses {
  readonly pre: ArrayLike<number>;
  readonly post: ArrayLike<number>;
  /** One for all, or one for each in SI units. Default: the projection's weight, where that is one for all. */
  readonly weight?: Quantity | ArrayLike<number>;
  /** The same for other variables and parameters that each synapse holds. Default: as at the start. */
  readonly values?: Readonly<Record<string, Quantity | ArrayLike<number>>>;
}

export interface Rewiring {
  /** Numbers of synapses in storage order. */
  readonly remove?: ArrayLike<number>;
  readonly add?: NewSynapses;
}

/** Rules that keep the number of synapses: as many as go are made between pairs that have none. */
export type RewiringOptions = { readonly every: Quantity } & (
  | SetOptions
  | DeepROptions
  | HebbianOptions
);

/**
 * Sparse evolutionary training: of the positive weights the smallest and of the negative ones the largest (those nearest to zero) go, and random
 * pairs get a synapse.
 *
 * @source Mocanu et al. (2018), Nat. Commun. 9:2383. doi:10.1038/s41467-018-04316-3
 */
export interface SetOptions {
  readonly rule: "set";
  /** Part of the synapses that is replaced each time. Default 0.3. */
  readonly fraction?: number;
  /** Of new synapses: a quantity, an expression of i, j, rand() and randn(), or a distribution. Default: as the projection's. */
  readonly weight?: Value;
}

/**
 * Deep rewiring: each synapse has a sign and a parameter θ, its weight being sign · θ. Learning moves θ; each time, `drift` is taken from it and
 * noise added. A synapse whose θ is below zero becomes dormant, and a random dormant pair with its own fixed sign takes its place at θ = `weight`.
 * Signs are those of the first weights, of `dale`, or else random, a fixed one for each pair.
 *
 * @source Bellec, Kappel, Maass & Legenstein (2018), ICLR, algorithm 1. doi:10.48550/arXiv.1711.05136
 */
export interface DeepROptions {
  readonly rule: "deepR";
  /** What θ loses each time (the paper's ηα). Default 0. */
  readonly drift?: Quantity;
  /** Standard deviation of what is added to θ each time (the paper's √(2ηT)). Default 0. */
  readonly noise?: Quantity;
  /** θ of a synapse that was dormant. Default 0. */
  readonly weight?: Quantity;
}

/**
 * Correlation-driven: the smallest weights go, and of random pairs without a synapse those are taken whose spike traces were correlated most since
 * the last time.
 *
 * @source Konstantaropoulos, Smirnakis & Papadopouli (2025), group-to-group networks with Hebbian rewiring. doi:10.48550/arXiv.2508.14140
 */
export interface HebbianOptions {
  readonly rule: "hebbian";
  /** Part of the synapses that is replaced each time. Default 0.3. */
  readonly fraction?: number;
  /** Pairs that are compared, for each synapse to be made. Default 10. */
  readonly candidates?: number;
  /** Time constant of the spike traces. Default 20 ms. */
  readonly tau?: Quantity;
  /** Of new synapses, as for `set`. */
  readonly weight?: Value;
}

/** The same as data: all that has a default is there. */
export type RewiringData = { readonly projection: string; readonly every: Quantity } & (
  | { readonly rule: "set"; readonly fraction: number; readonly weight: Value }
  | { readonly rule: "deepR"; readonly drift: Quantity; readonly noise: Quantity; readonly weight: Quantity }
  | { readonly rule: "hebbian"; readonly fraction: number; readonly candidates: number; readonly tau: Quantity; readonly weight: Value }
);

const rules = ["set", "deepR", "hebbian"] as const;
const known = {
  set: ["fraction", "weight"],
  deepR: ["drift", "noise", "weight"],
  hebbian: ["fraction", "candidates", "tau", "weight"],
} as const;

/** @param weight the dimension of the projection's weights */
export function checkRewiring(data: ProjectionData, options: RewiringOptions, weight: Dimension): RewiringData {
  const what = `rewiring of ${data.name}`;
  const { every, rule } = options;
  if (!rules.includes(rule)) throw unknownName(what, "rule", String(rule), rules);
  for (const key of Object.keys(options))
    if (!["every", "rule", ...known[rule]].includes(key))
      throw unknownName(`${what} by rule "${rule}"`, "option", key,
        ["every", "rule", ...known[rule]]);
  positiveTime(every, `${what}: every`);
  const base = { projection: data.name, every };
  if (rule === "deepR") {
    const { drift = 0, noise = 0, weight: start = 0 } = options;
    for (const [key, value] of Object.entries({ drift, noise, weight: start })) {
      if (value !== 0 && parseQuantity(value, weight, `${what}: ${key}`) < 0)
        throw new ArgumentError("value", `${what}: ${key} ${value} is negative`, "Give a size: signs are those of the synapses.");
    }
    return { ...base, rule, drift, noise, weight: start };
  }
  const { fraction = 0.3, weight: fresh = data.weight } = options;
  if (!(fraction > 0 && fraction <= 1))
    throw new ArgumentError("value", `${what}: ${fraction} is not a part of the synapses`, "Use a fraction above 0, at most 1.");
  const resolved = resolveValue(fresh, weight, synapseScope(undefined, undefined), `${what}: weight`);
  if (resolved.kind === "array")
    throw new ArgumentError("value", `${what}: an array cannot give the weights of synapses yet to be made`,
      "Give weight: a quantity, an expression or a distribution.");
  if (rule === "set") return { ...base, rule, fraction, weight: fresh };
  const { candidates = 10, tau = "20 ms" } = options;
  if (!(Number.isFinite(candidates) && candidates >= 1))
    throw new ArgumentError("value", `${what}: ${candidates} candidates for each new synapse`, "Compare at least one pair for each.");
  if (!(parseQuantity(tau, dimensions.second, `${what}: tau`) > 0))
    throw new ArgumentError("time", `${what}: tau ${tau} is not a positive time`, 'Write e.g. tau: "20 ms".');
  return { ...base, rule, fraction, candidates, tau, weight: fresh };
}

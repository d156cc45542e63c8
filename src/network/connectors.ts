/**
 * Connectors: which neuron of `pre` reaches which of `post`. Each is plain data (a `custom` rule becomes an explicit list when the
 * projection is made), so a network can be written to JSON and built again, synapse for synapse.
 */
import { ArgumentError } from "../errors.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";

export type Connector =
  | { readonly rule: "allToAll"; readonly autapses: boolean }
  | { readonly rule: "oneToOne" }
  | { readonly rule: "fixedProbability"; readonly probability: number; readonly autapses: boolean }
  | {
      readonly rule: "fixedIndegree" | "fixedOutdegree" | "fixedTotalNumber";
      readonly count: number;
      readonly autapses: boolean;
      readonly multapses: boolean;
    }
  | {
      readonly rule: "distanceDependent";
      readonly profile: "gaussian" | "exponential" | "disc";
      /** Probability at distance 0. */
      readonly peak: number;
      /** sigma, lambda or radius, in metres. */
      readonly scale: number;
      /** Side lengths of the periodic box in metres, one a dimension; absent: open boundaries. */
      readonly periodic?: readonly number[];
      readonly autapses: boolean;
    }
  | { readonly rule: "smallWorld"; readonly neighbours: number; readonly rewire: number; readonly autapses: boolean }
  | { readonly rule: "explicit"; readonly pre: Uint32Array; readonly post: Uint32Array };

/** What `connect:` takes: a connector, or a function that says for each pair whether it is connected. */
export type ConnectorOrRule = Connector | ((pre: number, post: number) => boolean);

export interface SelfOptions {
  /** Whether a neuron may reach itself when `pre` and `post` are the same population. Default true. */
  readonly autapses?: boolean;
}
export interface DegreeOptions extends SelfOptions {
  /** Whether a pair may have more than one synapse. Default true, as in NEST. */
  readonly multapses?: boolean;
}

/** Every neuron of `pre` to every neuron of `post`. */
export const allToAll = (options: SelfOptions = {}): Connector => ({ rule: "allToAll", autapses: options.autapses ?? true });

/** Neuron k of `pre` to neuron k of `post`; both have the same size. */
export const oneToOne = (): Connector => ({ rule: "oneToOne" });

/** Each pair independently with probability p (pairwise Bernoulli). */
export function fixedProbability(probability: number, options: SelfOptions = {}): Connector {
  return { rule: "fixedProbability", probability: probabilityOf(probability, "fixedProbability"), autapses: options.autapses ?? true };
}

/** Each neuron of `post` receives exactly `count` synapses from random neurons of `pre`. */
export const fixedIndegree = (count: number, options: DegreeOptions = {}): Connector => degree("fixedIndegree", count, options);

/** Each neuron of `pre` makes exactly `count` synapses onto random neurons of `post`. */
export const fixedOutdegree = (count: number, options: DegreeOptions = {}): Connector => degree("fixedOutdegree", count, options);

/** Exactly `count` synapses between random pairs. */
export const fixedTotalNumber = (count: number, options: DegreeOptions = {}): Connector => degree("fixedTotalNumber", count, options);

export interface DistanceOptions extends SelfOptions {
  readonly profile: "gaussian" | "exponential" | "disc";
  /** Probability at distance zero (inside the disc). */
  readonly peak: number;
  /** sigma of exp(−d²/2σ²), λ of exp(−d/λ), or the radius of the disc: a length, e.g. "0.2 mm". */
  readonly scale: Quantity;
  /** Side lengths of a periodic box, one a dimension, e.g. ["1 mm", "1 mm"]. */
  readonly periodic?: readonly Quantity[];
}

/** Each pair independently with a probability that falls with the distance of the two neurons' positions. */
export function distanceDependent(options: DistanceOptions): Connector {
  if (!["gaussian", "exponential", "disc"].includes(options.profile)) {
    throw new ArgumentError(
      "connector",
      `distanceDependent: unknown profile "${String(options.profile)}"`,
      'Use "gaussian", "exponential" or "disc".',
    );
  }
  const scale = parseQuantity(options.scale, dimensions.metre, "distanceDependent: scale");
  if (!(scale > 0)) throw new ArgumentError("connector", `distanceDependent: scale ${options.scale} must be positive`, 'Write e.g. scale: "0.2 mm".');
  return {
    rule: "distanceDependent",
    profile: options.profile,
    peak: probabilityOf(options.peak, "distanceDependent: peak"),
    scale,
    autapses: options.autapses ?? true,
    ...(options.periodic ? { periodic: options.periodic.map((side) => parseQuantity(side, dimensions.metre, "distanceDependent: periodic")) } : {}),
  };
}

/**
 * Ring lattice in which each neuron reaches its `neighbours` nearest on each side, each synapse rewired to a random target with
 * probability `rewire`. Both populations have the same size. @source Watts & Strogatz (1998), Nature 393:440. doi:10.1038/30918
 */
export function smallWorld(neighbours: number, rewire: number, options: SelfOptions = {}): Connector {
  return {
    rule: "smallWorld",
    neighbours: countOf(neighbours, "smallWorld: neighbours"),
    rewire: probabilityOf(rewire, "smallWorld: rewire"),
    autapses: options.autapses ?? false,
  };
}

/** Synapse k goes from neuron pre[k] to neuron post[k]. */
export function explicit(pre: ArrayLike<number>, post: ArrayLike<number>): Connector {
  if (pre.length !== post.length) {
    throw new ArgumentError("connector", `explicit: ${pre.length} sources but ${post.length} targets`, "Give two lists of the same length.");
  }
  return { rule: "explicit", pre: indexArray(pre, "sources"), post: indexArray(post, "targets") };
}

/** Turns a function into the list of pairs it accepts, target by target. */
export function materialise(connect: ConnectorOrRule, preSize: number, postSize: number): Connector {
  if (typeof connect !== "function") return connect;
  const pre: number[] = [],
    post: number[] = [];
  for (let j = 0; j < postSize; j++)
    for (let i = 0; i < preSize; i++)
      if (connect(i, j)) {
        pre.push(i);
        post.push(j);
      }
  return explicit(pre, post);
}

function degree(rule: "fixedIndegree" | "fixedOutdegree" | "fixedTotalNumber", count: number, options: DegreeOptions): Connector {
  return { rule, count: countOf(count, rule), autapses: options.autapses ?? true, multapses: options.multapses ?? true };
}

function countOf(count: number, what: string): number {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new ArgumentError("connector", `${what}: ${count} is not a number of synapses`, "Use a whole number of 0 or more.");
  return count;
}

function probabilityOf(p: number, what: string): number {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError("connector", `${what}: ${p} is not a probability`, "Use a number from 0 to 1.");
  return p;
}

function indexArray(values: ArrayLike<number>, what: string): Uint32Array {
  for (let k = 0; k < values.length; k++) {
    const v = values[k]!;
    if (!(Number.isInteger(v) && v >= 0 && v < 4294967296))
      throw new ArgumentError("connector", `explicit: ${what}[${k}] = ${v} is not a neuron index`, "Use whole numbers from 0.");
  }
  return Uint32Array.from(values);
}

/** Gradients of anything that can be run, from runs with everything changed a little at once. */
import { ArgumentError, SimulationError } from "../../../errors.ts";
import { normalAt, seedOf, uniformAt } from "../../../math/random.ts";
import type { Weight, Weights } from "../../modelData.ts";

/** What becomes small: any function of the weights, e.g. one that compiles a network with them, runs it and compares rates. */
export type Evaluate = (weights: Weights) => number | Promise<number>;

export interface PerturbationOptions {
  /** How far every weight is moved, in units of its scale. */
  readonly size: number;
  /** Weight → its scale; 1 where it is not named. */
  readonly scales?: Readonly<Record<string, number>>;
  /** How many directions are tried, each in both senses; 1. */
  readonly pairs?: number;
  /** signs: each weight one way or the other by `size` (SPSA); normal: by a normal number times `size` (evolution strategies); signs. */
  readonly directions?: "signs" | "normal";
  /** Directions follow from seed, round, pair, name and index. */
  readonly seed: number;
  /** Number of this estimate. */
  readonly round?: number;
}

export interface PerturbedGradient {
  /** Mean over all runs. */
  readonly loss: number;
  readonly gradients: Weights;
}

/**
 * An estimate of the gradient by simultaneous perturbation: for directions d, (loss(w + c·d) − loss(w − c·d))/(2c)·d, averaged over pairs. Its
 * expectation is the gradient of the loss smoothed over c, so the loss need not be differentiable; its error falls with the root of the number of
 * pairs and rises with that of the number of weights.
 *
 * @throws {SimulationError} when a run gives a loss that is not finite
 * @source Spall (1992), IEEE Trans. Autom. Control 37:332–341. doi:10.1109/9.119632
 */
export async function perturbedGradient(weights: Weights, evaluate: Evaluate, options: PerturbationOptions): Promise<PerturbedGradient> {
  const { size, pairs = 1, round = 0 } = options;
  check(weights, options);
  const gradients: Weights = new Map([...weights].map(([name, { shape, values }]) => [name, { shape, values: new Float64Array(values.length) }]));
  let total = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const directions = new Map([...weights].map(([name, { values }]) => [name, direction(name, values.length, options, round, pair)]));
    const above = await lossAt(weights, directions, size, options, evaluate), below = await lossAt(weights, directions, -size, options, evaluate);
    total += above + below;
    const slope = (above - below) / (2 * size * pairs);
    for (const [name, { values }] of gradients) {
      const moved = directions.get(name)!, scale = options.scales?.[name] ?? 1;
      for (let k = 0; k < values.length; k++) values[k]! += (slope * moved[k]!) / scale;
    }
  }
  return { loss: total / (2 * pairs), gradients };
}

async function lossAt(
  weights: Weights, directions: ReadonlyMap<string, Float64Array>, size: number, { scales, round = 0 }: PerturbationOptions, evaluate: Evaluate,
): Promise<number> {
  const moved: Weights = new Map([...weights].map(([name, { shape, values }]): [string, Weight] => {
    const along = directions.get(name)!, step = size * (scales?.[name] ?? 1);
    return [name, { shape, values: Float64Array.from(values, (w, k) => w + step * along[k]!) }];
  }));
  const loss = await evaluate(moved);
  if (Number.isFinite(loss)) return loss;
  throw new SimulationError("loss-not-finite", `round ${round}: weights moved by ${size} gave a loss of ${loss}`, "Use smaller perturbations.");
}

function direction(name: string, length: number, { directions = "signs", seed }: PerturbationOptions, round: number, pair: number): Float64Array {
  const key = seedOf(seed), stream = streamOf(name);
  return Float64Array.from({ length }, (_, k) =>
    directions === "normal" ? normalAt(key, k, round, stream, pair) : uniformAt(key, k, round, stream, pair) < 0.5 ? -1 : 1);
}

/** FNV-1a, so that weights have numbers of their own whatever their order. */
function streamOf(name: string): number {
  let hash = 2166136261;
  for (let k = 0; k < name.length; k++) hash = Math.imul(hash ^ name.charCodeAt(k), 16777619);
  return hash >>> 0;
}

function check(weights: Weights, { size, pairs = 1, scales = {} }: PerturbationOptions): void {
  if (!(size > 0 && Number.isFinite(size))) throw new ArgumentError("perturbation", `perturbations of ${size}`, "Give a number above 0, e.g. 0.01.");
  if (!Number.isInteger(pairs) || pairs < 1) throw new ArgumentError("pairs", `${pairs} pairs of runs`, "Give a whole number, at least 1.");
  for (const [name, scale] of Object.entries(scales)) {
    if (!weights.has(name))
      throw new ArgumentError("scale", `a scale for "${name}", which is no weight`, `There are ${[...weights.keys()].join(", ")}.`);
    if (!(scale > 0)) throw new ArgumentError("scale", `the scale of "${name}" is ${scale}`, "Give a number above 0.");
  }
}

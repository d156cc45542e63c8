/** Learning by trying: weights of any simulation follow estimates of their gradient. */
import { ArgumentError } from "../../../errors.ts";
import type { OptimizerData } from "../../optimizers.ts";
import type { Weights } from "../../modelData.ts";
import { WeightUpdates } from "../online/weightUpdates.ts";
import { perturbedGradient } from "./perturbedGradient.ts";
import type { Evaluate, PerturbationOptions } from "./perturbedGradient.ts";

export interface PerturbOptions extends Omit<PerturbationOptions, "round"> {
  readonly rounds: number;
  readonly optimizer: OptimizerData;
  /** In round k the rate is the optimizer's/(1 + decay·k/rounds)^0.602, and perturbations shrink with the power 0.101 (Spall 1998); 0: constant. */
  readonly decay?: number;
  /** Weight → values it may not leave. */
  readonly ranges?: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** After each round; false stops. */
  readonly onRound?: (round: number, loss: number) => boolean | void;
  readonly signal?: AbortSignal;
}

export interface Perturbed {
  readonly weights: Weights;
  /** Mean loss of the runs of each round. */
  readonly losses: readonly number[];
}

/**
 * Changes the weights, in copies, so that the loss of what `evaluate` runs becomes small. Each round takes 2·pairs runs, however many
 * weights there are; a run is anything: compile and run of a network, a device, a person.
 *
 * @throws {ArgumentError} for options out of range
 * @source Spall (1992). doi:10.1109/9.119632; gains: Spall (1998), Johns Hopkins APL Tech. Dig. 19:482–492
 * @example
 * await perturb(weights, async (w) => lossOf(await simulate(w)), { size: 0.1, rounds: 100, optimizer: adam(0.02), seed: 1 });
 */
export async function perturb(weights: Weights, evaluate: Evaluate, options: PerturbOptions): Promise<Perturbed> {
  const { rounds, optimizer, decay = 0, ranges = {}, onRound, signal } = options;
  if (!Number.isInteger(rounds) || rounds < 0) throw new ArgumentError("rounds", `${rounds} rounds`, "Give a whole number.");
  const own: Weights = new Map([...weights].map(([name, { shape, values }]) => [name, { shape, values: Float64Array.from(values) }]));
  const updates = new WeightUpdates(own, optimizer), losses: number[] = [];
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const later = 1 + (decay * round) / rounds;
    const { loss, gradients } = await perturbedGradient(own, evaluate, { ...options, size: options.size * later ** -0.101, round });
    updates.apply(gradients, optimizer.learningRate * later ** -0.602);
    for (const [name, [low, high]] of Object.entries(ranges)) {
      const values = own.get(name)?.values;
      if (!values) throw new ArgumentError("range", `a range for "${name}", which is no weight`, `There are ${[...own.keys()].join(", ")}.`);
      for (let k = 0; k < values.length; k++) values[k] = Math.min(high, Math.max(low, values[k]!));
    }
    losses.push(loss);
    if (onRound?.(round, loss) === false) break;
  }
  return { weights: own, losses };
}

/** One pass of EventProp over a set of trials. */
import { ArgumentError } from "../../../errors.ts";
import { seedOf, uniformAt } from "../../../math/random.ts";
import { shuffled } from "../../samples.ts";
import type { WeightUpdates } from "../online/weightUpdates.ts";
import type { LabelledEvents } from "./events.ts";
import type { EventProp } from "./eventProp.ts";

export interface EventEpochOptions {
  readonly batch: number;
  /** Number of this epoch: with the seed it decides the order of the trials. */
  readonly epoch: number;
  readonly seed: number;
  readonly learningRate?: number;
}

export interface EventEpoch {
  readonly loss: number;
  /** Share of the trials classified right while learning. */
  readonly accuracy: number;
  /** Spikes of each layer, a neuron and trial. */
  readonly rates: readonly number[];
}

/** Updates the weights once for each batch. */
export function trainEventEpoch(net: EventProp, updates: WeightUpdates, trials: readonly LabelledEvents[], options: EventEpochOptions): EventEpoch {
  const { batch, epoch, seed, learningRate } = options;
  if (!Number.isInteger(batch) || batch < 1) throw new ArgumentError("batch", `a batch of ${batch} trials`, "Give a whole number, at least 1.");
  const order = shuffled(trials.length, (k) => uniformAt(seedOf(seed), k, epoch, 0x5aff1e, 0));
  let loss = 0, correct = 0, rates: number[] = [];
  for (let from = 0; from < order.length; from += batch) {
    const part = Array.from(order.subarray(from, from + batch), (k) => trials[k]!);
    const result = net.gradients(updates.weights, part);
    updates.apply(result.gradients, learningRate);
    const share = part.length / trials.length;
    loss += result.loss * share;
    correct += result.correct;
    rates = result.rates.map((r, k) => (rates[k] ?? 0) + r * share);
  }
  return { loss, accuracy: correct / trials.length, rates };
}

/** Share of the trials that are classified right. */
export function eventAccuracy(net: EventProp, updates: Pick<WeightUpdates, "weights">, trials: readonly LabelledEvents[]): number {
  return trials.reduce((right, trial) => right + Number(net.evaluate(updates.weights, trial).predicted === trial.label), 0) / trials.length;
}

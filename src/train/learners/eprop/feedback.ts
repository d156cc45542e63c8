/** The weights that carry errors of the outputs back to neurons. */
import { ArgumentError } from "../../../errors.ts";
import { normalAt, seedOf } from "../../../math/random.ts";
import type { Weight, Weights } from "../../modelData.ts";

/**
 * - symmetric: the readout's own weights;
 * - random: fixed normal numbers of standard deviation `deviation` (1/√neurons when absent);
 * - adaptive: random at first, then changed as the readout's weights are, both with `decay`, so that they become alike.
 */
export type Feedback =
  | { readonly kind: "symmetric" }
  | { readonly kind: "random"; readonly seed: number; readonly deviation?: number }
  | { readonly kind: "adaptive"; readonly seed: number; readonly deviation?: number; readonly decay: number };

/** The name under which feedback weights [neurons, outputs] stand among a model's weights. */
export const feedbackName = (readout: string): string => `${readout}/feedback`;

/** Adds feedback weights to a model's weights, where the kind has some of its own. */
export function addFeedback(weights: Weights, readout: string, feedback: Feedback): void {
  if (feedback.kind === "symmetric") return;
  const { shape, values } = weights.get(`${readout}/kernel`)!;
  const deviation = feedback.deviation ?? 1 / Math.sqrt(shape[0]!), seed = seedOf(feedback.seed);
  weights.set(feedbackName(readout), { shape, values: values.map((_: number, k: number) => deviation * normalAt(seed, k, 0, 0, 0)) });
}

/** @throws {ArgumentError} when the weights were made without them */
export function feedbackOf(weights: Weights, readout: string, feedback: Feedback): Weight {
  const found = weights.get(feedback.kind === "symmetric" ? `${readout}/kernel` : feedbackName(readout));
  if (found) return found;
  throw new ArgumentError("feedback", `there are no weights "${feedbackName(readout)}"`, "Make weights with eprop.initialWeights().");
}

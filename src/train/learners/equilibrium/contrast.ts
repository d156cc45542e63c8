/** The difference between resting under a nudge and resting freely: the estimate of a gradient that needs no backward pass. */
import type { Reals } from "../../sequence.ts";
import type { Activities, EnergyNetwork } from "./energyNetwork.ts";
import type { EquilibriumSettings } from "./equilibriumSettings.ts";

export interface Contrast extends Pick<EquilibriumSettings, "nudgedSteps" | "stepSize" | "sign"> {
  /** Of either sign. */
  readonly beta: number;
  readonly targets: ArrayLike<number>;
  /** Factors of what is added for each layer. */
  readonly gains: readonly number[];
}

/**
 * From the free rest in `state`, lets it rest under the nudge and adds the difference of products over β: −dC/dW summed over the batch, times gains.
 *
 * @param other room for another state
 */
export function addContrast(
  network: EnergyNetwork, kernels: readonly Reals[], biases: readonly (Reals | undefined)[], state: Activities, other: Activities, contrast: Contrast,
): void {
  const { beta, sign, targets, nudgedSteps: steps, stepSize, gains } = contrast, apart = sign === "both" ? 2 * beta : beta;
  other.rows = state.rows;
  other.input.set(state.input);
  state.layers.forEach((layer, k) => other.layers[k]!.set(layer));
  network.relax(state, { steps, stepSize, nudge: { beta, targets } });
  if (sign === "both") {
    other.fromInput.set(state.fromInput);
    network.relax(other, { steps, stepSize, nudge: { beta: -beta, targets } });
  }
  network.addProducts(kernels, biases, state, gains.map((gain) => gain / apart), other);
}

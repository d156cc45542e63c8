/** A layer that learns by itself, as Forward-Forward sees it. */
import type { Weights } from "../../modelData.ts";
import type { Reals } from "../../sequence.ts";

/** What a layer gives the next one. */
export interface Below {
  /** Activities [rows, units]: what is shown, rates, or counts of spikes. */
  readonly h: Reals;
  /** Spikes [rows, steps, units] of the last forward pass, where there are any. */
  readonly spikes?: () => Reals;
}

export interface LocalLayer extends Below {
  readonly units: number;
  /** Where the gradient with respect to h is put before learning. */
  readonly d: Reals;
  forward(rows: number): void;
  /** One update that follows d. @param rate factor of the optimizer's learning rate */
  learn(rows: number, rate: number): void;
  saveTo(weights: Weights): void;
}

/** Equilibrium propagation as one run of phases: nudged ones are positive, free ones negative, and weights change all along. */
import type { Samples } from "../../samples.ts";
import type { Reals } from "../../sequence.ts";
import { drawsFor } from "../contrastive/draws.ts";
import type { Draw } from "../contrastive/draws.ts";
import { labelledBatch } from "../contrastive/labelled.ts";
import type { ContrastiveSystem } from "../contrastive/phases.ts";
import type { Activities, EnergyNetwork } from "./energyNetwork.ts";

export interface EquilibriumPhasesOptions {
  /** Samples that are shown together. */
  readonly batch: number;
  readonly stepSize: number;
  readonly beta: number;
  /** What negative phases are: resting freely, or under a nudge away from the target by −β. */
  readonly negative: "free" | "away";
  /** α of each layer of weights. */
  readonly rates: readonly number[];
  readonly seed: number;
  /** Where the changes go instead of the network's own weights. */
  readonly into?: { readonly kernels: readonly Reals[]; readonly biases: readonly (Reals | undefined)[] };
}

/** Samples are drawn anew after each positive phase; activities go on from phase to phase. */
export class EquilibriumPhases implements ContrastiveSystem {
  readonly #network: EnergyNetwork;
  readonly #samples: Samples;
  readonly #options: EquilibriumPhasesOptions;
  readonly #state: Activities;
  readonly #targets: Float64Array;
  readonly #draw: Draw;
  #shown = 0;
  #sign: 1 | -1 = 1;

  constructor(network: EnergyNetwork, samples: Samples, options: EquilibriumPhasesOptions) {
    this.#network = network;
    this.#samples = samples;
    this.#options = options;
    this.#state = network.activities(options.batch);
    this.#targets = new Float64Array(options.batch * network.sizes[network.sizes.length - 1]!);
    this.#draw = drawsFor(options.seed, "samples of phases");
    this.#show();
  }

  begin(sign: 1 | -1): void {
    if (this.#sign > 0) this.#show();
    this.#sign = sign;
  }

  advance(): void {
    const { stepSize, beta, negative } = this.#options, nudge = { beta: this.#sign * beta, targets: this.#targets };
    this.#network.relax(this.#state, { steps: 1, stepSize, ...((this.#sign > 0 || negative === "away") && { nudge }) });
  }

  learn(gain: number): void {
    const { beta, negative, batch, rates, into = this.#network } = this.#options, apart = negative === "away" ? 2 * beta : beta;
    this.#network.addProducts(into.kernels, into.biases, this.#state, rates.map((rate) => (gain * rate) / (apart * batch)));
    this.#network.clamp(this.#state);
  }

  #show(): void {
    const { batch } = this.#options, classes = this.#targets.length / batch, round = this.#shown++;
    const numbers = Uint32Array.from({ length: batch }, (_, k) => Math.floor(this.#draw(round, k) * this.#samples.count));
    const { inputs, labels } = labelledBatch(this.#samples, numbers, round, "f32", classes);
    this.#state.input.set(inputs);
    this.#network.clamp(this.#state);
    this.#targets.fill(0);
    labels.forEach((label, r) => (this.#targets[r * classes + label] = 1));
  }
}

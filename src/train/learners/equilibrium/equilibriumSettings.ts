/** How equilibrium propagation is done: lengths of phases, strength of the nudge, rates of learning. */
import { ArgumentError } from "../../../errors.ts";

export interface EquilibriumSettings {
  /** Steps of the free phase, and of the nudged phase that follows it. */
  readonly freeSteps: number;
  readonly nudgedSteps: number;
  /** ε of a step. */
  readonly stepSize: number;
  /** Strength of the nudge. */
  readonly beta: number;
  /**
   * random: β or −β by chance in each batch; positive: always β; both: one phase with each, which makes the estimate of the gradient exact to
   * second order in β for twice the nudged steps.
   */
  readonly sign: "random" | "positive" | "both";
  /** α of each layer of weights, from the input on. */
  readonly rates: readonly number[];
  readonly batch: number;
  /** Free phases begin where the sample's last one ended, in the epoch before; else at 0. */
  readonly persistent: boolean;
}

/**
 * What the authors used for MNIST with 1, 2 and 3 hidden layers of 500 units.
 * Source: Scellier & Bengio (2017), doi:10.3389/fncom.2017.00024, table 1 and their code.
 */
export function scellierBengio(hiddenLayers: 1 | 2 | 3): EquilibriumSettings {
  const shared = { stepSize: 0.5, sign: "random", batch: 20, persistent: true } as const;
  switch (hiddenLayers) {
    case 1: return { ...shared, freeSteps: 20, nudgedSteps: 4, beta: 0.5, rates: [0.1, 0.05] };
    case 2: return { ...shared, freeSteps: 150, nudgedSteps: 6, beta: 1, rates: [0.4, 0.1, 0.01] };
    case 3: return { ...shared, freeSteps: 500, nudgedSteps: 8, beta: 1, rates: [0.128, 0.032, 0.008, 0.002] };
    default: return hiddenLayers satisfies never;
  }
}

/** @throws {ArgumentError} naming the setting that is wrong */
export function checkSettings(settings: EquilibriumSettings, layers: number): void {
  const whole = (name: "freeSteps" | "nudgedSteps" | "batch") => {
    if (Number.isInteger(settings[name]) && settings[name] >= 1) return;
    throw new ArgumentError(name, `${name} of ${settings[name]}`, "Give a whole number from 1.");
  };
  whole("freeSteps");
  whole("nudgedSteps");
  whole("batch");
  if (!(settings.stepSize > 0 && settings.stepSize <= 1)) {
    throw new ArgumentError("stepSize", `a step of ${settings.stepSize} of the way downhill`, "Give a number above 0 and at most 1, e.g. 0.5.");
  }
  if (!(settings.beta > 0 && settings.stepSize * (1 + 2 * settings.beta) <= 2)) {
    throw new ArgumentError("beta", `a nudge of beta = ${settings.beta} with steps of ${settings.stepSize}`,
      "Give beta above 0, and small enough that stepSize·(1 + 2·beta) is at most 2, beyond which the last layer never rests.");
  }
  if (settings.rates.length !== layers) {
    throw new ArgumentError("rates", `${settings.rates.length} rates for ${layers} layers of weights`, `Give ${layers}, from the input on.`);
  }
}

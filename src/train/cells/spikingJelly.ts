/**
 * Neurons as SpikingJelly defines them: charge, fire at h ≥ threshold, reset at once. A hard reset sets the membrane to vReset, a soft one
 * (vReset: null) takes the threshold off; gradients pass the reset unless detached; the membrane is shown after it.
 *
 * @source Fang et al. (2023), Sci. Adv. 9:eadi1480. doi:10.1126/sciadv.adi1480
 */
import { ArgumentError } from "../../errors.ts";
import { apply, div, name, neg, number, sub } from "../../ir/expr.ts";
import type { Cell } from "./cell.ts";
import { defineCell } from "./defineCell.ts";
import { decayOfTau, simulateLeaky } from "./simulateLeaky.ts";

export interface SpikingJellyOptions {
  readonly threshold?: number;
  /** null: soft reset. */
  readonly vReset?: number | null;
  readonly detachReset?: boolean;
}

export interface LifOptions extends SpikingJellyOptions {
  /** Membrane time constant, steps; above 1. */
  readonly tau?: number;
  /** Whether the input is divided by tau. */
  readonly decayInput?: boolean;
}

/** IFNode: v ← v + input. */
export function integrateAndFire(options: SpikingJellyOptions = {}): Cell {
  const cell = build("integrate_and_fire", options, {}, "v = v + input");
  return options.vReset ? cell : { ...cell, simulated: simulateLeaky(cell, ruleOf(options), number(1)) };
}

/** LIFNode: v ← v + (input − (v − vReset))/τ, or v ← v − (v − vReset)/τ + input without decay of the input. */
export function lif(options: LifOptions = {}): Cell {
  const { tau = 2, decayInput = true } = options;
  checkTau(tau);
  const cell = build("lif", options, { tau: { value: tau, range: [1, 1e6] } },
    decayInput ? "v = v + (input - (v - v_reset))/tau" : "v = v - (v - v_reset)/tau + input");
  if (options.vReset) return cell;
  return { ...cell, simulated: simulateLeaky(cell, ruleOf(options), decayOfTau(name("tau")), decayInput ? div(number(1), name("tau")) : number(1)) };
}

/** ParametricLIFNode: 1/τ is the logistic function of w, which is learned. @source Fang et al. (2021). doi:10.1109/ICCV48922.2021.00266 */
export function parametricLif(options: LifOptions = {}): Cell {
  const { tau = 2, decayInput = true } = options;
  checkTau(tau);
  const cell = build("parametric_lif", options, { w: -Math.log(tau - 1) }, decayInput
    ? "rate = 1/(1 + exp(-w)); v = v + (input - (v - v_reset))*rate" : "rate = 1/(1 + exp(-w)); v = v - (v - v_reset)*rate + input");
  if (options.vReset) return cell;
  const rate = div(number(1), apply("add", number(1), apply("exp", neg(name("w")))));
  return { ...cell, simulated: simulateLeaky(cell, ruleOf(options), sub(number(1), rate), decayInput ? rate : number(1)) };
}

const ruleOf = ({ vReset = 0 }: SpikingJellyOptions) => ({ reset: vReset === null ? "subtract" : "zero", late: false }) as const;

function build(name: string, options: SpikingJellyOptions, parameters: Parameters<typeof defineCell>[0]["parameters"], step: string): Cell {
  const { threshold = 1, vReset = 0, detachReset = false } = options;
  // What decays, decays towards vReset; with a soft reset, towards zero.
  return defineCell({
    name, state: { v: vReset ?? 0 }, parameters: { ...parameters, threshold, ...(vReset === null ? {} : { v_reset: vReset }) },
    step: vReset === null ? step.replace("(v - v_reset)", "v") : step, threshold: "v >= threshold",
    reset: vReset === null ? "v = v - threshold" : "v = v_reset", detachReset, shown: "afterReset",
  });
}

function checkTau(tau: number): void {
  if (!(tau > 1)) throw new ArgumentError("value", `tau of a leaky cell is ${tau} steps`, "It must be above one step.");
}

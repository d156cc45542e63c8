/** The neuron of converted networks: it adds up its input and spikes whenever the sum reaches the threshold. */
import { add, name, number, sub } from "../../ir/expr.ts";
import { neuron } from "../../model/neuron.ts";
import type { Cell } from "../cells/cell.ts";

export interface IntegratorOptions {
  readonly threshold?: number;
  /** `subtract` keeps what is above the threshold for the next spike, so that counts follow the input; `zero` loses it. */
  readonly reset?: "subtract" | "zero";
  /** v before the first step, as a share of the threshold; ½ removes the bias of rounding down. */
  readonly initial?: number;
}

/**
 * Perfect integrator: v ← v + input; a spike where v ≥ threshold; then v − threshold, or 0.
 *
 * @source Rueckauer et al. (2017), Front. Neurosci. 11:682, eqs. 1–4. doi:10.3389/fnins.2017.00682
 */
export function perfectIntegrator(options: IntegratorOptions = {}): Cell {
  const { threshold = 1, reset = "subtract", initial = 0 } = options;
  const v = name("v"), limit = name("threshold");
  return {
    name: "perfect_integrator",
    state: [{ name: "v", initial: initial * threshold }],
    parameters: [{ name: "threshold", value: threshold, range: [Number.MIN_VALUE, Infinity] }],
    step: [{ kind: "assign", name: "v", value: add(v, name("input")) }],
    threshold: { margin: sub(v, limit), inclusive: true, scale: threshold },
    reset: [{ kind: "assign", name: "v", value: reset === "subtract" ? sub(v, limit) : number(0) }],
    detachReset: true,
    membrane: "v",
    shown: "beforeReset",
    simulated: {
      model: neuron({
        name: reset === "subtract" ? "perfect_integrator" : "perfect_integrator_zero",
        description: "Adds up its input; spikes at the threshold",
        source: "doi:10.3389/fnins.2017.00682",
        parameters: { v_th: threshold }, state: { v: 0 }, receptors: { v: "v" },
        equations: "v : 1", threshold: "v >= v_th", reset: reset === "subtract" ? "v -= v_th" : "v = 0",
      }),
      receptor: "v",
      values: { v_th: limit },
      weight: number(1),
    },
  };
}

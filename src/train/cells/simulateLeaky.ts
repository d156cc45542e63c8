/** Cells whose membrane is v ← β·v + g·input, as a model that the simulator integrates exactly. */
import { apply, div, mul, name, neg, number, sub } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import { neuron } from "../../model/neuron.ts";
import type { Cell, SimulatedCell } from "./cell.ts";
import type { ResetRule } from "./snnTorch.ts";

export interface LeakyReset {
  readonly reset: ResetRule;
  /** A reset one step late takes the threshold off after the decay: at once, that is threshold/β before it. */
  readonly late: boolean;
}

/** @param decay β, over the cell's parameters @param gain what the input is multiplied by */
export function simulateLeaky(cell: Cell, { reset, late }: LeakyReset, decay: Expr = name("beta"), gain: Expr = number(1)): SimulatedCell {
  const threshold = name("threshold");
  const inclusive = cell.threshold?.inclusive ?? false;
  const model = neuron({
    name: cell.name.replace(/\W+/g, "_"),
    description: "Leaky membrane that decays by a factor a step and jumps by its input",
    parameters: { rate: "0 Hz", drive: "0 Hz", v_th: 1, v_off: 1 },
    state: { v: cell.state.find((s) => s.name === "v")?.initial ?? 0 },
    receptors: { input: "v" },
    equations: "dv/dt = drive - rate*v : 1",
    ...(cell.threshold && { threshold: inclusive ? "v >= v_th" : "v > v_th" }),
    ...(cell.threshold && reset !== "none" && { reset: reset === "subtract" ? "v = v - v_off" : "v = 0" }),
  });
  const logarithm = apply("log", decay);
  return {
    model, receptor: "input", weight: gain,
    values: {
      rate: neg(div(logarithm, name("dt"))),
      ...(cell.threshold && { v_th: threshold, v_off: late ? div(threshold, decay) : threshold }),
    },
    // A constant drive d adds d·dt·exprel(−rate·dt) = d·dt·(β − 1)/log β a step.
    bias: { parameter: "drive", value: div(mul(gain, name("bias")), mul(name("dt"), apply("exprel", logarithm))) },
  };
}

/** 1 − 1/τ. */
export const decayOfTau = (tau: Expr): Expr => sub(number(1), div(number(1), tau));

/**
 * Neurons of the SpyTorch tutorials: i ← α·i + input and v ← β·v + i, all from the values of the step before; spikes are tested, and the
 * membrane is shown, before the step's update, so input acts two steps later. `reset` acts with the update: "zero" clears the new membrane
 * (tutorials 2 to 4), "subtract" takes 1 off it (tutorial 1); gradients take it for a constant.
 *
 * @source Neftci, Mostafa & Zenke (2019), IEEE Signal Process. Mag. 36(6):51–63. doi:10.1109/MSP.2019.2931595
 */
import type { Cell } from "./cell.ts";
import { defineCell } from "./defineCell.ts";
import { decay } from "./snnTorch.ts";

export interface SpyTorchOptions {
  /** Factors of decay of current and membrane: exp(−1 ms/5 ms) and exp(−1 ms/10 ms). */
  readonly alpha?: number;
  readonly beta?: number;
  readonly threshold?: number;
  readonly reset?: "zero" | "subtract";
  /** A readout: no spikes. */
  readonly spiking?: boolean;
  readonly detachReset?: boolean;
}

/** `v` is the membrane of the step, `next_v` what it becomes in the next one. */
export function spyTorch(options: SpyTorchOptions = {}): Cell {
  const { alpha = Math.exp(-1 / 5), beta = Math.exp(-1 / 10), threshold = 1, reset = "zero", spiking = true, detachReset = true } = options;
  const spikes = { threshold: "v > threshold", reset: reset === "zero" ? "next_v = 0" : "next_v = next_v - 1", detachReset } as const;
  return defineCell({
    name: "spytorch", state: { v: 0, next_v: 0, i: 0 },
    parameters: { alpha: decay("alpha", alpha), beta: decay("beta", beta), ...(spiking && { threshold }) },
    step: "v = next_v; next_v = beta*v + i; i = alpha*i + input", shown: "beforeReset", ...(spiking && spikes),
  });
}

/**
 * Neurons as snnTorch defines them (release 0.9): a spike is v > threshold; by default the reset acts one step late, through the spike of the step
 * before, which gradients take for a constant, and the membrane is shown as it is before the reset that its own spike causes. With
 * `resetDelay: false` the reset acts at once, gradients pass it, and the membrane is shown after it.
 *
 * @source Eshraghian et al. (2023), Proc. IEEE 111:1016–1054. doi:10.1109/JPROC.2023.3308088
 */
import { ArgumentError } from "../../errors.ts";
import type { Cell, CellParameter } from "./cell.ts";
import { defineCell } from "./defineCell.ts";
import { simulateLeaky } from "./simulateLeaky.ts";

export type ResetRule = "subtract" | "zero" | "none";

export interface SnnTorchOptions {
  readonly threshold?: number;
  /** What a spike does to the membrane: takes the threshold off, sets it to zero, nothing. */
  readonly reset?: ResetRule;
  /** Whether the reset acts one step after the spike. */
  readonly resetDelay?: boolean;
  /** Whether gradients take the spikes that cause resets for constants; as `resetDelay` unless given. */
  readonly detachReset?: boolean;
  /** Spike at v ≥ threshold, not only beyond. */
  readonly inclusive?: boolean;
  /** Membrane at the start. */
  readonly initial?: number;
}

export interface LeakyOptions extends SnnTorchOptions { readonly beta?: number }
export interface SynapticOptions extends SnnTorchOptions { readonly alpha?: number; readonly beta?: number }

/** Leaky: v ← β·v + input. Without delay or with "zero" or "subtract", also a simulated model that is integrated exactly. */
export function leaky(options: LeakyOptions = {}): Cell {
  const { beta = 0.9 } = options;
  const late = options.resetDelay ?? true, reset = options.reset ?? "subtract";
  const step = !late || reset === "none" ? "v = beta*v + input"
    : reset === "subtract" ? "v = beta*v + input - spiked*threshold" : "v = beta*(1 - spiked)*v + input";
  const cell = build("leaky", options, { v: options.initial ?? 0 }, { beta: decay("beta", beta) }, step);
  return { ...cell, simulated: simulateLeaky(cell, { reset, late }) };
}

/** RLeaky: Leaky, but a reset to zero clears the input of its step as well. Give the layer its recurrent connections. */
export function rLeaky(options: LeakyOptions = {}): Cell {
  const { beta = 0.9, resetDelay = true, reset } = options;
  if (!resetDelay || reset !== "zero") return { ...leaky(options), name: "rleaky" };
  return build("rleaky", options, { v: options.initial ?? 0 }, { beta: decay("beta", beta) }, "v = (1 - spiked)*(beta*v + input)");
}

/** Synaptic: i ← α·i + input, v ← β·v + i. A reset to zero leaves the current alone. */
export function synaptic(options: SynapticOptions = {}): Cell {
  const { alpha = 0.9, beta = 0.8 } = options;
  const late = options.resetDelay ?? true, reset = options.reset ?? "subtract";
  const v = !late || reset === "none" ? "beta*v + i" : reset === "subtract" ? "beta*v + i - spiked*threshold" : "(1 - spiked)*(beta*v + i)";
  return build("synaptic", options, { v: options.initial ?? 0, i: 0 }, { alpha: decay("alpha", alpha), beta: decay("beta", beta) },
    `i = alpha*i + input; v = ${v}`);
}

/**
 * Alpha: the membrane is the difference of two traces of the input, an alpha function for one spike. The resets act on the traces, as there:
 * "subtract" takes the threshold off the excitatory one and clears the inhibitory one, "zero" clears both.
 */
export function alpha(options: SynapticOptions = {}): Cell {
  const { alpha: rise = 0.9, beta = 0.8 } = options;
  if (!(rise > beta)) {
    throw new ArgumentError("value", `alpha of the cell "alpha" is ${rise}, which is not above beta, ${beta}`, "Take alpha above beta.");
  }
  const reset = options.reset ?? "subtract";
  if (options.resetDelay === false) {
    throw new ArgumentError("reset", 'the cell "alpha" resets its traces one step late', "Leave out resetDelay: false, or take synaptic().");
  }
  const traces = "old_inh = inh; exc = alpha*exc + input; inh = beta*inh - input; v = tau_alpha*(exc + inh)";
  const tau = "tau_alpha = log(alpha)/(log(beta) - log(alpha)) + 1";
  const late = reset === "none" ? "" : reset === "zero" ? "; exc = (1 - spiked)*exc; inh = (1 - spiked)*inh; v = (1 - spiked)*v"
    : "; exc = exc - spiked*threshold; inh = (1 - spiked)*inh; v = v + spiked*old_inh";
  return build("alpha", { ...options, resetDelay: true }, { v: options.initial ?? 0, exc: 0, inh: 0 },
    { alpha: decay("alpha", rise), beta: decay("beta", beta) }, `${tau}; ${traces}${late}`);
}

function build(
  name: string, options: SnnTorchOptions, state: Readonly<Record<string, number>>, parameters: Readonly<Record<string, Omit<CellParameter, "name">>>,
  step: string,
): Cell {
  const { threshold = 1, reset = "subtract", resetDelay = true, inclusive = false } = options;
  const atOnce = resetDelay || reset === "none" ? undefined : reset === "subtract" ? "v = v - threshold" : "v = 0";
  return defineCell({
    name, state, parameters: { ...parameters, threshold }, step, threshold: `v ${inclusive ? ">=" : ">"} threshold`,
    ...(atOnce && { reset: atOnce }), detachReset: options.detachReset ?? resetDelay, shown: resetDelay ? "beforeReset" : "afterReset",
  });
}

/** A factor of decay, learned within 0 … 1. */
export function decay(name: string, value: number): Omit<CellParameter, "name"> {
  if (!(value >= 0 && value <= 1)) throw new ArgumentError("value", `${name} is ${value}`, "A factor of decay lies between 0 and 1.");
  return { value, range: [0, 1] };
}

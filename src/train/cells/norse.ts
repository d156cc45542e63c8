/**
 * Neurons as Norse defines them: explicit Euler steps of a membrane with a current, dv = dt/τ_mem·(v_leak − v + i), di = −dt/τ_syn·i. The input
 * joins the current before that step in releases from 0.0.7 on, and in LSNN and earlier releases after it (`inputFirst: false`). A spike is
 * v > threshold; it sets v to its reset at once. Gradients pass the reset in the feed-forward modules; in the recurrent ones they take it for a
 * constant (`detachReset: true`).
 *
 * @source Pehle & Pedersen (2021), Norse. doi:10.5281/zenodo.4422025
 */
import type { Cell } from "./cell.ts";
import { defineCell } from "./defineCell.ts";

export interface NorseOptions {
  /** Step, seconds. */
  readonly dt?: number;
  /** 1/τ, 1/s. */
  readonly tauMemInv?: number;
  readonly tauSynInv?: number;
  readonly vLeak?: number;
  readonly threshold?: number;
  readonly vReset?: number;
  readonly detachReset?: boolean;
  /** Whether the input of a step acts on the membrane in that step. */
  readonly inputFirst?: boolean;
}

export interface LsnnOptions extends NorseOptions {
  /** 1/s */
  readonly tauAdaptInv?: number;
  /** What a spike adds to the threshold. */
  readonly beta?: number;
}

const stepOf = (inputFirst: boolean): string => (inputFirst
  ? "i = i + input; v = v + h*tau_mem_inv*((v_leak - v) + i); i = i - h*tau_syn_inv*i"
  : "v = v + h*tau_mem_inv*((v_leak - v) + i); i = i - h*tau_syn_inv*i + input");

/** LIF. */
export function norseLif(options: NorseOptions = {}): Cell {
  const { threshold = 1, vReset = 0 } = options;
  return defineCell({
    name: "norse_lif", state: { v: options.vLeak ?? 0, i: 0 }, parameters: { ...common(options), threshold, v_reset: vReset },
    step: stepOf(options.inputFirst ?? true), threshold: "v > threshold", reset: "v = v_reset", detachReset: options.detachReset ?? false,
  });
}

/** LI: the same membrane without spikes, for readouts. */
export function leakyIntegrator(options: NorseOptions = {}): Cell {
  return defineCell({
    name: "leaky_integrator", state: { v: options.vLeak ?? 0, i: 0 }, parameters: common(options), step: stepOf(options.inputFirst ?? true),
  });
}

/** LSNN: LIF whose threshold b rises at each spike by beta and falls back. @source Bellec et al. (2018), NeurIPS. arXiv:1803.09574 */
export function norseLsnn(options: LsnnOptions = {}): Cell {
  const { threshold = 1, vReset = 0, tauAdaptInv = 1 / 800, beta = 1.8 } = options;
  return defineCell({
    name: "norse_lsnn", state: { v: options.vLeak ?? 0, i: 0, b: threshold },
    parameters: { ...common(options), threshold, v_reset: vReset, tau_adapt_inv: tauAdaptInv, beta },
    step: `${stepOf(options.inputFirst ?? false)}; b = b + h*tau_adapt_inv*(threshold - b)`,
    threshold: "v > b", reset: "v = v_reset; b = b + beta", detachReset: options.detachReset ?? false,
  });
}

export interface AdaptiveOptions {
  /** Decay of the membrane and of the adaptation, factors a step. */
  readonly alpha?: number;
  readonly rho?: number;
  /** What the adaptation adds to the threshold. */
  readonly beta?: number;
  readonly threshold?: number;
  readonly detachReset?: boolean;
}

/**
 * Adaptive LIF in discrete time: v ← α·v + input − S·threshold, a ← ρ·a + S with S the spike of the step before; it spikes at
 * v ≥ threshold + β·a.
 *
 * @source Bellec et al. (2020), Nat. Commun. 11:3625, eqs. 6–8. doi:10.1038/s41467-020-17236-y
 */
export function adaptive(options: AdaptiveOptions = {}): Cell {
  const { alpha = 0.95, rho = 0.995, beta = 0.07, threshold = 1 } = options;
  return defineCell({
    name: "adaptive_lif", state: { v: 0, a: 0 },
    parameters: { alpha: { value: alpha, range: [0, 1] }, rho: { value: rho, range: [0, 1] }, beta, threshold },
    step: "v = alpha*v + input - spiked*threshold; a = rho*a + spiked", threshold: "v >= threshold + beta*a",
    detachReset: options.detachReset ?? true, shown: "beforeReset",
  });
}

function common({ dt = 0.001, tauMemInv = 100, tauSynInv = 200, vLeak = 0 }: NorseOptions): Record<string, number> {
  return { h: dt, tau_mem_inv: tauMemInv, tau_syn_inv: tauSynInv, v_leak: vLeak };
}

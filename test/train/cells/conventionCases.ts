/** Every convention, with names of parameters that training may change. */
import type { Cell } from "../../../src/train/cells/cell.ts";
import {
  adaptive, alpha, integrateAndFire, leaky, leakyIntegrator, lif, norseLif, norseLsnn, parametricLif, rLeaky, spyTorch, synaptic,
} from "../../../src/train/cells/conventions.ts";

export const conventions: readonly (readonly [string, Cell, readonly string[]])[] = [
  ["leaky, subtract, one step late", leaky(), ["beta", "threshold", "initial:v"]],
  ["leaky, subtract, late, attached", leaky({ detachReset: false }), ["beta", "threshold", "initial:v"]],
  ["leaky, zero, late, attached", leaky({ reset: "zero", detachReset: false }), ["beta", "threshold"]],
  ["leaky, no reset", leaky({ reset: "none" }), ["beta"]],
  ["leaky, subtract at once", leaky({ resetDelay: false }), ["beta", "threshold"]],
  ["leaky, zero at once, inclusive", leaky({ resetDelay: false, reset: "zero", inclusive: true }), ["beta", "initial:v"]],
  ["synaptic, subtract", synaptic({ detachReset: false }), ["alpha", "beta", "threshold", "initial:i"]],
  ["synaptic, zero", synaptic({ reset: "zero", detachReset: false }), ["alpha", "beta", "threshold"]],
  ["alpha, subtract", alpha({ detachReset: false }), ["alpha", "beta", "threshold", "initial:exc"]],
  ["alpha, zero", alpha({ reset: "zero", detachReset: false }), ["alpha", "beta", "threshold"]],
  ["integrate and fire, hard", integrateAndFire(), ["threshold", "v_reset"]],
  ["integrate and fire, soft", integrateAndFire({ vReset: null }), ["threshold"]],
  ["lif, hard", lif({ tau: 4 }), ["tau", "threshold", "v_reset"]],
  ["lif, hard, away from zero", lif({ tau: 4, vReset: 0.25, decayInput: false }), ["tau", "threshold", "v_reset", "initial:v"]],
  ["lif, soft", lif({ tau: 3, vReset: null }), ["tau", "threshold"]],
  ["parametric lif", parametricLif({ tau: 3 }), ["w", "threshold"]],
  ["rleaky, zero", rLeaky({ reset: "zero", detachReset: false }), ["beta", "threshold"]],
  ["norse lif, input last", norseLif({ inputFirst: false }), ["tau_mem_inv", "threshold", "v_leak"]],
  ["norse lif", norseLif({ tauSynInv: 300 }), ["tau_mem_inv", "tau_syn_inv", "threshold", "v_leak", "v_reset"]],
  ["norse leaky integrator", leakyIntegrator(), ["tau_mem_inv", "initial:v"]],
  ["norse lsnn", norseLsnn({ tauAdaptInv: 20, beta: 0.5 }), ["tau_mem_inv", "tau_adapt_inv", "beta", "initial:b"]],
  ["adaptive lif", adaptive({ detachReset: false, rho: 0.8, beta: 0.3 }), ["alpha", "rho", "beta", "threshold"]],
  ["spytorch, zero", spyTorch({ detachReset: false }), ["alpha", "beta", "threshold"]],
  ["spytorch, subtract", spyTorch({ reset: "subtract", detachReset: false }), ["alpha", "beta"]],
];

/** Pseudo-random numbers in 0 … 1. */
export function randomNumbers(seed: number): () => number {
  let x = seed * 2654435761 + 1;
  return () => {
    x = (Math.imul(x ^ (x >>> 15), 2246822519) + 374761393) | 0;
    return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32;
  };
}

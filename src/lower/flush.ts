/** Which variables decay to zero by themselves: WebAssembly has no flush-to-zero, and arithmetic on denormal numbers is fifty times slower. */
import { number, substitute } from "../ir/expr.ts";
import { isNumber, simplify } from "../ir/simplify.ts";
import type { System } from "./system.ts";

/**
 * The largest set of variables whose equations vanish when all of them are zero, as those of synaptic currents and conductances do. Setting
 * one that is tiny to zero changes nothing that could be seen.
 */
export function decayingVariables(system: System): string[] {
  let candidates = system.equations.filter((e) => e.noise.size === 0);
  for (;;) {
    const atZero = new Map(candidates.map((e) => [e.name, number(0)] as const));
    const decaying = candidates.filter((e) => isNumber(simplify(substitute(e.drift, atZero)), 0));
    if (decaying.length === candidates.length) return decaying.map((e) => e.name);
    candidates = decaying;
  }
}

/**
 * How fast synaptic elements (axonal boutons, dendritic spines) grow or retract with the calcium concentration of their neuron, as a multiple of
 * the highest rate ν. Calcium decays exponentially between spikes.
 *
 * @source Butz & van Ooyen (2013), PLoS Comput. Biol. 9:e1003259. doi:10.1371/journal.pcbi.1003259
 */
export type GrowthCurve =
  /** dz/dt = ν (1 − Ca/ε): zero at ε. */
  | { readonly curve: "linear"; readonly eps: number }
  /** dz/dt = ν (2 exp(−((Ca − ξ)/ζ)²) − 1): zero at η and ε, highest (ν) in their middle ξ. */
  | { readonly curve: "gaussian"; readonly eta: number; readonly eps: number }
  /** dz/dt = ν (2/(1 + exp((Ca − ε)/ψ)) − 1): zero at ε, with slope −ν/(2ψ). */
  | { readonly curve: "sigmoid"; readonly eps: number; readonly psi: number };

/** dz/dt in units of ν at a calcium concentration. */
export function growthRate(curve: GrowthCurve, calcium: number): number {
  switch (curve.curve) {
    case "linear":
      return 1 - calcium / curve.eps;
    case "gaussian": {
      const middle = (curve.eta + curve.eps) / 2, width = (curve.eps - curve.eta) / (2 * Math.sqrt(Math.LN2));
      return 2 * Math.exp(-(((calcium - middle) / width) ** 2)) - 1;
    }
    case "sigmoid":
      return 2 / (1 + Math.exp((calcium - curve.eps) / curve.psi)) - 1;
    default:
      curve satisfies never;
      return NaN;
  }
}

/** Three-point Gauss–Legendre rule on [0, 1]. */
const nodes = [0.5 - Math.sqrt(15) / 10, 0.5, 0.5 + Math.sqrt(15) / 10] as const;
const weights = [5 / 18, 8 / 18, 5 / 18] as const;
/** Pieces in which calcium decays by a twentieth are integrated one by one: relative error below 1e-9 for curves as wide as their target. */
const piecesPerTau = 20;

/**
 * Growth in units of ν · s while calcium decays freely from `calcium`.
 *
 * @param tau time constant of calcium, s @param duration s
 */
export function growthDuring(curve: GrowthCurve, calcium: number, tau: number, duration: number): number {
  if (curve.curve === "linear") return duration + (tau * calcium * Math.expm1(-duration / tau)) / curve.eps;
  const pieces = Math.max(1, Math.ceil((piecesPerTau * duration) / tau)), length = duration / pieces;
  let sum = 0;
  for (let k = 0; k < pieces; k++) {
    for (let q = 0; q < 3; q++) sum += weights[q]! * growthRate(curve, calcium * Math.exp((-(k + nodes[q]!) * length) / tau));
  }
  return sum * length;
}

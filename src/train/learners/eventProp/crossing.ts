/** When a membrane that starts below threshold first reaches it, between two input spikes. */

export interface Course { readonly tauMembrane: number; readonly tauSynapse: number; readonly drive: number }

/**
 * The first t in (0, within] at which u reaches 1, to the last bits; NaN when it does not. The sum of two exponentials has one extremum at
 * most, so there is a crossing exactly when u is above 1 at the end or at a maximum before it; it is found by Newton's method inside a bracket.
 * With b = −current·tauSynapse/(tauMembrane − tauSynapse), u(t) = drive + (u − drive − b)·e^(−t/tauMembrane) + b·e^(−t/tauSynapse).
 *
 * @param u       membrane at time 0, below 1
 * @param current synaptic current at time 0, in units of u
 * @param end     u at `within`
 */
export function firstCrossing({ tauMembrane, tauSynapse, drive }: Course, u: number, current: number, within: number, end: number): number {
  const b = (-current * tauSynapse) / (tauMembrane - tauSynapse);
  const a = u - drive - b;
  let high = within;
  if (end < 1) {
    // Only a maximum between can reach 1: u rises at first and falls at last.
    if (u >= drive + current || !(within > 0)) return NaN;
    const peak = Math.log((-b * tauMembrane) / (a * tauSynapse)) * ((tauMembrane * tauSynapse) / (tauMembrane - tauSynapse));
    if (!(peak > 0 && peak < within)) return NaN;
    if (drive + a * Math.exp(-peak / tauMembrane) + b * Math.exp(-peak / tauSynapse) < 1) return NaN;
    high = peak;
  }
  let low = 0, t = Math.min(high, Math.max(0, ((1 - u) * tauMembrane) / (drive + current - u)));
  if (!(t >= 0)) t = 0.5 * high;
  for (let turn = 0; turn < 100; turn++) {
    const slow = a * Math.exp(-t / tauMembrane), fast = b * Math.exp(-t / tauSynapse);
    const missing = drive + slow + fast - 1;
    if (missing < 0) low = t;
    else high = t;
    const slope = -slow / tauMembrane - fast / tauSynapse;
    let next = t - missing / slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (Math.abs(next - t) <= 1e-15 * (tauMembrane + t) || high - low <= 1e-16 * tauMembrane) return next;
    t = next;
  }
  return t;
}

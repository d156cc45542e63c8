/**
 * What NEST's plastic synapses do, from lists of spikes and without any trace. A synapse acts when a presynaptic spike passes: it first takes
 * the postsynaptic spikes that have reached it since the presynaptic spike before (a coinciding one included), then the presynaptic spike
 * itself, for which only earlier postsynaptic spikes exist. Times in ms, at the synapse; weights in NEST's unit.
 */
export interface Parameters {
  readonly tau_plus: number;
  readonly tau_minus: number;
  readonly lambda: number;
  readonly alpha: number;
  readonly mu_plus: number;
  readonly mu_minus: number;
  readonly w_max: number;
}

/** The spikes that a rule sees: all that came before, and those since the presynaptic spike before this one. */
interface Moment {
  /** Of this presynaptic spike. */
  readonly t: number;
  readonly earlierPre: readonly number[];
  /** Of the presynaptic spike before; 0 at the first. */
  readonly last: number;
  /** Postsynaptic spikes in (last, t]. */
  readonly arrived: readonly number[];
  /** Postsynaptic spikes before t. */
  readonly earlierPost: readonly number[];
}

export type Rule = (w: number, moment: Moment) => number;

/** The weight after each presynaptic spike, which is also what that spike sends. */
export function trajectory(rule: Rule, start: number, pre: readonly number[], post: readonly number[]): number[] {
  let w = start;
  return pre.map((t, k) => {
    const last = k === 0 ? 0 : pre[k - 1]!;
    // Before the first spike nothing is left out.
    const arrived = post.filter((s) => (k === 0 || s > last + tiny) && s <= t + tiny);
    w = rule(w, { t, last, earlierPre: pre.slice(0, k), arrived, earlierPost: post.filter((s) => s < t - tiny) });
    return w;
  });
}

const tiny = 1e-6;
const sum = (spikes: readonly number[], t: number, tau: number): number => spikes.reduce((total, s) => total + Math.exp((s - t) / tau), 0);
const nearest = (spikes: readonly number[], t: number, tau: number): number => (spikes.length === 0 ? 0 : Math.exp((spikes.at(-1)! - t) / tau));

function powerLaw(p: Parameters): { readonly up: (w: number, k: number) => number; readonly down: (w: number, k: number) => number } {
  return {
    up: (w, k) => Math.min(w / p.w_max + p.lambda * (1 - w / p.w_max) ** p.mu_plus * k, 1) * p.w_max,
    down: (w, k) => Math.max(w / p.w_max - p.alpha * p.lambda * (w / p.w_max) ** p.mu_minus * k, 0) * p.w_max,
  };
}

/** stdp_synapse: all pairs. */
export const allToAll = (p: Parameters): Rule => (w, m) => {
  const { up, down } = powerLaw(p);
  const raised = m.arrived.reduce((v, s) => up(v, sum(m.earlierPre, s, p.tau_plus)), w);
  return down(raised, sum(m.earlierPost, m.t, p.tau_minus));
};

/** stdp_nn_symm_synapse: the presynaptic spike before, time 0 counting as one. */
export const symmetric = (p: Parameters): Rule => (w, m) => {
  const { up, down } = powerLaw(p);
  const raised = m.arrived.reduce((v, s) => up(v, Math.exp((m.last - s) / p.tau_plus)), w);
  return down(raised, nearest(m.earlierPost, m.t, p.tau_minus));
};

/** stdp_nn_pre_centered_synapse: the first postsynaptic spike takes the presynaptic ones since the last that another took. */
export function preCentred(p: Parameters): Rule {
  const { up, down } = powerLaw(p);
  let untaken: number[] = [];
  return (w, m) => {
    let v = w;
    if (m.arrived.length > 0) {
      v = up(v, sum(untaken, m.arrived[0]!, p.tau_plus));
      untaken = [];
    }
    untaken.push(m.t);
    return down(v, nearest(m.earlierPost, m.t, p.tau_minus));
  };
}

/** stdp_nn_restr_synapse: the first postsynaptic spike and the last presynaptic one; depression only when any postsynaptic spike has come since. */
export const restricted = (p: Parameters): Rule => (w, m) => {
  const { up, down } = powerLaw(p);
  if (m.arrived.length === 0) return w;
  return down(up(w, Math.exp((m.last - m.arrived[0]!) / p.tau_plus)), nearest(m.earlierPost, m.t, p.tau_minus));
};

/** stdp_pl_synapse_hom. */
export const morrison = (p: Pick<Parameters, "tau_plus" | "tau_minus" | "lambda" | "alpha"> & { readonly mu: number }): Rule => (w, m) => {
  const raised = m.arrived.reduce((v, s) => v + p.lambda * v ** p.mu * sum(m.earlierPre, s, p.tau_plus), w);
  return Math.max(raised - p.lambda * p.alpha * raised * sum(m.earlierPost, m.t, p.tau_minus), 0);
};

type Triplet = Readonly<Record<"tau_plus" | "tau_x" | "tau_minus" | "tau_y" | "a2_plus" | "a3_plus" | "a2_minus" | "a3_minus" | "w_max", number>>;

/** stdp_triplet_synapse. */
export const triplet = (p: Triplet, allPost: readonly number[]): Rule => (w, m) => {
  const before = (s: number): number[] => allPost.filter((o) => o < s - tiny);
  const raised = m.arrived.reduce((v, s) =>
    Math.min(v + sum(m.earlierPre, s, p.tau_plus) * (p.a2_plus + p.a3_plus * sum(before(s), s, p.tau_y)), p.w_max), w);
  return Math.max(raised - sum(m.earlierPost, m.t, p.tau_minus) * (p.a2_minus + p.a3_minus * sum(m.earlierPre, m.t, p.tau_x)), 0);
};

/** vogels_sprekeler_synapse; sizes of weights. */
export const vogels = (p: { readonly tau: number; readonly eta: number; readonly alpha: number; readonly w_max: number }): Rule => (w, m) => {
  const raised = m.arrived.reduce((v, s) => Math.min(v + p.eta * sum(m.earlierPre, s, p.tau), p.w_max), w);
  return Math.max(Math.min(raised + p.eta * sum(m.earlierPost, m.t, p.tau), p.w_max) - p.alpha * p.eta, 0);
};

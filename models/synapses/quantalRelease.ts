import { synapse } from "synfire";

/** More sites than n are never used; each costs two random numbers a spike. */
const mostSites = 12;
const sites = Array.from({ length: mostSites }, (_, k) => k);
/** How many of the first `count` sites succeed when each does with this probability. */
const binomial = (count: string, probability: string): string => sites.map((k) => `int(rand() < ${probability} and ${k} < ${count})`).join(" + ");

/**
 * Quantal release with depletion: of n release sites, those that are ready release a quantum of size w each with probability u, independently, and
 * become ready again at random times with mean tau_rec. u jumps with each spike and decays with tau_fac (0: no facilitation, u = U at each spike).
 * The mean over trials is that of tsodyksMarkram with weight n·w; with tau_rec far below the intervals the number of quanta is binomial, with mean
 * n·U and variance n·U·(1 − U). NEST's `quantal_stp_synapse`. At most 12 sites; more are several synapses of the same pair.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | n | 1 | release sites, 1 to 12 |
 * | U | 1 | probability of release by the first spike |
 * | tau_rec, tau_fac | ms | mean time until a site is ready again, decay of facilitation |
 *
 * @source Fuhrmann, Segev, Markram & Tsodyks (2002), J. Neurophysiol. 87:140–148. doi:10.1152/jn.00258.2001
 * @tested mean and variance of every response of a train; the binomial limit
 */
export const quantalRelease = synapse({
  name: "quantal_release",
  description: "Quantal release from n sites that deplete and recover",
  source: "doi:10.1152/jn.00258.2001",
  parameters: { n: 5, U: 0.5, tau_rec: "800 ms", tau_fac: "0 ms" },
  state: { empty: 0, released: 0, u: 0 },
  // A time constant of 0 stands for one far below a step.
  equations: `
    recovery = 1 - exp(-elapsed / max(tau_rec, dt/1000)) : 1
    du/dt = -u / max(tau_fac, dt/1000) : 1 (event-driven)`,
  onPre: `
    empty -= ${binomial("empty", "recovery")}
    u += U*(1 - u)
    released = ${binomial("n - empty", "u")}
    empty += released
    receptor += w*released`,
});

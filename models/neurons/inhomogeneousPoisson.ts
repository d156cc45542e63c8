import { neuron } from "synfire";

/**
 * Inhomogeneous Poisson neuron: spikes with the rate rate_0 · (1 + depth · sin(2π · frequency · t + phase)), or 0 where that is negative, plus
 * what its receptor holds: arriving weights (in Hz) raise the rate, and decay with tau_syn. Any other time course: give `rate_0` as an expression
 * of t. The probability of a spike in a step is that of at least one event at the rate of its middle, 1 − exp(−rate·dt).
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | rate_0 | Hz | mean rate |
 * | depth, frequency, phase | 1, Hz, 1 | relative amplitude of the modulation, its frequency, its phase in radians |
 * | tau_syn | ms | decay of what arrives |
 *
 * @source Lewis & Shedler (1979), Nav. Res. Logist. Q. 26:403–413. doi:10.1002/nav.3800260304
 */
export const inhomogeneousPoisson = neuron({
  name: "inhomogeneous_poisson",
  description: "Poisson process whose rate changes in time and with its input",
  source: "doi:10.1002/nav.3800260304",
  parameters: { rate_0: "10 Hz", depth: 1, frequency: "1 Hz", phase: 0, tau_syn: "10 ms" },
  state: { rate_in: "0 Hz" },
  receptors: { rate: "rate_in" },
  equations: `
    drate_in/dt = -rate_in/tau_syn : hertz`,
  threshold: "rand() < -expm1(-dt*max(rate_0*(1 + depth*sin(2*pi*frequency*(t - dt/2) + phase)) + rate_in, 0*Hz))",
});

import { synapse } from "synfire";

/**
 * Resistive device whose steps shrink towards its bounds, as STDP synapse: a pulse changes the weight by dw·(1 − gamma·w/bound)·(1 + cycle·noise).
 * gamma 0: constant steps; 1: soft bounds, which no series of pulses crosses; between them: the linear step device. Each spike pairs with the last
 * one of the other side and gives a pulse with probability p·exp(−|Δt|/tau). Differences between devices are distributions of parameters.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of pre before post, width of the window of post before pre |
 * | p_plus, p_minus | 1 | probability of a pulse by a pair of no delay |
 * | dw_up, dw_down | weight | step at w = 0, up and down |
 * | gamma_up, gamma_down | 1 | how much smaller steps are at the bound |
 * | b_min, b_max | weight | bounds, b_min below 0 and b_max above |
 * | cycle | 1 | cycle-to-cycle variation of a step |
 *
 * @source Rasch, Moreda, Gokmen, Le Gallo, Carta, Goldberg, El Maghraoui, Sebastian & Narayanan (2021), IEEE AICAS (aihwkit).
 *         doi:10.1109/AICAS51828.2021.9458494
 * @source Gokmen & Vlasov (2016), Front. Neurosci. 10:333. doi:10.3389/fnins.2016.00333
 * @tested the approach to either bound in closed form, the symmetry point, mean and spread of noisy steps
 */
export const deviceSoftBounds = synapse({
  name: "device_soft_bounds",
  description: "Resistive device with soft bounds as STDP synapse",
  source: "doi:10.1109/AICAS51828.2021.9458494",
  parameters: {
    tau_plus: "20 ms", tau_minus: "20 ms", p_plus: 1, p_minus: 1, dw_up: "0.01 weight", dw_down: "0.01 weight", gamma_up: 1, gamma_down: 1,
    b_min: "-1 weight", b_max: "1 weight", cycle: 0,
  },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)`,
  onPre: `
    receptor += w
    w = clip(w - int(rand() < p_minus*y)*dw_down*(1 - gamma_down*w/b_min)*(1 + cycle*randn()), b_min, b_max)
    x = 1`,
  onPost: `
    w = clip(w + int(rand() < p_plus*x)*dw_up*(1 - gamma_up*w/b_max)*(1 + cycle*randn()), b_min, b_max)
    y = 1`,
  presets: {
    constantStep: { gamma_up: 0, gamma_down: 0 },
    reram: { dw_up: "0.002 weight", dw_down: "0.002 weight", b_min: "-0.75 weight", b_max: "1.25 weight" },
    capacitor: { dw_up: "0.005 weight", dw_down: "0.005 weight", gamma_up: 0.05, gamma_down: 0.05, cycle: 0.3 },
  },
});

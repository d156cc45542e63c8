/**
 * A ring attractor: neurons on a circle of preferred directions, slow excitation between similar ones, fast inhibition of all. At rest the
 * circuit is quiet; a short cue leaves a bump of activity that stays where it was, a working memory of the cue's direction.
 *
 * @source Compte, Brunel, Goldman-Rakic & Wang (2000), Cereb. Cortex 10:910–923 (here with linear synapses). doi:10.1093/cercor/10.9.910
 */
import { allToAll, Network, neuron, stepCurrent } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `direction` of the cue in degrees; `kappa`: concentration of excitation around each neuron's direction. */
export const settings = {
  direction: 180, cue: "10 mV" as Quantity, w_ee: "0.16 mV" as Quantity, kappa: 12, w_ei: "0.6 mV" as Quantity, w_ie: "0.45 mV" as Quantity,
  duration: "3 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

export const size = 512;

/** Currents are times the membrane's resistance, in volt; `I_cue` is what the cue adds. */
export const cell = neuron({
  name: "ring_lif",
  description: "Leaky integrate-and-fire neuron with slow excitation and fast inhibition, in volt",
  source: "doi:10.1093/cercor/10.9.910",
  parameters: { tau_m: "20 ms", v_th: "20 mV", v_reset: "10 mV", t_ref: "2 ms", tau_e: "100 ms", tau_i: "10 ms", I_cue: "0 mV" },
  state: { v: "0 mV", I_e: "0 mV", I_i: "0 mV" },
  receptors: { background: "v", excitatory: "I_e", inhibitory: "I_i" },
  equations: `
    dv/dt = (I_e - I_i + I_cue - v)/tau_m : volt (unless refractory)
    dI_e/dt = -I_e/tau_e : volt
    dI_i/dt = -I_i/tau_i : volt`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "exact",
});

export function build({ direction, cue, w_ee, kappa, w_ei, w_ie, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const E = net.population("E", size, cell, { v: "rand()*15*mV" });
  const I = net.population("I", size / 4, cell, { v: "rand()*15*mV", tau_e: "5 ms" });
  // w_ee is the weight between neurons of the same direction; it falls with the angle as a von Mises function.
  net.projection(E, E, staticSynapse, { connect: allToAll({ autapses: false }), receptor: "excitatory",
    weight: `${w_ee.toString().replace(" ", "*")} * exp(${kappa}*(cos(2*pi*(i - j)/N_post) - 1))`, delay: "1 ms" });
  net.projection(E, I, staticSynapse, { connect: allToAll(), receptor: "excitatory", weight: w_ei, delay: "1 ms" });
  net.projection(I, E, staticSynapse, { connect: allToAll(), receptor: "inhibitory", weight: w_ie, delay: "1 ms" });
  // From outside: 14 mV on average, too little to fire often.
  net.poissonInput(E, { receptor: "background", rate: "1.4 kHz", weight: "0.5 mV" });
  net.poissonInput(I, { receptor: "background", rate: "1.4 kHz", weight: "0.5 mV" });

  const centre = Math.round((direction / 360) * size), half = Math.round(size / 24);
  net.currentInput(E.slice(Math.max(0, centre - half), Math.min(size, centre + half)), {
    into: "I_cue", current: stepCurrent({ from: "500 ms", to: "750 ms", amplitude: cue }),
  });
  return net;
}

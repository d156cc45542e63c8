/**
 * A large sparse network of Izhikevich neurons with axonal delays: 100 000 neurons of 100 synapses each, excitatory delays of 1 to 20 ms,
 * rare strong thalamic kicks. Without plasticity; the wiring is that of the polychronization paper, a hundred times larger.
 *
 * @source neurons: Izhikevich (2003), IEEE Trans. Neural Netw. 14:1569–1572. doi:10.1109/TNN.2003.820440
 * @source wiring: Izhikevich (2006), Neural Comput. 18:245–282. doi:10.1162/089976606775093882
 */
import { fixedOutdegree, Network, neuron } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `scale` multiplies the number of neurons; each keeps 100 synapses. */
export const settings = {
  scale: 1, w_e: "6 mV" as Quantity, w_i: "-5 mV" as Quantity,
  duration: "1 s" as Quantity, dt: "1 ms" as Quantity, seed: 1,
};

/** `I` is what arrives in this step. With probability `p_kick` a step, a thalamic spike of 20 mV comes on top. */
export const cell = neuron({
  name: "izhikevich_kicked",
  description: "Izhikevich neuron with an impulse of current from each spike and rare thalamic kicks",
  source: "doi:10.1109/TNN.2003.820440",
  parameters: { a: 0.02, b: 0.2, c: "-65 mV", d: "8 mV", p_kick: 0.001 },
  state: { v: "-65 mV", u: "-13 mV", I: "0 mV" },
  receptors: { current: "I" },
  equations: `
    dv/dt = (0.04*v^2/mV + 5*v + 140*mV - u + I + 20*mV*int(rand() < p_kick)) / ms : volt
    du/dt = a*(b*v - u) / ms : volt
    I : volt (impulse)`,
  threshold: "v >= 30*mV",
  reset: "v = c; u = u + d",
  method: "half-step-euler",
});

export function build({ scale, w_e, w_i, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const E = net.population("E", Math.round(80_000 * scale), cell, { a: 0.02, d: "8 mV" });
  const I = net.population("I", Math.round(20_000 * scale), cell, { a: 0.1, d: "2 mV" });
  // 1 … 20 ms, each as likely.
  const delay = "1*ms + floor(20*rand())*ms";
  net.projection(E, E, staticSynapse, { connect: fixedOutdegree(80), receptor: "current", weight: w_e, delay });
  net.projection(E, I, staticSynapse, { connect: fixedOutdegree(20), receptor: "current", weight: w_e, delay });
  net.projection(I, E, staticSynapse, { connect: fixedOutdegree(100), receptor: "current", weight: w_i, delay: "1 ms" });
  return net;
}

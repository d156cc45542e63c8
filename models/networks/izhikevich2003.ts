/**
 * The network of the paper's listing: 1000 randomly different neurons, all connected to all, driven by noise. Rhythms near 10 and 40 Hz
 * come and go.
 *
 * @source Izhikevich (2003), IEEE Trans. Neural Netw. 14:1569–1572, Fig. 3. doi:10.1109/TNN.2003.820440
 */
import { allToAll, Network, neuron } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `strength` multiplies all synapses. */
export const settings = { strength: 1, duration: "1 s" as Quantity, dt: "1 ms" as Quantity, seed: 1 };

/** `I` is what arrives in this step, `noise` the standard deviation of the thalamic input, drawn anew in each step. `r` makes neurons differ. */
export const cell = neuron({
  name: "izhikevich_noisy",
  description: "Izhikevich neuron with an impulse of current from each spike and white thalamic input",
  source: "doi:10.1109/TNN.2003.820440",
  parameters: { a: 0.02, b: 0.2, c: "-65 mV", d: "8 mV", noise: "5 mV", r: 0 },
  state: { v: "-65 mV", u: "-13 mV", I: "0 mV" },
  receptors: { current: "I" },
  equations: `
    dv/dt = (0.04*v^2/mV + 5*v + 140*mV - u + I + noise*randn()) / ms : volt
    du/dt = a*(b*v - u) / ms : volt
    I : volt (impulse)`,
  threshold: "v >= 30*mV",
  reset: "v = c; u = u + d",
  method: "half-step-euler",
});

export function build({ strength, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const E = net.population("E", 800, cell, { r: "rand()", c: "-65*mV + 15*mV*r^2", d: "8*mV - 6*mV*r^2", noise: "5 mV", u: "b*v" });
  const I = net.population("I", 200, cell, { r: "rand()", a: "0.02 + 0.08*r", b: "0.25 - 0.05*r", d: "2 mV", noise: "2 mV", u: "b*v" });
  for (const target of [E, I]) {
    net.projection(E, target, staticSynapse, { connect: allToAll(), receptor: "current", weight: `${0.5 * strength}*mV * rand()` });
    net.projection(I, target, staticSynapse, { connect: allToAll(), receptor: "current", weight: `${-strength}*mV * rand()` });
  }
  return net;
}

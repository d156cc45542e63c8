/**
 * Winner take all: four pools of excitatory neurons excite themselves slowly and share one pool of inhibitory neurons. The pool with the
 * strongest input fires and silences the others; when the inputs change, another wins.
 *
 * @source Wang (2002), Neuron 36:955–968 (here with linear synapses and four pools). doi:10.1016/S0896-6273(02)01092-9
 */
import { allToAll, Network, neuron, stepCurrent } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `input`: what each pool receives; `advantage`: what the favoured one receives on top. */
export const settings = {
  input: "7 mV" as Quantity, advantage: "2 mV" as Quantity, first: 1, second: 3,
  w_self: "0.06 mV" as Quantity, w_ei: "0.4 mV" as Quantity, w_ie: "0.5 mV" as Quantity,
  duration: "2 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

export const pools = 4, poolSize = 100;

/** Currents are times the membrane's resistance, in volt. */
export const cell = neuron({
  name: "competing_lif",
  description: "Leaky integrate-and-fire neuron with slow excitation and fast inhibition, in volt",
  source: "doi:10.1016/S0896-6273(02)01092-9",
  parameters: { tau_m: "20 ms", v_th: "20 mV", v_reset: "10 mV", t_ref: "2 ms", tau_e: "50 ms", tau_i: "10 ms", I_in: "0 mV" },
  state: { v: "0 mV", I_e: "0 mV", I_i: "0 mV" },
  receptors: { background: "v", excitatory: "I_e", inhibitory: "I_i" },
  equations: `
    dv/dt = (I_e - I_i + I_in - v)/tau_m : volt (unless refractory)
    dI_e/dt = -I_e/tau_e : volt
    dI_i/dt = -I_i/tau_i : volt`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "exact",
});

export function build({ input, advantage, first, second, w_self, w_ei, w_ie, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const E = Array.from({ length: pools }, (_, k) => net.population(`pool ${k + 1}`, poolSize, cell, { v: "rand()*15*mV" }));
  const I = net.population("I", poolSize, cell, { v: "rand()*15*mV", tau_e: "5 ms" });
  for (const pool of E) {
    net.projection(pool, pool, staticSynapse, { connect: allToAll({ autapses: false }), receptor: "excitatory", weight: w_self, delay: "1 ms" });
    net.projection(pool, I, staticSynapse, { connect: allToAll(), receptor: "excitatory", weight: w_ei, delay: "1 ms" });
    net.projection(I, pool, staticSynapse, { connect: allToAll(), receptor: "inhibitory", weight: w_ie, delay: "1 ms" });
  }
  // From outside: 14 mV on average, too little to fire often; from 0.2 s on, the inputs that compete.
  for (const population of [...E, I]) net.poissonInput(population, { receptor: "background", rate: "1.4 kHz", weight: "0.5 mV" });
  for (const pool of E) net.currentInput(pool, { into: "I_in", current: stepCurrent({ from: "200 ms", amplitude: input }) });
  const favour = (pool: number, from: Quantity, to: Quantity) =>
    net.currentInput(E[pool - 1]!, { into: "I_in", current: stepCurrent({ from, to, amplitude: advantage }) });
  favour(first, "200 ms", "1100 ms");
  favour(second, "1100 ms", "2000 ms");
  return net;
}

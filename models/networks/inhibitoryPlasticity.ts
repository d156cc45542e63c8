/**
 * A network that balances itself: inhibitory synapses onto excitatory neurons begin at zero and learn from coincidences with them. At first
 * excitation runs away; within seconds inhibition grows until every excitatory neuron fires near the target rate, irregularly, and its
 * inhibitory current has become the mirror image of its excitatory one. The rate settles a quarter above the target: the spike of an inhibitory
 * synapse delays the neuron's next, and coincidences that inhibition itself prevents do not strengthen it.
 *
 * @source Vogels, Sprekeler, Zenke, Clopath & Gerstner (2011), Science 334:1569–1573, Fig. 4. doi:10.1126/science.1211095
 */
import { fixedProbability, Network } from "synfire";
import type { Population, Projection, Quantity } from "synfire";
import { lifExpConductance, staticSynapse, vogelsInhibitory } from "synfire/models";

/** What `--set name=value` may change. `rate`: the target, in Hz. */
export const settings = {
  excitatory: 8000, inhibitory: 2000, p: 0.02, w_e: "0.3 nS" as Quantity, w_ii: "3 nS" as Quantity, eta: "0.2 nS" as Quantity, rate: 3,
  duration: "20 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};
export type InhibitoryPlasticitySettings = typeof settings;

/** A fifth of the neurons, each with as many synapses. With fewer synapses they are stronger, and the rate ends further above the target. */
export const small: InhibitoryPlasticitySettings = { ...settings, excitatory: 1600, inhibitory: 400, p: 0.1, eta: "0.1 nS" };

export interface BalancedNetwork {
  readonly net: Network;
  readonly E: Population<typeof lifExpConductance>;
  readonly I: Population<typeof lifExpConductance>;
  readonly plastic: Projection<typeof vogelsInhibitory>;
}

/** Reversal potentials (mV), which whoever calculates synaptic currents needs too. */
export const reversal = { excitatory: 0, inhibitory: -80 } as const;

export function build(given: InhibitoryPlasticitySettings): Network {
  return assemble(given).net;
}

/** The network with handles on what is measured. */
export function assemble({ excitatory, inhibitory, p, w_e, w_ii, eta, rate, seed }: InhibitoryPlasticitySettings): BalancedNetwork {
  const net = new Network({ seed });
  const cell = {
    C_m: "200 pF", g_L: "10 nS", E_L: "-60 mV", v_th: "-50 mV", v_reset: "-60 mV", t_ref: "5 ms", tau_exc: "5 ms", tau_inh: "10 ms",
    E_exc: `${reversal.excitatory} mV`, E_inh: `${reversal.inhibitory} mV`, i_ext: "200 pA", v: "v_reset + rand()*(v_th - v_reset)",
  } as const;
  const method = { method: "exponential-euler" } as const;
  const E = net.population("E", excitatory, lifExpConductance, cell, method);
  const I = net.population("I", inhibitory, lifExpConductance, cell, method);
  const connect = fixedProbability(p);
  for (const target of [E, I]) net.projection(E, target, staticSynapse, { connect, receptor: "exc", weight: w_e });
  net.projection(I, I, staticSynapse, { connect, receptor: "inh", weight: w_ii });
  const tau = 0.02;
  const plastic = net.projection(I, E, vogelsInhibitory, {
    connect, receptor: "inh", weight: "0 nS", tau: `${tau} s`, eta, alpha: 2 * rate * tau, w_max: "100 nS", name: "I→E",
  });
  return { net, E, I, plastic };
}

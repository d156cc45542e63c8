/**
 * Competition of the inputs of one neuron: a thousand Poisson inputs reach it through synapses that learn by spike timing. Inputs that happen
 * to take part in its spikes grow at the cost of the others, until every weight lies near zero or near the maximum; and the neuron stays
 * sensitive to timing, its rate nearly the same whatever the rate of its inputs.
 *
 * Give `neurons` more than one to see as many neurons learn from the same inputs.
 *
 * @source Song, Miller & Abbott (2000), Nat. Neurosci. 3:919–926, Figs. 2 and 3. doi:10.1038/78829
 */
import { allToAll, Network, uniform } from "synfire";
import type { Projection, Quantity, SpikeMonitor } from "synfire";
import { lifExpConductance, staticSynapse, stdpPair } from "synfire/models";

/** What `--set name=value` may change. `input_rate`: of each excitatory input; `w_max`: its largest conductance (0.015 of the leak's). */
export const settings = {
  neurons: 1, inputs: 1000, input_rate: "15 Hz" as Quantity, inhibitory_inputs: 200, inhibitory_rate: "10 Hz" as Quantity,
  w_max: "0.15 nS" as Quantity, w_i: "0.5 nS" as Quantity, a_plus: 0.005, a_minus: 0.00525,
  duration: "400 s" as Quantity, dt: "1 ms" as Quantity, seed: 1,
};
export type SongMillerAbbottSettings = typeof settings;

export interface CompetingInputs {
  readonly net: Network;
  readonly plastic: Projection<typeof stdpPair>;
  /** Spikes of the neurons that learn. */
  readonly output: SpikeMonitor;
}

export function build(given: SongMillerAbbottSettings): Network {
  const { net, plastic } = assemble(given);
  net.weightMonitor(plastic, { every: "10 s" });
  return net;
}

/** The network with handles on what is measured. */
export function assemble(given: SongMillerAbbottSettings): CompetingInputs {
  const { neurons, inputs, input_rate, inhibitory_inputs, inhibitory_rate, w_max, w_i, a_plus, a_minus, dt, seed } = given;
  const net = new Network({ seed });
  const excitatory = net.poissonSource("inputs", inputs, { rate: input_rate });
  const inhibitory = net.poissonSource("inhibitory inputs", inhibitory_inputs, { rate: inhibitory_rate });
  const target = net.population("neurons", neurons, lifExpConductance, {
    C_m: "200 pF", g_L: "10 nS", E_L: "-70 mV", v_th: "-54 mV", v_reset: "-60 mV", t_ref: "0 ms", E_exc: "0 mV", E_inh: "-70 mV",
    tau_exc: "5 ms", tau_inh: "5 ms",
  }, { method: "exponential-euler" });
  const connect = allToAll();
  const plastic = net.projection(excitatory, target, stdpPair, {
    // A step is no time to tell which of two spikes came first: such a pair changes nothing. Counted either way, it would outweigh the 5 % by
    // which depression exceeds potentiation.
    connect, receptor: "exc", weight: uniform("0 nS", w_max), w_max, a_plus, a_minus, dendriticDelay: dt, coincident: "simultaneous",
    name: "inputs→neurons",
  });
  net.projection(inhibitory, target, staticSynapse, { connect, receptor: "inh", weight: w_i });
  return { net, plastic, output: net.spikeMonitor(target) };
}

/**
 * A sparse random network of excitatory and inhibitory neurons in the asynchronous irregular state whose synapses between excitatory
 * neurons learn: additive spike-timing-dependent plasticity of all pairs of spikes, a little more depression than potentiation. From a
 * common start the weights spread, and their mean falls slowly. 10 million synapses, 6.4 million of them plastic. Each pair of neurons is
 * connected with probability 0.1; exactly equal in-degrees would raise the rates by 6 %.
 *
 * @source network: Brunel (2000), J. Comput. Neurosci. 8:183–208, Fig. 8C. doi:10.1023/A:1008925309027
 * @source plasticity: Song, Miller & Abbott (2000), Nat. Neurosci. 3:919–926. doi:10.1038/78829
 */
import { fixedProbability, Network } from "synfire";
import type { Quantity } from "synfire";
import { lifDelta, staticSynapse, stdpPair } from "synfire/models";

/** What `--set name=value` may change. `scale`, from 0.1, multiplies the number of neurons; each keeps 800 + 200 synapses on average. */
export const settings = {
  scale: 1, g: 5, eta: 2, J: 0.1,
  a_plus: 0.01, a_minus: 0.0105, tau_plus: "20 ms" as Quantity, tau_minus: "20 ms" as Quantity,
  duration: "1 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

/** @param settings `J` is the excitatory potential in mV, `-g*J` the inhibitory one; plastic weights begin at `J` and stay between 0 and `2*J`. */
export function build({ scale, g, eta, J, a_plus, a_minus, tau_plus, tau_minus, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const cell = { tau_m: "20 ms", v_th: "20 mV", v_reset: "10 mV", t_ref: "2 ms", v: "rand() * v_th" } as const;
  const E = net.population("E", Math.round(8000 * scale), lifDelta, cell);
  const I = net.population("I", Math.round(2000 * scale), lifDelta, cell);
  const connect = fixedProbability(0.1 / scale);
  const exciting = { connect, receptor: "v", weight: `${J} mV`, delay: "1.5 ms" } as const;
  const inhibiting = { connect, receptor: "v", weight: `${-g * J} mV`, delay: "1.5 ms" } as const;
  net.projection(E, E, stdpPair, { ...exciting, a_plus, a_minus, tau_plus, tau_minus, w_max: `${2 * J} mV` });
  net.projection(E, I, staticSynapse, exciting);
  // The rate from outside at which the mean potential just reaches threshold is v_th / (J * tau_m): 10 kHz for 0.1 mV.
  const external = `${(eta * 20) / (J * 0.02)} Hz` as const;
  for (const target of [E, I]) {
    net.projection(I, target, staticSynapse, inhibiting);
    net.poissonInput(target, { receptor: "v", rate: external, weight: `${J} mV` });
  }
  return net;
}

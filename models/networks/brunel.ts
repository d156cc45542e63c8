/**
 * Sparse random network of excitatory and inhibitory neurons in the asynchronous irregular state: inhibition wins (g 5), the input
 * from outside is twice what would just reach threshold (eta 2). `--set g=3` or `--set eta=4` show the paper's other states. As in most
 * benchmarks of simulators, neurons reset to 0 mV (10 mV in the paper) and have exactly equal in-degrees, which makes intervals less
 * irregular (CV 0.17) than in the paper.
 *
 * @source Brunel (2000), J. Comput. Neurosci. 8:183–208, Fig. 8C. doi:10.1023/A:1008925309027
 */
import { fixedIndegree, Network } from "synfire";
import type { Quantity } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `scale` multiplies the number of neurons; each keeps 1000 + 250 synapses. */
export const settings = {
  scale: 1, g: 5, eta: 2, J: 0.1,
  duration: "1 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

/** @param settings `J` is the excitatory potential in mV, `-g*J` the inhibitory one. */
export function build({ scale, g, eta, J, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const cell = { tau_m: "20 ms", v_th: "20 mV", v_reset: "0 mV", t_ref: "2 ms", v: "rand() * v_th" } as const;
  const E = net.population("E", Math.round(10_000 * scale), lifDelta, cell);
  const I = net.population("I", Math.round(2500 * scale), lifDelta, cell);
  // The rate from outside at which the mean potential just reaches threshold is v_th / (J * tau_m): 10 kHz for 0.1 mV.
  const external = `${(eta * 20) / (J * 0.02)} Hz` as const;
  for (const target of [E, I]) {
    net.projection(E, target, staticSynapse, { connect: fixedIndegree(1000), receptor: "v", weight: `${J} mV`, delay: "1.5 ms" });
    net.projection(I, target, staticSynapse, { connect: fixedIndegree(250), receptor: "v", weight: `${-g * J} mV`, delay: "1.5 ms" });
    net.poissonInput(target, { receptor: "v", rate: external, weight: `${J} mV` });
  }
  return net;
}

/**
 * A network that wires itself: it begins without a synapse. Neurons grow synaptic elements as long as their activity is below its target and
 * retract them above; vacant elements of axons and dendrites pair at random. Excitatory neurons aim at 5 Hz, inhibitory ones at 20 Hz (calcium 0.05
 * and 0.2). After some 100 s the mean calcium stands at the targets and the number of synapses no longer rises. `--set scale=1` is the size of
 * NEST's example (800 + 200 neurons), the default an eighth of it (100 + 25).
 *
 * @source Butz & van Ooyen (2013), PLoS Comput. Biol. 9:e1003259. doi:10.1371/journal.pcbi.1003259
 * @source Diaz-Pier et al. (2016), Front. Neuroanat. 10:57, whose example in NEST this is. doi:10.3389/fnana.2016.00057
 */
import { explicit, Network } from "synfire";
import type { Quantity } from "synfire";
import { lifAlphaCurrent, staticSynapse } from "synfire/models";

/** `rate` is that of growth, for the dendrites of inhibitory neurons four times as high; `every` the time between changes of synapses. */
export const settings = {
  scale: 0.125, targetE: 0.05, targetI: 0.2, rate: 0.1, every: "100 ms" as Quantity, weight: 585, background: "10 kHz" as Quantity,
  duration: "200 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

export function build({ scale, targetE, targetI, rate, every, weight, background, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const E = net.population("E", Math.round(800 * scale), lifAlphaCurrent);
  const I = net.population("I", Math.round(200 * scale), lifAlphaCurrent);
  for (const target of [E, I]) net.poissonInput(target, { receptor: "exc", rate: background, weight: "6.2 pA" });
  const none = explicit([], []);
  const excite = { connect: none, receptor: "exc", weight: `${weight} pA`, delay: "1 ms" } as const;
  const inhibit = { connect: none, receptor: "inh", weight: `${-weight} pA`, delay: "1 ms" } as const;
  const EE = net.projection(E, E, staticSynapse, excite), EI = net.projection(E, I, staticSynapse, excite);
  const IE = net.projection(I, E, staticSynapse, inhibit), II = net.projection(I, I, staticSynapse, inhibit);
  const growthE = { curve: "gaussian", rate: `${rate} Hz`, eta: 0, eps: targetE } as const;
  const growthI = { curve: "gaussian", rate: `${rate} Hz`, eta: 0, eps: targetI } as const;
  net.structuralPlasticity({
    name: "growth", every,
    calcium: { tau: "10 s", beta: 0.001 },
    elements: [
      { name: "axon_ex", population: E, ...growthE },
      { name: "dendrite_ex", population: E, ...growthE },
      { name: "dendrite_in", population: E, ...growthE },
      { name: "axon_in", population: I, ...growthI },
      { name: "dendrite_ex", population: I, ...growthI, rate: `${4 * rate} Hz` },
      { name: "dendrite_in", population: I, ...growthI },
    ],
    synapses: [
      { axon: "axon_ex", dendrite: "dendrite_ex", projections: [EE, EI] },
      { axon: "axon_in", dendrite: "dendrite_in", projections: [IE, II] },
    ],
  });
  return net;
}

/**
 * Inhibitory neurons with a delay: each fires seldom and irregularly, all together they oscillate, the faster the shorter the delay. A network file
 * with `results` of its own:
 *
 *   synfire sweep examples/sweepOscillation.ts --set delay=1:4:0.5ms --seeds 3 --out out/oscillation
 *   synfire plot sweep out/oscillation --z frequency
 *
 * @source Brunel & Hakim (1999), Neural Comput. 11:1621–1671: the frequency of fast oscillations follows the delay. doi:10.1162/089976699300016179
 */
import { fixedIndegree, Network, populationSpectrum } from "synfire";
import type { Quantity, SpikeMonitor } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";

export const settings = {
  neurons: 2000, inputs: 400, J: "0.2 mV" as Quantity, delay: "2 ms" as Quantity, drive: "8 kHz" as Quantity,
  duration: "1 s" as Quantity, warmup: "200 ms" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

/** @param settings `J` is the potential of excitation from outside and, negative, of inhibition; each neuron has `inputs` inhibitory ones */
export function build({ neurons, inputs, J, delay, drive, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const I = net.population("I", neurons, lifDelta, { tau_m: "20 ms", v_th: "20 mV", v_reset: "10 mV", t_ref: "2 ms", v: "rand() * v_th" });
  net.poissonInput(I, { receptor: "v", rate: drive, weight: J });
  net.projection(I, I, staticSynapse, { connect: fixedIndegree(inputs), receptor: "v", weight: `-${J}` as Quantity, delay });
  return net;
}

/** Columns of the table of a sweep: where the spectrum of the population's rate is highest (Hz), and how far it stands above its mean there. */
export function results({ spikes }: { readonly spikes: SpikeMonitor }): Record<string, number> {
  const { frequencies, power } = populationSpectrum(spikes, "I", { bin: 0.0005, from: 0.2 });
  // Below 10 Hz is the drift of the rate.
  const first = frequencies.findIndex((frequency) => frequency >= 10);
  let peak = first;
  for (let k = first; k < power.length; k++) if (power[k]! > power[peak]!) peak = k;
  const average = power.slice(first).reduce((sum, value) => sum + value, 0) / (power.length - first);
  return { frequency: frequencies[peak]!, prominence: power[peak]! / average };
}

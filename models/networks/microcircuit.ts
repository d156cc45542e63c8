/**
 * The cortical microcircuit: eight populations under a square millimetre of cortex, wired as anatomy and physiology tell, with
 * their spontaneous activity. Scale 1 is the whole circuit (77 169 neurons, 299 million synapses); scale 0.1 has a tenth of the
 * neurons with a tenth of the synapses each, stronger synapses and a constant current that keep mean and variance of the input.
 *
 * @source Potjans & Diesmann (2014), Cereb. Cortex 24:785–806, tables 4 and 5. doi:10.1093/cercor/bhs358
 * @source scaling: van Albada, Helias & Diesmann (2015), PLoS Comput. Biol. 11:e1004490. doi:10.1371/journal.pcbi.1004490
 */
import { ArgumentError, fixedTotalNumber, Network, neuron, normal } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";
import tenth from "./microcircuit_0.1.json" with { type: "json" };
import whole from "./microcircuit_1.json" with { type: "json" };

/** What `--set name=value` may change. `scale` is 0.1 or 1; scale 1 needs 3 GB. */
export const settings = {
  scale: 0.1,
  warmup: "500 ms" as Quantity, duration: "1 s" as Quantity, dt: "0.1 ms" as Quantity, seed: 1,
};

/** One synaptic current is enough: excitatory and inhibitory currents decay alike. */
export const cell = neuron({
  name: "microcircuit_lif",
  description: "Leaky integrate-and-fire neuron with exponential currents",
  source: "doi:10.1093/cercor/bhs358",
  parameters: {
    C: "250 pF", tau_m: "10 ms", tau_syn: "0.5 ms", t_ref: "2 ms", E_L: "-65 mV", v_th: "-50 mV", v_reset: "-65 mV", I_dc: "0 pA",
  },
  state: { v: "-65 mV", I_syn: "0 pA" },
  receptors: { current: "I_syn" },
  equations: `
    dv/dt = (E_L - v)/tau_m + (I_syn + I_dc)/C : volt (unless refractory)
    dI_syn/dt = -I_syn/tau_syn : amp`,
  threshold: "v >= v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
  method: "exact",
});

export const names = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"] as const;

export function build({ scale, seed }: typeof settings): Network {
  const given = scale === 1 ? whole : scale === 0.1 ? tenth : undefined;
  if (!given) throw new ArgumentError("scale", `microcircuit: there are no parameters for scale ${scale}`, "Use scale 0.1 or 1.");
  const net = new Network({ seed });
  const layers = names.map((name, k) => net.population(name, given.N[k]!, cell, {
    I_dc: `${given.DC[k]!} pA`, v: normal(`${given.V0m[k]!} mV`, `${given.V0s[k]!} mV`),
  }));
  layers.forEach((target, k) => {
    net.poissonInput(target, { receptor: "current", rate: `${given.ext_rate[k]!} Hz`, weight: `${given.w_ext} pA` });
    layers.forEach((source, j) => {
      const synapses = given.K[k]![j]!, weight = given.W[k]![j]!;
      if (synapses === 0) return;
      net.projection(source, target, staticSynapse, {
        connect: fixedTotalNumber(synapses), receptor: "current",
        weight: normal(`${weight} pA`, `${Math.abs(weight) / 10} pA`),
        delay: weight > 0 ? "max(1.5*ms + 0.75*ms*randn(), 0.1*ms)" : "max(0.75*ms + 0.375*ms*randn(), 0.1*ms)",
      });
    });
  });
  return net;
}

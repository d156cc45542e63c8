/** A network with synapses that learn, modulators and gap junctions, in which every option is used. */
import { allToAll, explicit, fixedProbability, Network, neuron, sineCurrent, synapse } from "synfire";
import { staticSynapse } from "synfire/models";

export const lif = neuron({
  name: "lif",
  parameters: { tau_m: "20 ms", i_ext: "0 nA" },
  state: { v: "0 mV", g: "0 nS", trace: 0 },
  receptors: { v: "v", g: "g" },
  equations: "dv/dt = -v / tau_m : volt; dg/dt = -g / tau_m : siemens; dtrace/dt = -trace / tau_m : 1",
  threshold: "v > 20*mV",
  reset: "v = 0*mV; trace += 1",
});

export const rule = synapse({
  name: "rule",
  parameters: { tau: "20 ms", a: 0.01, w_max: "1 weight" },
  state: { x: 0 },
  equations: "dx/dt = -x / tau : 1 (event-driven)",
  modulators: ["dopamine"],
  onPre: { transmit: "receptor += w", learn: "x += 1" },
  onPost: "w = clip(w + a*w_max*x*dopamine*trace_post, 0, w_max)",
  presets: { strong: { w_max: "2 weight", a: 0.02 } },
});

export const gap = synapse({ name: "gap", onPre: {}, equations: "i_ext_post = w*(v_pre - v_post) : amp (summed)" });

/** A population E, a source S and a modulator DA, and the options of a projection of `rule`. */
export function make() {
  const net = new Network({ seed: 4 });
  const E = net.population("E", 6, lif), S = net.poissonSource("S", 5, { rate: "10 Hz" });
  const DA = net.modulator("DA", { tau: "200 ms" });
  const wire = { connect: allToAll(), receptor: "v", weight: "0.1 mV", modulators: { dopamine: DA } } as const;
  return { net, E, S, DA, wire };
}

/** Every option of projections, modulators, monitors, changes and normalisations. */
export function everything(): Network {
  const { net, E, S, DA, wire } = make();
  const learned = net.projection(E, E, rule, {
    ...wire,
    delay: { transmit: "1.5 ms", learn: "0 ms" },
    dendriticDelay: "1 ms",
    coincident: "post-first",
    limits: ["0 mV", "1 mV"],
    dale: "excitatory",
    tau: "16.8 ms",
    x: "rand()",
    ...rule.presets.strong,
  });
  net.projection(S, E.slice(1, 3), rule, { ...wire, connect: explicit([0, 4], [1, 0]), receptor: "g", weight: { values: [1, 2], unit: "nS" },
    delay: "1 ms", a: [0.1, 0.2], w_max: "3 nS", name: "listed" });
  net.projection(E, E, gap, { connect: fixedProbability(0.5), weight: "2 nS" });
  net.projection(E, E, staticSynapse, { connect: allToAll(), receptor: "v", weight: "0.2 mV", name: "static" });
  net.modulator("serotonin", { from: E.slice(0, 2), amount: 0.5, delay: "2 ms", initial: 0.25 });
  net.modulator("rhythm", { signal: sineCurrent({ amplitude: 1, frequency: "8 Hz", offset: 1 }) });
  net.spikeMonitor();
  net.stateMonitor(learned, ["w", "x", "tau"], { every: "1 ms", sample: 3 });
  net.stateMonitor(learned, ["x"]);
  net.weightMonitor(learned, { every: "5 ms", sample: 2 });
  net.stateMonitor(DA.population, ["value"], { every: "1 ms" });
  net.at("1 s", { projection: learned, set: { w: "0.2 mV", a: 0, x: "rand()" } });
  net.at("2 s", { projection: learned, weight: "0 mV" });
  net.normalise(learned, { incoming: "1 mV", every: "10 ms" });
  net.normalise(learned, { outgoing: "0.7 mV", norm: "L2" });
  net.normalise(learned, { incoming: "0.1 mV", mode: "subtractive", every: "1 s" });
  return net;
}

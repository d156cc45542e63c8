/** Small networks that between them use all that decides about spikes and weights. */
import {
  allToAll, arrayCurrent, distalReward, explicit, fixedIndegree, fixedOutdegree, fixedProbability, models, Network, neuron, normal, oneToOne,
    sineCurrent,
  stepCurrent, synapse, uniform,
} from "./built.mjs";
import type { CompileOptions, Population, ProjectionOptions, Quantity, SynapseModel } from "./built.mjs";

export interface Case {
  readonly net: () => Network;
  /** Default 0.1 ms. */
  readonly dt?: Quantity;
  /** Default 100 ms. */
  readonly duration?: Quantity;
  readonly options?: Omit<CompileOptions, "dt" | "threads">;
}

const { lifDelta, lifExpConductance, staticSynapse, stdpPair, stdpTriplet } = models;
type Cells = Population<typeof lifDelta>;
const fromRest = { v: "rand() * v_th" } as const;

/** Excitatory and inhibitory neurons that noise keeps firing at some 30 Hz. */
function balanced(seed: number, size = 100): { readonly net: Network; readonly E: Cells; readonly I: Cells } {
  const net = new Network({ seed });
  const E = net.population("E", size, lifDelta, fromRest), I = net.population("I", Math.max(1, Math.round(size / 4)), lifDelta, fromRest);
  for (const target of [E, I]) {
    net.poissonInput(target, { receptor: "v", rate: "9 kHz", weight: "0.15 mV" });
    net.projection(I, target, staticSynapse, { connect: fixedProbability(0.2), receptor: "v", weight: "-0.8 mV", delay: "1.5 ms" });
  }
  return { net, E, I };
}

/** The same with a rule between the excitatory neurons. */
function learning<M extends SynapseModel>(model: M, options: Partial<ProjectionOptions<M, typeof lifDelta>> & object, size?: number): Network {
  const { net, E } = balanced(21, size);
  const wire = { connect: fixedProbability(0.3), receptor: "v", weight: "0.2*mV*(1 + 0.5*rand())", delay: "1.5 ms", ...options };
  net.projection(E, E, model as SynapseModel, wire as never);
  return net;
}

const pair = { w_max: "0.6 mV", a_plus: 0.03, a_minus: 0.032 } as const;

/** Reads what its source holds at the very moment. */
const reading = synapse({
  name: "reading",
  onPre: "receptor += w*(1 + v_pre/(20*mV)); w = clip(w*(1 + 0.01*v_post/mV), 0*weight, 1e-3*weight)",
  onPost: "w = clip(w*(1 + 0.02*v_pre/mV), 0*weight, 1e-3*weight)",
});

/** Changes in every step, and adds to the current of its target. */
const clocked = synapse({
  name: "clocked",
  parameters: { tau: "10 ms" },
  state: { s: 0 },
  equations: "w : amp\nds/dt = -s/tau : 1 (clock-driven)\ni_ext_post = w*s : amp (summed)",
  onPre: "s += 1 - s",
  regularly: { every: "7 ms", statements: "w = 0.95*w" },
});

const withTraces = neuron({
  name: "with_traces",
  parameters: { tau: "10 ms", i_ext: "0 nA" },
  state: { v: "0 mV", trace: 0, g: "0 mV" },
  receptors: { v: "v", g: "g" },
  equations: "dv/dt = (-v + i_ext*1*Mohm + g) / tau : volt; dtrace/dt = -trace / tau : 1; dg/dt = -g/tau : volt",
  threshold: "v > 10*mV",
  reset: "v = 0*mV; trace += 1",
});

const modulated = synapse({
  name: "modulated",
  parameters: { a: "0.01 weight", w_max: "1 weight" },
  state: { x: 0 },
  equations: "dx/dt = -x / (20*ms) : 1 (event-driven)",
  modulators: ["dopamine", "rhythm"],
  onPre: "receptor += w*(1 + 0.1*rhythm); x += 1",
  onPost: "w = clip(w + a*x*dopamine*trace_post, 0, w_max)",
  onModulator: { dopamine: "w = clip(w - a*x, 0, w_max)" },
});

export const cases: Readonly<Record<string, Case>> = {
  "delays and weights of each synapse": {
    net: () => {
      const { net, E, I } = balanced(1);
      net.projection(E, I, staticSynapse, { connect: fixedIndegree(20), receptor: "v", weight: normal("0.3 mV", "0.1 mV"), delay: uniform("0.2 ms",
        "5 ms") });
      net.projection(E, E, staticSynapse, { connect: fixedOutdegree(20), receptor: "v", weight: "0.2 mV", delay: "1*ms + 0.02*ms*j" });
      return net;
    },
  },
  "double precision and the shortest possible delay": {
    net: () => {
      const { net, E } = balanced(2);
      net.projection(E, E, staticSynapse, { connect: fixedIndegree(20), receptor: "v", weight: "0.3*mV*rand()", delay: "0.1 ms" });
      return net;
    },
    options: { precision: "f64" },
  },
  "conductances, refractoriness and noise currents": {
    net: () => {
      const net = new Network({ seed: 3 });
      const values = { tau_exc: "5 ms", tau_inh: "10 ms", v: "E_L + rand()*10*mV", t_ref: "2*ms + 3*ms*rand()" } as const;
      const E = net.population("E", 90, lifExpConductance, values), I = net.population("I", 22, lifExpConductance, values);
      for (const target of [E, I]) {
        net.noiseInput(target, { into: "i_ext", mean: "300 pA", std: "200 pA", every: "1 ms" });
        net.projection(E, target, staticSynapse, { connect: fixedProbability(0.1), receptor: "exc", weight: "2*nS*rand()", delay: uniform("0.3 ms",
          "4 ms") });
        net.projection(I, target, staticSynapse, { connect: fixedIndegree(4), receptor: "inh", weight: "10 nS", delay: "0.8 ms" });
      }
      return net;
    },
  },
  "spike sources, also at time 0, Poisson sources, and parts of populations": {
    net: () => {
      const { net, E } = balanced(4);
      const listed = net.spikeSource("listed", 5, { times: [0, 0, 0.01, 0.03, 0.0301], indices: [0, 4, 2, 4, 1] });
      const noise = net.poissonSource("noise", 37, { rate: "300*Hz*(1 + sin(2*pi*10*Hz*t))" });
      net.projection(listed, E.slice(30, 70), staticSynapse, { connect: allToAll(), receptor: "v", weight: "3 mV", delay: "1 ms" });
      net.projection(listed, E.slice(60, 65), stdpPair, { connect: oneToOne(), receptor: "v", weight: "8 mV", w_max: "9 mV", delay: "0.5 ms" });
      net.projection(noise.slice(5, 31), E.slice(80, 100), staticSynapse, { connect: fixedIndegree(6), receptor: "v", weight: "0.8 mV",
        delay: "0.3 ms" });
      net.projection(E.slice(0, 17), E.slice(15, 50), staticSynapse, { connect: fixedProbability(0.4), receptor: "v", weight: "0.5 mV",
        delay: "2 ms" });
      net.projection(E.slice(90, 91), E.slice(3, 4), staticSynapse, { connect: explicit([0, 0], [0, 0]), receptor: "v", weight: "5 mV",
        delay: "0.7 ms" });
      return net;
    },
  },
  "currents: steps, sines, and an array with a column for each neuron": {
    net: () => {
      const net = new Network({ seed: 5 });
      const E = net.population("E", 50, withTraces);
      const values = Array.from({ length: 12 * 20 }, (_, k) => 8 + ((k * 37) % 11));
      net.currentInput(E.slice(7, 27), { into: "i_ext", current: arrayCurrent({ values: { values, unit: "nA" }, every: "5 ms", from: "3 ms",
        perNeuron: true }) });
      net.currentInput(E.slice(20, 50), { into: "i_ext", current: stepCurrent({ from: "10 ms", to: "60 ms", amplitude: "11 nA" }) });
      net.currentInput(E, { into: "i_ext", current: sineCurrent({ amplitude: "6 nA", frequency: "40 Hz", offset: "0 nA" }) });
      net.projection(E, E, staticSynapse, { connect: fixedIndegree(5), receptor: "v", weight: "1 mV", delay: "1 ms" });
      return net;
    },
  },
  "gap junctions": {
    net: () => {
      const net = new Network({ seed: 6 });
      const E = net.population("E", 70, withTraces, { v: "9*mV*rand()" });
      net.currentInput(E, { into: "i_ext", current: stepCurrent({ amplitude: "12 nA" }) });
      net.projection(E, E, models.gapJunction, { connect: fixedProbability(0.2), weight: "0.02*uS*rand()" });
      return net;
    },
  },
  "synapses that read the potential of their source, with and without a dendritic delay": {
    net: () => {
      const { net, E, I } = balanced(7);
      net.projection(E, E, reading, { connect: fixedProbability(0.2), receptor: "v", weight: "0.1 mV", delay: "1.5 ms" });
      net.projection(I, E, reading, { connect: fixedProbability(0.2), receptor: "v", weight: "0.05 mV", dendriticDelay: "0.8 ms" });
      return net;
    },
  },
  "synapses that change in every step and at regular times": {
    net: () => {
      const { net, E } = balanced(8);
      const cells = net.population("cells", 40, withTraces);
      net.projection(E, cells, clocked, { connect: fixedProbability(0.3), weight: "1 nA", delay: "1 ms" });
      net.projection(cells, E, staticSynapse, { connect: fixedProbability(0.2), receptor: "v", weight: "0.5 mV", delay: "1 ms" });
      return net;
    },
  },
  "NMDA synapses": {
    net: () => {
      const { net, E } = balanced(9);
      const cells = net.population("cells", 40, lifExpConductance);
      net.projection(E, cells, models.nmda, { connect: fixedProbability(0.4), weight: "4 nS", delay: "1.2 ms" });
      net.projection(cells, E, staticSynapse, { connect: fixedProbability(0.2), receptor: "v", weight: "0.5 mV", delay: "1 ms" });
      return net;
    },
  },
  "modulators: by spikes, by a signal, and tonic": {
    net: () => {
      const net = new Network({ seed: 10 });
      const E = net.population("E", 60, withTraces);
      net.poissonInput(E, { receptor: "v", rate: "3 kHz", weight: "0.5 mV" });
      const dopamine = net.modulator("dopamine", { from: E.slice(20, 50), amount: 0.2, tau: "20 ms", delay: "3 ms" });
      const rhythm = net.modulator("rhythm", { signal: sineCurrent({ amplitude: 1, frequency: "30 Hz", offset: 1 }) });
      net.projection(E, E, modulated, { connect: fixedProbability(0.3), receptor: "v", weight: "0.3 mV", a: "0.02 mV", w_max: "1 mV", delay: "1 ms",
        modulators: { dopamine, rhythm } });
      return net;
    },
  },
  "distal reward": { net: () => distalReward.build({ ...distalReward.settings, neurons: 200, synapses: 40, w_e: "2 mV" }), dt: "1 ms",
    duration: "800 ms" },
  "pairs of spikes": { net: () => learning(stdpPair, pair) },
  "pairs of spikes, with delays of their own": { net: () => learning(stdpPair, { ...pair, delay: uniform("0.2 ms", "4 ms") }) },
  "pairs of spikes, with a dendritic delay": { net: () => learning(stdpPair, { ...pair, delay: "0.5 ms", dendriticDelay: "1 ms" }) },
  "pairs of spikes with parameters that differ between synapses": { net: () => learning(stdpPair, { ...pair, a_plus: "0.05*rand()",
    tau_plus: "10*ms + 0.1*ms*i" }) },
  "pairs of spikes that wait": { net: () => learning(stdpPair, pair), options: { deferPlasticity: true } },
  "pairs of spikes that wait, with delays of their own": {
    net: () => learning(stdpPair, { ...pair, delay: uniform("0.2 ms", "4 ms") }), options: { deferPlasticity: true },
  },
  "triplets of spikes that wait": {
    net: () => learning(stdpTriplet, { w_ref: "0.3 mV", w_max: "1 mV" }), options: { deferPlasticity: true }, duration: "200 ms",
  },
  "triplets of spikes in double precision": { net: () => learning(stdpTriplet, { w_ref: "0.3 mV", w_max: "1 mV" }), options: { precision: "f64" } },
  "more spikes of some targets than can wait": {
    // Neurons of one thread fire far more often than those of the others, and sources hardly ever.
    net: () => {
      const net = new Network({ seed: 12 });
      const sources = net.poissonSource("sources", 30, { rate: "15 Hz" });
      const cells = net.population("cells", 64, withTraces);
      net.currentInput(cells.slice(50, 64), { into: "i_ext", current: stepCurrent({ amplitude: "60 nA" }) });
      net.currentInput(cells.slice(0, 50), { into: "i_ext", current: stepCurrent({ amplitude: "11 nA" }) });
      net.projection(sources, cells, stdpPair, { connect: allToAll(), receptor: "v", weight: "0.3 mV", ...pair, delay: "1.5 ms" });
      net.projection(sources, cells, stdpTriplet, { connect: allToAll(), receptor: "v", weight: "0.3 mV", w_ref: "0.3 mV", w_max: "1 mV",
        delay: "1.5 ms" });
      return net;
    },
    options: { deferPlasticity: true },
    duration: "500 ms",
  },
  "short-term depression and facilitation": { net: () => learning(models.tsodyksMarkram, { delay: uniform("0.5 ms", "3 ms"), tau_fac: "50 ms",
    weight: "0.4 mV" }) },
  "weights brought to a norm, and Dale's law": {
    net: () => {
      const { net, E } = balanced(13);
      const p = net.projection(E, E, stdpPair, { connect: fixedProbability(0.3), receptor: "v", weight: "0.2*mV*rand()", ...pair, delay: "1 ms",
        dale: "excitatory" });
      net.normalise(p, { incoming: "3 mV", every: "11 ms" });
      net.normalise(p, { incoming: "2 mV", norm: "L2", every: "29 ms" });
      return net;
    },
  },
  "changes while it runs": {
    net: () => {
      const { net, E, I } = balanced(14);
      const p = net.projection(E, E, stdpPair, { connect: fixedProbability(0.3), receptor: "v", weight: "0.2 mV", ...pair, delay: "1.5 ms" });
      const q = net.projection(E, I, staticSynapse, { connect: fixedProbability(0.3), receptor: "v", weight: "0.2 mV", delay: "1.5 ms" });
      net.at("20 ms", { target: E.slice(10, 40), set: { v: "15*mV*rand()" } });
      net.at("30 ms", { target: E, set: { tau_m: "15 ms" } });
      net.at("40 ms", { projection: p, set: { a_plus: 0.01, w: "0.1*mV*(1 + j/N_post)" } });
      net.at("50 ms", { lesion: E.slice(0, 20) });
      net.at("60 ms", { projection: q, weight: "0.5 mV" });
      net.at("70.3 ms", (sim) => {
        const w = sim.get(p, "w");
        sim.set(p, { w: { values: Array.from(w, (x, k) => 1e3 * x * (0.9 + 0.2 * ((k * 7) % 10) / 10)), unit: "mV" } });
        sim.setPlasticity(p, false);
      });
      return net;
    },
  },
};

/** Populations of so few neurons that some threads have none. */
export function tiny(size: number): Network {
  const { net, E, I } = balanced(100 + size, size);
  net.projection(E, I, staticSynapse, { connect: fixedProbability(0.7), receptor: "v", weight: "0.5 mV", delay: uniform("0.1 ms", "2 ms") });
  net.projection(E, E, stdpPair, { connect: fixedProbability(0.5), receptor: "v", weight: "0.5 mV", ...pair, delay: "1 ms" });
  net.projection(I, E, models.tsodyksMarkram, { connect: allToAll(), receptor: "v", weight: "-0.5 mV", delay: "0.4 ms" });
  return net;
}

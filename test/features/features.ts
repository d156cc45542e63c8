/** The features of the table in docs/status.md, each with a small network that has it. Weights are whole multiples of 2^-20 V or simple numbers. */
import {
  allToAll, arrayCurrent, explicit, fixedIndegree, fixedOutdegree, fixedProbability, fixedTotalNumber, models, Network, neuron, normal, oneToOne,
  rampCurrent, sineCurrent, stepCurrent, synapse, uniform,
} from "../threads/built.mjs";
import type { Population, ProjectionOptions, Quantity, SynapseModel } from "../threads/built.mjs";
import { play } from "./feature.ts";
import type { Feature } from "./feature.ts";

const { lifDelta, staticSynapse, stdpPair, stdpTriplet, izhikevich, hodgkinHuxley, lifExpConductance } = models;

/** About so many millivolt, which single precision and fixed point hold exactly. */
const mV = (about: number): Quantity => `${Math.round(about * 1e-3 * 2 ** 20) / 2 ** 20} V`;

/** 60 excitatory and 20 inhibitory neurons that noise keeps firing. */
function balanced(seed = 3): { readonly net: Network; readonly E: Population<typeof lifDelta>; readonly I: Population<typeof lifDelta> } {
  const net = new Network({ seed });
  const start = { v: "rand() * v_th" } as const;
  const E = net.population("E", 60, lifDelta, start), I = net.population("I", 20, lifDelta, start);
  for (const target of [E, I]) {
    net.poissonInput(target, { receptor: "v", rate: "9 kHz", weight: mV(0.15) });
    net.projection(I, target, staticSynapse, { connect: fixedProbability(0.3), receptor: "v", weight: mV(-0.8), delay: "1.5 ms" });
  }
  return { net, E, I };
}

/** The same with a rule between the excitatory neurons. */
function learning(model: SynapseModel, options: object = {}): ReturnType<typeof balanced> & { readonly P: ReturnType<Network["projection"]> } {
  const made = balanced(21);
  const wire = { connect: fixedProbability(0.3), receptor: "v", weight: `floor(200 + 200*rand())/${2 ** 20}*volt`, delay: "1.5 ms", ...options };
  const P = made.net.projection(made.E, made.E, model, wire as unknown as ProjectionOptions<SynapseModel, typeof lifDelta>);
  return { ...made, P };
}

const pair = { w_max: "0.6 mV", a_plus: 0.03, a_minus: 0.032 } as const;

/** A membrane with a current, a conductance and a trace of its spikes. */
const cell = neuron({
  name: "cell",
  parameters: { tau: "10 ms", i_ext: "0 nA" },
  state: { v: "0 mV", trace: 0, g: "0 mV" },
  receptors: { v: "v", g: "g" },
  equations: "dv/dt = (-v + i_ext*1*Mohm + g) / tau : volt; dtrace/dt = -trace / tau : 1; dg/dt = -g/tau : volt",
  threshold: "v > 10*mV",
  reset: "v = 0*mV; trace += 1",
});

const noisy = neuron({
  name: "noisy",
  parameters: { tau: "10 ms", sigma: "6 mV", drive: "12 mV" },
  state: { v: "0 mV" },
  equations: "dv/dt = (drive - v)/tau + sigma*sqrt(2/tau)*xi : volt",
  threshold: "v > 10*mV", reset: "v = 0*mV",
});

const odd = neuron({
  name: "odd",
  parameters: { tau: "10 ms", until: "3 ms" },
  state: { v: "0 mV", w: 0, kick: "0 mV" },
  receptors: { kick: "kick" },
  equations: "dv/dt = (14*mV - v)/tau + kick/ms : volt (unless refractory); dw/dt = -w/(20*ms) : 1; kick : volt (impulse)",
  threshold: "v > 10*mV*(1 + 0.1*w) and t > until",
  reset: "w += 1; v = -1*mV*rand()",
  refractory: "v < -0.5*mV",
});

const clocked = synapse({
  name: "clocked",
  parameters: { tau: "10 ms" },
  state: { s: 0 },
  equations: "w : amp\nds/dt = -s/tau : 1 (clock-driven)\ni_ext_post = w*s : amp (summed)",
  onPre: "s += 1 - s",
});

const tired = synapse({
  name: "tired",
  onPre: "receptor += w; w = w*0.96875",
  regularly: { every: "7 ms", statements: "w = w*1.0625" },
});

const modulated = synapse({
  name: "modulated",
  parameters: { a: "0.01 weight", w_max: "1 weight" },
  state: { x: 0 },
  equations: "dx/dt = -x / (20*ms) : 1 (event-driven)",
  modulators: ["dopamine", "rhythm"],
  onPre: "receptor += w*(1 + 0.125*rhythm); x += 1",
  onPost: "w = clip(w + a*x*dopamine*trace_post, 0, w_max)",
  onModulator: { dopamine: "w = clip(w - a*x, 0, w_max)" },
});

const driven = (net: Network, size = 40): Population<typeof cell> => {
  const cells = net.population("cells", size, cell, { v: "9*mV*rand()" });
  net.currentInput(cells, { into: "i_ext", current: stepCurrent({ amplitude: "12 nA" }) });
  return cells;
};

const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (x) => Math.round(x * 1e9) / 1e9);

/** What has no closed form, or needs steps. */
const inClosedForm = /^engine "exact": /;
const noSteps = { "exact engine": inClosedForm } as const;

export const features: Readonly<Record<string, Feature>> = {
  "integrators: exact, exponential Euler, Euler, half-step Euler, Heun, rk4": {
    run: (options) => {
      const net = new Network({ seed: 4 });
      net.population("linear", 20, lifDelta, { i_ext: "25 nA", v: "rand()*v_th" }, { method: "exact" });
      for (const method of ["euler", "half-step-euler", "heun", "rk4"] as const)
        net.population(method, 20, izhikevich, { i_ext: "14 mV", v: "-65*mV + 5*mV*rand()" }, { method });
      net.population("exponential", 10, hodgkinHuxley, { i_ext: "12 uA/cm^2" }, { method: "exponential-euler" });
      return play(net, options, "0.05 ms", "60 ms");
    },
    refused: noSteps,
  },
  "rkf45, which chooses its own steps": {
    run: (options) => {
      const net = new Network({ seed: 5 });
      net.population("cells", 20, izhikevich, { i_ext: "14 mV", v: "-65*mV + 5*mV*rand()" }, { method: "rkf45" });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: { ...noSteps, webgpu: /integrated by rkf45.*\n.*Use rk4/ },
  },
  "white noise in equations, random numbers in resets": {
    run: (options) => {
      const net = new Network({ seed: 6 });
      net.population("heun", 30, noisy, {}, { method: "heun" });
      net.population("euler", 30, noisy, {}, { method: "euler" });
      net.population("odd", 30, odd);
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "refractoriness by time or condition, impulse variables, any threshold and reset": {
    run: (options) => {
      const net = new Network({ seed: 7 });
      const cells = net.population("cells", 30, odd, { v: "8*mV*rand()" });
      const others = net.population("others", 30, lifDelta, { v: "15 mV", i_ext: "24 nA", t_ref: "1*ms + 3*ms*rand()" });
      net.projection(others, cells, staticSynapse, { connect: fixedProbability(0.5), receptor: "kick", weight: mV(0.5), delay: "0.7 ms" });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "values of each neuron, and values that change in time": {
    run: (options) => {
      const net = new Network({ seed: 8 });
      const own = { tau_m: "15*ms + 0.2*ms*i", v_th: "20*mV + randn()*mV", v: "rand()*v_th" } as const;
      net.population("E", 50, lifDelta, { ...own, i_ext: "(24 + 8*sin(2*pi*40*Hz*t))*nA" });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "connectors; weights and delays of each synapse; parts of populations": {
    run: (options) => {
      const { net, E, I } = balanced();
      const connectors = [fixedIndegree(8), fixedOutdegree(6), fixedTotalNumber(50), fixedProbability(0.1)];
      for (const connect of connectors) net.projection(E, I, staticSynapse, {
        connect, receptor: "v", weight: `floor(300*rand())/${2 ** 20}*volt`, delay: uniform("0.2 ms", "5 ms"),
      });
      net.projection(E.slice(0, 20), I, staticSynapse, { connect: oneToOne(), receptor: "v", weight: mV(0.5), delay: "1*ms + 0.1*ms*j" });
      net.projection(E.slice(30, 34), E.slice(3, 7), staticSynapse, { connect: allToAll(), receptor: "v", weight: mV(0.5) });
      const delay = normal("2 ms", "0.5 ms");
      net.projection(E, E, staticSynapse, { connect: explicit([1, 1, 7], [2, 2, 59]), receptor: "v", weight: mV(2), delay });
      return play(net, options, "0.1 ms", "60 ms");
    },
  },
  "Poisson inputs and sources: constant, of each neuron": {
    run: (options) => {
      const { net, E } = balanced();
      net.poissonInput(E, { receptor: "v", rate: "100*Hz*(i % 7)", weight: mV(0.5) });
      const source = net.poissonSource("source", 30, { rate: "40*Hz + 5*Hz*i" });
      net.projection(source, E, staticSynapse, { connect: fixedIndegree(6), receptor: "v", weight: mV(0.8), delay: "0.3 ms" });
      return play(net, options, "0.1 ms", "60 ms");
    },
  },
  "Poisson rates that change in time": {
    run: (options) => {
      const { net, E } = balanced();
      net.poissonInput(E, { receptor: "v", rate: "3*kHz*(1 + sin(2*pi*20*Hz*t))", weight: mV(0.1) });
      const source = net.poissonSource("source", 30, { rate: "100*Hz*(1 + i/N)*int(t > 10*ms)" });
      net.projection(source, E, staticSynapse, { connect: fixedIndegree(6), receptor: "v", weight: mV(0.8), delay: "0.3 ms" });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "spike sources, also at time 0": {
    run: (options) => {
      const { net, E } = balanced();
      const listed = net.spikeSource("listed", 5, { times: [0, 0, 0.01, 0.03, 0.0301], indices: [0, 4, 2, 4, 1] });
      net.projection(listed, E, staticSynapse, { connect: allToAll(), receptor: "v", weight: mV(3), delay: "1 ms" });
      return play(net, options, "0.1 ms", "60 ms");
    },
  },
  "currents: steps, ramps, sines, arrays with a column for each neuron": {
    run: (options) => {
      const net = new Network({ seed: 9 });
      const E = net.population("E", 50, cell);
      const values = Array.from({ length: 12 * 20 }, (_, k) => 8 + ((k * 37) % 11));
      const current = arrayCurrent({ values: { values, unit: "nA" }, every: "5 ms", from: "3 ms", perNeuron: true });
      net.currentInput(E.slice(7, 27), { into: "i_ext", current });
      net.currentInput(E.slice(20, 50), { into: "i_ext", current: stepCurrent({ from: "10 ms", to: "60 ms", amplitude: "11 nA" }) });
      net.currentInput(E.slice(0, 30), { into: "i_ext", current: rampCurrent({ start: "0 nA", end: "9 nA", from: "5 ms", to: "50 ms" }) });
      net.currentInput(E, { into: "i_ext", current: sineCurrent({ amplitude: "6 nA", frequency: "40 Hz", offset: "0 nA" }) });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "noise currents, held for an interval or drawn in each step": {
    run: (options) => {
      const net = new Network({ seed: 10 });
      const E = net.population("E", 50, cell);
      net.noiseInput(E, { into: "i_ext", mean: "9 nA", std: "12 nA", every: "1 ms" });
      net.noiseInput(E.slice(10, 30), { into: "i_ext", mean: "1 nA", std: "5 nA" });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "conductances; several receptors": {
    run: (options) => {
      const net = new Network({ seed: 11 });
      const values = { tau_exc: "5 ms", tau_inh: "10 ms", v: "E_L + rand()*10*mV", i_ext: "400 pA" } as const;
      const method = { method: "rk4" } as const;
      const E = net.population("E", 60, lifExpConductance, values, method), I = net.population("I", 20, lifExpConductance, values, method);
      for (const target of [E, I]) {
        const exciting = { connect: fixedProbability(0.1), receptor: "exc", weight: `${2 ** -29} S` } as const;
        net.projection(E, target, staticSynapse, { ...exciting, delay: uniform("0.3 ms", "4 ms") });
        net.projection(I, target, staticSynapse, { connect: fixedIndegree(4), receptor: "inh", weight: `${2 ** -27} S`, delay: "0.8 ms" });
      }
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "values and weights read and set between runs; lesions; changes at given times": {
    run: (options) => {
      const { net, E, I } = balanced();
      const Q = net.projection(E, I, staticSynapse, { connect: fixedProbability(0.3), receptor: "v", weight: mV(0.2), delay: "1.5 ms" });
      net.at("12 ms", { target: E.slice(10, 40), set: { v: "15*mV*rand()" } });
      net.at("17 ms", { target: E, set: { tau_m: "15 ms" } });
      net.at("22 ms", { projection: Q, weight: mV(0.5) });
      net.at("31 ms", { lesion: E.slice(0, 20) });
      const hooked: number[] = [];
      net.at("36.3 ms", (sim) => {
        hooked.push(...sim.get(E, "v"));
        sim.set(E.slice(50, 60), { v: mV(19) });
      });
      return play(net, options, "0.1 ms", "20 ms", (sim) => {
        sim.set(E.slice(30, 50), { v: "10*mV + 0.05*mV*i" });
        sim.set(E, { v_th: "20*mV + 0.01*mV*i" });
        return { "v at 20 ms": sim.get(E, "v"), "weights at 20 ms": sim.weights(Q) };
      }, "20 ms", (sim) => {
        sim.setWeight(Q, mV(0.1));
        sim.lesion(I.slice(0, 5));
        return { "v at 36.3 ms": hooked };
      }, "20 ms");
    },
  },
  "runs in pieces; stream; abort; reset": {
    run: (options) => {
      const { net } = balanced();
      const times: number[] = [];
      return play(net, options, "0.1 ms", "0.1 ms", "7.7 ms", "0 ms", "12.2 ms", async (sim) => {
        for await (const chunk of sim.stream("10 ms", { every: "3 ms" })) times.push(...chunk.times);
        const stop = new AbortController();
        stop.abort();
        await sim.run("10 ms", { signal: stop.signal }).then(() => times.push(-1), () => times.push(-2));
        const before = sim.report().spikeHash;
        sim.reset();
        await sim.run("30 ms");
        times.push(sim.report().spikeHash === before ? 1 : 0);
      }, () => ({ "spike times": rounded(times) }), "30 ms");
    },
  },
  "monitors of spikes, counts, states (all steps, samples, some neurons) and rates; sinks": {
    run: (options) => {
      const { net, E, I } = balanced();
      const spikes = net.spikeMonitor(E.slice(20, 50), I), counts = net.spikeCounter(E), rate = net.rateMonitor(E, { every: "2 ms" });
      const trace = net.stateMonitor(E, ["v"], { every: "0.7 ms", sample: 9 }), part = net.stateMonitor(E.slice(40, 50), ["v"], { every: "0.1 ms" });
      const sent: number[] = [];
      const sink = net.spikeMonitor(I);
      sink.streamTo({ append: (times) => { sent.push(...times); } });
      return play(net, options, "0.1 ms", "35.5 ms", "24.5 ms", () => ({
        times: rounded(spikes.times), indices: spikes.indices, counts: counts.counts(E), rate: rounded(rate.rate), sent: rounded(sent),
        sampled: trace.get("v"), neurons: trace.neurons, part: part.get("v"), "sample times": rounded(trace.times),
      }));
    },
  },
  "synapse models: event-driven, on both sides' spikes": {
    run: (options) => play(learning(stdpPair, pair).net, options, "0.1 ms", "60 ms"),
  },
  "several rules at once, triplets of spikes, delays of each synapse": {
    run: (options) => {
      const { net, E, I } = learning(stdpPair, { ...pair, delay: uniform("0.2 ms", "4 ms") });
      const connect = fixedProbability(0.3);
      net.projection(E, I, stdpTriplet, { connect, receptor: "v", weight: mV(0.3), w_ref: "0.3 mV", w_max: "1 mV", delay: "1 ms" });
      return play(net, options, "0.1 ms", "60 ms");
    },
  },
  "dendritic delays": {
    run: (options) => play(learning(stdpPair, { ...pair, delay: "0.5 ms", dendriticDelay: "1 ms" }).net, options, "0.1 ms", "60 ms"),
  },
  "synapses that change in every step and sum into their target; gap junctions": {
    run: (options) => {
      const { net, E } = balanced();
      const cells = driven(net);
      net.projection(E, cells, clocked, { connect: fixedProbability(0.3), weight: "1 nA", delay: "1 ms" });
      net.projection(cells, cells, models.gapJunction, { connect: fixedProbability(0.2), weight: "0.02*uS*rand()" });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "statements at regular times, norms of weights, Dale's law, limits": {
    run: (options) => {
      const { net, E, P } = learning(stdpPair, { ...pair, dale: "excitatory" });
      net.normalise(P, { incoming: "3 mV", every: "11 ms" });
      net.projection(E.slice(0, 10), E, tired, { connect: fixedProbability(0.3), receptor: "v", weight: mV(0.3), delay: "1 ms" });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: noSteps,
  },
  "synapses that draw random numbers": {
    run: (options) => play(learning(models.stochasticRelease).net, options, "0.1 ms", "60 ms"),
    refused: { MPI: /cannot be divided among processes/ },
    remarks: { threads: "one thread" },
  },
  "short-term plasticity": {
    run: (options) => play(learning(models.tsodyksMarkram, { delay: uniform("0.5 ms", "3 ms"), tau_fac: "50 ms" }).net, options, "0.1 ms", "60 ms"),
  },
  "modulators: by spikes, by a signal, changed by hand": {
    run: (options) => {
      const net = new Network({ seed: 12 });
      const E = net.population("E", 60, cell);
      net.poissonInput(E, { receptor: "v", rate: "3 kHz", weight: mV(0.5) });
      const dopamine = net.modulator("dopamine", { from: E.slice(20, 50), amount: 0.2, tau: "20 ms", delay: "3 ms" });
      const rhythm = net.modulator("rhythm", { signal: sineCurrent({ amplitude: 1, frequency: "30 Hz", offset: 1 }) });
      net.projection(E, E, modulated, { connect: fixedProbability(0.3), receptor: "v", weight: mV(0.3), a: "0.02 mV", w_max: "1 mV", delay: "1 ms",
        modulators: { dopamine, rhythm } });
      return play(net, options, "0.1 ms", "30 ms", (sim) => sim.modulate(dopamine, 0.5), "30 ms");
    },
    refused: noSteps,
  },
  "weights of learning synapses read, set and frozen; monitors of synapses": {
    run: (options) => {
      const { net, P } = learning(stdpPair, pair);
      const weights = net.weightMonitor(P, { every: "5 ms", sample: 7 }), all = net.stateMonitor(P, ["w"], { every: "9 ms" });
      return play(net, options, "0.1 ms", "20 ms", (sim) => {
        sim.set(P, { w: `(100 + (7*i + 13*j) % 300)/${2 ** 20}*volt`, a_plus: 0.0625 });
        return { "w at 20 ms": sim.get(P, "w") };
      }, "15 ms", (sim) => sim.setPlasticity(P, false), "15 ms", (sim) => sim.setPlasticity(P, true), "10 ms",
      () => ({ weights: weights.weights, all: all.get("w") }));
    },
  },
  "synapses made and removed by hand": {
    run: (options) => {
      const { net, E, P } = learning(stdpPair, pair);
      return play(net, options, "0.1 ms", "20 ms", (sim) => {
        const { pre, post } = sim.synapses(P);
        const known = new Set(Array.from(pre, (i, e) => i * E.size + post[e]!));
        const pairs = Array.from({ length: 50 }, (_, k) => 71 * k).filter((pairing) => !known.has(pairing));
        sim.rewire(P, {
          remove: Array.from({ length: 40 }, (_, k) => 17 * k),
          add: { pre: pairs.map((k) => Math.floor(k / E.size)), post: pairs.map((k) => k % E.size), weight: pairs.map((_, k) => k / 2 ** 15) },
        });
      }, "40 ms");
    },
    refused: { "exact engine": inClosedForm, MPI: /divided among threads or processes/, threads: /divided among threads or processes/ },
  },
  "rules that rewire": {
    run: (options) => {
      const { net, P } = learning(stdpPair, pair);
      net.rewiring(P, { rule: "set", every: "10 ms", fraction: 0.2, weight: mV(0.3) });
      return play(net, options, "0.1 ms", "60 ms");
    },
    refused: { "exact engine": inClosedForm, MPI: /cannot be divided among processes/ },
    remarks: { threads: "one thread" },
  },
  "growth of synapses (structural plasticity)": {
    run: (options) => {
      const { net, E } = balanced();
      const P = net.projection(E, E, staticSynapse, { connect: explicit([], []), receptor: "v", weight: mV(0.5), delay: "1 ms" });
      const growing = { population: E, curve: "gaussian", eta: 0.001, eps: 0.1, rate: "100 Hz" } as const;
      net.structuralPlasticity({
        every: "10 ms", elements: [{ ...growing, name: "axon" }, { ...growing, name: "dendrite" }],
        synapses: [{ axon: "axon", dendrite: "dendrite", projections: [P] }],
      });
      return play(net, options, "0.1 ms", "60 ms", (sim) => ({ synapses: [sim.weights(P).length] }));
    },
    refused: { "exact engine": inClosedForm, MPI: /cannot be divided among processes/ },
    remarks: { threads: "one thread" },
  },
  "synapses that are not stored": {
    run: (options) => {
      const { net, E, I } = balanced();
      net.projection(E, I, staticSynapse, { connect: fixedProbability(0.3), receptor: "v", weight: mV(0.3), delay: "0.7 ms", store: false });
      net.projection(E, E, staticSynapse, { connect: fixedOutdegree(5), receptor: "v", weight: mV(0.2), delay: "1 ms", store: false });
      return play(net, options, "0.1 ms", "60 ms");
    },
    remarks: { "exact engine": "stored" },
  },
};

import { expect, test } from "vitest";
import { allToAll, compile, Network, neuron, sineCurrent, synapse } from "synfire";
import type { NeuronModel, SynapseModel } from "synfire";
import {
  escapeNoise, hodgkinHuxley, lifDelta, lifExpConductance, nmda, rewardStdp, staticSynapse,
} from "synfire/models";

const refused = async (describe: (net: Network) => void, options: object = {}): Promise<string> => {
  const net = new Network();
  describe(net);
  const error = await compile(net, { engine: "exact", ...options } as { engine: "exact" }).then(
    (sim) => sim[Symbol.asyncDispose]().then(() => new Error("compiled")), (e: unknown) => e as Error);
  return error.message;
};
const population = (model: NeuronModel) => (net: Network) => void net.population("E", 3, model);

const exponentialTerm = neuron({
  name: "exponential_if", parameters: { tau: "10 ms", v_T: "-50 mV", delta: "2 mV" }, state: { v: "-65 mV" }, receptors: { v: "v" },
  equations: "dv/dt = (-65*mV - v + delta*exp((v - v_T)/delta))/tau : volt", threshold: "v > -30*mV", reset: "v = -65*mV",
});

test.each([
  ["an exponential term", exponentialTerm, /population "E": neuron "exponential_if": dv\/dt is not linear in the state variables: .*exp\(/],
  ["a product of variables", lifExpConductance, /neuron "lif_exp_conductance": dv\/dt is not linear in the state variables: g_exc/],
  ["gates", hodgkinHuxley, /d\w+\/dt is not linear in the state variables/],
  ["a threshold of chance", escapeNoise, /the threshold .* (draws random numbers|depends on a step|changes in time)/],
  ["white noise", neuron({ name: "ou", parameters: { tau: "10 ms" }, state: { v: "0 mV" }, receptors: {},
    equations: "dv/dt = -v/tau + 1*mV*sqrt(2/tau)*xi : volt", threshold: "v > 1*mV", reset: "v = 0*mV" }), /dv\/dt holds white noise \(xi\)/],
  ["an explicit time", neuron({ name: "clock", parameters: { tau: "10 ms" }, state: { v: "0 mV" }, receptors: {},
    equations: "dv/dt = -v/tau + t*1*volt/second**2 : volt" }), /dv\/dt changes in time by itself \(t\)/],
  ["two comparisons", neuron({ name: "window", parameters: { tau: "10 ms" }, state: { v: "0 mV" }, receptors: {},
    equations: "dv/dt = -v/tau : volt", threshold: "v > 1*mV and v < 2*mV", reset: "v = 0*mV" }), /the threshold is not one comparison/],
  ["a refractory condition", neuron({ name: "while", parameters: { tau: "10 ms" }, state: { v: "0 mV" }, receptors: {},
    equations: "dv/dt = -v/tau : volt", threshold: "v > 1*mV", reset: "v = 2*mV", refractory: "v > 0.5*mV" }),
  /refractory while a condition holds: v > /],
] as const)("a model with %s is refused with the term that prevents it", async (_what, model, message) => {
  const text = await refused(population(model));
  expect(text).toMatch(message);
  expect(text).toMatch(/Use the grid instead: compile\(net, \{ dt: "0.1 ms" \}\)/);
});

const learning = (model: SynapseModel, options: object = {}) => (net: Network): void => {
  const E = net.population("E", 2, lifDelta);
  net.projection(E, E, model, { connect: allToAll(), receptor: "v", weight: "0.1 mV", ...options } as never);
};

test("clock-driven synapses, sums and modulators are refused by name", async () => {
  const clocked = synapse({ name: "slow", parameters: { tau: "1 s" }, state: { s: 0 }, equations: "ds/dt = -s/tau : 1 (clock-driven)",
    onPre: "s += 1; receptor += w*s" });
  expect(await refused(learning(clocked))).toMatch(/projection E→E: synapse "slow": s is clock-driven/);
  expect(await refused((net) => {
    const E = net.population("E", 2, neuron({ name: "cell", parameters: { tau: "10 ms", i_ext: "0 pA" }, state: { v: "0 mV" }, receptors: {},
      equations: "dv/dt = (i_ext*1*Mohm - v)/tau : volt", threshold: "v > 1*mV", reset: "v = 0*mV" }));
    net.projection(E, E, nmda, { connect: allToAll(), weight: "1 nS" } as never);
  })).toMatch(/synapse "nmda": \w+ is (clock-driven|summed)/);
  expect(await refused((net) => {
    const E = net.population("E", 2, lifDelta);
    const dopamine = net.modulator("dopamine", { tau: "200 ms" });
    const weights = { weight: "0.1 mV", a_plus: "1 mV", a_minus: "1 mV", w_max: "4 mV" };
    net.projection(E, E, rewardStdp, { connect: allToAll(), receptor: "v", ...weights, modulators: { dopamine } } as never);
  })).toMatch(/modulator "dopamine"/);
});

test("inputs that change all the time are refused", async () => {
  const cells = (net: Network) => net.population("E", 2, lifDelta);
  expect(await refused((net) => net.noiseInput(cells(net), { into: "i_ext", mean: "0 nA", std: "1 nA" }))).toMatch(/noiseInput to population "E"/);
  const sine = sineCurrent({ amplitude: "1 nA", frequency: "5 Hz", offset: "0 nA" });
  expect(await refused((net) => net.currentInput(cells(net), { into: "i_ext", current: sine }))).toMatch(/a sine current changes all the time/);
  expect(await refused((net) => void net.population("E", 2, lifDelta, { i_ext: "1*nA*t/second" }))).toMatch(/i_ext changes in time \(t\)/);
  expect(await refused((net) => void net.stateMonitor(cells(net), ["v"]))).toMatch(/has no interval, and there are no steps to sample/);
});

test("a step, a back-end, a precision and threads are refused with the reason", async () => {
  const empty = population(lifDelta);
  expect(await refused(empty, { dt: "0.1 ms" })).toMatch(/engine "exact" takes no dt: there are no steps/);
  expect(await refused(empty, { precision: "f32" })).toMatch(/takes no precision: times and states are f64/);
  expect(await refused(empty, { threads: 2 })).toMatch(/takes no threads/);
  const net = new Network();
  net.population("E", 1, lifDelta);
  await expect(compile(net, { engine: "exakt" } as never)).rejects.toThrow(/there is no engine "exakt"/);
});

test("a negative delay is refused", async () => {
  expect(await refused(learning(staticSynapse, { delay: "-0.1*ms + 0.05*ms*rand()" }))).toMatch(/projection E→E: a delay of -/);
});

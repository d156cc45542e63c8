import { expect, test } from "vitest";
import { allToAll, explicit, fixedProbability, Modulator, Network, Population, sineCurrent, SynapseMonitor, synapse, SynfireError,
  uniform, WeightMonitor } from "synfire";
import { staticSynapse } from "synfire/models";
import { undrivenModulators } from "../../src/network/modulator.ts";
import { checkedSynapseOf } from "../../src/network/synapseEnds.ts";
import { dimensions } from "../../src/units/dimension.ts";
import { everything, gap, lif, make, rule } from "./plasticNetwork.ts";

test("JSON holds synapses that learn with all their options: written, read and written again it is the same text", () => {
  const text = JSON.stringify(everything());
  expect(JSON.stringify(Network.fromJSON(text))).toBe(text);
});

test("a synapse model is once in a file, however many projections use it", () => {
  const { synapseModels, projections } = JSON.parse(JSON.stringify(everything())) as { synapseModels: object; projections: { model: string }[] };
  expect(Object.keys(synapseModels)).toEqual(["rule", "gap", "static"]);
  expect(projections.map((p) => p.model)).toEqual(["rule", "rule", "gap", "static", "static"]);
});

test("two different synapse models of one name stay apart in a file", () => {
  const { net, E } = make();
  const wire = { connect: allToAll(), receptor: "v", weight: "1 mV" } as const;
  net.projection(E, E, synapse({ name: "same" }), { ...wire, name: "one" });
  net.projection(E, E, synapse({ name: "same", onPre: "receptor += 2*w" }), { ...wire, name: "two" });
  const again = Network.fromJSON(JSON.stringify(net));
  expect(again.data.projections.map((p) => p.model.onPre)).toEqual([undefined, "receptor += 2*w"]);
});

test("a file from before synapses had models is still read", () => {
  const { net, E, DA } = make();
  const old = net.projection(E, E, staticSynapse, { connect: allToAll(), receptor: "v", weight: "0.2 mV" });
  net.weightMonitor(old, { every: "5 ms" });
  expect(DA.name).toBe("DA");
  const { synapseModels: _models, normalisations: _norms, ...file } = JSON.parse(JSON.stringify(net)) as Record<string, unknown>;
  const plain = (file["projections"] as Record<string, unknown>[]).map(({ values: _values, modulators: _modulators, ...p }) => p);
  const monitors = (file["monitors"] as Record<string, unknown>[]).map(({ names: _names, ...m }) => ({ ...m, kind: "weights" }));
  const again = Network.fromJSON({ ...file, projections: plain, monitors });
  expect(again.data.projections[0]!.model.usesReceptor).toBe(true);
  expect(again.monitors[0]).toBeInstanceOf(WeightMonitor);
  expect(() => Network.fromJSON({ ...file, projections: [{ ...plain[0], model: "stdp" }], monitors: [] })).toThrow(
    /projection "E→E" uses a synapse model "stdp" that is not in the file/);
});

test("the data of a projection hold what the engine needs", () => {
  const [learned, listed, electrical, , fromE] = everything().data.projections;
  expect(learned).toMatchObject({
    name: "E→E", receptor: "v", weight: "0.1 mV", delay: undefined, pathwayDelays: { transmit: "1.5 ms", learn: "0 ms" }, dendriticDelay: "1 ms",
    coincident: "post-first", limits: ["0 mV", "1 mV"], dale: "excitatory", modulators: { dopamine: "DA" },
    // The unit "weight" of a preset has become that of the receptor.
    values: { tau: "16.8 ms", x: "rand()", w_max: "2 volt", a: 0.02 },
  });
  expect(listed).toMatchObject({ delay: "1 ms", values: { a: [0.1, 0.2] } });
  expect(electrical).toMatchObject({ receptor: undefined, values: {}, modulators: {} });
  expect(fromE).toMatchObject({ name: "E[0:2]→serotonin", receptor: "amount", weight: 0.5, delay: "2 ms" });
});

test("without a receptor the weight is in the unit in which it is given", () => {
  const data = everything().data;
  expect(checkedSynapseOf(data.projections[2]!, data).variables[0]!.dimension).toEqual(dimensions.siemens);
  const { net, E } = make();
  expect(() => net.projection(E, E, gap, { connect: allToAll(), weight: "2 mV" })).toThrow(
    /i_ext_post of synapse "gap" of projection E→E: i_ext_post is declared in ampere, not volt\^2/);
  for (const weight of ["2*nS*rand()", { values: new Float64Array(36), unit: "nS" }, uniform("1 nS", "2 nS")]) {
    expect(() => net.projection(E, E, gap, { connect: allToAll(), weight, name: JSON.stringify(weight) })).not.toThrow();
  }
});

test("a modulator is one neuron that spike monitors leave out unless it is named", () => {
  const { net, E, DA } = make();
  expect(DA).toBeInstanceOf(Modulator);
  expect(DA.population).toBeInstanceOf(Population);
  expect(net.data.populations.find((p) => p.name === "DA")).toMatchObject({ size: 1, modulator: true, values: { tau: "200 ms" } });
  expect(net.spikeMonitor().sources.map((s) => s.name)).toEqual(["E", "S"]);
  expect(net.spikeMonitor(E, DA.population).sources.map((s) => s.name)).toEqual(["E", "DA"]);
});

test("modulators that nothing drives are found", () => {
  const { net, E, DA } = make();
  net.modulator("tonic", { initial: 1 });
  net.modulator("rhythm", { signal: sineCurrent({ amplitude: 1, frequency: "8 Hz", offset: 1 }) });
  net.modulator("phasic", { from: E });
  net.modulator("later");
  net.at("1 s", { target: net.group("later") as Population<typeof DA.population.model>, set: { value: 1 } });
  expect(undrivenModulators(net.data)).toEqual(["DA"]);
  net.projection(E, DA.population, staticSynapse, { connect: allToAll(), receptor: "amount", weight: 1 });
  expect(undrivenModulators(net.data)).toEqual([]);
});

test("what a monitor of synapses records is known from its names", () => {
  const { net, E, wire } = make();
  const learned = net.projection(E, E, rule, { ...wire, w_max: "1 mV" });
  const monitor = net.stateMonitor(learned, ["x", "w"], { every: "1 ms", sample: 2 });
  expect(monitor).toBeInstanceOf(SynapseMonitor);
  expect(monitor.data).toEqual({ kind: "synapses", projection: "E→E", names: ["x", "w"], every: "1 ms", sample: 2 });
  monitor.attach(() => ({ times: Float64Array.of(0, 1), neurons: Uint32Array.of(0, 18), values: new Map([["x", Float64Array.of(1, 2, 3, 4)]]) }));
  expect([...monitor.trace("x", 1)]).toEqual([2, 4]);
  expect([...monitor.synapses]).toEqual([0, 18]);
});

type Made = ReturnType<typeof make>;
const project = (options: object) => ({ net, E, wire }: Made) => net.projection(E, E, rule, { ...wire, ...options } as never);
const learnedIn = ({ net, E, wire }: Made) => net.projection(E, E, rule, { ...wire, w_max: "1 mV" });

/** What a user gets wrong, and the whole message. */
const mistakes: [string, (m: Made) => unknown, string][] = [
  ["a misspelt parameter", project({ w_mx: "1 mV" }),
    'projection E→E has no option, parameter or state variable "w_mx"\n  Did you mean "w_max"?'],
  ["a misspelt option", project({ dendriticDelya: "1 ms" }),
    'projection E→E has no option, parameter or state variable "dendriticDelya"\n  Did you mean "dendriticDelay"?'],
  ["the weight by its name in equations", project({ w: "1 mV" }),
    'projection E→E has no option, parameter or state variable "w"\n  Known: weight.'],
  ["a parameter in another unit", project({ tau: "3 mV" }),
    'projection E→E: tau is "3 mV", which is in volt, but a quantity in second is needed\n  Write a quantity such as "20 ms".'],
  ["a bound in another unit than the weight", project({ w_max: "3 nS" }),
    'projection E→E: w_max is "3 nS", which is in siemens, but a quantity in volt is needed\n  Write a quantity such as "20 mV".'],
  ["a missing weight", project({ weight: undefined }),
    'projection E→E: the weight is missing\n  Write e.g. weight: "0.1 mV", the value with which w begins.'],
  ["a missing receptor", project({ receptor: undefined }),
    'projection E→E: synapse "rule" sends to a receptor, but none is named\n  Add receptor: "v".'],
  ["a neuron model in place of a synapse model", ({ net, E, wire }) => net.projection(E, E, lif as never, wire as never),
    "projection E→E: the third argument is no synapse model\n  Make one with synapse({ … }), or use staticSynapse."],
  ["a missing modulator", project({ modulators: {} }),
    'projection E→E: modulator "dopamine" of synapse "rule" is not given\n'
    + '  Add modulators: { dopamine: net.modulator("dopamine", { tau: "200 ms" }) }.'],
  ["a modulator that the model does not have",
    ({ net, E, wire, DA }) => net.projection(E, E, rule, { ...wire, modulators: { dopamin: DA } } as never),
    'projection E→E: synapse "rule" has no modulator "dopamin"\n  Did you mean "dopamine"?'],
  ["a modulator of another network", project({ modulators: { dopamine: new Network().modulator("mine") } }),
    'projection E→E: what is given for "dopamine" is no modulator of this network\n  Make it with net.modulator(…).'],
  ["a population in place of a modulator", ({ net, E, wire }) => net.projection(E, E, rule, { ...wire, modulators: { dopamine: E } } as never),
    'projection E→E: what is given for "dopamine" is no modulator of this network\n  Make it with net.modulator(…).'],
  ["a delay of an unknown pathway", project({ delay: { lern: "1 ms" } }),
    'projection E→E: delay has no pathway "lern"\n  Did you mean "learn"?'],
  ["a negative delay of a pathway", project({ delay: { learn: "-1 ms" } }),
    "projection E→E: delay of learn: -1 ms is negative\n  Use 0 s or more."],
  ["a negative dendritic delay", project({ dendriticDelay: "-1 ms" }),
    "projection E→E: dendriticDelay: -1 ms is negative\n  Use 0 s or more."],
  ["an unknown order", project({ coincident: "both" }),
    'projection E→E: coincident has no order "both"\n  Known: pre-first, post-first, simultaneous.'],
  ["an order that needs a dendritic delay", project({ coincident: "post-first" }),
    'projection E→E: coincident "post-first" without a dendritic delay\n  Add dendriticDelay: "1 ms" (at least one step), or leave coincident out.'],
  ["a negative excitatory weight", project({ weight: "-0.1 mV", dale: "excitatory" }),
    'projection E→E: weight -100 uV of an excitatory projection is negative\n  Give weights of 0 or more, or dale: "inhibitory".'],
  ["a positive inhibitory weight in a list",
    project({ connect: explicit([0, 1], [1, 2]), weight: { values: [-1, 2], unit: "mV" }, dale: "inhibitory" }),
    'projection E→E: weight 2 mV of synapse 1 of an inhibitory projection is positive\n  Give weights of 0 or less, or dale: "excitatory".'],
  ["an unknown kind of neuron", project({ dale: "excitatry" }),
    'projection E→E: dale has no kind "excitatry"\n  Did you mean "excitatory"?'],
  ["a weight outside its limits", project({ limits: ["0 mV", "50 uV"] }),
    "projection E→E: weight 100 uV is outside the limits 0 mV to 50 uV\n  Change the weight or the limits."],
  ["limits in the wrong order", project({ limits: ["1 mV", "0 mV"] }),
    "projection E→E: limits 1 mV to 0 mV hold no weight\n  Give the lower limit first."],
  ["one limit", project({ limits: "1 mV" }),
    'projection E→E: limits are not two weights\n  Write limits: ["0 mV", "1 mV"].'],
  ["a list of values for chance", project({ connect: fixedProbability(0.5), a: [1, 2] }),
    "projection E→E: a has 2 values, but this connector makes a random number of synapses\n"
    + "  Use an explicit connector with arrays, or a distribution."],
  ["a variable that a source does not have",
    ({ net, E, S }) => net.projection(S, E, gap, { connect: allToAll(), weight: "1 nS" }),
    'unknown name "v_pre" in i_ext_post of synapse "gap" of projection S→E\n  1 | i_ext_post = w*(v_pre - v_post) : amp (summed)\n'
    + "    |                 ^^^^^\n  The presynaptic side is a source of spikes, which has no variables."],
  ["a monitor of what synapses do not have", (m) => m.net.stateMonitor(learnedIn(m), ["y" as "x"]),
    'stateMonitor of E→E has no variable or parameter "y"\n  Known: w, x, tau, a, w_max.'],
  ["a change of what synapses do not have", (m) => m.net.at("1 s", { projection: learnedIn(m), set: { taw: "1 ms" } as never }),
    'net.at 1 s: projection E→E has no variable or parameter "taw"\n  Did you mean "tau"?'],
  ["a change to another unit", (m) => m.net.at("1 s", { projection: learnedIn(m), set: { w: "1 nS" } }),
    'net.at 1 s: projection E→E: w is "1 nS", which is in siemens, but a quantity in volt is needed\n  Write a quantity such as "20 mV".'],
  ["a normalisation of both sides", (m) => m.net.normalise(learnedIn(m), { incoming: "1 mV", outgoing: "1 mV" }),
    'normalise of E→E: give either incoming or outgoing\n  Write e.g. incoming: "10 mV".'],
  ["a normalisation in another unit", (m) => m.net.normalise(learnedIn(m), { incoming: 1 }),
    'normalise of E→E: incoming is 1 without a unit, but a quantity in volt is needed\n  Write "1 mV" if that is what you mean.'],
  ["an L2 norm by subtraction", (m) => m.net.normalise(learnedIn(m), { incoming: "1 mV", norm: "L2", mode: "subtractive" }),
    'normalise of E→E: an L2 norm cannot be reached by subtracting one amount\n  Use mode "multiplicative".'],
  ["an unknown norm", (m) => m.net.normalise(learnedIn(m), { incoming: "1 mV", norm: "L3" as "L2" }),
    'normalise of E→E has no norm "L3"\n  Known: sum, L2.'],
  ["a modulator with a signal that also decays",
    ({ net }) => net.modulator("M", { tau: "1 s", signal: sineCurrent({ amplitude: 1, frequency: "8 Hz", offset: 1 }) }),
    'modulator "M": a signal decides its value, so tau means nothing\n  Leave out tau or signal.'],
  ["a modulator that jumps by a voltage", ({ net, E }) => net.modulator("M", { from: E, amount: "1 mV" as unknown as number }),
    'projection E→M: weight is "1 mV", which is in volt, but a number without a unit is needed\n  Write the bare number.'],
  ["an amount without a source", ({ net }) => net.modulator("M", { amount: 2 }),
    'modulator "M": amount is given, but no source\n  Add from: a population.'],
  ["a modulator that decays at once", ({ net }) => net.modulator("M", { tau: "0 ms" }),
    'modulator "M": tau: 0 ms is not a positive time\n  Write e.g. "1 ms".'],
];

test.each(mistakes)("%s is refused with the object, the value and the fix", (_, mistake, message) => {
  let error: unknown;
  try {
    mistake(make());
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(SynfireError);
  expect((error as Error).message).toBe(message);
});

test("wrong names of parameters, pathways and modulators are errors of the type checker", () => {
  // Never called: the compiler is the test.
  const wrong = ({ net, E, DA, wire }: Made): unknown => {
    const learned = net.projection(E, E, rule, { ...wire, tau: "10 ms", delay: { learn: "1 ms" } });
    // @ts-expect-error the rule has no such parameter
    net.projection(E, E, rule, { ...wire, tua: "10 ms" });
    // @ts-expect-error the rule has no such pathway
    net.projection(E, E, rule, { ...wire, delay: { lern: "1 ms" } });
    // @ts-expect-error the rule needs its modulator
    net.projection(E, E, rule, { connect: allToAll(), receptor: "v", weight: "1 mV" });
    // @ts-expect-error the rule has no such modulator
    net.projection(E, E, rule, { ...wire, modulators: { serotonin: DA } });
    // @ts-expect-error the rule sends to a receptor
    net.projection(E, E, rule, { connect: allToAll(), weight: "1 mV", modulators: { dopamine: DA } });
    // @ts-expect-error the neuron has no such receptor
    net.projection(E, E, gap, { connect: allToAll(), weight: "1 nS", receptor: "ampa" });
    // @ts-expect-error there is no such order
    net.projection(E, E, rule, { ...wire, coincident: "pre" });
    // @ts-expect-error the rule has no such variable
    net.stateMonitor(learned, ["y"]);
    // @ts-expect-error the variable is not recorded
    net.stateMonitor(learned, ["x"]).get("y");
    // @ts-expect-error the rule has no such parameter
    net.at("1 s", { projection: learned, set: { tua: "1 ms" } });
    net.at("1 s", (sim) => {
      sim.set(learned, { w: "1 mV", a: 0 });
      sim.modulate(DA, 0.5);
      // @ts-expect-error the rule has no such variable
      return sim.get(learned, "y");
    });
    // @ts-expect-error a static synapse has no parameters
    net.projection(E, E, staticSynapse, { connect: allToAll(), receptor: "v", weight: "1 mV", tau: "10 ms" });
    return learned;
  };
  expect(wrong).toBeTypeOf("function");
});

import { expect, test } from "vitest";
import {
  arrayCurrent,
  compile,
  distanceDependent,
  explicit,
  fixedIndegree,
  fixedProbability,
  grid,
  Network,
  normal,
  oneToOne,
  stepCurrent,
  SynfireError,
} from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";

const make = () => {
  const net = new Network();
  return { net, E: net.population("E", 10, lifDelta), I: net.population("I", 4, lifDelta), S: net.spikeSource("S", 3) };
};
const wire = { connect: fixedIndegree(2), receptor: "v", weight: "1 mV" } as const;

/** What a user gets wrong, and the whole message. */
const mistakes: [string, (m: ReturnType<typeof make>) => unknown, string][] = [
  ["a duplicate name", ({ net }) => net.population("E", 3, lifDelta), 'there are two populations "E"\n  Give the second another name.'],
  [
    "an empty population",
    ({ net }) => net.population("Z", 0, lifDelta),
    'population "Z": size 0 is not a number of neurons\n  Use a whole number of at least 1.',
  ],
  [
    "a negative size",
    ({ net }) => net.population("Z", -3, lifDelta),
    'population "Z": size -3 is not a number of neurons\n  Use a whole number of at least 1.',
  ],
  [
    "a huge size",
    ({ net }) => net.population("Z", 1e12, lifDelta),
    'population "Z": 1000000000000 neurons are more than 2^31\n  Split it into several populations.',
  ],
  [
    "an unknown parameter",
    ({ net }) => net.population("Z", 3, lifDelta, { tau: "20 ms" } as never),
    'population "Z" has no parameter or state variable "tau"\n  Did you mean "tau_m"?',
  ],
  [
    "a missing unit",
    ({ net }) => net.population("Z", 3, lifDelta, { tau_m: 20 }),
    'population "Z": tau_m is 20 without a unit, but a quantity in second is needed\n  Write "20 ms" if that is what you mean.',
  ],
  [
    "a wrong number of values",
    ({ net }) => net.population("Z", 3, lifDelta, { tau_m: { values: [1, 2], unit: "ms" } }),
    'population "Z": tau_m has 2 values for 3 neurons\n  Give 3 values.',
  ],
  [
    "bare numbers for a quantity",
    ({ net }) => net.population("Z", 3, lifDelta, { tau_m: new Float64Array(3) }),
    'population "Z": tau_m: an array of bare numbers where a unit is wanted\n  Write { values: array, unit: "ms" } with the array\'s unit.',
  ],
  [
    "an unknown receptor",
    ({ net, E }) => net.projection(E, E, staticSynapse, { ...wire, receptor: "exc" as never }),
    'projection E→E: model "lif_delta" has no receptor "exc"\n  Known: v.',
  ],
  [
    "a population of another network",
    ({ E }) => new Network().projection(E, E, staticSynapse, wire),
    '"E" belongs to another network\n  Make it with this network\'s population(…).',
  ],
  [
    "one-to-one of unequal sizes",
    ({ net, E, I }) => net.projection(E, I, staticSynapse, { ...wire, connect: oneToOne() }),
    "projection E→I: oneToOne between 10 and 4 neurons\n  Both sides need the same size.",
  ],
  [
    "a target that does not exist",
    ({ net, E, I }) => net.projection(E, I, staticSynapse, { ...wire, connect: explicit([0, 1], [3, 4]) }),
    "projection E→I: synapse 1 ends at neuron 4 of 4\n  Targets are 0 to 3.",
  ],
  [
    "more partners than neurons",
    ({ net, E, I }) => net.projection(I, E, staticSynapse, { ...wire, connect: fixedIndegree(5, { multapses: false }) }),
    "projection I→E: fixedIndegree(5) without multapses, but there are only 4 neurons to choose from\n  Lower the degree or allow multapses.",
  ],
  [
    "an array of weights for chance",
    ({ net, E, I }) => net.projection(E, I, staticSynapse, { ...wire, connect: fixedProbability(0.5), weight: { values: [1], unit: "mV" } }),
    "projection E→I: weight has 1 values, but this connector makes a random number of synapses\n" +
      "  Use an explicit connector with arrays, or a distribution.",
  ],
  [
    "distances without positions",
    ({ net, E }) => net.projection(E, E, staticSynapse, { ...wire, connect: distanceDependent({ profile: "disc", peak: 1, scale: "1 mm" }) }),
    'projection E→E: distanceDependent needs positions of both populations\n  Make them with { positions: grid([10, 10], "0.1 mm") }.',
  ],
  ["a probability above 1", () => fixedProbability(1.5), "fixedProbability: 1.5 is not a probability\n  Use a number from 0 to 1."],
  ["a fractional degree", () => fixedIndegree(2.5), "fixedIndegree: 2.5 is not a number of synapses\n  Use a whole number of 0 or more."],
  [
    "a negative standard deviation",
    ({ net, E }) => net.projection(E, E, staticSynapse, { ...wire, weight: normal("1 mV", "-1 mV") }),
    "projection E→E: weight: the standard deviation -0.001 is negative\n  Use zero or a positive number.",
  ],
  [
    "a misspelt distance",
    ({ net }) => net.population("G", 4, lifDelta, {}, { positions: grid([3], "1 mm") }),
    'population "G": 3 positions for 4 neurons\n  Give one position a neuron.',
  ],
  ["a slice outside", ({ E }) => E.slice(5, 11), 'slice(5, 11) of "E" does not lie in its 10 neurons\n  Use 0 <= start < end <= 10.'],
  [
    "a current into a state variable",
    ({ net, E }) => net.currentInput(E, { into: "v", current: stepCurrent({ amplitude: "1 mV" }) }),
    'currentInput: "v" of model "lif_delta" is a state variable that accumulates\n' +
      "  Inject into a parameter (such as i_ext) or an (impulse) variable of the equations.",
  ],
  [
    "a current that ends before it starts",
    ({ net, E }) => net.currentInput(E, { into: "i_ext", current: stepCurrent({ amplitude: "1 nA", from: "5 ms", to: "2 ms" }) }),
    'currentInput to "E": it ends at 2 ms, not after its start 5 ms\n  Make `to` later than `from`.',
  ],
  [
    "rows of the wrong length",
    ({ net, E }) =>
      net.currentInput(E, { into: "i_ext", current: arrayCurrent({ values: { values: [1, 2, 3], unit: "nA" }, every: "1 ms", perNeuron: true }) }),
    'currentInput to "E": 3 values are not whole rows of 10 neurons\n  Give [samples × neurons] values.',
  ],
  [
    "spikes at impossible times",
    ({ net }) => net.spikeSource("T", 2, { times: [0.1, -1], indices: [0, 0] }),
    'spikeSource "T": time 1 is -1\n  Spike times are finite seconds from 0.',
  ],
  [
    "spikes of a neuron that is not there",
    ({ net }) => net.spikeSource("T", 2, { times: [0.1], indices: [2] }),
    'spikeSource "T": index 0 is 2\n  Indices are whole numbers from 0 to 1.',
  ],
  [
    "adding spikes to a Poisson source",
    ({ net }) => net.poissonSource("T", 2, { rate: "1 Hz" }).add([1], [0]),
    '"T" is a Poisson source; spikes cannot be added to it\n  Use net.spikeSource for spikes from arrays.',
  ],
  [
    "a monitor of an unknown variable",
    ({ net, E }) => net.stateMonitor(E, ["w" as never]),
    'stateMonitor of "E" has no state variable "w"\n  Known: v, tau_m, v_rest, v_th, v_reset, t_ref, R, i_ext.',
  ],
  ["a negative seed", () => new Network({ seed: -1 }), "seed -1 is not a whole number from 0 to 2^53\n  Write e.g. new Network({ seed: 42 })."],
  [
    "a change of what does not exist",
    ({ net, E }) => net.at("1 s", { target: E, set: { tau_x: "1 ms" } as never }),
    'net.at 1 s: population "E" has no parameter or state variable "tau_x"\n  Did you mean "tau_m"?',
  ],
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

const late: [string, (m: ReturnType<typeof make>) => void, object, RegExp][] = [
  [
    "a network that cannot fit",
    ({ net, E }) => net.projection(net.population("big", 1_000_000, lifDelta), E, staticSynapse, { ...wire, connect: fixedIndegree(1_000_000_000) }),
    {},
    /the network needs about 20 GB for 1000017 neurons and 10000000000 synapses; at most 4\.3 GB can be had/,
  ],
  ["a negative dt", () => {}, { dt: "-1 ms" }, /dt -1 ms is not a positive time/],
  ["an unknown back-end", () => {}, { backend: "wsam" }, /there is no back-end "wsam"\n {2}Did you mean "wasm"\?/],
  [
    "a Poisson source too fast for the step",
    ({ net }) => void net.poissonSource("P", 2, { rate: "20 kHz" }),
    {},
    /poissonSource "P": at 20000 Hz a source would spike more than once in a step/,
  ],
  [
    "more spikes in a step than neurons",
    ({ net }) => void net.spikeSource("T", 1, { times: new Array(40).fill(0.5), indices: new Array(40).fill(0) }),
    {},
    /more than 16 spikes fall into one step/,
  ],
  [
    "values that depend on each other",
    ({ net }) => void net.population("Z", 3, lifDelta, { v_th: "v_reset + 1*mV", v_reset: "v_th - 1*mV" }),
    {},
    /population "Z": v_th depends on v_reset depends on v_th/,
  ],
];

test.each(late)("%s is refused when compiling", async (_, prepare, options, message) => {
  const m = make();
  prepare(m);
  await expect(compile(m.net, { dt: "0.1 ms", ...options } as never)).rejects.toThrow(message);
});

test("an empty network, and a network of nothing but spikes, are told apart", async () => {
  await expect(compile(new Network(), { dt: "1 ms" })).rejects.toThrow("the network has no population");
  const net = new Network();
  net.spikeSource("S", 2, { times: [0.001, 0.002], indices: [0, 1] });
  const spikes = net.spikeMonitor();
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("5 ms");
  expect([...spikes.times]).toEqual([0.001, 0.002]);
});

test("spikes added to the past of a running simulation are refused, to its future delivered", async () => {
  const net = new Network();
  const S = net.spikeSource("S", 1);
  const spikes = net.spikeMonitor(S);
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("5 ms");
  expect(() => S.add([0.003], [0])).toThrow(/a spike at 3 ms lies in the past of the simulation, which is at 5 ms/);
  S.add([0.007, 0.006], [0, 0]);
  await sim.run("5 ms");
  expect([...spikes.times].map((t) => Math.round(t * 1e3))).toEqual([6, 7]);
});

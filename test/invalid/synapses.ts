/** One broken synapse model per rule: what is changed in a sound model, and the code of the error. The exact message stands in synapse/<rule>.txt. */
import { dimensionless, dimensions } from "../../src/units/dimension.ts";
import type { Dimension } from "../../src/units/dimension.ts";
import type { SynapseEnds } from "../../src/model/checkedSynapse.ts";

export const soundSynapse = {
  name: "rule",
  parameters: { tau: "20 ms", a: 0.01, w_max: "1 weight" },
  state: { x: 0, y: 0 },
  equations: `
    dx/dt = -x / tau : 1 (event-driven)
    dy/dt = -y / tau : 1 (event-driven)`,
  onPre: "receptor += w; x += 1; w = clip(w - a*w_max*y, 0, w_max)",
  onPost: "y += 1; w = clip(w + a*w_max*x, 0, w_max)",
  modulators: ["dopamine"],
  onModulator: { dopamine: "w *= 1 + a" },
};

/** Between neurons with a membrane potential, a trace and a parameter; the receptor is in volt. */
export const soundEnds: SynapseEnds = {
  pre: new Map([["v", dimensions.volt]]),
  post: new Map<string, Dimension>([["v", dimensions.volt], ["trace", dimensionless], ["i_ext", dimensions.ampere]]),
  weight: dimensions.volt,
  receptor: dimensions.volt,
  postVariables: new Set(["v", "trace"]),
};

const more = (lines: string, state: Readonly<Record<string, unknown>> = {}): object =>
  ({ equations: `${soundSynapse.equations.slice(1)}\n${lines}`, state: { ...soundSynapse.state, ...state } });

export type BrokenSynapse = readonly [rule: string, code: string, change: object];

/** Wrong whatever the neurons are. */
export const brokenSynapses: readonly BrokenSynapse[] = [
  // Targets of statements
  ["assignment to a postsynaptic variable", "cannot-assign", { onPost: "v_post = 0" }],
  ["assignment to a presynaptic variable", "cannot-assign", { onPre: "v_pre += 1" }],
  ["assignment to a variable of no side", "cannot-assign", { onPre: "v += w" }],
  ["assignment to the receptor", "cannot-assign", { onPre: "receptor = w" }],
  ["assignment to a parameter", "cannot-assign", { onPre: "a = 1" }],
  ["assignment to a subexpression", "cannot-assign", { ...more("k = 2*x : 1"), onPre: "k = 1" }],
  ["assignment to a modulator", "cannot-assign", { onPre: "dopamine += 1" }],
  ["assignment to a built-in", "cannot-assign", { onPre: "elapsed = 0*ms" }],
  ["assignment to a misspelt variable", "cannot-assign", { onPre: "recptor += w" }],
  // Pathways
  ["pathway without a statement", "no-statements", { onPre: "# nothing yet" }],
  ["postsynaptic pathway without a statement", "no-statements", { onPost: { learn: "" } }],
  ["two pathways of one name", "duplicate-name", { onPre: { learn: "x += 1" }, onPost: { learn: "y += 1" } }],
  ["pathway with a name that delays cannot have", "bad-name", { onPre: { values: "x += 1" } }],
  ["pathway that is a number", "not-a-text", { onPre: 3 }],
  ["statement that assigns nothing", "statement-syntax", { onPre: "clip(w, 0, w_max)" }],
  ["modulator that is not declared", "unknown-modulator", { onModulator: { dopamin: "w *= 2" } }],
  ["modulators that are a text", "not-a-list", { modulators: "dopamine" }],
  ["time between regular statements that is zero", "not-positive", { regularly: { every: "0 ms", statements: "w *= 0.9" } }],
  ["regular statements without a time", "not-an-object", { regularly: { statements: "w *= 0.9" } }],
  // Clocks
  ["differential equation without a clock", "clock", more("dz/dt = -z / tau : 1", { z: 0 })],
  ["differential equation with two clocks", "clock", more("dz/dt = -z / tau : 1 (event-driven, clock-driven)", { z: 0 })],
  ["flag of a neuron", "unknown-flag", more("dz/dt = -z / tau : 1 (unless refractory)", { z: 0 })],
  ["impulse in a synapse", "unknown-flag", more("z : 1 (impulse)", { z: 0 })],
  ["clock of a subexpression", "unknown-flag", more("z = 2*x : 1 (event-driven)")],
  ["sum with an equation", "unknown-flag", more("dz_post/dt = -z_post / tau : 1 (summed)")],
  ["misspelt flag", "unknown-flag", more("dz/dt = -z / tau : 1 (event-drivn)", { z: 0 })],
  ["white noise between events", "name-not-here", more("dz/dt = -z / tau + xi*tau^-0.5 : 1 (event-driven)", { z: 0 })],
  ["random number between events", "random-not-here", more("dz/dt = (rand() - z) / tau : 1 (event-driven)", { z: 0 })],
  ["random subexpression between events", "name-not-here", more("r = rand() : 1\ndz/dt = (r - z) / tau : 1 (event-driven)", { z: 0 })],
  ["white noise in a statement", "noise-not-here", { onPre: "w += xi*second^0.5*weight" }],
  ["elapsed time in an equation", "name-not-here", more("dz/dt = -z / elapsed : 1 (clock-driven)", { z: 0 })],
  ["elapsed time in a sum", "name-not-here", more("old = elapsed / tau : 1\nI_post = w*old : weight (summed)")],
  // Names
  ["parameter of one side", "reserved-name", { parameters: { ...soundSynapse.parameters, tau_pre: "20 ms" } }],
  ["variable of one side", "reserved-name", more("z_post : 1", { z_post: 0 })],
  ["parameter called as the weight", "reserved-name", { parameters: { ...soundSynapse.parameters, w: 1 } }],
  ["parameter called as an option", "reserved-name", { parameters: { ...soundSynapse.parameters, delay: "1 ms" } }],
  ["subexpression called as the weight", "reserved-name", more("w = x*w_max : weight")],
  ["modulator called as a parameter", "duplicate-name", { modulators: ["dopamine", "a"] }],
  ["start value of the weight", "reserved-name", { state: { ...soundSynapse.state, w: 1 } }],
  ["weight that is declared twice", "duplicate-name", more("w : weight\nw : volt")],
  ["population size of no side", "name-not-here", { onPre: "x += 1/N" }],
  ["neuron variable without its side", "unknown-name", { onPre: "x += v/(20*mV)" }],
  ["receptor that is read", "unknown-name", { onPre: "x += receptor/weight" }],
  // Sums
  ["sum over no neuron", "sum-target", more("I = w : weight (summed)")],
  ["sum over a presynaptic neuron", "sum-target", more("I_pre = w : weight (summed)")],
  // Units
  ["number added to the weight", "units-mismatch", { onPre: "w += 1" }],
  ["voltage added to the weight", "units-mismatch", { onPre: "w += 1*mV" }],
  ["number sent to the receptor", "units-mismatch", { onPre: "receptor += x" }],
  ["rate of the weight without a time", "units-mismatch", more("dw/dt = -w : weight (clock-driven)")],
  ["bound of another unit", "units-mismatch", { parameters: { ...soundSynapse.parameters, w_max: "1 mV" } }],
  ["modulator with a unit", "units-mismatch", { onPre: "x += dopamine*mV" }],
  ["missing initial value", "no-initial-value", more("dg/dt = -g / tau : weight (clock-driven)")],
  ["initial value of a weight without a unit", "missing-unit", more("g : weight", { g: 1 })],
  // Shape
  ["no name", "model-name", { name: undefined }],
  ["unknown field", "unknown-field", { onpre: "w += 1" }],
  ["preset of an unknown parameter", "unknown-name", { presets: { fast: { tua: "5 ms" } } }],
  ["preset in another unit", "wrong-unit", { presets: { fast: { tau: "5 mV" } } }],
];

/** Wrong between the neurons of `soundEnds`. */
export const misplacedSynapses: readonly BrokenSynapse[] = [
  ["variable that the presynaptic neuron does not have", "unknown-name", { onPre: "x += trace_pre" }],
  ["misspelt variable of the postsynaptic neuron", "unknown-name", { onPre: "x += trase_post" }],
  ["variable of a neuron in another unit", "units-mismatch", { onPost: "x += v_post" }],
  ["addition to a variable of another unit", "units-mismatch", { onPre: "trace_post += w" }],
  ["addition to an unknown variable", "unknown-name", { onPre: "u_post += w" }],
  ["addition to a parameter", "cannot-assign", { onPre: "i_ext_post += 1*pA" }],
  ["sum into an unknown variable", "unknown-name", more("I_post = w : weight (summed)")],
  ["sum in another unit than its variable", "units-mismatch", more("i_ext_post = w : weight (summed)")],
  ["weight in another unit than the receptor", "units-mismatch", more("w : siemens\n")],
];

/**
 * What the editor tells a user: the code after each `@ts-expect-error` must not type-check. Part of the type check, never run.
 */
import { compile, distanceDependent, fixedIndegree, grid, Network, neuron, normal, rampCurrent, stepCurrent } from "synfire";
import { izhikevich, lifDelta, staticSynapse } from "synfire/models";

const net = new Network();
const E = net.population("E", 10, lifDelta);
const source = net.poissonSource("source", 10, { rate: "10 Hz" });
const wire = { connect: fixedIndegree(2), receptor: "v", weight: "0.1 mV" } as const;

// Units
// @ts-expect-error msec is no unit
await compile(net, { dt: "0.1 msec" });
// @ts-expect-error a space is missing
await compile(net, { dt: "0.1ms" });
const sim = await compile(net, { dt: "0.1 ms" });
// @ts-expect-error sec is no unit
await sim.run("1 sec");
// @ts-expect-error a unit alone is no quantity
await sim.run("ms");
// @ts-expect-error the interval's unit
sim.stream("1 s", { every: "10 milliseconds" });
// @ts-expect-error the weight's unit
net.poissonInput(E, { receptor: "v", rate: "20 kHz", weight: "0.1 millivolt" });
// @ts-expect-error an expression is no quantity: this weight is one for all
net.poissonInput(E, { receptor: "v", rate: "20 kHz", weight: "0.1*mV*rand()" });
// @ts-expect-error the amplitude's unit
net.currentInput(E, { into: "i_ext", current: stepCurrent({ amplitude: "1 nAmp" }) });
// @ts-expect-error the time's unit
net.currentInput(E, { into: "i_ext", current: rampCurrent({ start: "0 nA", end: "1 nA", from: "0 ms", to: "1 second" }) });
// @ts-expect-error the deviation's unit
net.noiseInput(E, { into: "i_ext", mean: "0 pA", std: "1 picoA" });
// @ts-expect-error the interval's unit
net.stateMonitor(E, ["v"], { every: "1 msec" });
// @ts-expect-error the bin's unit
net.rateMonitor(E, { every: "1 msec" });
// @ts-expect-error the time's unit
net.at("1 sec", { lesion: E });
// @ts-expect-error the spacing's unit
grid([10, 10], "1 millimetre");
// @ts-expect-error the scale's unit
distanceDependent({ profile: "gaussian", peak: 1, scale: "200 microns" });
// @ts-expect-error the deviation's unit
normal("1 mV", "0.1 milliV");

// Names
// @ts-expect-error a parameter that the model does not have
net.population("A", 10, lifDelta, { tau: "20 ms" });
// @ts-expect-error a preset that the model does not have
net.population("B", 10, izhikevich, izhikevich.presets.regularSpikin);
// @ts-expect-error a receptor that the model does not have
net.projection(E, E, staticSynapse, { ...wire, receptor: "exc" });
// @ts-expect-error a receptor that the model does not have
net.poissonInput(E, { receptor: "exc", rate: "20 kHz", weight: "0.1 mV" });
// @ts-expect-error a parameter that the model does not have
net.currentInput(E, { into: "I", current: stepCurrent({ amplitude: "1 nA" }) });
// @ts-expect-error a state variable that the model does not have
net.stateMonitor(E, ["w"]);
// @ts-expect-error a variable that is not recorded
net.stateMonitor(E, ["v"]).get("w");
// @ts-expect-error a parameter that the model does not have
net.at("1 s", { target: E, set: { tau: "20 ms" } });
// @ts-expect-error a state variable that the model does not have
sim.get(E, "w");
// @ts-expect-error a state variable that the model does not have, of a slice
sim.set(E.slice(0, 5), { w: "1 mV" });
// @ts-expect-error a back-end that there is not
await compile(net, { dt: "0.1 ms", backend: "wsam" });
// @ts-expect-error a precision that there is not
await compile(net, { dt: "0.1 ms", precision: "f16" });
// @ts-expect-error a method that there is not
net.population("C", 10, lifDelta, {}, { method: "rk5" });

// Kinds
// @ts-expect-error a condition is no value
net.population("D", 10, lifDelta, { tau_m: true });
// @ts-expect-error a source of spikes receives none
net.projection(E, source, staticSynapse, wire);
// @ts-expect-error a neuron model is no synapse model
net.projection(E, E, lifDelta, wire);
// @ts-expect-error a projection needs a weight
net.projection(E, E, staticSynapse, { connect: fixedIndegree(2), receptor: "v" });
// @ts-expect-error what was recorded is not for writing
net.spikeMonitor(E).times = new Float64Array(1);

// Models
const tau = { name: "a", parameters: { tau: "20 ms" }, state: { v: "0 mV" }, equations: "dv/dt = -v/tau : volt" } as const;
// @ts-expect-error a parameter's unit
neuron({ ...tau, parameters: { tau: "20 msec" } });
// @ts-expect-error a receptor of a variable that is not declared
neuron({ ...tau, receptors: { exc: "w" } });
// @ts-expect-error a preset of a parameter that is not declared
neuron({ ...tau, presets: { fast: { tua: "5 ms" } } });
// @ts-expect-error a method that there is not
neuron({ ...tau, method: "rk5" });
// @ts-expect-error a field that there is not
neuron({ ...tau, thresold: "v > 1*mV" });

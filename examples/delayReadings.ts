/** One rule of plasticity, with its delay read as Brian2 reads it and as NEST does. */
import { compile, Network, neuron, oneToOne } from "synfire";
import { staticSynapse, stdpPowerLaw } from "synfire/models";

// Spikes when it is told to; what the synapses send only adds up.
const obedient = neuron({
  name: "obedient", state: { command: 0, g: 0 }, receptors: { command: "command", g: "g" },
  equations: "command : 1 (impulse); g : 1", threshold: "command > 0",
});

// Five pairs of neurons: the source spikes at 50 ms, the target so many milliseconds later.
const differences = [-3, -1, 0, 1, 3];
const indices = [0, 1, 2, 3, 4];
const net = new Network();
const sources = net.spikeSource("sources", 5, { times: { values: differences.map(() => 50), unit: "ms" }, indices });
const commands = net.spikeSource("commands", 5, { times: { values: differences.map((d) => 49.9 + d), unit: "ms" }, indices });
const targets = net.population("targets", 5, obedient);
net.projection(commands, targets, staticSynapse, { connect: oneToOne(), receptor: "command", weight: 1, delay: "0.1 ms" });

const rule = { connect: oneToOne(), receptor: "g", weight: 0.5, w_max: 1, mu_plus: 0, mu_minus: 0 } as const;
// Brian2: Synapses(…, on_pre="…", on_post="…", delay=1*ms)
const brian2 = net.projection(sources, targets, stdpPowerLaw, { ...rule, name: "as in Brian2", delay: "1 ms" });
// NEST: Connect(…, {"synapse_model": "stdp_synapse", "delay": 1.0, …})
const nest = net.projection(sources, targets, stdpPowerLaw, { ...rule, name: "as in NEST", dendriticDelay: "1 ms" });

await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
await sim.run("100 ms");
console.log("post - pre (ms)", ...differences);
for (const [name, projection] of [["Brian2", brian2], ["NEST", nest]] as const) {
  console.log(name.padEnd(15), ...sim.get(projection, "w").map((w) => Math.round(1e4 * (w - 0.5))), "times 1e-4");
}

// 4000 integrate-and-fire neurons that keep each other active: equations, wiring, a run, a raster.
import { compile, fixedProbability, Network, neuron } from "synfire";
import { saveRaster } from "synfire/io";
import { staticSynapse } from "synfire/models";

const cell = neuron({
  name: "cell",
  parameters: { tau_m: "20 ms", tau_e: "5 ms", tau_i: "10 ms", E_L: "-49 mV", v_th: "-50 mV", v_reset: "-60 mV", t_ref: "5 ms" },
  state: { v: "-60 mV", I_e: "0 mV", I_i: "0 mV" },
  receptors: { exc: "I_e", inh: "I_i" },
  equations: `
    dv/dt   = (E_L - v + I_e + I_i) / tau_m : volt (unless refractory)
    dI_e/dt = -I_e / tau_e                  : volt
    dI_i/dt = -I_i / tau_i                  : volt`,
  threshold: "v > v_th", reset: "v = v_reset", refractory: "t_ref",
});
const net = new Network({ seed: 1 });
const E = net.population("E", 3200, cell, { v: "v_reset + rand() * (v_th - v_reset)" });
const I = net.population("I", 800, cell, { v: "v_reset + rand() * (v_th - v_reset)" });
for (const target of [E, I]) {
  net.projection(E, target, staticSynapse, { connect: fixedProbability(0.02), receptor: "exc", weight: "1.62 mV", delay: "1 ms" });
  net.projection(I, target, staticSynapse, { connect: fixedProbability(0.02), receptor: "inh", weight: "-9 mV", delay: "1 ms" });
}
const spikes = net.spikeMonitor(E, I);
await using sim = await compile(net, { dt: "0.1 ms" });
await sim.run("500 ms");
console.log(`${spikes.rate().toFixed(1)} Hz, CV ${spikes.cv().toFixed(2)}`);
await saveRaster("raster.png", spikes);

// Spikes → rates → a learning layer → spikes. Half of 40 Poisson sources share a slow modulation that nobody points out. A rate unit finds it by
// Oja's rule, for it is the first principal component of the rates, and drives 50 spiking neurons, which then follow it.
import { compile, Network } from "synfire";
import { ratesScene, saveScene } from "synfire/io";
import { lifExpCurrent } from "synfire/models";
import { compileRates, RateNetwork } from "synfire/rate";

const net = new Network({ seed: 1 });
const sources = net.poissonSource("sources", 40, { rate: "20*Hz + 15*Hz * int(i < 20) * sin(2*pi * t / (2*second))" });
const cells = net.population("cells", 50, lifExpCurrent, { v: "E_L + rand() * (v_th - E_L)" });
net.noiseInput(cells, { into: "i_ext", mean: "0 pA", std: "300 pA" });
const monitor = net.rateMonitor(cells, { every: "200 ms" });

const rates = new RateNetwork({ every: "10 ms" });
const x = rates.spikes(sources, { filter: "100 ms", traces: { mean: { initial: 20, update: (mean, rate) => mean + 0.001 * (rate - mean) } } });
// The unit adapts: what it answers with for long is taken away.
const y = rates.layer("component", 1, {
  activation: (drive, _rate, adaptation) => drive - adaptation,
  traces: { adaptation: (adaptation, rate) => adaptation + 0.005 * rate }, with: { adaptation: "adaptation" },
});
const learning = rates.connect(x, y, {
  weights: (i) => 0.05 * Math.cos(i),
  rule: (w, pre, post, eta, mean) => w + eta * post * (pre - mean - post * w), with: { eta: 1e-6, mean: "pre.mean" },
});
// One current for all 50: a layer that copies the unit.
const current = rates.layer("current", 50, { activation: (drive) => drive });
rates.connect(y, current, { weights: 1 });
rates.drive(current, cells, { into: "i_ext", scale: "3 pA", offset: "350 pA" });

await using sim = await compile(net, { dt: "0.1 ms" });
await using run = await compileRates(rates, { simulation: sim });
await run.run("60 s");
const w = await run.weights(learning);
const length = (part: Float64Array): string => Math.hypot(...part).toFixed(2);
console.log(`length of the weights: ${length(w.subarray(0, 20))} from the modulated sources, ${length(w.subarray(20))} from the others`);
console.log(`weights on ${run.engines[0]!.device}: ${run.engines[0]!.reason}`);
const cellRates = { name: "cells", times: monitor.times.map((end) => end - 0.1), rate: monitor.rate };
await saveScene("rates.png", ratesScene([cellRates], { title: "Neurons begin to follow what their input shares" }));

// A network that balances itself. Vogels et al. (2011), Fig. 4: the rate, its irregularity, and the currents.
import { coefficientOfVariation, compile, correlation, currentBalance, mean, synapticCurrent } from "synfire";
import type { SpikeMonitor, Spikes } from "synfire";
import { expect, test } from "vitest";
import { assemble, reversal, small } from "../../models/networks/inhibitoryPlasticity.ts";

/** Spikes from a time (s) on. */
function since(spikes: SpikeMonitor, from: number): Spikes {
  const first = spikes.times.findIndex((t) => t >= from), { populations, dt } = spikes;
  return { times: spikes.times.slice(first), indices: spikes.indices.slice(first), populations, duration: spikes.duration - from, dt };
}

test("inhibitory plasticity tames a network from above 50 Hz to within 30 % of 3 Hz, irregular, inhibition mirroring excitation", async () => {
  const { net, E, plastic } = assemble(small);
  const spikes = net.spikeMonitor(E), rates = net.rateMonitor(E, { every: "100 ms" });
  const currents = net.stateMonitor(E, ["v", "g_exc", "g_inh"], { every: "1 ms", sample: 100 });
  await using sim = await compile(net, { dt: small.dt });
  await sim.run("28 s");
  const late = since(spikes, 20);

  expect(rates.rate[0]).toBeGreaterThan(50);
  const rate = late.times.length / E.size / 8;
  expect(Math.abs(rate - small.rate)).toBeLessThan(0.3 * small.rate);
  const irregularity = coefficientOfVariation(late);
  expect(Math.abs(irregularity - 1)).toBeLessThan(0.2);

  const neurons = currents.neurons.length, last = (name: "v" | "g_exc" | "g_inh") => currents.get(name).slice(-5000 * neurons);
  const exciting = synapticCurrent(last("g_exc"), last("v"), reversal.excitatory * 1e-3);
  const inhibiting = synapticCurrent(last("g_inh"), last("v"), reversal.inhibitory * 1e-3);
  const balance = currentBalance(exciting, inhibiting, neurons);
  // A neuron that receives more excitation has found more inhibition …
  expect(correlation(balance.excitatory, balance.inhibitory)).toBeLessThan(-0.4);
  // … which follows it in time, in each neuron on its own and more so in their mean, free of each neuron's own noise.
  expect(mean(balance.correlation)).toBeLessThan(-0.1);
  const meanOf = (values: Float64Array) => Float64Array.from({ length: 5000 }, (_, k) => mean(values.subarray(k * neurons, (k + 1) * neurons)));
  expect(correlation(meanOf(exciting), meanOf(inhibiting))).toBeLessThan(-0.5);
  // Excitation and the constant 200 pA against inhibition: what is left over, with the leak, keeps the neuron below threshold.
  const total = currentBalance(exciting.map((i) => i + 200e-12), inhibiting, neurons).ratio;
  expect(Math.min(...total)).toBeGreaterThan(1);
  expect(Math.max(...total)).toBeLessThan(1.5);

  const weights = sim.get(plastic, "w");
  expect(Math.min(...weights.subarray(0, 1000))).toBeGreaterThanOrEqual(0);
  expect(mean(weights) * 1e9).toBeGreaterThan(1);
});

test("with weights frozen at their start the same network keeps firing above 100 Hz", async () => {
  const { net, E, plastic } = assemble(small);
  const counter = net.spikeCounter(E);
  await using sim = await compile(net, { dt: small.dt });
  sim.setPlasticity(plastic, false);
  await sim.run("500 ms");
  expect(counter.rate(E)).toBeGreaterThan(100);
});

// Rates and irregularity of the benchmark networks, as the papers and an independent simulator (Brian2 2.5.1, C++, same definitions) give them.
import { compile } from "synfire";
import type { Network, Quantity, RunReport, SpikeMonitor } from "synfire";
import { expect, test } from "vitest";
import * as brunel from "../../models/networks/brunel.ts";
import * as coba from "../../models/networks/coba.ts";
import * as cuba from "../../models/networks/cuba.ts";
import * as izhikevich2003 from "../../models/networks/izhikevich2003.ts";
import * as izhikevichSparse from "../../models/networks/izhikevichSparse.ts";
import * as microcircuit from "../../models/networks/microcircuit.ts";

async function run(net: Network, dt: Quantity, duration: Quantity): Promise<{ spikes: SpikeMonitor; report: RunReport; rate: number }> {
  const spikes = net.spikeMonitor();
  await using sim = await compile(net, { dt });
  await sim.run(duration);
  const report = sim.report();
  return { spikes, report, rate: report.spikes / report.neurons / report.duration };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("COBA keeps itself active, irregularly, at 15 to 23 Hz", async () => {
  // Brian2 over three seeds that live on: 19.3, 19.8, 20.6 Hz; our seeds range from 17.3 to 20.5 Hz. A dead run is below 0.2 Hz.
  const { spikes, rate } = await run(coba.build(coba.settings), "0.1 ms", "500 ms");
  expect(rate).toBeGreaterThan(15);
  expect(rate).toBeLessThan(23);
  expect(spikes.times.at(-1)).toBeGreaterThan(0.499);
  expect(spikes.cv()).toBeGreaterThan(0.6);
});

test("CUBA fires at 5.65 Hz, within 0.5 Hz, irregularly", async () => {
  // Brian2 over four seeds: 5.65 Hz, standard deviation 0.12; ours over six: 5.70, 0.31. The mean of three seeds has 0.18: the bound is 3 of them.
  const rates: number[] = [];
  for (const seed of [1, 2, 3]) {
    const { spikes, rate } = await run(cuba.build({ ...cuba.settings, seed }), "0.1 ms", "1 s");
    rates.push(rate);
    // Brian2: 0.515 over one second, in which a neuron fires six times.
    expect(Math.abs(spikes.cv() - 0.515)).toBeLessThan(0.05);
  }
  expect(Math.abs(mean(rates) - 5.65)).toBeLessThan(0.5);
});

test("Brunel's network fires at 32 Hz, within 0.5 Hz, both populations alike, more irregularly the stronger inhibition is", async () => {
  const net = brunel.build({ ...brunel.settings, scale: 0.5 });
  const { spikes, rate } = await run(net, "0.1 ms", "1 s");
  expect(Math.abs(rate - 32)).toBeLessThan(0.5);
  const [E, I] = spikes.sources;
  expect(Math.abs(spikes.rate(E) - spikes.rate(I))).toBeLessThan(0.5);
  // At these parameters the mean potential lies above threshold, so intervals are fairly regular; g 8 brings it below.
  const stronger = await run(brunel.build({ ...brunel.settings, scale: 0.2, g: 8 }), "0.1 ms", "1 s");
  expect(spikes.cv()).toBeLessThan(0.25);
  expect(stronger.spikes.cv()).toBeGreaterThan(0.3);
  expect(stronger.rate).toBeLessThan(20);
});

test("the input rate of Brunel's network puts the mean potential at eta times the threshold", async () => {
  // Without recurrence: mean J * rate * tau_m = eta * 20 mV; with eta 0.5 no neuron is driven over threshold on average.
  const net = brunel.build({ ...brunel.settings, scale: 0.1, eta: 0.5 });
  const E = net.spikeMonitor().sources[0]!;
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("200 ms");
  expect(mean([...sim.get(E, "v")]) * 1e3).toBeCloseTo(10, 0);
  expect(sim.report().spikes).toBe(0);
});

test("Izhikevich's network of 1000 neurons fires at 7.5 Hz, within 0.5 Hz, with a million synapses", async () => {
  // Brian2 over four seeds: 7.52 Hz, standard deviation 0.22; ours over six: 7.47, 0.12.
  const { report, rate } = await run(izhikevich2003.build(izhikevich2003.settings), "1 ms", "2 s");
  expect(report.synapses).toBe(1_000_000);
  expect(Math.abs(rate - 7.5)).toBeLessThan(0.5);
});

test("the sparse Izhikevich network fires at 7.5 Hz, within 0.15 Hz, inhibitory neurons three to four times as often", async () => {
  // Over three seeds: 7.50 Hz, standard deviation 0.03. Brian2 gives 7.32 Hz: there the same delays act one step later, as they do here
  // with 2 to 21 ms (7.34 Hz).
  const net = izhikevichSparse.build(izhikevichSparse.settings);
  const { spikes, report, rate } = await run(net, "1 ms", "1 s");
  expect(report.synapses).toBe(10_000_000);
  expect(Math.abs(rate - 7.5)).toBeLessThan(0.15);
  const [E, I] = spikes.sources;
  const ratio = spikes.rate(I) / spikes.rate(E);
  expect(ratio).toBeGreaterThan(3);
  expect(ratio).toBeLessThan(4);
});

test("every population of the microcircuit at scale 0.1 fires at the rate Brian2 gives it", async () => {
  const net = microcircuit.build(microcircuit.settings);
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("500 ms");
  const before = sim.report();
  await sim.run("1 s");
  const after = sim.report();
  expect(after.neurons).toBe(7717);
  expect(after.synapses).toBe(2_988_807);
  // Means of three Brian2 runs of 1 s after 0.5 s; the bounds are 4 standard deviations over their seeds and ours, at least 6 %.
  const expected = [[0.45, 0.08], [2.09, 0.25], [3.95, 0.25], [5.01, 0.3], [6.69, 1.3], [7.77, 0.5], [0.84, 0.15], [7.02, 0.4]] as const;
  const rates = after.populations.map((p, k) => p.rate * after.duration - before.populations[k]!.rate * before.duration);
  for (const [k, [rate, bound]] of expected.entries()) {
    expect(Math.abs(rates[k]! - rate), `${after.populations[k]!.name}: ${rates[k]} Hz, expected ${rate}`).toBeLessThan(bound);
  }
});

test("the microcircuit refuses a scale it has no parameters for", () => {
  expect(() => microcircuit.build({ ...microcircuit.settings, scale: 0.3 })).toThrow(/no parameters for scale 0.3/);
});

// The benchmark networks that learn, as an independent simulator (Brian2 2.5.1, C++, same definitions, three seeds each) gives them.
import { compile, Projection } from "synfire";
import type { Network, Quantity, RunReport } from "synfire";
import { expect, test } from "vitest";
import * as brunelPlastic from "../../models/networks/brunelPlastic.ts";
import * as izhikevichPlastic from "../../models/networks/izhikevichPlastic.ts";

interface Run { readonly report: RunReport; readonly weights: Float64Array }

/** Runs for a second; weights are those of all synapses that learn, in mV. */
async function run(net: Network, dt: Quantity): Promise<Run> {
  await using sim = await compile(net, { dt });
  await sim.run("1 s");
  const learning = net.data.projections.filter(({ model }) => model.name !== "static");
  const parts = learning.map(({ name, model }) => sim.get(new Projection(name, model), "w"));
  const weights = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    for (const w of part) weights[at++] = w * 1e3;
  }
  return { report: sim.report(), weights };
}

function moments(values: Float64Array): { mean: number; sd: number; min: number; max: number } {
  let sum = 0, squares = 0, min = Infinity, max = -Infinity;
  for (const x of values) {
    sum += x;
    squares += x * x;
    min = Math.min(min, x);
    max = Math.max(max, x);
  }
  const mean = sum / values.length;
  return { mean, sd: Math.sqrt(squares / values.length - mean * mean), min, max };
}

test("in Brunel's network that learns, weights spread to 0.0061 mV in a second and their mean falls by 2.5 %", async () => {
  const { report, weights } = await run(brunelPlastic.build(brunelPlastic.settings), "0.1 ms");
  // Standard deviations of the numbers of synapses: 3000 and 2400.
  expect(Math.abs(report.synapses - 10_000_000)).toBeLessThan(15_000);
  expect(Math.abs(weights.length - 6_400_000)).toBeLessThan(12_000);
  // Brian2: E 30.9, 31.9, 31.1 Hz and I 34.2, 35.0, 34.4 Hz.
  const [E, I] = report.populations;
  expect(Math.abs(E!.rate - 31.3)).toBeLessThan(1.5);
  expect(Math.abs(I!.rate - 34.5)).toBeLessThan(1.5);
  // Brian2: means 0.09760, 0.09751, 0.09741; standard deviations 0.00602, 0.00618, 0.00610; largest 0.134 to 0.137.
  const { mean, sd, min, max } = moments(weights);
  expect(Math.abs(mean - 0.0975)).toBeLessThan(0.0004);
  expect(Math.abs(sd - 0.0061)).toBeLessThan(0.0003);
  expect(min).toBeGreaterThanOrEqual(0);
  expect(max).toBeGreaterThan(0.125);
  expect(max).toBeLessThan(0.145);
});

test("in the sparse Izhikevich network that learns, weights spread to 0.12 mV in a second and their mean falls by 0.02 mV", async () => {
  const net = izhikevichPlastic.build(izhikevichPlastic.settings);
  const cells = net.group("cells");
  const [E, I] = [cells.slice(0, 80_000), cells.slice(80_000, 100_000)];
  const counter = net.spikeCounter(E, I);
  const { report, weights } = await run(net, "1 ms");
  expect(report.synapses).toBe(10_000_000);
  expect(weights.length).toBe(8_000_000);
  // Brian2: E 4.87, 4.69, 4.87 Hz and I 16.9, 16.1, 16.7 Hz; the same delays act one step later there.
  expect(Math.abs(counter.rate(E) - 4.8)).toBeLessThan(0.4);
  expect(Math.abs(counter.rate(I) - 16.6)).toBeLessThan(1.5);
  // Brian2: means 5.9782, 5.9782, 5.9785; standard deviations 0.1241, 0.1215, 0.1235.
  const { mean, sd } = moments(weights);
  expect(Math.abs(mean - 5.978)).toBeLessThan(0.004);
  expect(Math.abs(sd - 0.123)).toBeLessThan(0.006);
});

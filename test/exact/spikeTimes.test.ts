import { expect, test } from "vitest";
import { allToAll, compile, Network, stepCurrent } from "synfire";
import type { Quantity } from "synfire";
import { lifAlphaCurrent, lifDelta, lifExpCurrent, staticSynapse } from "synfire/models";

const relative = (seen: number, wanted: number): number => Math.abs(seen - wanted) / Math.abs(wanted);

test("the f–I curve of a LIF neuron is that of theory to 1e-12", async () => {
  const currents = Float64Array.from({ length: 200 }, (_, k) => 20.0001 + k ** 2 / 10);
  const net = new Network();
  const cells = net.population("cells", currents.length, lifDelta, { i_ext: { values: currents, unit: "nA" }, v: "10 mV" });
  const spikes = net.spikeMonitor(cells);
  await using sim = await compile(net, { engine: "exact" });
  await sim.run("1 s");
  const trains = Array.from(currents, (): number[] => []);
  spikes.times.forEach((t, k) => trains[spikes.indices[k]!]!.push(t));
  currents.forEach((current, j) => {
    // v_rest = 0, R = 1 Mohm, threshold 20 mV, reset to 10 mV, 2 ms refractory.
    const interval = 20e-3 * Math.log1p(10 / (current - 20)), train = trains[j]!;
    expect(relative(train[0]!, interval)).toBeLessThan(1e-12);
    expect(train.length).toBe(1 + Math.floor((1 - interval) / (interval + 2e-3)));
    train.forEach((t, k) => expect(relative(t, (k + 1) * interval + k * 2e-3)).toBeLessThan(1e-12));
  });
});

/** Time of the first spike of a neuron at rest that one weight of `weight` reaches at 1 ms. */
async function firstSpike(model: typeof lifExpCurrent | typeof lifAlphaCurrent, values: object, weight: Quantity): Promise<number | undefined> {
  const net = new Network();
  const source = net.spikeSource("source", 1, { times: { values: [1], unit: "ms" }, indices: [0] });
  const cell = net.population("cell", 1, model as typeof lifExpCurrent, values);
  const spikes = net.spikeMonitor(cell);
  net.projection(source, cell, staticSynapse, { connect: allToAll(), receptor: "exc", weight, delay: "0 ms" });
  await using sim = await compile(net, { engine: "exact" });
  await sim.run("200 ms");
  return spikes.times[0];
}

/** Solves x·exp(x) = y on the branch −1 < x. */
function lambert(y: number): number {
  let x = y > 1 ? Math.log(y) : y;
  for (let k = 0; k < 100; k++) x -= (x * Math.exp(x) - y) / (Math.exp(x) * (1 + x));
  return x;
}

const threshold = 15e-3, capacitance = 250e-12;

test("the first spike after an exponential current with half the membrane's time constant solves a quadratic equation to 1e-12", async () => {
  const tau = 10e-3, tauSyn = 5e-3, weight = 2000e-12;
  // v = A·(x − x²) with x = exp(−t/τ_m).
  const A = (weight / capacitance) * (tau * tauSyn) / (tau - tauSyn);
  const x = (1 + Math.sqrt(1 - (4 * threshold) / A)) / 2;
  const seen = await firstSpike(lifExpCurrent, { tau_exc: "5 ms" }, "2000 pA");
  expect(relative(seen! - 1e-3, -tau * Math.log(x))).toBeLessThan(1e-12);
});

test("the first spike after a current with the membrane's own time constant is a Lambert function to 1e-12", async () => {
  const tau = 10e-3, weight = 1500e-12;
  // v = (w/C)·t·exp(−t/τ).
  const wanted = -tau * lambert((-threshold * capacitance) / (weight * tau));
  const seen = await firstSpike(lifExpCurrent, { tau_exc: "10 ms" }, "1500 pA");
  expect(relative(seen! - 1e-3, wanted)).toBeLessThan(1e-12);
});

test("the first spike after an alpha current with the membrane's own time constant is a Lambert function to 1e-12", async () => {
  const tau = 10e-3, weight = 600e-12;
  // v = (w·e/(C·τ))·t²/2·exp(−t/τ).
  const k = Math.sqrt((2 * threshold * capacitance * tau) / (weight * Math.E));
  const seen = await firstSpike(lifAlphaCurrent, { tau_exc: "10 ms" }, "600 pA");
  expect(relative(seen! - 1e-3, -2 * tau * lambert(-k / (2 * tau)))).toBeLessThan(1e-12);
});

test("a current that comes near the threshold and does not reach it makes no spike, one a part in 10^9 stronger does", async () => {
  const tau = 10e-3;
  // The peak of (w/C)·t·exp(−t/τ) is w·τ/(e·C).
  const just = (threshold * Math.E * capacitance) / tau;
  expect(await firstSpike(lifExpCurrent, { tau_exc: "10 ms" }, `${just * (1 - 1e-9)} A`)).toBeUndefined();
  const seen = await firstSpike(lifExpCurrent, { tau_exc: "10 ms" }, `${just * (1 + 1e-9)} A`);
  // Near its top the course is a parabola: the threshold is met √(2·10⁻⁹) of a time constant before it.
  expect(seen! - 1e-3).toBeCloseTo(tau * (1 - Math.sqrt(2e-9)), 8);
});

test("time constants that differ by a part in 10^6 give spikes between those of their neighbours", async () => {
  const time = async (tau: number) => (await firstSpike(lifExpCurrent, { tau_exc: `${tau} ms` }, "1500 pA"))!;
  const [below, near, same] = [await time(9.99), await time(10 * (1 - 1e-6)), await time(10)];
  expect(near).toBeLessThan(below);
  expect(near).toBeGreaterThan(same);
  // The time changes in proportion to the difference, 10^-3 and 10^-6.
  expect((near - same) / (below - same)).toBeCloseTo(1e-3, 5);
});

test("a step of current acts from its very time on", async () => {
  const net = new Network();
  const cell = net.population("cell", 1, lifDelta);
  net.currentInput(cell, { into: "i_ext", current: stepCurrent({ from: "7.123456 ms", to: "60 ms", amplitude: "30 nA" }) });
  const spikes = net.spikeMonitor(cell);
  await using sim = await compile(net, { engine: "exact" });
  await sim.run("200 ms");
  expect(relative(spikes.times[0]!, 7.123456e-3 + 20e-3 * Math.log(3))).toBeLessThan(1e-12);
  expect(spikes.times.every((t) => t < 60e-3)).toBe(true);
  expect(spikes.count).toBeGreaterThan(1);
});

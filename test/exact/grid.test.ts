import { expect, test } from "vitest";
import { allToAll, coefficientOfVariation, compile, explicit, fixedIndegree, Network, normal } from "synfire";
import type { SpikeMonitor } from "synfire";
import { lifAlphaCurrent, lifDelta, lifExpCurrent, staticSynapse } from "synfire/models";

/** Spike trains of a chain of populations, each driven by the one before: nothing amplifies small differences. */
function chain() {
  const net = new Network({ seed: 7 });
  const first = net.population("first", 20, lifExpCurrent, { i_ext: "380*pA + 60*pA*rand()", v: "-70*mV + 10*mV*rand()" });
  const second = net.population("second", 20, lifAlphaCurrent, { i_ext: "350 pA", v: "-70*mV + 10*mV*rand()" });
  const third = net.population("third", 20, lifExpCurrent, { i_ext: "340 pA", tau_exc: "10 ms" });
  net.projection(first, second, staticSynapse, { connect: fixedIndegree(4), receptor: "exc", weight: normal("60 pA", "15 pA"), delay: "1 ms" });
  net.projection(second, third, staticSynapse, { connect: fixedIndegree(4), receptor: "exc", weight: "50 pA", delay: "2.5 ms" });
  return { net, spikes: net.spikeMonitor(first, second, third) };
}

const trainsOf = ({ times, indices }: SpikeMonitor): number[][] => {
  const trains = Array.from({ length: 60 }, (): number[] => []);
  times.forEach((t, k) => trains[indices[k]!]!.push(t));
  return trains;
};

test("spike times on the grid converge to the exact ones in proportion to the step", async () => {
  const exact = chain();
  await using sim = await compile(exact.net, { engine: "exact" });
  await sim.run("150 ms");
  const wanted = trainsOf(exact.spikes);
  const errors: number[] = [];
  const halvings = [5, 6, 7, 8, 9];
  for (const k of halvings) {
    const grid = chain();
    await using on = await compile(grid.net, { dt: `${2 ** -k} ms`, precision: "f64" });
    await on.run("150 ms");
    let sum = 0, count = 0;
    trainsOf(grid.spikes).forEach((train, j) => train.slice(0, wanted[j]!.length).forEach((t, n) => {
      sum += Math.abs(t - wanted[j]![n]!);
      count++;
    }));
    errors.push(sum / count);
  }
  // Least squares of log2(error) against −k.
  const n = halvings.length, mean = halvings.reduce((a, b) => a + b) / n, logs = errors.map(Math.log2), level = logs.reduce((a, b) => a + b) / n;
  const slope = -halvings.reduce((sum, k, i) => sum + (k - mean) * (logs[i]! - level), 0) / halvings.reduce((sum, k) => sum + (k - mean) ** 2, 0);
  expect(slope).toBeGreaterThan(0.8);
  expect(slope).toBeLessThan(1.2);
  expect(errors.at(-1)!).toBeLessThan(4 * 2 ** -9 * 1e-3);
  expect(wanted.flat().length).toBeGreaterThan(200);
});

test("neurons that receive a hundred inputs have the grid's spikes, eight times nearer at an eighth of the step", async () => {
  const build = () => {
    const net = new Network({ seed: 2 });
    const times = Array.from({ length: 300 }, (_, k) => ((k * 7919) % 6143) / 32), indices = times.map((_, k) => k % 100);
    const source = net.spikeSource("source", 100, { times: { values: times, unit: "ms" }, indices });
    const cells = net.population("cells", 2, lifExpCurrent);
    net.projection(source, cells, staticSynapse, { connect: allToAll(), receptor: "exc", weight: "350 pA", delay: "1 ms" });
    net.projection(source, cells, staticSynapse, {
      connect: explicit([3, 8, 50], [0, 0, 1]), receptor: "inh", weight: "-300 pA", delay: "1.5 ms",
    });
    return { net, spikes: net.spikeMonitor(cells) };
  };
  const { net, spikes } = build();
  await using exact = await compile(net, { engine: "exact" });
  await exact.run("200 ms");
  expect(spikes.count).toBeGreaterThan(20);
  const error = async (dt: number) => {
    const grid = build();
    await using sim = await compile(grid.net, { dt: `${dt} ms`, precision: "f64" });
    await sim.run("200 ms");
    expect(grid.spikes.indices).toEqual(spikes.indices);
    return grid.spikes.times.reduce((sum, t, k) => sum + Math.abs(t - spikes.times[k]!), 0) / spikes.count;
  };
  const [coarse, fine] = [await error(2 ** -8), await error(2 ** -11)];
  expect(coarse / fine).toBeGreaterThan(5);
  expect(coarse / fine).toBeLessThan(12);
});

for (const [name, model, values, weights] of [
  ["delta", lifDelta, { v_rest: "0 mV", i_ext: "19 nA", v: "rand()*20*mV" }, ["0.4 mV", "-2 mV", "0.6 mV"]],
  ["exponential currents", lifExpCurrent, { i_ext: "350 pA", v: "-70*mV + 15*mV*rand()" }, ["60 pA", "-350 pA", "120 pA"]],
] as const) {
  test(`a recurrent network of LIF neurons with ${name} has the rates and irregularity that it has on a grid of 2^-5 ms`, async () => {
    const measure = async (engine: "exact" | "grid", seed: number) => {
      const net = new Network({ seed });
      const sizes = [["E", 400], ["I", 100]] as const;
      const [E, I] = sizes.map(([n, size]) => net.population(n, size, model as typeof lifDelta, values as object));
      const [exc, inh] = name === "delta" ? ["v", "v"] as const : ["exc", "inh"] as const;
      for (const target of [E!, I!]) {
        net.projection(E!, target, staticSynapse, { connect: fixedIndegree(40), receptor: exc as "v", weight: weights[0], delay: "1.5 ms" });
        net.projection(I!, target, staticSynapse, { connect: fixedIndegree(10), receptor: inh as "v", weight: weights[1], delay: "1.5 ms" });
        net.poissonInput(target, { receptor: exc as "v", rate: "1 kHz", weight: weights[2] });
      }
      const spikes = net.spikeMonitor(E!, I!);
      await using sim = await (engine === "exact" ? compile(net, { engine }) : compile(net, { dt: `${2 ** -5} ms`, precision: "f64" }));
      await sim.run("2 s");
      return { rate: spikes.rate(), cv: coefficientOfVariation(spikes) };
    };
    const [a, b] = [await measure("exact", 1), await measure("grid", 2)];
    expect(a.rate).toBeGreaterThan(1);
    expect(Math.abs(a.rate / b.rate - 1)).toBeLessThan(0.05);
    expect(Math.abs(a.cv / b.cv - 1)).toBeLessThan(0.05);
  });
}

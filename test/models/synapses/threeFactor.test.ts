import { expect, test } from "vitest";
import { allToAll, compile, Network, neuron, oneToOne } from "synfire";
import { staticSynapse, threeFactor, threeFactorError } from "synfire/models";
import { meanOf } from "./poisson.ts";
import { relay } from "./protocols.ts";

/** Leaky integrate-and-fire neuron that knows its own rate and the one it should have. */
const learner = neuron({
  name: "learner",
  parameters: { tau: "20 ms", tau_rate: "200 ms", target: "20 Hz" },
  state: { v: 0, rate: "0 Hz", error: 0 },
  receptors: { v: "v" },
  equations: `
    dv/dt = -v/tau : 1
    drate/dt = -rate/tau_rate : hertz
    derror/dt = ((target - rate)/Hz - error) / (5*ms) : 1`,
  threshold: "v >= 1",
  reset: "v = 0; rate += 1/tau_rate",
});

test("threeFactorError teaches each neuron to fire at the rate that its own error asks for", async () => {
  const targets = [5, 10, 20, 40];
  const net = new Network({ seed: 4 });
  const inputs = net.poissonSource("inputs", 100, { rate: "20 Hz" });
  const cells = net.population("cells", 4, learner, { target: { values: targets, unit: "Hz" } });
  net.projection(inputs, cells, threeFactorError, {
    connect: allToAll(), receptor: "v", weight: 0.03, delay: "1 ms", eta: "0.001 1/s", w_max: 0.3,
  });
  const spikes = net.spikeMonitor(cells);
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run("60 s");
  for (const [k, target] of targets.entries()) {
    const count = spikes.times.filter((t, n) => t > 30 && spikes.indices[n] === k).length;
    expect(Math.abs(count / 30 - target)).toBeLessThan(0.05 * target + 0.3);
  }
});

test("weights of threeFactorError stay between w_min and w_max, and can return from a bound", async () => {
  const net = new Network({ seed: 4 });
  const inputs = net.poissonSource("inputs", 20, { rate: "50 Hz" });
  const cell = net.population("cell", 1, neuron({ name: "told", state: { error: 1, g: 0 }, receptors: { g: "g" }, equations: "error : 1; g : 1" }));
  const projection = net.projection(inputs, cell, threeFactorError, {
    connect: allToAll(), receptor: "g", weight: 0.5, delay: "1 ms", eta: "1 1/s", w_min: 0.1, w_max: 0.9,
  });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  for (const [error, bound] of [[1, 0.9], [-1, 0.1], [1, 0.9]] as const) {
    sim.set(cell, { error });
    await sim.run("3 s");
    for (const w of sim.get(projection, "w")) expect(Math.abs(w - bound)).toBeLessThan(0.02);
  }
});

/**
 * Two synapses: one whose spikes precede those of the target, one whose spikes come at other times. After each round a signal follows, whose
 * mean over rounds is `mean`; where it follows `success` it is higher after rounds in which the first synapse took part.
 */
async function rounds(mean: number, success: boolean): Promise<readonly [number, number]> {
  const net = new Network({ seed: 1 });
  const count = 100;
  const active = Array.from({ length: count }, (_, k) => k % 2 === 0);
  const pre: [number, number][] = [];
  for (const [k, first] of active.entries()) pre.push([300 * k + 10, first ? 0 : 1]);
  const source = net.spikeSource("source", 2, { times: { values: pre.map(([t]) => t), unit: "ms" }, indices: pre.map(([, i]) => i) });
  const driver = net.spikeSource("driver", 1, { times: { values: active.map((_, k) => 300 * k + 15), unit: "ms" } });
  const target = net.population("target", 1, relay);
  net.projection(driver, target, staticSynapse, { connect: oneToOne(), receptor: "spike", weight: 1, delay: "1 ms" });
  const signal = net.modulator("signal", { tau: "50 ms" });
  const projection = net.projection(source, target, threeFactor, {
    connect: allToAll(), receptor: "received", weight: 0.5, delay: "1 ms", modulators: { signal }, eta: "0.2 1/s", tau_e: "100 ms", w_max: 1,
  });
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  for (const first of active) {
    await sim.run("100 ms");
    sim.modulate(signal, mean + (success ? (first ? 1 : -1) : 0));
    await sim.run("200 ms");
  }
  const w = sim.get(projection, "w");
  return [w[0]!, w[1]!];
}

test("threeFactor: reward minus its mean separates the synapse that leads to success from the one that does not", async () => {
  const [first, second] = await rounds(0, true);
  expect(first).toBeGreaterThan(0.6);
  expect(second).toBeLessThan(0.4);
  expect(first + second).toBeCloseTo(1, 2);
});

test("threeFactor: a signal with a bias strengthens every active synapse, whatever it leads to (the unsupervised bias)", async () => {
  const [first, second] = await rounds(1, false);
  expect(meanOf([first, second])).toBeGreaterThan(0.6);
  expect(first).toBeCloseTo(second, 1);
});

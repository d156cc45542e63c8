import { expect, test } from "vitest";
import "../support/gpu.ts";
import { compile, Network, neuron } from "synfire";
import { compileRates, RateNetwork } from "synfire/rate";
import { findGpu } from "../../src/backend/webgpu/gpu.ts";

const cell = neuron({ name: "cell", parameters: { i_ext: "0 nA" }, state: { v: 0 }, equations: "v : 1 (impulse)", threshold: "v > 1" });
const line = (drive: number): number => drive;

function described() {
  const rates = new RateNetwork({ every: "10 ms" });
  const x = rates.input("x", 2, { values: [1, 2], traces: { mean: (m, rate) => m + 0.1 * (rate - m) } });
  const y = rates.layer("y", 3, { activation: line });
  return { rates, x, y };
}

test("mistakes in a description name the object and the value, and say what to do", () => {
  const { rates, x, y } = described();
  const net = new Network();
  const cells = net.population("cells", 4, cell);
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => new RateNetwork({ every: "0 ms" }),
      "rate network: every 0 ms is not a positive time\n  Write e.g. new RateNetwork({ every: \"10 ms\" })."],
    [() => rates.layer("y", 1, { activation: line }), "there are two rate layers or inputs \"y\"\n  Give the second another name."],
    [() => rates.layer("", 1, { activation: line }), "rate layer \"\": the name is empty\n  Give it a name, e.g. \"hidden\"."],
    [() => rates.layer("z", 1.5, { activation: line }), "rate layer \"z\": 1.5 units\n  Use a whole number from 1."],
    [() => rates.layer("z", 1, { activation: 1 as never }), "rate layer \"z\": activation is not a function\n  Write e.g. (x) => Math.tanh(x)."],
    [() => rates.layer("z", 1, { activation: (x) => x + Math.random() }),
      "rate layer \"z\": activation uses Math.random, so that no run could be repeated\n  Let a Poisson source follow the layer instead."],
    [() => rates.layer("z", 1, { activation: (x, _r, gain) => x * gain! }),
      "rate layer \"z\": activation takes 3 arguments, but 2 are given\n  The first 2 are its own; name the others, in order, under with."],
    [() => rates.layer("z", 1, { activation: line, settle: 0 }), "rate layer \"z\": settle is 0\n  Use a whole number from 1."],
    [() => rates.layer("z", 2, { activation: line, bias: [1, 2, 3] }), "rate layer \"z\": bias: 3 values, but 2 are needed\n  Give 2 values."],
    [() => rates.connect(x, y, { weights: [1, 2, 3, 4] }), "rate connection x → y: weights: 4 values, but 2 × 3 are needed\n  Give 6 values."],
    [() => rates.connect(x, y, { weights: [1, 2, 3, 4, 5, NaN] }),
      "rate connection x → y: weights: element 5 is NaN\n  Every value must be a finite number."],
    [() => rates.connect(x, x as never, { weights: 1 }), "rate connection x → x: \"x\" is an input\n  Connect to a layer."],
    [() => rates.connect(x, y, { weights: 1, autapses: false }),
      "rate connection x → y: only a layer that is connected with itself has autapses\n  Leave autapses out."],
    [() => rates.connect(x, y, { weights: 1, rule: (w, pre, post, m) => w + pre + post + m, with: { m: "pre.men" } }),
      "rate connection x → y: rule: with m: there is no trace \"pre.men\"\n  Did you mean \"pre.mean\"?"],
    [() => rates.connect(x, y, { weights: 1, with: { eta: 1 } }), "rate connection x → y: with is given, but no rule\n  Leave out with."],
    [() => rates.connect(new RateNetwork({ every: "1 ms" }).layer("other", 2, { activation: line }), y, { weights: 1 }),
      "rate connection other → y: \"other\" belongs to another rate network\n  Use a layer or input of this one."],
    [() => rates.drive(y, cells, { into: "i_ext", scale: "1 nA" }),
      "drive of \"cells\" by rate layer \"y\": 3 units for 4 neurons\n  Use a layer of as many units, or a slice."],
    [() => rates.spikes(cells, { filter: "5 ms", count: true }), "rate input from \"cells\": a count is not filtered\n  Leave out filter or count."],
  ];
  for (const [call, message] of cases) expect(call, message).toThrow(message);
});

test("layers that do not fit the simulation are refused before it runs", async () => {
  const net = new Network();
  const cells = net.population("cells", 3, cell), list = net.spikeSource("list", 3);
  await using simulation = await compile(net, { dt: "0.3 ms" });
  const foreign = new Network().population("strangers", 3, cell), more = new Network().population("cells", 5, cell);
  const refused = async (describe: (d: ReturnType<typeof described>) => unknown, every: "9 ms" | "10 ms", message: string): Promise<void> => {
    const rates = new RateNetwork({ every });
    const x = rates.input("x", 2, { values: [1, 2] }), y = rates.layer("y", 3, { activation: line });
    describe({ rates, x, y });
    await expect(compileRates(rates, { simulation }), message).rejects.toThrow(message);
  };
  await refused(() => {}, "10 ms", "rate network: every 10 ms is no multiple of the simulation's step 300 us\n  Use e.g. 9.9 ms.");
  await refused(({ rates }) => rates.spikes(foreign), "9 ms",
    "rate input \"strangers spikes\": \"strangers\" is no population of the simulated network\n  Its populations: cells, list.");
  await refused(({ rates }) => rates.spikes(more), "9 ms", "rate input \"cells spikes\": \"cells\" is no population of the simulated network");
  await refused(({ rates, y }) => rates.drive(y, cells, { into: "i_xt" as never, scale: "1 nA" }), "9 ms",
    "drive of \"cells\" by rate layer \"y\": it has no parameter or state variable \"i_xt\"\n  Known: i_ext, v.");
  await refused(({ rates, y }) => rates.drive(y, cells, { into: "i_ext", scale: "1 mV" }), "9 ms",
    "drive of \"cells\" by rate layer \"y\": scale is \"1 mV\", which is in volt, but a quantity in ampere is needed");
  await refused(({ rates, y }) => rates.drive(y, list), "9 ms", "drive of \"list\" by rate layer \"y\": its spikes are a list");
  const twice = described();
  twice.rates.drive(twice.y, cells, { into: "i_ext", scale: "1 nA" });
  const single = twice.rates.layer("single", 1, { activation: line });
  expect(() => twice.rates.drive(single, cells.slice(2), { into: "i_ext", scale: "1 nA" })).toThrow(
    "drive of \"cells\" by rate layer \"single\": its i_ext follows layer \"y\" already\n  Connect both layers to one that drives it.");
  const { rates } = described();
  rates.spikes(cells);
  await expect(compileRates(rates)).rejects.toThrow("rate input \"cells spikes\" needs a simulation of spiking neurons");
  await expect(compileRates(described().rates, { engine: "wasn" as never })).rejects.toThrow("there is no engine \"wasn\"\n  Did you mean \"wasm\"?");
  await expect(compileRates(described().rates, { simulation: { time: 0 } as never })).rejects.toThrow(
    "rate layers go in steps, and this simulation has none");
  await expect(compileRates(new RateNetwork({ every: "1 ms" }))).rejects.toThrow("the rate network has no layer");
  await expect(compileRates(described().rates, { engine: "gpu.js-cpu", precision: "f64" })).rejects.toThrow("engine \"gpu.js-cpu\" computes in f32");
});

test("a rate that is not finite stops the run: the message names layer, unit and time", async () => {
  const { rates, x, y } = described();
  rates.connect(x, y, { weights: (_i, j) => (j === 1 ? 3 : 1), rule: (w, pre, post) => w * (1 + pre * post * post * post) });
  await using run = await compileRates(rates);
  await expect(run.run("1 s")).rejects.toThrow(/^rate layer "y": the rate of unit 1 is (NaN|Infinity) at t = 40 ms\n {2}Weights may have grown/);
  expect(run.time).toBe(0.04);
});

test("a negative rate for a Poisson source names source, layer, unit and time", async () => {
  const net = new Network();
  const source = net.poissonSource("source", 3, { rate: "1 Hz" });
  await using simulation = await compile(net, { dt: "1 ms" });
  const { rates, x, y } = described();
  rates.connect(x, y, { weights: (_i, j) => (j === 2 ? -1 : 1) });
  rates.drive(y, source, { scale: "2 Hz" });
  await using run = await compileRates(rates, { simulation });
  await expect(run.run("20 ms")).rejects.toThrow("drive of \"source\" by rate layer \"y\": unit 2 asks for -6 Hz at t = 10 ms");
});

test("a simulation that was run or reset by itself is out of step with its layers", async () => {
  const net = new Network();
  const cells = net.population("cells", 3, cell);
  await using simulation = await compile(net, { dt: "1 ms" });
  const { rates } = described();
  rates.spikes(cells);
  await using run = await compileRates(rates, { simulation });
  await simulation.run("5 ms");
  await expect(run.run("5 ms")).rejects.toThrow("run or reset without its rate layers");
  await run.reset();
  await run.run("5 ms");
  expect(simulation.time).toBeCloseTo(0.005, 12);
});

test("what gpu.js cannot translate is named before the run; without being asked for, such functions run as JavaScript", async () => {
  const eta = 0.25;
  const network = () => {
    const { rates, x, y } = described();
    return { rates, c: rates.connect(x, y, { weights: 1, rule: (w, pre) => w + eta * pre }) };
  };
  for (const engine of ["gpu.js-cpu", "gpu.js-webasm"] as const) {
    const message = /^rate connection x → y: its rule cannot be translated by gpu\.js/;
    await expect(compileRates(network().rates, { engine }), engine).rejects.toThrow(message);
  }
  await expect(compileRates(network().rates, { engine: "wasm" })).rejects.toThrow(
    "rate connection x → y: its rule cannot become a kernel: it uses eta, which is neither a parameter nor of Math");
  const { rates, c } = network();
  await using run = await compileRates(rates);
  expect(run.engines).toEqual([expect.objectContaining({
    connection: "x → y", engine: "wasm",
    reason: "the rule runs as JavaScript, for it is no kernel: it uses eta, which is neither a parameter nor of Math",
  })]);
  await run.run("10 ms");
  expect([...(await run.weights(c))]).toEqual([1.25, 1.25, 1.25, 1.5, 1.5, 1.5]);
});

test("asked for gpu.js, layers run in the first of its modes that is here, and say which", async () => {
  const { rates, x, y } = described();
  const c = rates.connect(x, y, { weights: 1, rule: (w, pre) => w + pre });
  await using run = await compileRates(rates, { engine: "gpu.js" });
  const [found] = run.engines;
  const gpu = await findGpu();
  if ("gpu" in gpu && !gpu.gpu.software) expect(found).toMatchObject({ engine: "gpu.js-webgpu", device: "gpu.js WebGPU" });
  else {
    expect(found).toMatchObject({ engine: "gpu.js-webasm", device: "gpu.js WebAssembly" });
    expect(found!.reason).toContain(`no WebGPU: ${"gpu" in gpu ? gpu.gpu.name : gpu.reason}`);
  }
  await run.run("20 ms");
  expect([...(await run.weights(c))]).toEqual([3, 3, 3, 5, 5, 5]);
  expect([...run.rates(y)]).toEqual([8, 8, 8]);
});

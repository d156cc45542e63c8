/** Perturbation learns anything that runs: here functions whose gradients are known, and networks of the simulator. */
import { allToAll, compile, explicit, Network } from "synfire";
import { lifExpCurrent, staticSynapse } from "synfire/models";
import { describe, expect, it } from "vitest";
import { nodePerturbation } from "../../../../src/train/learners/perturbation/nodePerturbation.ts";
import { perturb } from "../../../../src/train/learners/perturbation/perturb.ts";
import { perturbedGradient } from "../../../../src/train/learners/perturbation/perturbedGradient.ts";
import type { Weights } from "../../../../src/train/modelData.ts";
import { adam, sgd } from "../../../../src/train/optimizers.ts";

const valuesOf = (weights: Weights): Float64Array => weights.get("w")!.values as Float64Array;
const weightsOf = (values: readonly number[], name = "w"): Weights =>
  new Map([[name, { shape: [values.length], values: Float64Array.from(values) }]]);

/** Mean membrane of two neurons below threshold that three trains of spikes reach, millivolts above rest. Weights [3, 2] in nA. */
async function membranes(weights: ArrayLike<number>, currents: ArrayLike<number> = [0, 0]): Promise<number[]> {
  const net = new Network({ seed: 1 });
  const times = Array.from({ length: 15 }, (_, k) => 3e-3 + k * 6e-3), trains = Array.from(times, (_, k) => k % 3);
  const source = net.spikeSource("source", 3, { times, indices: trains });
  const target = net.population("target", 2, lifExpCurrent, { v_th: "100 mV", i_ext: { values: Array.from(currents), unit: "nA" } });
  const connect = explicit([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]);
  net.projection(source, target, staticSynapse, { connect, receptor: "exc", weight: { values: Array.from(weights), unit: "nA" }, delay: "1 ms" });
  const trace = net.stateMonitor(target, ["v"], { every: "1 ms" });
  await using sim = await compile(net, { dt: "0.5 ms", precision: "f64" });
  await sim.run("100 ms");
  const v = trace.get("v");
  return [0, 1].map((j) => (1e3 * v.reduce((sum, x, k) => sum + (k % 2 === j ? x + 0.07 : 0), 0)) / (v.length / 2));
}

/** Squared distance of the mean membranes from 2 and 4 mV. */
const membraneLoss = async (weights: ArrayLike<number>, currents?: ArrayLike<number>): Promise<number> =>
  (await membranes(weights, currents)).reduce((sum, v, j) => sum + (v - [2, 4][j]!) ** 2, 0);

/** The gradient of that by central differences. */
async function differences(): Promise<number[]> {
  const found: number[] = [];
  for (let k = 0; k < 6; k++) {
    const at = (w: number): Promise<number> => membraneLoss(start.map((x, l) => (l === k ? x + w : x)));
    found.push(((await at(1e-4)) - (await at(-1e-4))) / 2e-4);
  }
  return found;
}

const start = [0.3, 0.2, -0.1, 0.4, 0.2, 0.1];

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) [ab, aa, bb] = [ab + a[k]! * b[k]!, aa + a[k]! ** 2, bb + b[k]! ** 2];
  return ab / Math.sqrt(aa * bb);
}

describe("simultaneous perturbation", () => {
  it("is exact for one weight of a quadratic, whatever the size", async () => {
    const { gradients, loss } = await perturbedGradient(weightsOf([3]), (w) => w.get("w")!.values[0]! ** 2, { size: 0.5, seed: 1 });
    expect(gradients.get("w")!.values[0]).toBeCloseTo(6, 12);
    expect(loss).toBeCloseTo(9.25, 12);
  });

  it.each(["signs", "normal"] as const)("comes closer to the gradient as the root of the number of pairs (%s)", async (directions) => {
    const at = [1, -2, 0.5, 3, -1, 2, 0, 1], slope = (k: number): number => 2 * (k + 1) * at[k]!;
    const evaluate = (w: Weights): number => valuesOf(w).reduce((sum, x, k) => sum + (k + 1) * x * x, 0);
    const error = async (pairs: number): Promise<number> => {
      let sum = 0;
      for (let round = 0; round < 30; round++) {
        const { gradients } = await perturbedGradient(weightsOf(at), evaluate, { size: 1e-3, pairs, directions, seed: 7, round });
        sum += valuesOf(gradients).reduce((s, g, k) => s + (g - slope(k)) ** 2, 0);
      }
      return Math.sqrt(sum / 30);
    };
    const order = Math.log2((await error(16)) / (await error(256))) / 4;
    expect(order).toBeGreaterThan(0.4);
    expect(order).toBeLessThan(0.6);
  });

  it("moves each weight by its own scale", async () => {
    const weights: Weights = new Map([...weightsOf([1], "volt"), ...weightsOf([1000], "millivolt")]);
    const moves: number[][] = [];
    const evaluate = (w: Weights): number => moves.push([w.get("volt")!.values[0]! - 1, w.get("millivolt")!.values[0]! - 1000].map(Math.abs));
    await perturbedGradient(weights, evaluate, { size: 0.1, seed: 1, scales: { millivolt: 1e3 } });
    for (const [volt, millivolt] of moves) expect([volt, millivolt]).toEqual([expect.closeTo(0.1), expect.closeTo(100)]);
  });

  it("follows the gradient of a simulated network", async () => {
    const { gradients } = await perturbedGradient(weightsOf(start), (w) => membraneLoss(valuesOf(w)), { size: 1e-3, pairs: 30, seed: 3 });
    expect(cosine(valuesOf(gradients), await differences())).toBeGreaterThan(0.85);
  });

  it("brings neurons of a network to rates that are asked for", async () => {
    const wanted = [20, 50, 80];
    const rates = async (weights: ArrayLike<number>): Promise<number[]> => {
      const net = new Network({ seed: 4 });
      const noise = net.poissonSource("noise", 20, { rate: "400 Hz" }), target = net.population("target", 3, lifExpCurrent, {});
      const weight = { values: Array.from({ length: 60 }, (_, k) => weights[k % 3]!), unit: "pA" };
      net.projection(noise, target, staticSynapse, { connect: allToAll(), receptor: "exc", weight, delay: "1 ms" });
      const spikes = net.spikeMonitor(target);
      await using sim = await compile(net, { dt: "0.5 ms" });
      await sim.run("500 ms");
      return wanted.map((_, j) => spikes.indices.filter((n) => n === j).length / 0.5);
    };
    const loss = async (w: Weights): Promise<number> => (await rates(valuesOf(w))).reduce((sum, rate, j) => sum + (rate - wanted[j]!) ** 2, 0);
    const options = { size: 1, rounds: 40, optimizer: adam(1), decay: 3, seed: 2, ranges: { w: [0, 100] } } as const;
    const { weights, losses } = await perturb(weightsOf([28, 28, 28]), loss, options);
    expect(losses).toHaveLength(40);
    const reached = await rates(valuesOf(weights));
    reached.forEach((rate, j) => expect(Math.abs(rate - wanted[j]!)).toBeLessThan(8));
  });

  it("repeats with the seed, stops on request and says what is wrong", async () => {
    const evaluate = (w: Weights): number => valuesOf(w).reduce((sum, x) => sum + x * x, 0);
    const options = { size: 0.1, rounds: 5, optimizer: sgd(0.1), seed: 1 };
    const [a, b] = [await perturb(weightsOf([1, 2]), evaluate, options), await perturb(weightsOf([1, 2]), evaluate, options)];
    expect(a).toEqual(b);
    expect((await perturb(weightsOf([1, 2]), evaluate, { ...options, onRound: (k) => k < 1 })).losses).toHaveLength(2);
    await expect(perturb(weightsOf([1]), () => NaN, options)).rejects.toThrow("round 0: weights moved by 0.1 gave a loss of NaN");
    await expect(perturb(weightsOf([1]), evaluate, { ...options, size: 0 })).rejects.toThrow("perturbations of 0");
    await expect(perturb(weightsOf([1]), evaluate, { ...options, ranges: { x: [0, 1] } })).rejects.toThrow('a range for "x", which is no weight');
  });
});

describe("node perturbation", () => {
  it("gives the gradient of all weights from currents into two neurons", async () => {
    const expected = await differences();
    // A train of 5 spikes brings 5·2 ms·weight of charge in 100 ms, a constant current 100 ms·current: the membranes' means follow the charge.
    const sources = [0, 1, 2].map(() => (5 * 2) / 100);
    const run = async (currents: Float64Array) => ({ loss: await membraneLoss(start, currents), sources });
    const found = await nodePerturbation(run, { units: 2, size: 1e-3, pairs: 16, seed: 5 });
    expect(found.kernel).toHaveLength(6);
    expect(cosine(found.kernel, expected)).toBeGreaterThan(0.97);
    found.kernel.forEach((g, k) => expect(g / expected[k]!).toBeCloseTo(1, 0));
  });

  it("wants the activity of as many sources in every run", async () => {
    let runs = 0;
    const run = () => ({ loss: 1, sources: new Float64Array(++runs) });
    await expect(nodePerturbation(run, { units: 1, size: 1, seed: 1 })).rejects.toThrow("a run gave 2 activities of sources");
  });
});

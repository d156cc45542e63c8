/**
 * The networks that learn images, at small size: synthetic patterns always, handwritten digits and clothes where the data sets lie beside the
 * repository.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compile, Network, Projection } from "synfire";
import { imagesBetween, loadImages } from "synfire/data";
import type { LabelledImages } from "synfire/data";
import { diehlCookExcitatory, diehlCookStdp, staticSynapse } from "synfire/models";
import { ClassVote, proportionalVote, vote } from "../../models/networks/classVote.ts";
import * as diehlCook from "../../models/networks/diehlCook2015.ts";
import { diehlCookPresentation, ImageStimulus, noRates } from "../../models/networks/imageStimulus.ts";
import * as sym from "../../models/networks/symStdp.ts";

const side = 8, kinds = 4;

/** Horizontal, vertical and two diagonal bars of 8 × 8 pixels in turn, with noise: a tenth of the pixels of each at random. */
function bars(count: number, seed: number): LabelledImages {
  const pixels = new Uint8Array(count * side * side), labels = Uint8Array.from({ length: count }, (_, k) => k % kinds);
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (let k = 0; k < count; k++)
    for (let p = 0; p < side * side; p++) {
      const x = p % side, y = Math.floor(p / side), kind = labels[k];
      const on = kind === 0 ? y === 3 || y === 4 : kind === 1 ? x === 3 || x === 4 : kind === 2 ? Math.abs(x - y) < 1.5 : Math.abs(x + y - 7) < 1.5;
      pixels[k * side * side + p] = random() < 0.1 ? 255 * random() : on ? 200 : 0;
    }
  return { pixels, labels, count, rows: side, columns: side };
}

// 64 pixels instead of 784: each fires more and weighs more; few images: thresholds rise faster.
const presentation = { ...diehlCookPresentation, hertz: 1 };
const small = { neurons: 8, sum: 16, delta_theta: "0.05 mV", presentation } as const;

test("each neuron of the Diehl–Cook network finds a pattern of its own, and together they name four of five noisy ones", async () => {
  const result = await diehlCook.trainDiehlCook(bars(120, 1), bars(40, 2), { ...small, labelled: 60 });
  expect(result.accuracy).toBeGreaterThan(0.8);
  expect(result.proportional).toBeGreaterThan(0.8);
  expect(new Set(result.classes).size).toBe(kinds);
});

test("once frozen the weights of every neuron still have the sum they were brought to, and stay between 0 and 1", async () => {
  const { weights } = await diehlCook.trainDiehlCook(bars(12, 1), bars(4, 2), { ...small, labelled: 4 });
  for (let j = 0; j < small.neurons; j++) {
    let sum = 0;
    for (let i = 0; i < side * side; i++) sum += weights[i * small.neurons + j]!;
    expect(sum).toBeCloseTo(16, 9);
  }
  expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
  // A weight may pass 1 only by the last normalisation.
  expect(Math.max(...weights)).toBeLessThan(1.2);
});

test("the same seed learns the same weights, another one others", async () => {
  const learn = async (seed: number) => (await diehlCook.trainDiehlCook(bars(4, 1), bars(1, 2), { ...small, labelled: 1, seed })).weights;
  const first = await learn(1);
  expect(await learn(1)).toEqual(first);
  expect(await learn(2)).not.toEqual(first);
});

test("an image that evokes too few spikes is shown again and stronger, up to the limit; rates change without another compilation", async () => {
  const net = new Network({ seed: 1 });
  const input = net.poissonSource("pixels", 4, { rate: noRates(4) });
  const E = net.population("E", 1, diehlCookExcitatory);
  net.projection(input, E, staticSynapse, { connect: () => true, receptor: "excitatory", weight: 1 });
  const counter = net.spikeCounter(E), all = net.spikeCounter(input);
  await using sim = await compile(net, { dt: "0.5 ms", precision: "f64" });
  const stimulus = new ImageStimulus(sim, input, counter, { ...diehlCookPresentation, most: 5 });
  const [none] = await stimulus.show(new Uint8Array(4), [E]);
  expect([none![0], stimulus.presentations, all.count]).toEqual([0, 4, 0]);
  const code = sim.text();
  let shown = 0;
  const [answer] = await stimulus.show(Uint8Array.of(255, 255, 0, 255), [E], { shown: () => shown++ });
  // 63.75 Hz at three pixels is too little for five spikes at 50 ms; 159 Hz is not.
  expect(answer![0]).toBeGreaterThanOrEqual(5);
  expect(shown).toBe(stimulus.presentations - 4);
  expect(shown).toBeGreaterThan(1);
  expect(all.counts(input)[2]).toBe(0);
  expect(sim.text()).toBe(code);
  expect(sim.time).toBeCloseTo(0.5 * stimulus.presentations, 9);
});

test("neurons stand for the class that drives them most on average, not most often shown, and silent neurons do not vote", () => {
  const votes = new ClassVote(3, 2);
  for (let k = 0; k < 10; k++) votes.add([1, 2, 0], 0);
  votes.add([5, 1, 0], 1);
  const classes = votes.assign();
  expect([...classes]).toEqual([1, 0, -1]);
  expect(vote([1, 2, 9], classes, 2)).toBe(0);
  expect(vote([3, 2, 0], classes, 2)).toBe(1);
  // Neuron 0 fires 1 and 5 spikes for the classes, neuron 1 fires 2 and 1.
  const proportions = votes.proportions();
  expect([...proportions]).toEqual([1 / 6, 5 / 6, 2 / 3, 1 / 3, 0, 0]);
  expect(proportionalVote([1, 2, 9], proportions, 2)).toBe(0);
  expect(proportionalVote([1, 1, 0], proportions, 2)).toBe(1);
});

const taught = { neurons: 8, classes: kinds, sum_hidden: 16, presentation, eta_class: 0.32, w_max_class: 40, sum_class: 64 };

test("the class neurons of the sym-STDP network name nine of ten noisy patterns by themselves, no worse than the hidden neurons' vote", async () => {
  const result = await sym.trainSymStdp(bars(100, 1), bars(40, 2), taught);
  expect(result.silent).toBe(0);
  expect(result.supervised).toBeGreaterThan(0.9);
  expect(result.supervised).toBeGreaterThanOrEqual(result.voted - 0.05);
});

test("without scaling, the weights of every neuron that fires go to their bound, and the classes are lost", async () => {
  const result = await sym.trainSymStdp(bars(100, 1), bars(40, 2), { ...taught, eta_hidden: 0.2, scaling: false });
  const firing = Array.from(result.spikes.keys()).filter((j) => result.spikes[j]! > 0);
  expect(firing.length).toBeGreaterThan(0);
  for (const j of firing) {
    const own = result.weights.filter((_, k) => k % taught.neurons === j);
    expect(own.filter((w) => w > 0.99).length / own.length).toBeGreaterThan(0.9);
  }
  expect(result.supervised).toBeLessThan(0.5);
});

test("classes learnt after the hidden layer is frozen are learnt as well", async () => {
  const result = await sym.trainSymStdp(bars(60, 1), bars(40, 2), { ...taught, order: "hidden-first" });
  expect(result.supervised).toBeGreaterThan(0.9);
});

/** Correlation of a neuron's weights with the bar of an angle that it resembles most. */
function likenessToBar(field: ArrayLike<number>, size: number): number {
  const middle = (size - 1) / 2, length = size * size;
  const likeness = Array.from({ length: 10 }, (_, angle) => {
    const [s, c] = [Math.sin((Math.PI * angle) / 10), Math.cos((Math.PI * angle) / 10)];
    const bar = Float64Array.from({ length }, (_, i) => Math.exp(-((((i % size) - middle) * s - (Math.floor(i / size) - middle) * c) ** 2) / 4));
    const [mw, mb] = [field, bar].map((x) => Array.from(x).reduce((a, b) => a + b, 0) / length) as [number, number];
    let wb = 0, ww = 0, bb = 0;
    for (let i = 0; i < length; i++) {
      wb += (field[i]! - mw) * (bar[i]! - mb);
      ww += (field[i]! - mw) ** 2;
      bb += (bar[i]! - mb) ** 2;
    }
    return wb / Math.sqrt(ww * bb);
  });
  return Math.max(...likeness);
}

test("neurons that watch a turning bar come to weigh the pixels of one of its angles", async () => {
  const size = 14, neurons = 20;
  const net = diehlCook.build({ ...diehlCook.settings, side: size, neurons, sum: 40, delta_theta: "0.02 mV" });
  const counter = net.spikeCounter(net.group("E"));
  await using sim = await compile(net, { dt: "0.5 ms", precision: "f64" });
  const plastic = new Projection("pixels→E", diehlCookStdp);
  const likeness = () => Array.from({ length: neurons }, (_, j) => likenessToBar(sim.get(plastic, "w").filter((_, k) => k % neurons === j), size));
  const before = likeness();
  await sim.run("40 s");
  const after = likeness(), spikes = counter.counts();
  expect(Math.max(...before)).toBeLessThan(0.2);
  const busy = after.filter((_, j) => spikes[j]! >= 100), quiet = after.filter((_, j) => spikes[j]! < 20);
  expect(busy.length).toBeGreaterThan(5);
  expect(Math.min(...busy)).toBeGreaterThan(0.25);
  expect(Math.max(...quiet)).toBeLessThan(0.2);
});

const dataSet = (name: string) => fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
const why = (name: string) => (existsSync(dataSet(name)) ? "" : ` (skipped: no data in ../shared/data/${name})`);

test.skipIf(!existsSync(dataSet("mnist")))(`300 handwritten digits teach 50 neurons more than a third of the classes${why("mnist")}`, async () => {
  const [train, test] = await Promise.all([loadImages(dataSet("mnist"), "train"), loadImages(dataSet("mnist"), "test")]);
  const result = await diehlCook.trainDiehlCook(imagesBetween(train, 0, 300), imagesBetween(test, 0, 200), {
    neurons: 50, labelled: 300, delta_theta: "0.05 mV",
  });
  expect(result.accuracy).toBeGreaterThan(0.34);
});

const noClothes = !existsSync(dataSet("fashion-mnist"));
test.skipIf(noClothes)(`400 pictures of clothes teach 30 neurons a quarter of the classes, their vote more${why("fashion-mnist")}`, async () => {
  const [train, test] = await Promise.all([loadImages(dataSet("fashion-mnist"), "train"), loadImages(dataSet("fashion-mnist"), "test")]);
  const result = await sym.trainSymStdp(imagesBetween(train, 0, 400), imagesBetween(test, 0, 200), {
    ...sym.fashionSettings, neurons: 30, delta_theta: "0.2 mV", presentation: sym.fashionPresentation,
  });
  expect(result.supervised).toBeGreaterThan(0.25);
  expect(result.voted).toBeGreaterThan(0.4);
  expect(result.silent).toBeLessThan(0.1);
});

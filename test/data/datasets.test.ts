import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeTrials, loadDataset, loadTrials, saveTrials, shippedSets, TickedSpikeTrials, trialsAt, trialsDigest } from "synfire/data";
import type { ShippedName } from "synfire/data";
import { yinYangClass } from "../../src/data/made/yinYang.ts";

const names = Object.keys(shippedSets) as ShippedName[];
const folder = fileURLToPath(new URL("../../datasets", import.meta.url));

test.each(names)("%s made again is the shipped one, number for number", async (name) => {
  const made = shippedSets[name].make(), loaded = await loadDataset(name);
  expect(await trialsDigest(made)).toBe(shippedSets[name].sha256);
  expect(loaded.train.ticked).toEqual(made.train.ticked);
});

test("the table of datasets/README.md has the checksum and the size of every shipped file", () => {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  for (const name of names) {
    const bytes = readFileSync(join(folder, `${name}.npz`));
    expect(readme).toContain(`| \`${name}.npz\` |`);
    expect(readme).toContain(createHash("sha256").update(bytes).digest("hex"));
    expect(readme).toContain(shippedSets[name].sha256);
  }
});

test.each(names)("in %s every class occurs in both parts, and no trial of one is in the other", async (name) => {
  const { train, test: tested, classes } = await loadDataset(name);
  for (const part of [train, tested]) expect(new Set(part.labels).size).toBe(classes);
  const written = (part: typeof train, k: number) => [...part.events(k).times, ...part.events(k).channels].join();
  const known = new Set(Array.from({ length: train.length }, (_, k) => written(train, k)));
  expect(Array.from({ length: tested.length }, (_, k) => known.has(written(tested, k))).filter(Boolean)).toEqual([]);
});

test("counts of a trial cannot tell patterns in time and exclusive or apart better than a few points above chance", async () => {
  for (const [name, chance] of [["temporal-patterns", 1 / 8], ["spiking-xor", 1 / 2]] as const) {
    const { train, test: tested, classes } = await loadDataset(name), { channels } = train;
    const counts = train.dense(1), means = new Float64Array(classes * channels);
    const members = Array.from({ length: classes }, (_, c) => train.labels.filter((label) => label === c).length);
    counts.forEach((n, at) => (means[train.labels[Math.floor(at / channels)]! * channels + (at % channels)]! += n));
    means.forEach((_, at) => (means[at]! /= members[Math.floor(at / channels)]!));
    const unseen = tested.dense(1);
    const distance = (k: number, c: number) =>
      Array.from({ length: channels }, (_, j) => (unseen[k * channels + j]! - means[c * channels + j]!) ** 2).reduce((a, b) => a + b, 0);
    const right = Array.from(tested.labels).filter((label, k) => {
      const distances = Array.from({ length: classes }, (_, c) => distance(k, c));
      return distances.indexOf(Math.min(...distances)) === label;
    });
    expect(right.length / tested.length).toBeLessThan(chance + 0.07);
  }
});

test("classes of Yin-Yang change places when the disc is turned by half a turn, except the dots", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (x, y) => {
    const one = yinYangClass(x, y), other = yinYangClass(1 - x, 1 - y);
    // On the border itself rounding decides.
    const distance = (cx: number, r: number) => Math.abs(Math.hypot(x - cx, y - 0.5) - r);
    const dots = [0.25, 0.75].flatMap((centre) => [distance(centre, 0.25), distance(centre, 0.1)]);
    if (Math.min(Math.abs(y - 0.5), distance(0.5, 0.5), ...dots) > 1e-9) expect(other).toBe(one === undefined || one === 2 ? one : 1 - one);
  }));
});

const trials = new TickedSpikeTrials({
  perSecond: 1000, ticks: 10, channels: 3, labels: Uint8Array.of(1, 0), starts: Uint32Array.of(0, 3, 4),
  times: Uint8Array.of(0, 3, 9, 5), units: Uint8Array.of(0, 2, 2, 1),
});

test("spikes fall into the bins of their times, whatever the width", () => {
  expect([...trials.dense(2)]).toEqual([1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  expect([...trials.dense(1, [1, 0])]).toEqual([0, 1, 0, 1, 0, 2]);
  expect(trials.duration).toBe(0.01);
  expect([...trials.events(0).times]).toEqual([0, 0.003, 0.009]);
  for (const bins of [1, 3, 7, 10, 33]) expect(trials.dense(bins).reduce((a, b) => a + b, 0)).toBe(4);
});

test("trials chosen from others are theirs", () => {
  const chosen = trialsAt(trials, [1, 0, 1]);
  expect([...chosen.labels]).toEqual([0, 1, 0]);
  expect([...chosen.dense(5)]).toEqual([...trials.dense(5, [1, 0, 1])]);
});

test("trials whose arrays do not belong together, or that are asked for what is not there, are refused by name", () => {
  const { ticked } = trials, make = (other: object) => () => new TickedSpikeTrials({ ...ticked, ...other });
  expect(make({ labels: Uint8Array.of(1) })).toThrow("1 labels but 3 starts of trials");
  expect(make({ units: Uint8Array.of(0, 3, 2, 1) })).toThrow("trial 0 has a spike of channel 3, and there are 3");
  expect(make({ times: Uint8Array.of(0, 3, 10, 5) })).toThrow("trial 0 has a spike at 0.01 s, out of order or after its end");
  expect(make({ times: Uint8Array.of(3, 0, 9, 5) })).toThrow("out of order");
  expect(() => trials.events(2)).toThrow("trial 2 of 2");
  expect(() => trials.dense(0)).toThrow("0 bins");
});

test("a file of trials is read as it was saved; a broken one, one without trials and an unknown name are refused", async () => {
  const place = mkdtempSync(join(tmpdir(), "synfire-trials-"));
  try {
    const path = join(place, "own.npz");
    await saveTrials(path, { train: trials, test: trialsAt(trials, [1]), classes: 2 });
    const read = await loadTrials(path);
    expect([read.classes, read.train.ticked]).toEqual([2, trials.ticked]);
    await expect(decodeTrials(readFileSync(path).subarray(0, 300), "own.npz")).rejects.toThrow("own.npz is a damaged archive");
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  await expect(loadDataset("yinyang" as ShippedName)).rejects.toThrow('no data set "yinyang"\n  Did you mean "yin-yang"?');
  await expect(loadDataset("yin-yang", { from: "http://localhost:9/" })).rejects.toThrow("cannot fetch http://localhost:9/yin-yang.npz");
});

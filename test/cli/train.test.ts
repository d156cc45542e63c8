import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadArrays } from "../../src/io/arrayFiles.ts";
import { historyCsv, meritOf } from "../../src/cli/trainHistory.ts";
import type { EpochRecord } from "../../src/cli/trainHistory.ts";
import { clock, progressText } from "../../src/cli/trainProgress.ts";
import { folderWith, start, synfire } from "./synfire.ts";

/** Sixteen channels, of which each class of four drives its own; a batch of it takes some milliseconds. */
const small = `
import { adam, crossEntropy, dense, dropout, leaky, neurons, samplesOf, spikingModel, training } from "synfire/train";

export const settings = { hidden: 12, count: 96, rate: 0.01, slow: 0 };

export default function ({ hidden, count, rate, slow }: typeof settings) {
  const model = spikingModel({ input: { shape: [16], steps: 8 }, seed: 5 }, [
    dense(hidden, { name: "first" }), neurons(leaky({ beta: 0.9 }), { name: "hidden" }), dropout(0.1), dense(4, { name: "last" }),
    neurons(leaky({ beta: 0.9 }), { name: "out" }),
  ]);
  const labels = Array.from({ length: count }, (_, k) => (k * 7) % 4);
  const inputs = labels.flatMap((label, k) =>
    Array.from({ length: 128 }, (_, j) => (Math.floor((j % 16) / 4) === label && (k + j) % 3 > 0 ? 1 : 0)));
  const samples = samplesOf(model, { inputs, labels });
  const batch = (...given: Parameters<typeof samples.batch>) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow);
    return samples.batch(...given);
  };
  return training({ model, train: { ...samples, batch }, test: samples, loss: crossEntropy({ of: "membrane", over: "max" }),
    optimizer: adam(rate), batch: 16, epochs: 4, schedule: (progress) => 1 - progress / 2, classes: ["north", "east", "south", "west"] });
}
`;
const weightsIn = async (folder: string, file = "weights.npz") => {
  const arrays = await loadArrays(join(folder, "out", "small", file));
  return Object.fromEntries([...arrays].map(([name, { values }]) => [name, Array.from(values)]));
};

test("a training leaves weights, checkpoint, history, curves and rasters, and learns", async () => {
  const folder = folderWith({ "small.ts": small }), { status, stdout, stderr } = synfire(["train", "small.ts", "--backend", "reference"], folder);
  expect([status, stderr.includes("saved weights.npz, best.npz, checkpoint.npz, history.csv")]).toEqual([0, true]);
  expect(readdirSync(join(folder, "out/small")).sort()).toEqual([
    "best.npz", "checkpoint.npz", "curves.png", "curves.svg", "history.csv", "history.json", "raster.png", "raster.svg", "weights.npz",
  ]);
  const { epochs } = JSON.parse(readFileSync(join(folder, "out/small/history.json"), "utf8")) as { epochs: EpochRecord[] };
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  expect(epochs[3]!.loss).toBeLessThan(epochs[0]!.loss);
  expect(epochs[3]!.test_accuracy).toBeGreaterThan(0.9);
  expect(epochs[1]!.learning_rate).toBeCloseTo(0.01 * (1 - (1 + 5 / 6) / 8), 12);
  expect(Object.keys(epochs[0]!.spikes)).toEqual(["hidden", "out"]);
  expect(readFileSync(join(folder, "out/small/history.csv"), "utf8").split("\n")[0]).toContain("test_accuracy,spikes_hidden,spikes_out,");
  expect(stdout).toMatch(/epoch 4 of 4: loss .* % right, test loss .* % right; spikes a neuron: hidden [\d.]+, out [\d.]+/);
  expect((await loadArrays(join(folder, "out/small/weights.npz"))).get("first/kernel")!.shape).toEqual([16, 12]);
});

test.each(["wasm", "reference"])("a training (%s) that goes on after a stop ends bit for bit where one without the stop ends", async (backend) => {
  // A rate that depends on how long training is to be would make the parts differ.
  const model = small.replaceAll("progress / 2", "0 * progress");
  const whole = folderWith({ "small.ts": model }), parts = folderWith({ "small.ts": model });
  const args = ["train", "small.ts", "--quiet", "--backend", backend];
  expect(synfire([...args, "--epochs", "3"], whole)).toMatchObject({ status: 0, stdout: "", stderr: "" });
  for (const more of [["--epochs", "1"], ["--epochs", "3", "--resume"]])
    expect(synfire([...args, ...more], parts)).toMatchObject({ status: 0, stderr: "" });
  expect(await weightsIn(parts)).toEqual(await weightsIn(whole));
  const losses = (folder: string) => (JSON.parse(readFileSync(join(folder, "out/small/history.json"), "utf8")) as { epochs: EpochRecord[] }).epochs
    .map(({ loss, accuracy, spikes }) => ({ loss, accuracy, spikes }));
  expect(losses(parts)).toEqual(losses(whole));
});

test("Ctrl-C in the middle of an epoch saves a checkpoint, from which training ends bit for bit the same", async () => {
  const whole = folderWith({ "small.ts": small }), stopped = folderWith({ "small.ts": small });
  expect(synfire(["train", "small.ts", "--quiet"], whole)).toMatchObject({ status: 0 });
  const running = start(["train", "small.ts", "--set", "slow=120"], stopped);
  let said = "";
  running.stdout!.on("data", (text: Buffer) => {
    said += String(text);
    // In the second epoch of six batches, each of which takes at least 120 ms.
    if (said.includes("epoch 1 of 4:")) setTimeout(() => running.kill("SIGINT"), 250);
  });
  const status = await new Promise((resolve) => running.on("exit", resolve));
  expect(status).toBe(130);
  const position = JSON.parse(readFileSync(join(stopped, "out/small/history.json"), "utf8")) as { ending: string; epochs: EpochRecord[] };
  expect([position.ending, position.epochs.length]).toEqual(["interrupted", 1]);
  expect(synfire(["train", "small.ts", "--resume"], stopped)).toMatchObject({ status: 0, stdout: expect.stringContaining("goes on in epoch 2") });
  expect(await weightsIn(stopped)).toEqual(await weightsIn(whole));
}, 60_000);

test("training stops when the result has not become better for as many epochs as patience allows, and keeps the best", async () => {
  const folder = folderWith({ "small.ts": small }), args = ["train", "small.ts", "--epochs", "60", "--patience", "2", "--json"];
  const { status, stdout } = synfire(args, folder);
  const { ending, best, epochs } = JSON.parse(stdout) as { ending: string; best: number; epochs: EpochRecord[] };
  expect([status, ending, epochs.length]).toEqual([0, "stopped early", best + 2]);
  expect(meritOf(epochs[best - 1]!)).toBe(Math.max(...epochs.map(meritOf)));
  const evaluated = synfire(["evaluate", "small.ts", "--json"], folder);
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ accuracy: epochs[best - 1]!.test_accuracy, weights: "out/small/best.npz", samples: 96 });
});

test("a layer that stays silent is named, with what it received", () => {
  const silenced = small.replace("leaky({ beta: 0.9 }), { name: \"hidden\" }", "leaky({ threshold: 1e6 }), { name: \"hidden\" }");
  const folder = folderWith({ "small.ts": silenced });
  const { stderr } = synfire(["train", "small.ts", "--epochs", "1"], folder);
  expect(stderr).toMatch(/warning: no neuron of layer "hidden" spiked in epoch 1; its mean input was -?[\d.]+/);
});

test("evaluation shows confusions by the names of the classes, and refuses weights of another model", () => {
  const folder = folderWith({ "small.ts": small });
  expect(synfire(["train", "small.ts", "--epochs", "1", "--quiet"], folder).status).toBe(0);
  const { status, stdout } = synfire(["evaluate", "small.ts", "--on", "train", "--weights", "out/small/weights.npz"], folder);
  expect(status).toBe(0);
  expect(stdout).toMatch(/on 96 train samples[^]*class +north +east +south +west +right\nnorth/);
  expect(synfire(["evaluate", "small.ts", "--set", "hidden=10"], folder).stderr).toContain("first/kernel has the shape [16, 12], not [16, 10]");
  expect(synfire(["evaluate", "small.ts", "--weights", "none.npz"], folder)).toMatchObject({ status: 2 });
});

test("a file without a training, a checkpoint of another model or none at all, and a wrong setting are refused with status 2", () => {
  const folder = folderWith({ "small.ts": small, "none.ts": "export const model = 1;" });
  const refused = (...args: string[]) => {
    const { status, stderr } = synfire(["train", ...args], folder);
    expect(status).toBe(2);
    return stderr;
  };
  expect(refused("none.ts")).toContain("none.ts exports no training (it exports model)");
  expect(refused("absent.ts")).toContain("there is no file absent.ts");
  expect(refused("small.ts", "--resume")).toContain("cannot read out/small/checkpoint.npz");
  expect(refused("small.ts", "--set", "hiden=3")).toContain('Did you mean "hidden"?');
  expect(existsSync(join(folder, "out"))).toBe(false);
  expect(synfire(["train", "small.ts", "--epochs", "1", "--quiet"], folder).status).toBe(0);
  expect(refused("small.ts", "--resume", "--set", "hidden=9")).toContain("checkpoint.npz is of another training");
  writeFileSync(join(folder, "out/small/checkpoint.npz"), "nothing");
  expect(refused("small.ts", "--resume")).toContain("damaged archive");
});

test("what progress and history say", () => {
  const progress = { epoch: 2, epochs: 5, share: 0.5, loss: 1.2345, accuracy: 0.5, spikes: 3.21, samplesPerSecond: 1234, left: 75 };
  expect(progressText(progress)).toBe("epoch 2 of 5, 50 %  loss 1.23  50.0 % right  3.21 spikes a neuron  1\u202f234 samples/s  1:15 left");
  expect([clock(5), clock(3725), clock(Infinity)]).toEqual(["0:05", "1:02:05", "–"]);
  const record: EpochRecord = {
    epoch: 1, loss: 2, accuracy: null, test_loss: null, test_accuracy: null, spikes: { "a,b": 0.5 }, learning_rate: 0.1, seconds: 4,
    samples_per_second: 8,
  };
  const head = 'epoch,loss,accuracy,test_loss,test_accuracy,"spikes_a,b",learning_rate,seconds,samples_per_second';
  expect(historyCsv([record])).toBe(`${head}\n1,2,,,,0.5,0.1,4,8\n`);
  expect([meritOf(record), meritOf({ ...record, accuracy: 0.5 }), meritOf({ ...record, test_loss: 3 })]).toEqual([-2, 0.5, -3]);
});

/**
 * `npm run bench:training -- a|b|c|d` measures a training step (forward, loss, backward, Adam; batch 128) of ours beside PyTorch's on the same
 * network. Both live in processes of their own and run in turn, batch by batch, so that both see the same machine. Prints one JSON
 * object on stdout.
 *
 * a: 784-1000-10, 25 steps of one image; b: 700-256 recurrent-20, c: 700-512-512-20, 100 steps with 2 % of the inputs spiking; d: convolutions,
 * 12C5-MP2-64C5-MP2-10, 25 steps. Leaky neurons, fast sigmoid of slope 25, a reset by subtraction one step late that gradients do not pass.
 *
 *   --infer               forward and loss alone
 *   --hoist               PyTorch computes the product of a constant input once (or all steps' input products in one)
 *   --threads n           of both
 *   --surrogate triangular [--width 1]   compact support: max(0, 1 − |v − 1|/width)
 *   --gain g              factor of the initial weights, and so of firing rates
 *   --repeat n            batches measured, after two others
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const cases = {
  a: { steps: 25, beta: 0.95, sizes: [784, 1000, 10], gain: 1 },
  b: { steps: 100, beta: 0.9, sizes: [700, 256, 20], gain: 6 },
  c: { steps: 100, beta: 0.9, sizes: [700, 512, 512, 20], gain: 6 },
  d: { steps: 25, beta: 0.5, gain: 2 },
};
const batch = 128;
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

try {
  if (process.argv[2] === "--ours") await answer(JSON.parse(process.argv[3]));
  else console.log(JSON.stringify(await measure()));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function measure() {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2), allowPositionals: true,
    options: {
      infer: { type: "boolean" }, hoist: { type: "boolean" }, threads: { type: "string", default: "1" }, surrogate: { type: "string",
        default: "fastSigmoid" },
      width: { type: "string", default: "1" }, gain: { type: "string" }, repeat: { type: "string", default: "9" },
    },
  });
  const name = positionals[0];
  if (!(name in cases)) throw new Error("usage: npm run bench:training -- a|b|c|d [--infer] [--hoist] [--threads n] [--surrogate triangular]");
  const asked = {
    case: name, mode: values.infer ? "infer" : "train", hoist: values.hoist === true, threads: Number(values.threads), surrogate: values.surrogate,
    width: Number(values.width), gain: Number(values.gain ?? cases[name].gain),
  };
  const blas = process.env.OPENBLAS_CORETYPE ?? "SkylakeX";
  const environment = { ...process.env, OMP_NUM_THREADS: values.threads, OPENBLAS_CORETYPE: blas };
  const peer = start(python, [here("peers/pytorch_lif.py"), JSON.stringify(asked)], environment);
  const ours = start(process.execPath, [here("training.mjs"), "--ours", JSON.stringify(asked)], process.env);
  try {
    const first = { ours: await ours.ask(), peer: await peer.ask() };
    await ours.ask();
    await peer.ask();
    const runs = [];
    for (let k = 0; k < Number(values.repeat); k++) runs.push({ ours: await ours.ask(), peer: await peer.ask() });
    const of = (side, key) => middle(runs.map((run) => run[side][key]));
    const figures = (side) => ({ ms: round(of(side, "ms")), cpu_ms: round(of(side, "cpu_ms")), peak_mb: Math.round(runs.at(-1)[side].peak_mb) });
    const [mine, theirs] = [figures("ours"), figures("peer")];
    return {
      ...asked, ours_ms: mine.ms, peer_ms: theirs.ms, ratio: round(theirs.ms / mine.ms, 3), ratio_cpu: round(theirs.cpu_ms / mine.cpu_ms, 3),
      rates: { ours: first.ours.rates, peer: first.peer.rates }, loss: { ours: first.ours.loss, peer: first.peer.loss },
      ours: mine, peer: { ...theirs, torch: first.peer.version, blas }, load: loadavg()[0],
    };
  } finally {
    ours.end();
    peer.end();
  }
}

/** A process that answers a line with a line. */
function start(command, args, env) {
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async () => {
      child.stdin.write("batch\n");
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ended`);
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}

/** Our side: builds the network, then trains or evaluates one batch for every line. */
async function answer(asked) {
  const { FastEngine } = await import("../dist/src/train/fast/fastEngine.js");
  const { initialWeights } = await import("../dist/src/train/initialWeights.js");
  const model = await describe(asked);
  const weights = initialWeights(model, "f32");
  for (const { shape, values } of weights.values()) if (shape.length > 1) values.forEach((w, k) => (values[k] = w * asked.gain));
  const options = { loss: loss(asked.case), optimizer: adam(), regularizers: [] };
  const engine = await FastEngine.create(model, options, { weights, threads: asked.threads });
  const data = makeBatch(model);
  for await (const _ of createInterface({ input: process.stdin })) {
    const begin = performance.now(), busy = process.cpuUsage();
    const done = asked.mode === "train" ? engine.trainBatch(data, 5e-4, 0) : engine.evaluate(data);
    const ms = performance.now() - begin, { user, system } = process.cpuUsage(busy);
    const rates = done.spikes.map(({ perNeuron }) => round(perNeuron / model.input.steps, 4));
    const peak = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(`${JSON.stringify({ ms, cpu_ms: (user + system) / 1000, loss: done.loss, rates, peak_mb: peak })}\n`);
  }
  engine.dispose();
}

function adam() {
  return { type: "adam", learningRate: 5e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
}

function loss(name) {
  return { compare: "crossEntropy", ...(name === "a" ? { over: "steps", of: "membrane" } : { over: "count", of: "spikes" }) };
}

async function describe({ case: name, surrogate, width }) {
  const [{ spikingModel }, layers, { leaky }, surrogates] = await Promise.all(
    ["model", "layers", "cells/snnTorch", "surrogates"].map((file) => import(`../dist/src/train/${file}.js`)));
  const { steps, beta, sizes } = cases[name];
  const slant = surrogate === "triangular" ? surrogates.triangular(1, width) : surrogates.fastSigmoid(25);
  const neurons = (more) => layers.neurons(leaky({ beta }), { surrogate: slant, ...more });
  if (name === "d") {
    return spikingModel({ input: { shape: [28, 28, 1], steps, constant: true } }, [
      layers.conv2d(12, 5), layers.maxPool(2), neurons(), layers.conv2d(64, 5), layers.maxPool(2), neurons(), layers.flatten(), layers.dense(10),
        neurons(),
    ]);
  }
  return spikingModel({ input: { shape: [sizes[0]], steps, constant: name === "a" } }, sizes.slice(1).flatMap((units, k) => [
    layers.dense(units), neurons(name === "b" && k === 0 ? { recurrent: { bias: true, initializer: { type: "uniform", gain: 1 } } } : {}),
  ]));
}

function makeBatch({ input: { shape, steps, constant } }) {
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const values = new Float32Array(batch * (constant ? 1 : steps) * shape.reduce((a, b) => a * b, 1));
  for (let k = 0; k < values.length; k++) values[k] = constant ? (random() < 0.19 ? random() : 0) : random() < 0.02 ? 1 : 0;
  const labels = Array.from({ length: batch }, () => Math.floor(random() * (constant ? 10 : 20)));
  return { input: { batch, steps: constant ? 1 : steps, constant, shape, values }, targets: { labels }, samples: labels.map((_, k) => k) };
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function round(value, digits = 2) {
  return Number(value.toFixed(digits));
}

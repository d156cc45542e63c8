/**
 * `npm run bench:procedural [-- --repeat 3] [--threads 2] [--small] [--backend webgpu]`: what it costs to make synapses anew at every spike
 * (`store: false`) instead of storing them. First a network that fits both ways: 50 000 neurons that noise makes fire at 10 Hz, a thousand
 * synapses each; the cost of an event is the processor time of the simulation less that of the same neurons without synapses. Then
 * models/networks/millionNeurons: a million neurons, 10^9 synapses, 100 ms after 100 ms. Every run is a process of its own, one thread unless told
 * otherwise, f32; the best of the repeats, whose order is interleaved. `--small`: a tenth of the neurons, to see that it runs. `--backend webgpu`:
 * the first network on one thread and on the GPU, one run each, a line of JSON a run: time of the simulation as clocks on the wall tell it, and of
 * an event what is left of it without that of the neurons alone.
 */
import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: {
    one: { type: "string" }, backend: { type: "string" }, repeat: { type: "string", default: "3" }, threads: { type: "string" },
    small: { type: "boolean", default: false },
  },
});
const scale = given.small ? 0.1 : 1;
const rules = { "fixedProbability": ["fixedProbability", 1000 / (50_000 * scale)], "fixedOutdegree": ["fixedOutdegree", 1000] };
const values = {
  "one weight, one delay": { weight: 1, delay: "1.5 ms" },
  "normal weights, one delay": { weight: { distribution: "normal", mean: 1, sd: 0.1 }, delay: "1.5 ms" },
  "normal weights, uniform delays": {
    weight: { distribution: "normal", mean: 1, sd: 0.1 }, delay: { distribution: "uniform", low: "1 ms", high: "2 ms" },
  },
};

if (given.one) console.log(JSON.stringify(await measure(JSON.parse(given.one))));
else if (given.backend) onBackends(["wasm", given.backend]);
else {
  console.log(`${cpus()[0].model.trim()}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}\n`);
  deliveries();
  million();
  console.log(`\nload at the end ${loadavg()[0].toFixed(1)}`);
}

/** Neurons alone, then every rule and values, with synapses that are stored and made anew. */
function casesOf(more) {
  const cases = [{ kind: "delivery", scale, ...more }];
  for (const rule of Object.keys(rules)) for (const value of Object.keys(values)) for (const store of [true, false])
    cases.push({ kind: "delivery", scale, rule, value, store, ...more });
  return cases;
}

function onBackends(backends) {
  for (const backend of backends) {
    let alone;
    for (const one of casesOf({ backend })) {
      const { status, stdout, stderr } = once(one);
      if (status !== 0) throw new Error(stderr);
      const { wallMs, buildMs, events, adapter, hash } = JSON.parse(stdout);
      alone ??= wallMs;
      const { rule = "none", value, store } = one;
      console.log(JSON.stringify({
        backend, adapter: adapter ?? cpus()[0].model.trim(), rule, value, store, neurons: 50_000 * scale,
        buildMs: Math.round(buildMs), wallMs: Math.round(wallMs), events,
        nsPerEvent: events > 0 ? Number((((wallMs - alone) * 1e6) / events).toFixed(2)) : undefined, hash, load: loadavg()[0],
      }));
    }
  }
}

function deliveries() {
  const cases = casesOf({});
  const [none, ...best] = bestOf(cases);
  console.log("| rule | values | stored: B a synapse | built in | ns an event | made anew: ns an event |\n|---|---|---|---|---|---|");
  for (let k = 0; k < best.length; k += 2) {
    const [stored, made] = [best[k], best[k + 1]];
    if (stored.hash !== made.hash) throw new Error(`${cases[k + 1].rule}: other spikes than stored`);
    const each = (run) => ((run.cpuMs - none.cpuMs) * 1e6 / run.events).toFixed(1);
    const { rule, value } = cases[k + 1];
    const bytes = (stored.bytes / stored.synapses).toFixed(1), seconds = (stored.buildMs / 1000).toFixed(1);
    console.log(`| ${rule} | ${value} | ${bytes} | ${seconds} s | ${each(stored)} | ${each(made)} |`);
  }
}

function million() {
  const threads = given.threads ? [Number(given.threads)] : [1];
  console.log("\n| million neurons, 10^9 synapses | made in | 100 ms take | processor | rate | ns an event | memory |");
  console.log("|---|---|---|---|---|---|---|");
  for (const n of threads) {
    const [run] = bestOf([{ kind: "million", scale, threads: n }]);
    console.log(`| ${n} thread${n > 1 ? "s" : ""} | ${(run.buildMs / 1000).toFixed(2)} s | ${(run.wallMs / 1000).toFixed(1)} s | ` +
      `${(run.cpuMs / 1000).toFixed(1)} s | ${run.rate.toFixed(1)} Hz | ${((run.cpuMs * 1e6) / run.events).toFixed(1)} | ` +
      `${Math.round(run.bytes / 1e6)} MB of arrays, ${Math.round(run.rss / 1e6)} MB in all |`);
  }
}

/** The run of each case that took the least processor time. */
function bestOf(cases) {
  const best = cases.map(() => undefined);
  for (let r = 0; r < Number(given.repeat); r++) {
    cases.forEach((one, k) => {
      const { status, stdout, stderr } = once(one);
      if (status !== 0) throw new Error(stderr);
      const run = JSON.parse(stdout);
      if (!best[k] || run.cpuMs < best[k].cpuMs) best[k] = run;
    });
  }
  return best;
}

/** A run in a process of its own. */
function once(one) {
  return spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--one", JSON.stringify(one)], { encoding: "utf8" });
}

async function measure({ kind, scale: size, rule, value, store, threads = 1, backend = "wasm" }) {
  const synfire = await import("../dist/src/index.js");
  const net = kind === "million" ? await millionNeurons(size) : firing(synfire, await import("../dist/models/index.js"), size);
  if (rule) {
    const [name, number] = rules[rule];
    net.projection(net.group("cells"), net.group("cells"), (await import("../dist/models/index.js")).staticSynapse,
      { connect: synfire[name](number), receptor: "received", ...values[value], store });
  }
  const sim = await synfire.compile(net, { dt: "0.1 ms", threads, backend });
  // What comes first is not what goes on: neurons begin together.
  await sim.run(kind === "million" ? "100 ms" : "20 ms");
  const before = sim.report();
  await sim.run(kind === "million" ? "100 ms" : "200 ms");
  const { buildMs, simulateMs, cpuMs, synapticEvents, synapses, bytes, spikes, neurons, spikeHash, gpu } = sim.report();
  await sim[Symbol.asyncDispose]();
  return {
    buildMs, wallMs: simulateMs - before.simulateMs, cpuMs: cpuMs - before.cpuMs, events: synapticEvents - before.synapticEvents, synapses,
    bytes: kind === "million" ? bytes.total : bytes.synapses, rss: process.resourceUsage().maxRSS * 1024,
    rate: (spikes - before.spikes) / neurons / 0.1, hash: spikeHash, adapter: gpu?.name,
  };
}

async function millionNeurons(size) {
  const { build, settings } = await import("../dist/models/networks/millionNeurons.js");
  return build({ ...settings, neurons: Math.round(settings.neurons * size) });
}

/** Neurons that fire when their own input does, and take no notice of what synapses send. */
function firing({ Network, neuron }, _models, size) {
  const net = new Network({ seed: 1 });
  const model = neuron({
    name: "firing", state: { kick: 0, received: 0 }, receptors: { kick: "kick", received: "received" },
    equations: "kick : 1 (impulse); received : 1 (impulse)", threshold: "kick > 0",
  });
  net.poissonInput(net.population("cells", Math.round(50_000 * size), model), { receptor: "kick", rate: "10 Hz", weight: 1 });
  return net;
}

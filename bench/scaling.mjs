/**
 * `npm run bench:scaling [-- --part weak,strong,constants,model] [--ranks 1,2,4] [--exchange all]`: what a network costs on several ranks of this
 * machine. Weak scaling: the same neurons and synapses for each rank. Strong scaling: network C, divided. Constants: what docs/scaling.md predicts
 * from. Model: those predictions. Ranks that share cores, with each other or with other programs, mostly wait for each other: the load is printed
 * beside every run.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Arena } from "../dist/src/engine/arena.js";
import { Memories } from "../dist/src/engine/memories.js";
import { Processes } from "../dist/src/engine/processes/processes.js";
import { WindowSpikes } from "../dist/src/engine/processes/windowSpikes.js";
import { compile, fixedIndegree, fixedTotalNumber, Network } from "../dist/src/index.js";
import { lifDelta, staticSynapse } from "../dist/models/index.js";
import { connectMpi, underMpi } from "../dist/src/mpi/index.js";

const { values: asked } = parseArgs({
  options: {
    part: { type: "string", default: "weak,strong,constants" }, ranks: { type: "string", default: "1,2,4" },
    seconds: { type: "string", default: "0.5" }, exchange: { type: "string" }, rank: { type: "string" },
    indegree: { type: "string", default: "1250" },
  },
});
const neuronsEach = 12_500, seconds = Number(asked.seconds);

/** Brunel's network with 1250 synapses on each neuron, whatever its size. */
function brunel(neurons, indegree = 1250) {
  const net = new Network({ seed: 1 });
  const cell = { tau_m: "20 ms", v_th: "20 mV", v_reset: "0 mV", t_ref: "2 ms", v: "rand() * v_th" };
  const E = net.population("E", 0.8 * neurons, lifDelta, cell), I = net.population("I", 0.2 * neurons, lifDelta, cell);
  for (const target of [E, I]) {
    net.poissonInput(target, { receptor: "v", rate: "20 kHz", weight: "0.1 mV" });
    if (indegree === 0) continue;
    net.projection(E, target, staticSynapse, { connect: fixedIndegree(0.8 * indegree), receptor: "v", weight: "0.1 mV", delay: "1.5 ms" });
    net.projection(I, target, staticSynapse, { connect: fixedIndegree(0.2 * indegree), receptor: "v", weight: "-0.5 mV", delay: "1.5 ms" });
  }
  return net;
}

if (asked.rank !== undefined) await measureRank(Number(asked.rank));
else {
  const parts = asked.part.split(",");
  console.log(`${availableParallelism()} cores; load ${load()}\n`);
  const size = `${neuronsEach} neurons and ${1250 * neuronsEach} synapses`;
  if (parts.includes("weak")) scalingTable(`Weak scaling: ${size} for each rank`, (ranks) => ranks * neuronsEach);
  if (parts.includes("strong")) scalingTable(`Strong scaling: ${size} in all (network C)`, () => neuronsEach);
  if (parts.includes("constants")) await constants();
  if (parts.includes("model")) model();
}

/** One rank's part in a run; the first says a line of JSON. */
async function measureRank(neurons) {
  const world = underMpi() ? await connectMpi() : undefined;
  const several = world !== undefined && world.size > 1;
  const options = { dt: "0.1 ms", ...(several ? { processes: world } : {}), ...(asked.exchange ? { exchange: asked.exchange } : {}) };
  const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
  const begin = cpu();
  let made = 0;
  const onStage = (stage) => { if (stage === "codegen") made = cpu() - begin; };
  const sim = await compile(brunel(neurons, Number(asked.indegree)), { ...options, onStage });
  await sim.run("50 ms");
  const before = sim.report(), start = performance.now();
  await sim.run(`${seconds} s`);
  const wall = (performance.now() - start) / 1000;
  const after = sim.report();
  const gathered = (value) => new Float64Array(world.allgather(new Uint8Array(Float64Array.of(value).buffer)).slice().buffer);
  const of = (value) => (several ? [...gathered(value)] : [value]);
  const result = {
    hash: after.spikeHash, spikes: after.spikes - before.spikes, events: after.synapticEvents - before.synapticEvents, wall,
    kind: after.exchange?.kind ?? "none", windows: (after.exchange?.exchanges ?? 0) - (before.exchange?.exchanges ?? 0),
    build: of(after.buildMs / 1000), made: of(made), arena: of(after.bytes.own), synapses: after.bytes.synapses, peak: of(peak()),
    exchange: of(((after.exchange?.milliseconds ?? 0) - (before.exchange?.milliseconds ?? 0)) / 1000),
    bytes: of((after.exchange?.bytes ?? 0) - (before.exchange?.bytes ?? 0)),
    cpu: of((after.cpuMs - before.cpuMs) / 1000),
  };
  await sim[Symbol.asyncDispose]();
  if (!several || world.rank === 0) console.log(JSON.stringify(result));
}

function scalingTable(title, neuronsOf) {
  console.log(`${title}; ${seconds} s simulated\n`);
  const head = ["ranks", "neurons", "synapses", "spikes sent", "build s", "of it processor s", "MB for the network a rank", "MB in all a rank",
    "wall s per biological s", "processor s of a rank per biological s", "in exchanges", "bytes received a window", "load before"];
  console.log(`| ${head.join(" | ")} |\n|${head.map(() => " --- |").join("")}`);
  const most = (values) => Math.max(...values);
  for (const ranks of asked.ranks.split(",").map(Number)) {
    const neurons = neuronsOf(ranks), before = load();
    const r = start(ranks, neurons);
    if (r.problem) {
      console.log(`| ${ranks} | ${r.problem} |`);
      continue;
    }
    const mean = r.exchange.reduce((a, b) => a + b, 0) / ranks;
    console.log(`| ${[
      ranks > availableParallelism() ? `${ranks} (oversubscribed)` : ranks, neurons, 1250 * neurons,
      ranks > 1 ? r.kind : "–", most(r.build).toFixed(2), most(r.made).toFixed(2),
      (most(r.arena) / 1e6).toFixed(1), (most(r.peak) / 1e6).toFixed(0), (r.wall / seconds).toFixed(2), (most(r.cpu) / seconds).toFixed(2),
      ranks > 1 ? `${((100 * mean) / r.wall).toFixed(0)} %` : "–", ranks > 1 ? Math.round(most(r.bytes) / r.windows) : "–", before,
    ].join(" | ")} |`);
  }
  console.log("");
}

function start(ranks, neurons, indegree = 1250, duration = seconds) {
  const own = [fileURLToPath(import.meta.url), "--rank", neurons, "--indegree", indegree, "--seconds", duration].map(String);
  if (asked.exchange) own.push("--exchange", asked.exchange);
  const env = {
    ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1", OMPI_MCA_rmaps_base_oversubscribe: "1",
    OMPI_MCA_btl_vader_single_copy_mechanism: "none",
    // Ranks that wait give way, and are not bound to a core that another program may use.
    OMPI_MCA_mpi_yield_when_idle: "1", OMPI_MCA_hwloc_base_binding_policy: "none",
  };
  const [command, args] = ranks === 1 ? [process.execPath, own] : ["mpirun", ["-n", String(ranks), process.execPath, ...own]];
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", env });
  return status === 0 ? JSON.parse(stdout) : { problem: error?.message ?? stderr.trim().split("\n")[0] };
}

/** What the page's model is made of: processor time of this process alone, which other programs change little; medians of three. */
async function constants() {
  console.log(`Constants (load ${load()})\n`);
  const alone = await median(() => run(brunel(neuronsEach, 0), 0.3));
  const whole = await median(() => run(brunel(neuronsEach), 0.3));
  const update = alone.seconds / (neuronsEach * 3000), event = (whole.seconds - alone.seconds) / whole.events;
  const big = await median(() => run(brunel(100_000, 100), 0.05)), bigAlone = await median(() => run(brunel(100_000, 0), 0.05));
  const quiet = await median(() => run(sources(false), 0.05)), heard = await median(() => run(sources(true), 0.05));
  const nothing = hearing(0, 2), most = hearing(99_000, 2), nothingOfMany = hearing(0, 100), ofMany = hearing(15_000, 100);
  const divided = start(2, 100_000, 100, 0.01);
  const rows = [
    ["update of a neuron in a step (Poisson input of mean 2)", ns(update)],
    ["a synaptic event, 15.6 M synapses, long rows", ns(event)],
    ["a synaptic event, 10 M synapses, 100 a neuron", ns((big.seconds - bigAlone.seconds) / big.events)],
    ["a spike looked up in a row that is empty, 10 M sources at 5 Hz", ns((heard.seconds - quiet.seconds) / heard.spikes)],
    ["a spike heard from another rank, 6600 a step and rank", ns((most - nothing) / 99_000)],
    ["a spike heard from another rank, 10 a step and rank", ns((ofMany - nothingOfMany) / (99 * 15 * 10))],
    ["an exchange of nothing in 15 steps, without messages, 2 ranks", `${(nothing * 1e6).toFixed(1)} us`],
    ["the same, 100 ranks", `${(nothingOfMany * 1e6).toFixed(1)} us`],
    ["making a synapse", ns((whole.build - alone.build) / (1250 * neuronsEach))],
    ["memory of a synapse", `${whole.synapseBytes.toFixed(2)} bytes`],
    ["memory of a neuron of the network on every rank, without rows", `${Math.round((divided.arena[0] - divided.synapses / 2) / 1e5)} bytes`],
    ["resident memory of a process before there is a network", `${(bare() / 1e6).toFixed(0)} MB`],
  ];
  for (const [what, value] of rows) console.log(`| ${what} | ${value} |`);
  console.log(`\nload after: ${load()}`);
}

/** Seconds are of processor time. */
async function run(net, duration) {
  const cpu = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  const begin = cpu();
  const sim = await compile(net, { dt: "0.1 ms" });
  const build = cpu() - begin;
  await sim.run("20 ms");
  const before = sim.report();
  await sim.run(`${duration} s`);
  const after = sim.report();
  await sim[Symbol.asyncDispose]();
  return {
    seconds: (after.cpuMs - before.cpuMs) / 1000, build, events: after.synapticEvents - before.synapticEvents,
    spikes: after.spikes - before.spikes, bytes: after.bytes.own,
    synapseBytes: after.bytes.synapses / Math.max(1, after.synapses),
  };
}

async function median(measure) {
  const runs = [];
  for (let k = 0; k < 3; k++) runs.push(await measure());
  return runs.sort((a, b) => a.seconds - b.seconds)[1];
}

/** Ten million sources at 5 Hz, of which hardly any has a synapse. */
function sources(connected) {
  const net = new Network({ seed: 1 });
  const all = 10_000_000, count = all * 5 * 0.07;
  const times = Float64Array.from({ length: count }, (_, k) => (0.0699 * k) / count);
  const indices = Uint32Array.from(times, (_, k) => (k * 7_654_321) % all);
  const S = net.spikeSource("S", all, { times, indices }), E = net.population("E", 16, lifDelta);
  if (connected) net.projection(S, E, staticSynapse, { connect: fixedTotalNumber(16), receptor: "v", weight: "0.1 mV", delay: "1.5 ms" });
  return net;
}

/** Seconds that a window of 15 steps takes in which the other ranks tell of so many spikes in all; a copy takes the place of messages. */
function hearing(spikes, ranks) {
  const steps = 15, each = Math.floor(spikes / steps / (ranks - 1)), arena = new Arena();
  const stride = 16 * (1 + Math.ceil((each * ranks) / 16));
  const [own, merged, made, counts] = [stride * steps, stride * steps, steps, steps].map((n) => arena.allocate(4 * n, "lists"));
  const words = [];
  if (each > 0) for (let s = 0; s < steps; s++) words.push(s, each, ...Array.from({ length: each }, (_, k) => k));
  const all = new Uint8Array(Uint32Array.from({ length: (ranks - 1) * words.length }, (_, k) => words[k % words.length]).buffer);
  const heads = Int32Array.from({ length: 2 * ranks }, (_, k) => (k > 1 && k % 2 === 0 ? words.length : 0));
  const other = { rank: 0, size: ranks, alltoall: (_, receive) => receive.set(heads), allgatherv: (_, __, receive) => receive.set(all) };
  const exchange = {
    precision: "f32", window: steps, columns: 1, made, counts, mayFail: false, groups: [{ stride, own, merged, replicated: false }], states: [],
  };
  const memories = new Memories([arena], { local: [{ index: 0, count: ranks }] });
  const window = new WindowSpikes(new Processes(other), { exchange, memories, routes: undefined, stateRanges: [] });
  let least = Infinity;
  for (let k = 0; k < 3000; k++) {
    const start = performance.now();
    window.exchange(0, steps, false);
    least = Math.min(least, performance.now() - start);
  }
  return least / 1000;
}

/**
 * Predictions for networks like Brunel's: per rank, when ranks of one thread each simulate N neurons with K synapses each that fire at 5 Hz, with
 * delays from 1.5 ms on and steps of 0.1 ms. Latency and bandwidth between machines are assumptions.
 */
function model() {
  const update = 1.9e-9, event = 4.5e-9, empty = 2.5e-9, heard = 3.4e-9, making = 40e-9;
  const fixedCost = 1.6e-6, costOfRank = 17e-9;
  const program = 64e6, synapse = 4, neuron = 188, row = 4, projections = 2;
  const latency = 5e-6, bandwidth = 5e9, rate = 5, window = 15, delay = 1.5e-3, addressable = 2 ** 32;
  const head = ["neurons", "synapses each", "ranks", "neurons a rank", "synapses a rank", "GB a rank", "build s", "MB received a window",
    "ms a window", "wall s per biological s", "share not divided"];
  console.log(`| ${head.join(" | ")} |\n|${head.map(() => " --- |").join("")}`);
  for (const N of [1e6, 1e7, 1e8, 1e9]) {
    for (const K of [1e3, 1e4]) {
      const fixed = N * (neuron + row * projections), spikes = N * rate * delay;
      const fits = fixed < addressable, least = fits ? Math.ceil((N * K * synapse) / (addressable - fixed)) : 0;
      const divided = N * (window * update + K * rate * delay * event);
      // A rank needs the spikes of neurons that have synapses on it: nearly all, unless ranks outnumber the synapses of a neuron.
      const needed = (ranks) => 1 - (1 - 1 / ranks) ** K;
      const undivided = (ranks) => spikes * needed(ranks) * (projections * empty + heard + 4 / bandwidth) +
        latency * Math.log2(Math.max(2, ranks)) + fixedCost + costOfRank * ranks;
      let half = 1;
      while (undivided(half) < divided / half) half++;
      for (const ranks of new Set([...(fits ? [least] : []), Math.max(least, half)])) {
        const time = divided / ranks + undivided(ranks), gigabytes = (program + (N * K * synapse) / ranks + fixed) / 1e9;
        console.log(`| ${[
          N.toExponential(0), K.toExponential(0), ranks, Math.round(N / ranks), ((N * K) / ranks).toExponential(1),
          `${gigabytes.toPrecision(2)}${fits ? "" : " (refused)"}`, ((making * N * K) / ranks).toFixed(0),
          ((4 * spikes * needed(ranks)) / 1e6).toFixed(2),
          (time * 1e3).toPrecision(2), (time / delay).toPrecision(2), `${((100 * undivided(ranks)) / time).toFixed(0)} %`,
        ].join(" | ")} |`);
      }
    }
  }
}

/** Resident memory of Node with the package loaded. */
function bare() {
  const module = new URL("../dist/src/index.js", import.meta.url).href;
  const program = `await import(${JSON.stringify(module)}); console.log(process.memoryUsage.rss())`;
  return Number(spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }).stdout);
}

function peak() {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

function ns(secondsEach) {
  return `${(secondsEach * 1e9).toFixed(2)} ns`;
}

function load() {
  return readFileSync("/proc/loadavg", "utf8").split(" ", 1)[0];
}

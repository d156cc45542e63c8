/**
 * `npm run bench:gpu [-- C D2x10 …] [--seconds 1] [--repeat 3] [--json]`: the benchmark networks on the GPU beside one thread of the processor.
 * Each run is a process of its own, the two back-ends in turn, the same stretch of the same network after the same warm-up; medians by time are
 * shown. A network that does not fit is named with the reason and left out. On a software driver, which computes on the processor, the runs are
 * short and say only what the way to a GPU costs. `--json`: one object on stdout, everything else on stderr.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { positionals, values: given } = parseArgs({ allowPositionals: true, options: {
  seconds: { type: "string" }, warmup: { type: "string" }, repeat: { type: "string" }, json: { type: "boolean", default: false } } });

/** What a card is to reach: so many times one thread, or at most so many seconds for a second of the network. */
const targets = { C: { ratio: 20 }, F1: { wall: 1 }, D2x10: { wall: 1 } };
/** On a software driver, a second of the larger ones would take hours. */
const small = ["A", "B", "C", "D1", "D2", "F0.1"], all = [...small, "D2x10", "F1"];
const main = fileURLToPath(new URL("../dist/src/cli/main.js", import.meta.url));
const say = (text) => (given.json ? console.error(text) : console.log(text));

function synfire(...args) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [main, ...args, "--json"], { encoding: "utf8", maxBuffer: 1e8 });
  if (error || stdout.trim() === "") return { failed: error?.message ?? (stderr.trim().split("\n").slice(-2).join(" ") || `exit status ${status}`) };
  return JSON.parse(stdout);
}

const { gpu, findings } = synfire("doctor");
const load = () => loadavg()[0].toFixed(1);
if (!gpu) {
  const { found, advice } = findings?.find(({ what }) => what === "GPU") ?? { found: "synfire doctor failed", advice: "" };
  console.error(`GPU: ${found}\n  ${advice}`);
  process.exit(2);
}
const short = gpu.software, nets = positionals.length > 0 ? positionals : short ? small : all;
const seconds = given.seconds ?? (short ? "0.02" : "1"), warmup = given.warmup ?? (short ? "20 ms" : "100 ms");
const repeat = Number(given.repeat ?? (short ? 1 : 3));
say(`${gpu.name}${short ? ", a software driver: only what the way to a GPU costs can be judged, not its speed" : ""}`);
if (gpu.speed) {
  const { dispatch, submit, bandwidth } = gpu.speed;
  say(`a dispatch ${(dispatch * 1e6).toFixed(1)} µs, a round trip ${(submit * 1e6).toFixed(0)} µs, copies ${(bandwidth / 1e9).toFixed(1)} GB/s`);
}
say(`beside ${cpus()[0].model.trim()}, ${availableParallelism()} cores, load ${load()}; Node.js ${process.version}`);
say(`${seconds} s of each network after ${warmup}, the median of ${repeat}\n`);
say("| network | synapses | rate, Hz | a second on one thread | on the GPU | ratio | ns an event, thread | GPU | of its bandwidth | wanted |");
say(`|${"---|".repeat(10)}`);

const rows = nets.map((net) => {
  const runs = { wasm: [], webgpu: [] };
  for (let k = 0; k < repeat; k++)
    for (const backend of Object.keys(runs)) {
      const run = synfire("bench", net, "--seconds", seconds, "--warmup", warmup, "--backend", backend);
      // What failed once would fail again.
      if (run.failed) {
        say(`| ${net} | ${backend}: ${run.failed} |${" |".repeat(8)}`);
        return { net, backend, failed: run.failed };
      }
      runs[backend].push(run);
    }
  const [wasm, webgpu] = Object.values(runs).map((of) => of.sort((a, b) => a.sim_s - b.sim_s)[of.length >> 1]);
  const ratio = wasm.sim_s / webgpu.sim_s, wall = webgpu.sim_s / webgpu.bio_s;
  const row = { net, ratio, wall, ...judged(net, ratio, wall), wasm, webgpu, runs: timesOf(runs) };
  say(line(row));
  return row;
});
say(`\nload at the end ${load()}`);
for (const { net, webgpu } of rows.filter(({ webgpu }) => webgpu?.stages)) say(`${net}: ${stagesOf(webgpu)}`);
if (given.json) {
  const machine = { processor: cpus()[0].model.trim(), cores: availableParallelism(), memory: totalmem(), node: process.version, load: loadavg() };
  console.log(JSON.stringify({ format: "synfire-gpu-benchmark", created: new Date().toISOString(), machine, gpu, seconds, warmup, repeat, rows }));
}

function judged(net, ratio, wall) {
  const target = targets[net];
  return target ? { target, met: target.ratio ? ratio >= target.ratio : wall < target.wall } : {};
}

function timesOf(runs) {
  return Object.fromEntries(Object.entries(runs).map(([backend, of]) => [backend, of.map(({ sim_s: time }) => time)]));
}

function line({ net, ratio, wall, target, met, wasm, webgpu }) {
  const wanted = !target ? "" : target.ratio ? `${target.ratio} times a thread` : `under ${target.wall} s`;
  const cells = [
    net, webgpu.n_syn, `${wasm.rate_hz.toFixed(2)} and ${webgpu.rate_hz.toFixed(2)}`,
    `${(wasm.sim_s / wasm.bio_s).toFixed(3)} s`, `${wall.toFixed(3)} s`,
    ratio.toPrecision(3), ...[wasm, webgpu].map((run) => run.ns_per_event.toPrecision(3)), `${(100 * webgpu.bandwidth_share).toFixed(1)} %`,
    wanted === "" || short ? wanted : `${wanted}: ${met ? "yes" : "NO"}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function stagesOf({ stages, profiled_bio_s: profiled, epochs, submits, host_syncs: waits, dispatches_per_epoch: dispatches, gpu_bytes }) {
  const times = stages.map(({ stage, ms, dispatches: n }) => `${stage} ${((1000 * ms) / n).toFixed(1)} µs`);
  return `${epochs} epochs of ${dispatches} dispatches in ${submits} submits with ${waits} waits between them; by time stamps over ${profiled} s ` +
    `${times.join(", ")} an epoch; ${(gpu_bytes / 1e6).toFixed(0)} MB on the GPU`;
}

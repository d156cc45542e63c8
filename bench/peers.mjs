/**
 * `npm run bench:peers -- NET [--repeat n] [--seconds s] [--f32]` measures Synfire beside Brian2's C++ standalone mode on the same network:
 * Brian2's program is compiled once, then both run in turn so that both see the same machine. Prints one JSON object on stdout.
 * Times are those of the simulation phase (no compiling, no building of synapses): medians over the repeats, wall clock and CPU.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const networks = ["A", "B", "C", "D1", "D2", "D2p", "E", "F0.1", "F1"];
const usage = `usage: npm run bench:peers -- ${networks.join("|")} [--repeat 3] [--seconds 1] [--f32]`;
const root = fileURLToPath(new URL("..", import.meta.url));
const ours = join(root, "dist/src/cli/main.js");
const peer = join(root, "bench/peers/brian2.py");
// Debian's Brian2 belongs to Debian's Python, whichever python3 comes first in PATH.
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

try {
  const { net, repeat, seconds, f32 } = readArguments();
  console.log(JSON.stringify(measure(net, repeat, seconds, f32)));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.status ?? 1;
}

function measure(net, repeat, seconds, f32) {
  const directory = mkdtempSync(join(tmpdir(), "synfire-peer-"));
  try {
    const built = call(python, [peer, "build", net, directory, "--seconds", String(seconds), ...(f32 ? ["--f32"] : [])]);
    const runs = Array.from({ length: repeat }, (_, k) => {
      const mine = call(process.execPath, [ours, "bench", net, "--seconds", String(seconds), "--json"]);
      const theirs = call(python, [peer, "run", directory]);
      process.stderr.write(`${net} ${k + 1}/${repeat}: ours ${mine.sim_s.toFixed(3)} s, Brian2 ${theirs.sim_s.toFixed(3)} s\n`);
      return { ours: mine, peer: theirs };
    });
    return compare(built, runs);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function compare(built, runs) {
  const median = (side, key) => middle(runs.map((pair) => pair[side][key]));
  const cpuPerEvent = (side, key) => middle(runs.map((pair) => (pair[side][key] * 1e9) / pair[side].syn_events));
  const figures = {
    ours_s: median("ours", "sim_s"), peer_s: median("peer", "sim_s"),
    ours_cpu_s: median("ours", "cpu_s"), peer_cpu_s: median("peer", "sim_cpu_s"),
    ours_cpu_ns_per_event: cpuPerEvent("ours", "cpu_s"), peer_cpu_ns_per_event: cpuPerEvent("peer", "sim_cpu_s"),
    ours_rate_hz: median("ours", "rate_hz"), peer_rate_hz: median("peer", "rate_hz"),
  };
  // Rates of networks that learn may agree while their weights do not: both are compared.
  const learned = runs[0].ours.n_plastic === undefined ? {} : {
    n_plastic: runs[0].ours.n_plastic, ours_mean_weight_mV: median("ours", "mean_weight_mV"), peer_mean_weight_mV: median("peer", "mean_weight_mV"),
    bytes_per_plastic_syn: median("ours", "bytes_per_plastic_syn"),
  };
  return {
    net: built.net, peer: built.simulator, peer_precision: built.precision, ours_precision: runs[0].ours.precision,
    bio_s: built.bio_s, repeats: runs.length,
    // Both sides do work in proportion to their spikes; where rates differ (network A dies in some seeds), compare the cost of an event.
    ratio: figures.peer_s / figures.ours_s, ratio_cpu: figures.peer_cpu_s / figures.ours_cpu_s,
    ratio_cpu_per_event: figures.peer_cpu_ns_per_event / figures.ours_cpu_ns_per_event,
    ...figures, ...learned, n_syn: runs[0].ours.n_syn, bytes_per_syn: median("ours", "bytes_per_syn"), ours_build_ms: median("ours", "build_ms"),
    ours_compile_ms: median("ours", "compile_ms"), peer_compile_s: built.compile_s, load: loadavg()[0], processor: processor(), runs,
  };
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function call(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1e8, stdio: ["ignore", "pipe", "pipe"] });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
  return JSON.parse(stdout);
}

function processor() {
  try {
    return /model name\s*:\s*(.*)/.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}

function readArguments() {
  const wrong = (message) => Object.assign(new Error(`${message}\n${usage}`), { status: 2 });
  const options = { repeat: { type: "string", default: "3" }, seconds: { type: "string", default: "1" }, f32: { type: "boolean", default: false } };
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw wrong(error.message);
  }
  const { values, positionals: [net, ...others] } = parsed;
  const [repeat, seconds] = [Number(values.repeat), Number(values.seconds)];
  if (!networks.includes(net) || others.length > 0) throw wrong(`give one network: ${networks.join(", ")}`);
  if (!Number.isInteger(repeat) || repeat < 1) throw wrong(`--repeat ${values.repeat}: a whole number from 1`);
  if (!(seconds > 0)) throw wrong(`--seconds ${values.seconds}: a positive number`);
  return { net, repeat, seconds, f32: values.f32 };
}

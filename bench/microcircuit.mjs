/**
 * `npm run bench:microcircuit [-- --scale 1] [--seconds 1] [--repeat 1] [--threads 1,2]`: what the cortical microcircuit costs: making it, a
 * biological second, bytes a synapse, and where processor time goes, from a sampling profile of the same run. Each measurement is a process of its
 * own; with several numbers of threads they take turns. Scale 1 needs 3 GB.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" }, seconds: { type: "string", default: "1" }, repeat: { type: "string", default: "1" },
    threads: { type: "string" }, json: { type: "boolean", default: false },
  },
});
const main = fileURLToPath(new URL("../dist/src/cli/main.js", import.meta.url));
const variants = values.threads === undefined ? [undefined] : values.threads.split(",");
/** Programs that ran or waited for a processor over the last minute. */
const load = () => loadavg()[0];

/** What a function of the profile is part of; the first that fits. */
const stages = [
  ["delivery", (name) => name.startsWith("deliver_")],
  ["neuron update", (name) => /^(update|advance|flush)_/.test(name)],
  ["random input", (name) => name.startsWith("fill_poisson")],
  ["weights, delays and ends of synapses: random numbers", (name) => /^(fill_uniform|fill_normal|value_)/.test(name)],
  ["rows of synapses: counting, filling, sorting", (_, url) => /engine\/(synapses|pattern|synapseValues|projections)\.js$/.test(url)],
  ["garbage collection", (name) => name === "(garbage collector)"],
  ["idle", (name) => name === "(idle)"],
  ["other", () => true],
];

/** Seconds of each stage, of all threads whose profiles lie in the folder. */
function profileOf(folder) {
  const seconds = Object.fromEntries(stages.map(([name]) => [name, 0]));
  for (const file of readdirSync(folder)) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const stageOf = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, stages.find(([, fits]) => fits(functionName, url))[0]]));
    samples.forEach((id, k) => { seconds[stageOf.get(id)] += timeDeltas[k] / 1e6; });
  }
  return seconds;
}

function measure(threads) {
  const folder = mkdtempSync(join(tmpdir(), "synfire-microcircuit-"));
  try {
    const before = load();
    const net = values.scale === "1" ? "F1" : "F0.1";
    const own = ["--cpu-prof", `--cpu-prof-dir=${folder}`, main, "bench", net, "--seconds", values.seconds, "--json"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...own, ...(threads === undefined ? [] : ["--threads", threads])],
      { encoding: "utf8", maxBuffer: 1e7 });
    if (status !== 0) throw new Error(stderr.trim());
    const m = JSON.parse(stdout);
    return {
      threads: m.threads, load: before, build_s: m.build_ms / 1000, wall_s_per_s: m.sim_s / m.bio_s, cpu_s_per_s: m.cpu_s / m.bio_s,
      ns_per_event: m.ns_per_event, bytes_per_synapse: m.bytes_per_syn, peak_gb: m.peak_rss_bytes / 1e9, spike_hash: m.spike_hash,
      stages: profileOf(folder),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const measurements = [];
for (let repeat = 0; repeat < Number(values.repeat); repeat++) for (const threads of variants) measurements.push(measure(threads));
if (values.json) console.log(JSON.stringify(measurements));
else {
  for (const { stages: spent, spike_hash: hash, ...row } of measurements) {
    console.log(`${Object.entries(row).map(([name, value]) => `${name} ${Number(value?.toPrecision(3))}`).join(", ")}, spikes ${hash}`);
    const total = Object.values(spent).reduce((a, b) => a + b, 0) - spent.idle;
    for (const [name, seconds] of Object.entries(spent)) {
      const share = name === "idle" ? "" : `${((100 * seconds) / total).toFixed(0)} %`;
      console.log(`  ${seconds.toFixed(2).padStart(7)} s ${share.padStart(5)}  ${name}`);
    }
  }
}

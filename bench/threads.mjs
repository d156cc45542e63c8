/**
 * `npm run bench:threads [-- C E F1 ...] [--threads 2] [--repeat 5] [--seconds 1]`: how much faster benchmark networks run on several threads than on
 * one. Each run is a process of its own, one and several threads in turn; medians of the time of the simulation phase over the calm runs: those in
 * which other processes used at most a twentieth of the processors (/proc/stat, less what the run used). Claims nothing when most were not calm.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { positionals, values } = parseArgs({ allowPositionals: true, options: {
  threads: { type: "string", default: "2" }, repeat: { type: "string", default: "5" }, seconds: { type: "string", default: "1" } } });
const nets = positionals.length > 0 ? positionals : ["C", "E", "F1"];
const counts = [1, Number(values.threads)], cores = availableParallelism();
/** Share of the processors that others may use. */
const quiet = 0.05;
const main = fileURLToPath(new URL("../dist/src/cli/main.js", import.meta.url));

const load = () => readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ");
/** Jiffies that all processors worked, and that this process and its children did. */
function jiffies() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1).map(Number);
  const own = readFileSync("/proc/self/stat", "utf8").replace(/^.*\) /, "").split(" ").slice(11, 15).map(Number).reduce((a, b) => a + b, 0);
  return { busy: user + nice + system + irq + softirq + (steal ?? 0), own };
}

function run(net, threads) {
  const before = jiffies(), begin = performance.now();
  const args = ["bench", net, "--threads", String(threads), "--seconds", values.seconds, "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8", maxBuffer: 1e8 });
  if (status !== 0) throw new Error(`bench ${net} with ${threads} threads failed: ${stderr}`);
  const after = jiffies(), seconds = (performance.now() - begin) / 1000;
  // A jiffy is 10 ms in what Linux tells programs.
  const others = (after.busy - before.busy - (after.own - before.own)) / 100 / (seconds * cores);
  return { ...JSON.parse(stdout), others: Math.max(0, others) };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const seconds = (x) => x.toFixed(3);

console.log(`load before: ${load()}; ${cores} processors`);
const heads = ["network", "1 thread, s", `${counts[1]} threads, s`, "times faster", `processor time, 1 → ${counts[1]}`, "calm runs",
  "spike hash"];
console.log(`| ${heads.join(" | ")} |\n|${" --- |".repeat(heads.length)}`);
let disturbed = false;
for (const net of nets) {
  const runs = new Map(counts.map((n) => [n, []]));
  for (let k = 0; k < Number(values.repeat); k++) for (const n of counts) runs.get(n).push(run(net, n));
  const all = [...runs.values()].flat();
  const hashes = new Set(all.map((r) => r.spike_hash));
  if (hashes.size > 1) process.exitCode = 1;
  // Of runs that others disturbed nothing is learnt; when most were, no claim is made.
  const calm = new Map(counts.map((n) => [n, runs.get(n).filter((r) => r.others <= quiet)]));
  const enough = counts.every((n) => calm.get(n).length >= Number(values.repeat) / 2);
  disturbed ||= !enough;
  const used = enough ? calm : runs;
  const [one, several] = counts.map((n) => median(used.get(n).map((r) => r.sim_s)));
  const [cpuOne, cpuSeveral] = counts.map((n) => median(used.get(n).map((r) => r.cpu_s)));
  const calmRuns = counts.map((n) => `${calm.get(n).length} of ${values.repeat}`).join(", ");
  const hash = hashes.size === 1 ? [...hashes][0] : `differs: ${[...hashes].join(", ")}`;
  console.log(`| ${net} | ${seconds(one)} | ${seconds(several)} | ${(one / several).toFixed(2)} | ${seconds(cpuOne)} → ${seconds(cpuSeveral)} | ` +
    `${calmRuns} | ${hash} |`);
}
console.log(`load after: ${load()}`);
if (disturbed) console.log(`the machine was busy: no claim (other processes used more than ${100 * quiet} % of the processors in most runs)`);

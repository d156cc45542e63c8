/**
 * `npm run bench:load [-- --cycles 1000] [--threads 2] [--backend webgpu]`: compiles, runs and disposes of a small network again and again, on one
 * thread and on several in turn, or on the GPU, and looks every few dozen cycles at what is left: threads of the process, open files, workers,
 * resident memory, memory that JavaScript holds. Prints a table and exits with 1 when anything grew. (Minutes at full load:
 * `synfire bench C --threads 2 --minutes 10`.)
 */
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { compile, fixedIndegree, Network } from "../dist/src/index.js";
import { lifDelta, stdpPair } from "../dist/models/index.js";

const { values } = parseArgs({ options: { cycles: { type: "string", default: "1000" }, threads: { type: "string", default: "2" },
  json: { type: "boolean", default: false }, backend: { type: "string", default: "wasm" } } });
const cycles = Number(values.cycles), threads = Number(values.threads), looks = 20, { backend } = values;

function make(seed) {
  const net = new Network({ seed });
  const E = net.population("E", 1000, lifDelta, { v: "2 * rand() * v_th" });
  net.projection(E, E, stdpPair, { connect: fixedIndegree(50), receptor: "v", weight: "0.1*mV*rand()", w_max: "0.2 mV", delay: "1 ms" });
  net.spikeMonitor(E);
  net.stateMonitor(E, ["v"], { sample: 10 });
  return net;
}

/** What is left when all that can go has gone. */
async function left() {
  for (let k = 0; k < 3; k++) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { rss, external, arrayBuffers, heapUsed } = process.memoryUsage();
  const mappings = readFileSync("/proc/self/maps", "utf8").split("\n").length;
  return {
    rss, held: external + arrayBuffers + heapUsed, mappings, tasks: readdirSync("/proc/self/task").length, files: readdirSync("/proc/self/fd").length,
    workers: process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort/.test(kind)).length,
  };
}

const seen = [];
for (let k = 1; k <= cycles; k++) {
  const sim = await compile(make(k), { dt: "0.1 ms", backend, threads: k % 2 === 0 && backend === "wasm" ? threads : 1 });
  await sim.run("10 ms");
  await sim[Symbol.asyncDispose]();
  if (k % (2 * Math.max(1, Math.floor(cycles / looks / 2))) === 0) seen.push({ cycle: k, ...(await left()) });
}

/** Per cycle: from the most that was seen in the second quarter to the most in the last one. Code is compiled and pools are filled in the first. */
function growth(of) {
  const quarter = (k) => seen.slice(Math.floor((k * seen.length) / 4), Math.floor(((k + 1) * seen.length) / 4));
  return (Math.max(...quarter(3).map(of)) - Math.max(...quarter(1).map(of))) / (cycles / 2);
}

const middle = seen[seen.length >> 1], last = seen.at(-1);
const each = { rss: growth((s) => s.rss), held: growth((s) => s.held), mappings: growth((s) => s.mappings) };
const grew = ["tasks", "files", "workers"].filter((what) => last[what] > middle[what]);
if (values.json) console.log(JSON.stringify({ seen, each, grew }));
else {
  const heads = ["cycles", "resident, MB", "held by JavaScript, MB", "mappings", "threads", "files", "workers"];
  console.log(`| ${heads.join(" | ")} |\n|${" --- |".repeat(heads.length)}`);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  for (const { cycle, rss, held, mappings, tasks, files, workers } of seen)
    console.log(`| ${cycle} | ${megabytes(rss)} | ${megabytes(held)} | ${mappings} | ${tasks} | ${files} | ${workers} |`);
  console.log(`growth a cycle from the second quarter to the last: resident ${each.rss.toFixed(0)} bytes, held ${each.held.toFixed(0)} bytes, ` +
    `mappings ${each.mappings.toFixed(3)}${grew.length > 0 ? `; grew: ${grew.join(", ")}` : ""}`);
  if (!globalThis.gc) console.log("(node --expose-gc collects before each look)");
}
// A simulation of this network takes about 0.7 MB: one that stayed would show.
if (grew.length > 0 || each.held > 50_000 || each.rss > 500_000) process.exitCode = 1;

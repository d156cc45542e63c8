/**
 * `npm run bench:mpi [-- --seconds s]`: how long the exchanges of a window take between ranks on this machine. Starts 1, 2 and 4 ranks under each MPI
 * that is installed and times every call with messages of several sizes. Ranks that share cores, with each other or with other programs, wait for
 * the scheduler; the best batch tells what a call costs when they do not, the median what it costs under the load that is printed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { connectMpi, underMpi } from "../dist/src/mpi/index.js";

/** Bytes that each rank contributes (allgatherv) or sends to each other rank (alltoallv). */
const sizes = [4, 1024, 16_384, 102_400, 1_048_576];
const seconds = process.argv.includes("--seconds") ? Number(process.argv[process.argv.indexOf("--seconds") + 1]) : 0.5;

if (underMpi() && process.argv.includes("--rank")) await measure();
else table();

/** On each rank: every call for so many seconds, with memory shared as the engine's is. Rank 0 says one line of JSON. */
async function measure() {
  const world = await connectMpi();
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 1024, shared: true });
  const bytes = (length) => {
    const from = memory.buffer.byteLength;
    memory.grow(Math.ceil(length / 65_536));
    return new Uint8Array(memory.buffer, from, length);
  };
  const calls = [["barrier", 0, () => world.barrier()]];
  for (const size of sizes) {
    const each = new Int32Array(world.size).fill(size);
    const [one, all, other] = [bytes(size), bytes(size * world.size), bytes(size * world.size)];
    calls.push(["allgatherv", size, () => world.allgatherv(one, each, all)]);
    calls.push(["alltoallv", size, () => world.alltoallv(other, each, all, each)]);
  }
  const results = calls.map(([call, size, work]) => ({ call, size, ...timeOf(world, work) }));
  if (world.rank === 0) console.log(JSON.stringify({ name: world.name, ranks: world.size, calls: results }));
}

/** Microseconds a call, in batches of about 5 ms: the best and the median one. Rank 0 says how many calls make a batch and when it is enough. */
function timeOf(world, work) {
  const timed = (count) => {
    const start = performance.now();
    for (let k = 0; k < count; k++) work();
    return (1000 * (performance.now() - start)) / count;
  };
  const told = (value) => {
    const message = Int32Array.of(value);
    world.broadcast(new Uint8Array(message.buffer));
    return message[0];
  };
  timed(5);
  const count = told(Math.min(10_000, Math.max(1, 5000 / timed(5))));
  const times = [];
  const end = performance.now() + 1000 * seconds;
  do times.push(timed(count)); while (told(performance.now() < end ? 1 : 0) === 1);
  times.sort((a, b) => a - b);
  return { best: times[0], median: times[times.length >> 1] };
}

/** Prints a table of markdown, a column for each MPI and number of ranks. */
function table() {
  const load = () => readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ");
  const cores = availableParallelism();
  console.log(`Microseconds a call, best / median of batches of 5 ms. ${cores} cores, load before ${load()}`);
  const columns = ["mpirun.openmpi", "mpirun.mpich"].flatMap((launcher) => [1, 2, 4].map((ranks) => start(launcher, ranks)));
  const done = columns.filter((column) => column.results);
  for (const { launcher, ranks, problem } of columns) if (problem) console.log(`${launcher}, ${ranks} ranks: ${problem}`);
  console.log(`load after ${load()}\n`);
  const heads = done.map(({ name, results }) =>
    `${name}, ${results.ranks} rank${results.ranks > 1 ? "s" : ""}${results.ranks > cores ? " (more than cores)" : ""}`);
  console.log(`| call | bytes a rank | ${heads.join(" | ")} |\n|---|---|${done.map(() => "---|").join("")}`);
  const short = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));
  for (const [k, { call, size }] of (done[0]?.results.calls ?? []).entries()) {
    const cells = done.map(({ results }) => `${short(results.calls[k].best)} / ${short(results.calls[k].median)}`);
    console.log(`| ${call} | ${size || ""} | ${cells.join(" | ")} |`);
  }
}

function start(launcher, ranks) {
  const args = ["-n", String(ranks), process.execPath, fileURLToPath(import.meta.url), "--rank", "--seconds", String(seconds)];
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1", OMPI_MCA_rmaps_base_oversubscribe: "1" };
  const { status, stdout, stderr, error } = spawnSync(launcher, args, { encoding: "utf8", env });
  if (status !== 0) return { launcher, ranks, problem: error?.message ?? stderr.trim().split("\n")[0] };
  const results = JSON.parse(stdout);
  return { launcher, name: results.name, results };
}

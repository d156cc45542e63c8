/**
 * `npm run bench:rate [-- SIZE ...] [--rule hebb|oja|bcm|loop] [--repeat 7]`: what one update of a square matrix of SIZE × SIZE weights costs on
 * every engine for rate layers: the product with the rates, and the rule. Prints a Markdown table for each size. Milliseconds of wall clock, the
 * median and the least of the repeats, whose order is interleaved, and the least of processor time of all threads (a busy machine changes that
 * less); sums are read back after each update, so work on a GPU has ended. `loop` is Hebb's rule with a loop around it, which only JavaScript and
 * gpu.js can run; in the row "wasm, rule as JavaScript" the product is WebAssembly.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { openEngine } from "../dist/src/rate/chooseEngine.js";
import { wasmEngine } from "../dist/src/rate/engines/wasm.js";
import { rateEngines } from "../dist/src/rate/matrix.js";

const rules = {
  hebb: (w, pre, post) => w + 1e-6 * pre * post,
  oja: (w, pre, post) => w + 1e-6 * post * (pre - post * w),
  bcm: (w, pre, post, theta) => Math.min(1, Math.max(-1, w + 1e-6 * pre * post * (post - theta))),
  loop: (w, pre, post) => {
    let sum = w;
    for (let k = 0; k < 1; k++) sum = sum + 1e-6 * pre * post;
    return sum;
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rule: { type: "string", default: "hebb" }, repeat: { type: "string", default: "7" } },
});
const rule = rules[values.rule];
if (!rule) throw new Error(`no rule ${values.rule}: use ${Object.keys(rules).join(", ")}`);
const repeats = Number(values.repeat);
const sizes = positionals.length > 0 ? positionals.map(Number) : [100, 300, 1000, 2000];
const kinds = ["pre", "post", ...(rule.length > 3 ? ["post"] : [])];
const isLoop = values.rule === "loop";

console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}; rule ${values.rule}\n`);
const engines = await available();
for (const size of sizes) console.log(`${await table(size)}\n`);
for (const { engine } of engines) engine.dispose();

/** All engines that are here; the others are told. */
async function available() {
  const found = [];
  for (const name of rateEngines) {
    if (isLoop && (name === "wasm" || name === "webgpu")) continue;
    try {
      const engine = await openEngine(name, "f32");
      found.push({ label: `${name} (${engine.device})`, engine });
    } catch (error) {
      console.log(`- ${name}: ${error.message.split("\n")[0]}`);
    }
  }
  if (isLoop) found.push({ label: "wasm, rule as JavaScript", engine: wasmEngine("f32", { anyRule: true }) });
  return found;
}

async function table(size) {
  const runs = [];
  for (const { label, engine } of engines) {
    const matrix = await engine.matrix({ what: label, rows: size, columns: size, rule, kinds, hollow: false });
    await matrix.write(Float32Array.from({ length: size * size }, (_, k) => Math.sin(k)));
    runs.push({ label, matrix, product: [], update: [], cpu: [] });
  }
  const pre = Float32Array.from({ length: size }, (_, k) => Math.sin(3 * k)), post = new Float32Array(size);
  const given = kinds.map((kind) => (kind === "pre" ? pre : post));
  for (let k = -1; k < repeats; k++) {
    for (const { matrix, product, update, cpu } of runs) {
      // Enough turns that the clock sees them; the first repeat warms up.
      const turns = await turnsFor(() => matrix.multiply(pre, post));
      const multiplied = await timed(turns, () => matrix.multiply(pre, post));
      const updated = await timed(turns, async () => {
        await matrix.multiply(pre, post);
        await matrix.learn(given);
      });
      if (k < 0) continue;
      product.push(multiplied.wall);
      update.push(updated.wall);
      cpu.push(updated.cpu);
    }
  }
  for (const { matrix } of runs) matrix.dispose();
  const rows = runs.map(({ label, product, update, cpu }) =>
    `| ${[label, median(product), median(update), least(update), least(cpu)].join(" | ")} |`);
  return [`| ${size} × ${size} | product, ms | update, ms | least | processor time |`, "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

async function turnsFor(work) {
  const { wall } = await timed(1, work);
  return Math.max(1, Math.min(200, Math.round(20 / wall)));
}

/** Milliseconds a turn. */
async function timed(turns, work) {
  const begin = performance.now(), before = process.cpuUsage();
  for (let k = 0; k < turns; k++) await work();
  const wall = performance.now() - begin, { user, system } = process.cpuUsage(before);
  return { wall: wall / turns, cpu: (user + system) / 1000 / turns };
}

function least(numbers) {
  return Math.min(...numbers).toPrecision(3);
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1].toPrecision(3);
}

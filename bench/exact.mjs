/**
 * `npm run bench:exact [-- --seconds 100 --grid-seconds 2 --largest 1000000 --events 2e7 --plot FILE.svg]`: the event-driven engine beside the grid.
 *
 * 1. 10^5 neurons that fire at 0.1 Hz, 100 synapses each, for 100 s of biological time: processor time of the simulation phase on the event-driven
 *    engine (f64) and on the grid (0.1 ms, f32, one thread). The grid is timed over a few seconds and scaled: its cost follows time.
 * 2. The cost of an event for networks of 10^3 … 10^6 neurons with 20 synapses each. An event is a weight that arrives at a neuron, from a synapse
 *    or from the Poisson input.
 *
 * Prints Markdown tables with the load of the machine before and after; processor time includes what other programs take from shared caches.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { compile, fixedOutdegree, Network } from "../dist/src/index.js";
import { chartScene, saveScene } from "../dist/src/io/index.js";
import { lifDelta, lifExpCurrent, staticSynapse } from "../dist/models/index.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "100" }, "grid-seconds": { type: "string", default: "2" }, largest: { type: "string", default: "1000000" },
    events: { type: "string", default: "2e7" }, plot: { type: "string" },
  },
});
const seconds = Number(values.seconds), gridSeconds = Number(values["grid-seconds"]);
const kinds = {
  "LIF, delta": { model: lifDelta, receptor: "v", kick: "25 mV", weight: "0.05 mV" },
  "LIF, exponential currents": { model: lifExpCurrent, receptor: "exc", kick: "4 nA", weight: "5 pA" },
};
const load = () => readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ");

/** Neurons that fire when their own input does, 0.1 times a second, and hear each other faintly. */
function sparse({ model, receptor, kick, weight }, size, outdegree) {
  const net = new Network({ seed: 1 });
  const cells = net.population("cells", size, model);
  net.poissonInput(cells, { receptor, rate: "0.1 Hz", weight: kick });
  net.projection(cells, cells, staticSynapse, { connect: fixedOutdegree(outdegree), receptor, weight, delay: "1.5 ms" });
  return net;
}

async function time(net, options, biological) {
  const simulation = await compile(net, options);
  try {
    await simulation.run(`${biological} s`);
    return simulation.report();
  } finally {
    await simulation[Symbol.asyncDispose]();
  }
}

const inputs = (report) => report.neurons * report.duration * 0.1;
const fixed = (x, digits = 1) => x.toFixed(digits);

console.log(`load ${load()}\n`);
console.log("| 10^5 neurons, 10^7 synapses, 0.1 Hz | events | exact, s of processor | events/s | grid, s of processor | exact is faster |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const [name, kind] of Object.entries(kinds)) {
  const exact = await time(sparse(kind, 1e5, 100), { engine: "exact" }, seconds);
  const grid = await time(sparse(kind, 1e5, 100), { dt: "0.1 ms" }, gridSeconds);
  const events = exact.synapticEvents + inputs(exact), gridMs = (grid.cpuMs * seconds) / gridSeconds;
  const rates = `${fixed(exact.populations[0].rate, 3)} Hz, grid ${fixed(grid.populations[0].rate, 3)} Hz`;
  console.log(`| ${name} (${rates}) | ${(events / 1e6).toFixed(0)} M | ${fixed(exact.cpuMs / 1e3)} | ${fixed(events / exact.cpuMs / 1e3)} M | ` +
    `${fixed(gridMs / 1e3)} (${gridSeconds} s timed) | ${fixed(gridMs / exact.cpuMs)} × |`);
}

console.log(`\nload ${load()}\n`);
console.log(`| neurons | ${Object.keys(kinds).map((k) => `${k}: ns an event`).join(" | ")} |`);
console.log(`| --- | ${Object.keys(kinds).map(() => "---").join(" | ")} |`);
const curves = Object.keys(kinds).map((name) => ({ name, x: [], y: [] }));
for (let half = 0; Math.round(1000 * 10 ** (half / 2)) <= Number(values.largest); half++) {
  const n = Math.round(1000 * 10 ** (half / 2));
  const row = [];
  for (const [k, kind] of Object.values(kinds).entries()) {
    const report = await time(sparse(kind, n, 20), { engine: "exact" }, Number(values.events) / (n * 0.1 * 21));
    const ns = (report.cpuMs * 1e6) / (report.synapticEvents + inputs(report));
    row.push(fixed(ns, 0));
    curves[k].x.push(Math.log10(n));
    curves[k].y.push(ns);
  }
  console.log(`| ${n} | ${row.join(" | ")} |`);
}
console.log(`\nload ${load()}`);
if (values.plot !== undefined) {
  const panel = { label: "nanoseconds an event", curves, fromZero: true };
  const options = { title: "Event-driven engine: cost of an event", width: 760, height: 380 };
  await saveScene(values.plot, chartScene([panel], "neurons, power of ten", options));
}

// The cortical microcircuit of Potjans & Diesmann (2014): rates, irregularity and synchrony of its eight populations, and a picture laid out as their
// figure 6. Scale 1 needs 3 GB and some minutes.
// npx tsx examples/microcircuit.ts [--scale 1] [--seconds 10] [--warmup 0.5] [--seed 1] [--threads n] [--out out/microcircuit]
import { mkdir, readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { coefficientsOfVariation, compile, fanoFactorOfCounts, firingRates, populationCounts } from "synfire";
import type { CompileOptions, RunReport, Spikes } from "synfire";
import { arrangeScenes, barScene, boxPlotScene, rasterScene, saveRaster, saveScene, writeAtomically } from "synfire/io";
import type { Scene } from "synfire/io";
import { build, settings } from "../models/networks/microcircuit.ts";

/** Mean rates, Hz. @source Potjans & Diesmann (2014), fig. 6. doi:10.1093/cercor/bhs358 */
const rates: Readonly<Record<string, number>> = { L23E: 0.9, L23I: 2.8, L4E: 4.5, L4I: 5.9, L5E: 7.3, L5I: 8.6, L6E: 1.1, L6I: 7.8 };
/**
 * CV of intervals and variance over mean of counts in 3 ms, over 60 s of 1000 neurons of each population, by an independent simulator.
 *
 * @source Romaro et al. (2021), Neural Comput. 33:1993–2032, tables A.3 and A.5, 100 %. doi:10.1162/neco_a_01400
 */
const irregularities: Readonly<Record<string, number>> =
  { L23E: 0.938, L23I: 0.916, L4E: 0.891, L4I: 0.873, L5E: 0.847, L5I: 0.809, L6E: 0.924, L6I: 0.819 };
const synchronies: Readonly<Record<string, number>> = { L23E: 2.9, L23I: 1.8, L4E: 3.0, L4I: 1.7, L5E: 4.4, L5I: 1.1, L6E: 1.2, L6I: 1.0 };
const neuronsMeasured = 1000, neuronsShown = 1862, synchronyBin = 3e-3, tolerance = 0.15;

const { values: given } = parseArgs({
  options: {
    scale: { type: "string", default: "1" }, seconds: { type: "string", default: "10" }, warmup: { type: "string", default: "0.5" },
    seed: { type: "string", default: "1" }, threads: { type: "string" }, out: { type: "string", default: "out/microcircuit" },
  },
});
const scale = Number(given.scale), seconds = Number(given.seconds), warmup = Number(given.warmup), seed = Number(given.seed);
const net = build({ ...settings, scale, seed });
const monitor = net.spikeMonitor();
const options: CompileOptions & { readonly threads?: number } =
  { dt: settings.dt, onStage: (stage) => console.error(stage), ...(given.threads === undefined ? {} : { threads: Number(given.threads) }) };
await using simulation = await compile(net, options);
await simulation.run(`${warmup} s`, { onProgress: progressLine("warm-up") });
const before = simulation.report();
await simulation.run(`${seconds} s`, { onProgress: progressLine("run") });
const after = simulation.report();

const peak = await peakResident();
const spikes = since(monitor, warmup);
const populations = spikes.populations.map((population, k) => {
  const sample: Spikes = { ...spikes, populations: [{ ...population, size: Math.min(neuronsMeasured, population.size) }] };
  const [own] = sample.populations, { name, size } = population;
  const count = after.populations[k]!.spikes - before.populations[k]!.spikes;
  const neuronRates = firingRates(sample, own), irregularity = coefficientsOfVariation(sample, own);
  const synchrony = fanoFactorOfCounts(populationCounts(sample, own, { bin: synchronyBin }));
  const finite = irregularity.filter((cv) => Number.isFinite(cv));
  const cv = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return { name, size, spikes: count, rate: count / size / seconds, neuronRates, irregularity, cv, synchrony };
});
const cost = measure(before, after);

await mkdir(given.out, { recursive: true });
const table = populations.map(({ name, size, rate, cv, synchrony }) => ({
  population: name, neurons: size, rate_hz: round(rate), published_rate_hz: rates[name]!, ratio: round(rate / rates[name]!), cv: round(cv),
  published_cv: irregularities[name]!, synchrony: round(synchrony), published_synchrony: synchronies[name]!,
}));
console.table(table);
const off = table.filter(({ ratio }) => Math.abs(ratio - 1) > tolerance).map(({ population }) => population);
console.log(off.length === 0 ? "every rate within 15 % of the published one" : `more than 15 % off the published rate: ${off.join(", ")}`);
console.log(cost.words);

await saveScene(`${given.out}/figure6.svg`, figure());
await saveScene(`${given.out}/figure6.png`, figure());
await saveRaster(`${given.out}/raster.svg`, monitor, { title: `Cortical microcircuit, scale ${scale}` });
const columns = Object.keys(table[0]!) as (keyof (typeof table)[number])[];
await writeAtomically(`${given.out}/populations.csv`, `${[columns, ...table.map((row) => columns.map((c) => row[c]))].join("\n")}\n`);
const record = { scale, seconds, warmup, seed, ...cost.numbers, spikeHash: after.spikeHash, modelHash: after.modelHash, populations: table };
await writeAtomically(`${given.out}/run.json`, `${JSON.stringify(record, undefined, 2)}\n`);
console.log(`wrote ${given.out}/figure6.svg, figure6.png, raster.svg, populations.csv, run.json`);

/** The spikes after `start`, which becomes time 0. */
function since({ times, indices, populations: ranges, duration, dt }: Spikes, start: number): Spikes {
  const first = times.findIndex((time) => time > start + dt / 2), from = first < 0 ? times.length : first;
  return {
    times: times.subarray(from).map((time) => time - start), indices: indices.subarray(from), populations: ranges, duration: duration - start, dt,
  };
}

/** Panels A to D of figure 6: 400 ms of spikes, layers from top to bottom, excitatory dark and inhibitory light; statistics of each population. */
function figure(): Scene {
  const colors = Object.fromEntries(populations.map(({ name }) => [name, name.endsWith("E") ? "#16202c" : "#9aa3ad"]));
  const groups = populations.map(({ name }) => ({ name, color: colors[name]! }));
  const upwards = { ...spikes, populations: [...spikes.populations].reverse() };
  const from = Math.max(0, spikes.duration - 0.4), panel = { width: 320, height: 330 };
  const title = `A  Spikes, ${scale === 1 ? "full scale" : `scale ${scale}`}`;
  const raster = rasterScene(upwards, { from, to: spikes.duration, max: neuronsShown, colors, rates: false, width: 960, height: 520, title });
  return arrangeScenes([[raster], [
    boxPlotScene(groups.map((g, k) => ({ ...g, values: populations[k]!.neuronRates })), "rate (Hz)", { ...panel, title: "B  Rate" }),
    boxPlotScene(groups.map((g, k) => ({ ...g, values: populations[k]!.irregularity })), "CV of intervals", { ...panel, title: "C  Irregularity" }),
    barScene(
      groups.map((g, k) => ({ ...g, value: populations[k]!.synchrony, ...(scale === 1 ? { expected: synchronies[g.name]! } : {}) })),
      "variance / mean of counts in 3 ms", { ...panel, title: "D  Synchrony" },
    ),
  ]]);
}

function measure(start: RunReport, end: RunReport): { readonly numbers: Record<string, number>; readonly words: string } {
  const wall = (end.simulateMs - start.simulateMs) / 1000 / seconds, cpu = (end.cpuMs - start.cpuMs) / 1000 / seconds;
  const events = end.synapticEvents - start.synapticEvents, nsPerEvent = (wall * seconds * 1e9) / events;
  const numbers = {
    neurons: end.neurons, synapses: end.synapses, threads: end.threads, build_s: end.buildMs / 1000, compile_s: end.compileMs / 1000,
    wall_s_per_s: wall, cpu_s_per_s: cpu, synaptic_events: events, ns_per_event: nsPerEvent, synapse_bytes: end.bytes.synapses,
    peak_resident_bytes: peak,
  };
  const words = [
    `${end.neurons} neurons, ${end.synapses} synapses made in ${(end.buildMs / 1000).toFixed(1)} s, ` +
      `${(end.bytes.synapses / end.synapses).toFixed(2)} bytes each; peak memory ${(peak / 1e9).toFixed(2)} GB`,
    `a biological second takes ${wall.toFixed(2)} s of wall clock, ${cpu.toFixed(2)} s of processor time; ` +
      `${nsPerEvent.toFixed(1)} ns a synaptic event`,
    `spike hash ${end.spikeHash}`,
  ].join("\n");
  return { numbers, words };
}

function progressLine(stage: string): (progress: { readonly time: number; readonly duration: number }) => void {
  let last = performance.now();
  return ({ time, duration }) => {
    if (performance.now() - last < 10_000) return;
    last = performance.now();
    console.error(`${stage}: ${time.toFixed(2)} of ${duration} s`);
  };
}

/** Highest resident memory of this process in bytes, as the kernel counted it. */
async function peakResident(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes));
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

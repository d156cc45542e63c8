/** `synfire bench NET --minutes 10`: a network at full load for minutes of wall time, watched for memory that grows and speed that fades. */
import { compile } from "../index.ts";
import { chartScene, saveScene, writeAtomically } from "../io/index.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { bytes, significant, thousands } from "./format.ts";
import { loadNetwork } from "./loadNetwork.ts";
import type { SimulationOptions, ThreadOptions } from "./options.ts";
import type { Screen } from "./screen.ts";

export interface LoadOptions extends Pick<SimulationOptions, "backend" | "precision" | "seed">, ThreadOptions {
  readonly minutes: number;
  /** A picture of memory and speed against time, .svg or .png; the samples lie beside it as .csv. */
  readonly plot?: string;
}

/** Seconds between samples; simulated seconds between looks at the clock. */
const every = 3, piece = 0.1;
/** Share of the time after which memory has to be flat: code is compiled and arrays are touched before. */
const settled = 0.1;

interface Sample { readonly seconds: number; readonly rss: number; readonly stepsPerSecond: number }

export async function benchLoad(name: string, file: string, set: readonly string[], options: LoadOptions, screen: Screen): Promise<void> {
  const { backend, precision, threads, seed, minutes } = options;
  const loaded = await loadNetwork(file, { set, ...(seed === undefined ? {} : { seed }) });
  const dt = parseQuantity(loaded!.settings["dt"] as string, dimensions.second, "dt");
  const ownSeed = seed === undefined ? {} : { seed };
  await using simulation = await compile(await loaded!.build(), { dt: `${dt} s`, backend, precision, threads, ...ownSeed });
  const samples: Sample[] = [];
  const stepsDone = () => Math.round(simulation.time / dt);
  const begin = performance.now(), cpuBegin = process.cpuUsage();
  const secondsSince = (start: number) => (performance.now() - start) / 1000;
  for (let last = begin, steps = 0; secondsSince(begin) < 60 * minutes;) {
    await simulation.run(`${piece} s`);
    if (secondsSince(last) < every) continue;
    samples.push({ seconds: secondsSince(begin), rss: process.memoryUsage.rss(), stepsPerSecond: (stepsDone() - steps) / secondsSince(last) });
    [last, steps] = [performance.now(), stepsDone()];
  }
  const wall = secondsSince(begin), { user, system } = process.cpuUsage(cpuBegin);
  const flat = samples.filter(({ seconds }) => seconds >= settled * 60 * minutes);
  const perMinute = 60 * slope(flat.map((s) => s.seconds), flat.map((s) => s.rss));
  const speedPerMinute = 60 * slope(flat.map((s) => s.seconds), flat.map((s) => s.stepsPerSecond));
  const { spikes, spikeHash, threads: used } = simulation.report(), crew = `${used} ${used === 1 ? "thread" : "threads"}`;
  if (options.plot !== undefined) await savePlot(options.plot, `${name} at full load, ${crew}`, samples);
  const rss = flat.map((s) => s.rss), speeds = flat.map((s) => s.stepsPerSecond);
  screen.say([
    `${name} on ${simulation.backend} ${precision}, ${crew}: ${significant(simulation.time)} s simulated in ${significant(wall / 60)} ` +
      `minutes, ${significant((user + system) / 1e6 / wall)} processors busy; ${thousands(spikes)} spikes`,
    `resident memory ${bytes(Math.min(...rss))} to ${bytes(Math.max(...rss))} after the first ${100 * settled} %, ` +
      `slope ${perMinute < 0 ? "−" : ""}${bytes(Math.abs(perMinute))} a minute`,
    `${thousands(Math.round(stepsDone() / wall))} steps a second, from ${thousands(Math.round(Math.min(...speeds)))} to ` +
      `${thousands(Math.round(Math.max(...speeds)))}, slope ${significant(speedPerMinute)} a minute`,
    `spike hash ${spikeHash}`,
  ].join("\n"));
  screen.json({
    net: name, threads: used, bio_s: simulation.time, wall_s: wall, cpu_s: (user + system) / 1e6, spikes, spike_hash: spikeHash,
    rss_slope_bytes_per_minute: perMinute, steps_per_s: stepsDone() / wall, steps_slope_per_minute: speedPerMinute, samples,
  });
}

async function savePlot(path: string, title: string, samples: readonly Sample[]): Promise<void> {
  const x = samples.map(({ seconds }) => seconds / 60);
  const panel = (label: string, y: readonly number[]) => ({ label, curves: [{ name: label, x, y }], fromZero: true });
  const panels = [panel("resident memory (MB)", samples.map(({ rss }) => rss / 1e6)), panel("steps a second", samples.map((s) => s.stepsPerSecond))];
  await saveScene(path, chartScene(panels, "minutes", { title, width: 720 }));
  const rows = samples.map((s) => `${s.seconds.toFixed(2)},${s.rss},${s.stepsPerSecond.toFixed(1)}`);
  await writeAtomically(path.replace(/\.[^./\\]*$/, ".csv"), `seconds,rss_bytes,steps_per_second\n${rows.join("\n")}\n`);
}

/** Of the straight line closest to the points. */
function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const above = x.reduce((sum, v, k) => sum + (v - mx) * (y[k]! - my), 0), below = x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

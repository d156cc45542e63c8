/** Runs one neuron through the public API with the stimulus of a NEST reference file, and compares it with NEST's trace and spikes. */
import { existsSync, readFileSync } from "node:fs";
import { compile, Network, oneToOne, stepCurrent } from "synfire";
import type { NeuronModel, Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

const folder = new URL("../../../shared/reference/neurons/", import.meta.url);

/** Why references cannot be compared, if they cannot. */
export const missing = existsSync(new URL("iaf_psc_exp.json", folder)) ? undefined
  : "NEST references are not beside this checkout (../shared/reference/neurons)";

export const drives = ["dc", "spikes", "dc+spikes"] as const;
export type Drive = (typeof drives)[number];

interface Train { readonly spike_times: readonly number[]; readonly weight: number; readonly delay: number }
interface Run {
  readonly stimulus: {
    readonly dc_generator?: { readonly amplitude: number; readonly start: number; readonly stop: number; readonly delay: number };
    readonly exc?: Train;
    readonly inh?: Train;
  };
  readonly spike_times: readonly number[];
  readonly trace_csv?: string;
}

export interface Comparison {
  /** Values that make the model NEST's, e.g. { C_m: "250 pF" }. */
  readonly values: Readonly<Record<string, Quantity>>;
  /** The parameter or impulse variable that takes the current, and the unit of its amplitude ("" for a plain number). */
  readonly into: string;
  readonly current: string;
  /** Receptors for the two spike trains, and the unit of weights. */
  readonly receptors: { readonly exc: string; readonly inh: string };
  readonly weight: string;
  /** Conductance models of NEST take |w| of an inhibitory weight. */
  readonly absolute?: boolean;
  /** Column of the trace → our variable, and our SI value of one unit of the column. */
  readonly columns: Readonly<Record<string, readonly [variable: string, unit: number]>>;
  /** Samples so many steps around NEST's spikes are left out. */
  readonly away?: number;
}

export interface Result {
  /** Steps at whose end the neuron spiked. */
  readonly ours: readonly number[];
  readonly nest: readonly number[];
  /** Column → largest absolute difference, in the column's unit, and largest difference relative to the value. */
  readonly difference: Readonly<Record<string, { readonly absolute: number; readonly relative: number }>>;
}

const stepOf = (ms: number): number => Math.round(ms * 10);
const quantity = (value: number, unit: string): Quantity => (unit === "" ? value : (`${value} ${unit}` as Quantity));

export async function compareWithNest(file: string, drive: Drive, model: NeuronModel, options: Comparison): Promise<Result> {
  const runs = JSON.parse(readFileSync(new URL(`${file}.json`, folder), "utf8")) as Readonly<Record<Drive, Run>>;
  const { stimulus, spike_times: nestTimes, trace_csv: csv } = runs[drive];
  const net = new Network({ seed: 1 });
  const neuron = net.population("neuron", 1, model, options.values);
  const dc = stimulus.dc_generator;
  if (dc) {
    const amplitude = quantity(dc.amplitude, options.current);
    const current = stepCurrent({ from: `${dc.start + dc.delay} ms`, to: `${dc.stop + dc.delay} ms`, amplitude });
    net.currentInput(neuron, { into: options.into as never, current });
  }
  for (const port of ["exc", "inh"] as const) {
    const train = stimulus[port];
    if (!train) continue;
    const source = net.spikeSource(port, 1, { times: { values: train.spike_times, unit: "ms" } });
    const weight = options.absolute ? Math.abs(train.weight) : train.weight;
    net.projection(source, neuron, staticSynapse, {
      connect: oneToOne(), receptor: options.receptors[port] as never, weight: quantity(weight, options.weight), delay: `${train.delay} ms`,
    });
  }
  const spikes = net.spikeMonitor(neuron);
  const trace = net.stateMonitor(neuron, [...new Set(Object.values(options.columns).map(([variable]) => variable))] as never[]);
  await using simulation = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await simulation.run("500 ms");

  const nest = nestTimes.map(stepOf);
  const difference: Record<string, { absolute: number; relative: number }> = {};
  const path = csv === undefined ? undefined : new URL(csv, folder);
  if (path && existsSync(path)) {
    const [header, ...rows] = readFileSync(path, "utf8").trim().split("\n").map((line) => line.split(","));
    for (const [column, [variable, unit]] of Object.entries(options.columns)) {
      const values = trace.trace(variable as never), k = header!.indexOf(column);
      const worst = { absolute: 0, relative: 0 };
      rows.forEach((row, step) => {
        if (nest.some((s) => Math.abs(s - (step + 1)) <= (options.away ?? -1))) return;
        const expected = Number(row[k]), error = Math.abs(values[step]! / unit - expected);
        worst.absolute = Math.max(worst.absolute, error);
        worst.relative = Math.max(worst.relative, error / Math.max(Math.abs(expected), 1e-3));
      });
      difference[column] = worst;
    }
  }
  return { ours: Array.from(spikes.times, (t) => Math.round(t / 1e-4)), nest, difference };
}

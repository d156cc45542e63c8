/** Runs one neuron, or a few that differ in a parameter, through the public API. */
import { compile, Network } from "synfire";
import type { Current, NeuronModel, Quantity, Value } from "synfire";
import type { Method } from "../../src/model/checked.ts";

export interface Stimulated {
  /** Spike times of each neuron, ms. */
  readonly spikes: readonly (readonly number[])[];
  /** ms. [samples] */
  readonly times: Float64Array;
  /** Trace of a recorded variable of one neuron, SI units. [samples] */
  readonly trace: (name: string, neuron?: number) => Float64Array;
}

export async function stimulate(model: NeuronModel, options: {
  readonly size?: number; readonly values?: Readonly<Record<string, Value>>; readonly method?: Method; readonly dt: Quantity;
  readonly duration: Quantity; readonly into?: string; readonly currents?: readonly Current[]; readonly record?: readonly string[];
  readonly precision?: "f32" | "f64"; readonly every?: Quantity;
}): Promise<Stimulated> {
  const net = new Network({ seed: 1 });
  const size = options.size ?? 1;
  const population = net.population("n", size, model, options.values ?? {}, options.method ? { method: options.method } : {});
  for (const current of options.currents ?? []) net.currentInput(population, { into: options.into ?? "i_ext", current });
  const monitor = net.spikeMonitor(population);
  const traces = options.record && net.stateMonitor(population, options.record, options.every === undefined ? {} : { every: options.every });
  await using sim = await compile(net, { dt: options.dt, precision: options.precision ?? "f64" });
  await sim.run(options.duration);
  const spikes: number[][] = Array.from({ length: size }, () => []);
  monitor.times.forEach((t, k) => spikes[monitor.indices[k]!]!.push(t * 1e3));
  const recorded = new Map((options.record ?? []).map((name) => [name, traces!.get(name)] as const));
  const times = Float64Array.from(traces?.times ?? [], (t) => t * 1e3);
  return { spikes, times, trace: (name, neuron = 0) => times.map((_, k) => recorded.get(name)![k * size + neuron]!) };
}

export const intervals = (times: readonly number[]): number[] => times.slice(1).map((t, k) => t - times[k]!);

/** Runs of spikes that follow each other within `longest` ms. */
export function bursts(times: readonly number[], longest: number): number[][] {
  const found: number[][] = [];
  times.forEach((t, k) => (k > 0 && t - times[k - 1]! <= longest ? found.at(-1)!.push(t) : found.push([t])));
  return found;
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
export const between = (times: readonly number[], from: number, to: number): number[] => times.filter((t) => t > from && t <= to);

/** A population without connections, or with trains of spikes given to each neuron, in f64 through the public API. */
import { compile, Network, oneToOne } from "synfire";
import type { NeuronModel, Quantity, Value } from "synfire";
import { staticSynapse } from "synfire/models";

export interface RunOptions {
  /** Number of neurons; 1. */
  readonly neurons?: number;
  readonly values?: Readonly<Record<string, Value>>;
  readonly duration: Quantity;
  /** "0.1 ms". */
  readonly dt?: Quantity;
  readonly record?: readonly string[];
  /** Spikes that arrive at every neuron: in the state recorded at `at` (seconds) they are there, and have not decayed yet. */
  readonly arrivals?: readonly { readonly receptor: string; readonly at: readonly number[]; readonly weight: Quantity }[];
  readonly precision?: "f32" | "f64";
  readonly seed?: number;
  /** Further inputs. */
  readonly also?: (net: Network, neurons: ReturnType<Network["population"]>) => void;
}

export interface RunResult {
  readonly dt: number;
  /** Spike times of each neuron in whole steps: the spike is at the end of step k − 1. */
  readonly spikes: readonly number[][];
  /** Time course of a recorded variable of one neuron; sample k is the state at time k·dt, k from 1. */
  readonly trace: (name: string, neuron?: number) => Float64Array;
  readonly method: string | undefined;
}

export async function run(model: NeuronModel, options: RunOptions): Promise<RunResult> {
  const { neurons = 1, dt = "0.1 ms", record = [] } = options;
  const net = new Network({ seed: options.seed ?? 1 });
  const population = net.population("P", neurons, model, options.values ?? {});
  options.arrivals?.forEach(({ receptor, at, weight }, k) => {
    const source = net.spikeSource(`S${k}`, neurons, {
      times: at.flatMap((t) => Array.from({ length: neurons }, () => t - 1e-3)),
      indices: at.flatMap(() => Array.from({ length: neurons }, (_, i) => i)),
    });
    net.projection(source, population, staticSynapse, { connect: oneToOne(), receptor: receptor as never, weight, delay: "1 ms" });
  });
  options.also?.(net, population);
  const spikes = net.spikeMonitor(population);
  const monitor = record.length > 0 ? net.stateMonitor(population, record as never[]) : undefined;
  await using simulation = await compile(net, { dt, precision: options.precision ?? "f64" });
  await simulation.run(options.duration);
  const trains: number[][] = Array.from({ length: neurons }, () => []);
  const { times, indices } = spikes;
  times.forEach((t, k) => trains[indices[k]!]!.push(Math.round(t / simulation.dt)));
  return {
    dt: simulation.dt, spikes: trains,
    trace: (name, neuron = 0) => monitor!.trace(name as never, neuron),
    method: simulation.report().integrators[0]?.method,
  };
}

export const intervals = (train: readonly number[]): number[] => train.slice(1).map((t, k) => t - train[k]!);

/** Smallest x in [low, high] with f(x) ≤ 0, for a decreasing f. */
export function bisect(f: (x: number) => number, low: number, high: number): number {
  for (let k = 0; k < 200; k++) {
    const middle = (low + high) / 2;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
  return high;
}

/** One classical Runge–Kutta run of dx/dt = f(x) over many small steps: a reference that shares nothing with the library. */
export function integrate(f: (x: readonly number[]) => number[], start: readonly number[], duration: number, steps: number): number[] {
  const h = duration / steps;
  const along = (x: readonly number[], k: readonly number[], by: number): number[] => x.map((value, i) => value + by * k[i]!);
  let x = [...start];
  for (let n = 0; n < steps; n++) {
    const k1 = f(x), k2 = f(along(x, k1, h / 2)), k3 = f(along(x, k2, h / 2)), k4 = f(along(x, k3, h));
    x = x.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  return x;
}

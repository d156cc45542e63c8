/** Independent synapses whose two sides spike when a protocol says so, in f64 through the public API. */
import { compile, Network, neuron, oneToOne } from "synfire";
import type { SynapseModel, Value } from "synfire";
import { staticSynapse } from "synfire/models";

export interface Protocol {
  /** When spikes of the source and of the target are emitted, or (without a dendritic delay) reach the synapse; milliseconds. */
  readonly pre: readonly number[];
  readonly post: readonly number[];
}

export interface ProtocolOptions {
  readonly weight: Value;
  /** Of the model's parameters and state; and further options of the projection. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Milliseconds; 0.1. */
  readonly dt?: number;
  /** Milliseconds, NEST's delay; without it the axonal delay of one step. */
  readonly dendritic?: number;
  /** Milliseconds: when to look at all variables; by default one step after the last spike has come to the synapse. */
  readonly readAt?: readonly number[];
  /** Variables to read beside w. */
  readonly read?: readonly string[];
  readonly seed?: number;
}

/** Of every moment, of every protocol: the variables read, and what the target has received until then. */
export type Reading = Readonly<Record<string, Float64Array>>;

/** Repeats what arrives at `spike`, and sums in `received` what the synapses under test send. */
export const relay = neuron({
  name: "relay", state: { arrived: 0, received: 0 }, receptors: { spike: "arrived", received: "received" },
  equations: "arrived : 1 (impulse); received : 1", threshold: "arrived > 0",
});

export async function runProtocols(model: SynapseModel, protocols: readonly Protocol[], options: ProtocolOptions): Promise<Reading[]> {
  const { dt = 0.1, dendritic, read = [] } = options;
  const net = new Network({ seed: options.seed ?? 1 });
  const size = protocols.length;
  const trains = (side: "pre" | "post", earlier: number): { times: { values: number[]; unit: "ms" }; indices: number[] } => {
    const spikes = protocols.flatMap((p, k) => p[side].map((t) => [t - earlier, k] as const)).sort((a, b) => a[0] - b[0]);
    return { times: { values: spikes.map(([t]) => t), unit: "ms" }, indices: spikes.map(([, k]) => k) };
  };
  const source = net.spikeSource("source", size, trains("pre", dendritic === undefined ? dt : 0));
  const driver = net.spikeSource("driver", size, trains("post", dt));
  const target = net.population("target", size, relay);
  net.projection(driver, target, staticSynapse, { connect: oneToOne(), receptor: "spike", weight: 1, delay: `${dt} ms` });
  const projection = net.projection(source, target, model, {
    connect: oneToOne(), receptor: "received", weight: options.weight,
    ...(dendritic === undefined ? { delay: `${dt} ms` } : { dendriticDelay: `${dendritic} ms` }),
    ...options.values,
  } as never);
  await using sim = await compile(net, { dt: `${dt} ms`, precision: "f64" });
  const last = Math.max(...protocols.flatMap((p) => [...p.pre, ...p.post]));
  const readings: Reading[] = [];
  let now = 0;
  for (const at of options.readAt ?? [last + (dendritic ?? 0) + dt]) {
    const steps = Math.round(at / dt);
    await sim.run(`${(steps - now) * dt} ms`);
    now = steps;
    const values = [...new Set(["w", ...read])].map((name) => [name, sim.get(projection, name as never)] as const);
    readings.push({ ...Object.fromEntries(values), received: sim.get(target, "received") });
  }
  return readings;
}

/** The weight of every protocol when all spikes have come. */
export async function finalWeights(model: SynapseModel, protocols: readonly Protocol[], options: ProtocolOptions): Promise<Float64Array> {
  return (await runProtocols(model, protocols, options)).at(-1)!["w"]!;
}

/** One pair for each difference of times (post − pre, ms). */
export const pairs = (differences: readonly number[]): Protocol[] =>
  differences.map((d) => ({ pre: [100 - Math.min(d, 0)], post: [100 + Math.max(d, 0)] }));

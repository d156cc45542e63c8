/** Independent synapses between Poisson processes: what a rule makes of spikes that know nothing of each other. */
import { compile, Network, oneToOne } from "synfire";
import type { Quantity, SynapseModel, Value } from "synfire";
import { staticSynapse } from "synfire/models";
import { relay } from "./protocols.ts";

export interface PoissonOptions {
  readonly synapses: number;
  readonly preRate: Quantity;
  readonly postRate: Quantity;
  readonly duration: Quantity;
  readonly weight: Value;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

/** The weights at the end. */
export async function poissonWeights(model: SynapseModel, options: PoissonOptions): Promise<Float64Array> {
  const net = new Network({ seed: options.seed ?? 1 });
  const source = net.poissonSource("source", options.synapses, { rate: options.preRate });
  const driver = net.poissonSource("driver", options.synapses, { rate: options.postRate });
  const target = net.population("target", options.synapses, relay);
  net.projection(driver, target, staticSynapse, { connect: oneToOne(), receptor: "spike", weight: 1, delay: "1 ms" });
  const projection = net.projection(source, target, model, {
    connect: oneToOne(), receptor: "received", weight: options.weight, delay: "1 ms", ...options.values,
  } as never);
  await using sim = await compile(net, { dt: "1 ms", precision: "f64" });
  await sim.run(options.duration);
  return sim.get(projection, "w" as never);
}

export const meanOf = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
export const deviationOf = (values: ArrayLike<number>): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(Array.from(values, (v) => (v - mean) ** 2)));
};

/** All that there is to see of a simulation, in a form that can be compared: for any number of threads it has to be the same, bit for bit. */
import { createHash } from "node:crypto";
import { compile, Population, Projection } from "./built.mjs";
import type { CompileOptions, Network, Quantity, Simulation } from "./built.mjs";

export interface Outcome {
  readonly hash: string;
  readonly spikes: number;
  readonly synapses: number;
  readonly synapticEvents: number;
  /** "population E: v" → digest of the values. */
  readonly values: Readonly<Record<string, string>>;
}

const digest = (values: ArrayBufferView): string =>
  createHash("sha256").update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest("hex").slice(0, 16);

/** Spikes, all state of all neurons, all synapses in their order with all that they hold. */
export function outcomeOf(net: Network, sim: Simulation): Outcome {
  const { spikeHash, spikes, synapses, synapticEvents } = sim.report();
  const values: Record<string, string> = {};
  for (const group of net.data.populations) {
    if (group.kind !== "neurons") continue;
    const population = new Population(group.model, { population: group.name, start: 0, end: group.size });
    for (const { name } of group.model.checked.variables) values[`population ${group.name}: ${name}`] = digest(sim.get(population, name as never));
  }
  for (const { name, model } of net.data.projections) {
    const projection = new Projection(name, model);
    for (const [what, column] of Object.entries(sim.synapses(projection))) values[`projection ${name}: ${what}`] = digest(column);
    for (const variable of model.checked.variables) values[`projection ${name}: ${variable.name}`] = digest(sim.get(projection,
      variable.name as never));
  }
  return { hash: spikeHash, spikes, synapses, synapticEvents, values };
}

/** What comes of a network that runs so long. */
export async function outcomeAfter(net: Network, options: CompileOptions, ...durations: readonly Quantity[]): Promise<Outcome> {
  await using sim = await compile(net, { onWarning: (text) => { throw new Error(text); }, ...options });
  if (sim.threads !== (options.threads ?? 1)) throw new Error(`${sim.threads} threads instead of ${options.threads}`);
  for (const duration of durations) await sim.run(duration);
  return outcomeOf(net, sim);
}

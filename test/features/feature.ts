/** What a feature of the table in docs/status.md is: something that a network does, the back-ends that do it, and those that refuse it. */
import { compile, Population, Projection } from "../threads/built.mjs";
import type { CompileOptions, ExactSimulation, Network, Quantity, Simulation } from "../threads/built.mjs";

/** The columns of the table, in order. */
export const backEnds = ["wasm f32", "wasm f64", "threads", "MPI", "webgpu", "interpreter", "exact engine"] as const;
export type BackEnd = (typeof backEnds)[number];

/** How a network is compiled on a back-end; the step is the feature's own. */
export type Options = Omit<CompileOptions, "dt" | "engine"> & { readonly engine?: "exact" };

/** Names → numbers, in a form that passes through JSON unharmed. */
export interface Outcome {
  readonly hash: string;
  readonly spikes: number;
  readonly threads: number;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export interface Feature {
  /** Runs a network that has it and gives what there is to see; the exact engine refuses what it cannot before anything runs. */
  readonly run: (options: Options) => Promise<Outcome>;
  /** Back-ends that refuse it: what the error says. */
  readonly refused?: Readonly<Partial<Record<BackEnd, RegExp>>>;
  /** Back-ends that do it in another way: what the table says of them. */
  readonly remarks?: Readonly<Partial<Record<BackEnd, string>>>;
}

/**
 * @param steps durations of the runs that follow each other; functions act in between and give what they see
 */
export async function play(
  net: Network, { engine, ...options }: Options, dt: Quantity,
  ...steps: readonly (Quantity | ((sim: Simulation) => Readonly<Record<string, ArrayLike<number>>> | void | Promise<void>))[]
): Promise<Outcome> {
  const made: Simulation | ExactSimulation = engine === "exact"
    ? await compile(net, { engine }) : await compile(net, { dt, onWarning: () => {}, ...options });
  await using sim = made as Simulation;
  const seen: Record<string, readonly number[]> = {};
  for (const step of steps) {
    if (typeof step === "string") await sim.run(step);
    else if (typeof step === "function") for (const [name, values] of Object.entries((await step(sim)) ?? {})) seen[name] = Array.from(values);
  }
  const { spikeHash: hash, spikes } = sim.report();
  return { hash, spikes, threads: (sim as Partial<Simulation>).threads ?? 1, values: { ...seen, ...stateOf(net, sim) } };
}

/** All that neurons and synapses hold. */
function stateOf(net: Network, sim: Simulation): Record<string, readonly number[]> {
  const found: Record<string, readonly number[]> = {};
  for (const group of net.data.populations) {
    if (group.kind !== "neurons") continue;
    const population = new Population(group.model, { population: group.name, start: 0, end: group.size });
    for (const { name, impulse } of group.model.checked.variables)
      if (!impulse) found[`${name} of ${group.name}`] = Array.from(sim.get(population, name as never));
  }
  for (const { name, model } of net.data.projections) {
    const projection = new Projection(name, model);
    for (const [what, column] of Object.entries(sim.synapses(projection))) found[`${what} of ${name}`] = Array.from(column);
  }
  return found;
}

/** What the table says of a feature on a back-end. */
export const cellOf = ({ refused, remarks }: Feature, backEnd: BackEnd): string => (refused?.[backEnd] ? "no" : (remarks?.[backEnd] ?? "yes"));

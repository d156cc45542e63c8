/** What a run of a simulated network costs. */
import { FileError } from "../errors.ts";
import type { Projection } from "../network/projection.ts";
import { networkEnergy } from "../train/energy/index.ts";
import type { NetworkEnergy } from "../train/energy/index.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { count, nanojoules } from "./energyText.ts";
import { table, time } from "./format.ts";
import { loadNetwork } from "./loadNetwork.ts";
import type { SimulationOptions } from "./options.ts";
import type { Screen } from "./screen.ts";
import { simulate } from "./simulate.ts";

/** Simulates a network file's network and says what the run cost. */
export async function energyOfRun(screen: Screen, file: string, options: SimulationOptions & { readonly weightBits?: number }): Promise<void> {
  const { duration, dt, seed, set, weightBits } = options, bits = weightBits === undefined ? {} : { weightBits };
  const loaded = await loadNetwork(file, {
    ...(set ? { set } : {}), ...(duration === undefined ? {} : { duration }), ...(dt === undefined ? {} : { dt }),
    ...(seed === undefined ? {} : { seed }),
  });
  if (!loaded) throw new FileError("no-network", `${file} exports neither a training nor a network`, "Export one: export const network = net;");
  const network = await loaded.build(), counter = network.spikeCounter(), { data } = network;
  const step = parseQuantity(loaded.settings["dt"] as string, dimensions.second, "dt");
  let found: NetworkEnergy | undefined, simulated = 0;
  const stored = data.projections.filter((p) => p.store !== false && p.receptor !== undefined);
  await simulate(network, {
    settings: { ...loaded.settings, warmup: "0 ms" }, backend: options.backend, precision: options.precision, threads: 1,
    onEnd: (simulation) => {
      simulated = simulation.time;
      const synapses = stored.map(({ name, model }) => ({ name, pre: simulation.synapses({ name, model } as Projection).pre }));
      const counts = new Map(counter.sources.map((group) => [group.name, counter.counts(group)]));
      found = networkEnergy(data, synapses, counts, Math.round(simulated / step), bits);
    },
  });
  const { projections, energy, synapticEvents, neuronUpdates } = found!;
  const rows = projections.map((p) => [p.name, count(p.synapses), count(p.synapticEvents), nanojoules(p.arithmetic), nanojoules(p.memory)]);
  const left = data.projections.length - stored.length, inputs = data.inputs.filter((input) => input.kind === "poisson").length;
  screen.say([
    `${loaded.name}: a run of ${time(simulated)}`, "",
    table([["projection", "synapses", "synaptic events", "arithmetic", "memory"], ...rows], [1, 2, 3, 4]), "",
    `arithmetic of synapses   ${nanojoules(energy.synapses)} (${count(synapticEvents)} sums); neither neurons nor memory`,
    `arithmetic of neurons    ${nanojoules(energy.neurons)} (${count(neuronUpdates)} updates)`,
    `memory                   ${nanojoules(energy.memory)}`,
    ...(left > 0 ? [`not counted: ${left} projections whose synapses are not stored or send nothing to a receptor`] : []),
    ...(inputs > 0 ? [`not counted: ${inputs} Poisson inputs, which have no synapses`] : []),
  ].join("\n"));
  screen.json({ format: "synfire-energy", version: 1, network: loaded.name, duration: simulated, ...found });
}

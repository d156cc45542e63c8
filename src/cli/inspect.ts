/** `synfire inspect FILE|NAME`: what becomes of the equations: methods, kernels, WebAssembly or WGSL, cost. */
import { Command, InvalidArgumentError } from "commander";
import { allToAll, compile, formatQuantity, Network, staticSynapseModel } from "../index.ts";
import type { CompileOptions, NeuronModel, Simulation, SynapseModel } from "../index.ts";
import { FileError } from "../errors.ts";
import { relayFor, startWeight } from "../protocols/pairing.ts";
import { bytes, significant, table, thousands } from "./format.ts";
import { kernelCost, kernelText } from "./kernelText.ts";
import { findNetworkFile, loadNetwork } from "./loadNetwork.ts";
import { describeModel, describeSynapse, findModel } from "./models.ts";
import { modelsOf } from "./modelsUsed.ts";
import { addSimulationOptions, examples, jsonOption } from "./options.ts";
import type { SimulationOptions } from "./options.ts";
import { Screen } from "./screen.ts";

const parts = ["equations", "ir", "wat", "wgsl", "cost"] as const;
type Part = (typeof parts)[number];

interface InspectOptions extends SimulationOptions { readonly show: readonly Part[]; readonly json?: boolean }

export function inspectCommand(): Command {
  return addSimulationOptions(new Command("inspect"))
    .description("show how a network or a model is compiled: the chosen methods and why, kernels, WebAssembly or WGSL, cost")
    .argument("<file-or-name>", "a network file, or the name of a model or network of synfire's own")
    .option("--show <parts>", `which of ${parts.join(",")}`, partsOf, ["equations", "cost"] satisfies Part[])
    .addOption(jsonOption())
    .addHelpText("after", examples("inspect lifDelta --show equations,ir", "inspect stdpPair --show equations,cost", "inspect mine.ts --show cost",
      "inspect lifDelta --show wat > lif.wat", "inspect brunel --show wgsl"))
    .action(inspect);
}

function partsOf(text: string): Part[] {
  const asked = text.split(",").map((part) => part.trim());
  const unknown = asked.find((part) => !parts.some((known) => known === part));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${parts.join(", ")}.`);
  return parts.filter((part) => asked.includes(part));
}

async function inspect(target: string, options: InspectOptions): Promise<void> {
  const screen = new Screen(options);
  const { network, dt, text } = await networkOf(target, options);
  const { precision } = options;
  const compiled = (backend: InspectOptions["backend"]) =>
    compile(network, { dt, backend, precision, ...(options.seed === undefined ? {} : { seed: options.seed }) });
  await using simulation = await compiled(options.backend);
  const codeOf = async (backend: "wasm" | "webgpu"): Promise<string> => {
    if (simulation.backend === backend) return simulation.text();
    await using other = await compiled(backend);
    return other.text();
  };
  const shown: Readonly<Record<Part, () => string | Promise<string>>> = {
    equations: () => text ?? equationsText(network, simulation),
    ir: () => kernels(simulation).map(({ kernel }) => kernelText(kernel)).join("\n\n"),
    wat: () => codeOf("wasm"),
    wgsl: () => codeOf("webgpu"),
    cost: () => costText(simulation, precision),
  };
  const texts = new Map<Part, string>();
  for (const part of options.show) texts.set(part, await shown[part]());
  screen.say([...texts.values()].join("\n\n"));
  texts.delete("cost");
  screen.json({
    ...Object.fromEntries(texts),
    ...(options.show.includes("cost") ? { cost: costOf(simulation, precision) } : {}),
    integrators: simulation.report().integrators,
  });
}

/** What is inspected, its step, and how its equations are shown where not as those of the network's neurons. */
interface Inspected { readonly network: Network; readonly dt: CompileOptions["dt"]; readonly text?: string }

/** A model is shown in a network of its own, in which every receptor receives spikes. */
async function networkOf(target: string, options: SimulationOptions): Promise<Inspected> {
  const model = isFileOrNetwork(target) ? undefined : (await findModel(target)).model;
  const step = (options.dt ?? "0.1 ms") as CompileOptions["dt"];
  if (model?.kind === "neuron") return { network: networkAround(model), dt: step };
  if (model) return { network: networkOfSynapses(model), dt: step, text: describeSynapse(model) };
  const loaded = await loadNetwork(target, options);
  if (!loaded) throw new FileError("no-network", `${target} exports no network`, "Export one: export const network = net;");
  return { network: await loaded.build(), dt: loaded.settings["dt"] as CompileOptions["dt"] };
}

function isFileOrNetwork(target: string): boolean {
  try {
    findNetworkFile(target);
    return true;
  } catch (error) {
    if (error instanceof FileError && error.code === "not-found" && !/[./\\]/.test(target)) return false;
    throw error;
  }
}

function networkAround(model: NeuronModel): Network {
  const network = new Network();
  const neurons = network.population(model.name, 16, model);
  const input = network.spikeSource("input", 16);
  for (const [receptor, variable] of Object.entries(model.receptors)) {
    const { dimension } = model.checked.variables.find(({ name }) => name === variable)!;
    const weight = formatQuantity(1, dimension) as CompileOptions["dt"];
    network.projection(input, neurons, staticSynapseModel("static"), { connect: allToAll(), receptor, weight, name: `to ${receptor}` });
  }
  return network;
}

/** Synapses between a source and neurons that fire whenever they are driven. */
function networkOfSynapses(model: SynapseModel): Network {
  const network = new Network();
  const weight = startWeight(model, {});
  const relay = relayFor(model, weight);
  const neurons = network.population("relay", 16, relay.model);
  const modulators = Object.fromEntries(model.modulators.map((name) => [name, network.modulator(name, { initial: 1 })]));
  network.projection(network.spikeSource("input", 16), neurons, model, {
    connect: allToAll(), weight, ...(model.usesReceptor ? { receptor: relay.receptor } : {}), ...(model.modulators.length > 0 ? { modulators } : {}),
  } as never);
  return network;
}

function equationsText(network: Network, simulation: Simulation): string {
  const chosen = new Map(simulation.report().integrators.map((integrator) => [integrator.population, integrator]));
  return modelsOf(network).map(({ model, populations }) => [
    describeModel(model),
    "",
    ...populations.map((population) => `${population} advances by ${chosen.get(population)?.method}: ${chosen.get(population)?.reason}`),
  ].join("\n")).join("\n\n");
}

const kernels = (simulation: Simulation) =>
  simulation.groups.flatMap(({ name, size, kernel }) => (kernel ? [{ population: name, size, kernel }] : []));

function costOf(simulation: Simulation, precision: "f32" | "f64"): object {
  const { synapses, bytes: memory } = simulation.report();
  return {
    kernels: kernels(simulation).map(({ population, size, kernel }) => ({ population, size, ...kernelCost(kernel, precision === "f32" ? 4 : 8) })),
    synapses, synapse_bytes: memory.synapses, bytes_per_synapse: synapses > 0 ? memory.synapses / synapses : null, total_bytes: memory.total,
  };
}

function costText(simulation: Simulation, precision: "f32" | "f64"): string {
  const { synapses, bytes: memory } = simulation.report();
  const rows = kernels(simulation).map(({ population, size, kernel }) => {
    const cost = kernelCost(kernel, precision === "f32" ? 4 : 8);
    return [population, thousands(size), ...[cost.arithmetic, cost.divisions, cost.functions, cost.draws, cost.bytes].map(String)];
  });
  const each = synapses > 0 ? ` (${significant(memory.synapses / synapses)} bytes each)` : "";
  return [
    "each step, for each neuron:",
    table([["population", "neurons", "arithmetic", "divisions", "functions", "draws", "bytes moved"], ...rows], [1, 2, 3, 4, 5, 6]),
    `memory: ${bytes(memory.total)}, of which ${bytes(memory.synapses)} for ${thousands(synapses)} synapses${each}`,
  ].join("\n");
}

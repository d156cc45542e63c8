/** `synfire models [NAME]`: the models of neurons and synapses that come with Synfire, or the equations and parameters of one. */
import { Command } from "commander";
import { ArgumentError, didYouMean } from "../errors.ts";
import type { NeuronModel, SynapseModel } from "../index.ts";
import type { Pathways } from "../model/synapse.ts";
import { table } from "./format.ts";
import { bundledNetworks } from "./loadNetwork.ts";
import { isNeuronModel } from "./modelsUsed.ts";
import { synapseModels } from "./synapseModels.ts";
import { examples, jsonOption } from "./options.ts";
import { Screen } from "./screen.ts";

export function modelsCommand(): Command {
  return new Command("models")
    .description("list the neuron and synapse models and networks that come with synfire, or show one model")
    .argument("[name]", "a model, e.g. izhikevich or stdpPair")
    .addOption(jsonOption())
    .addHelpText("after", examples("models", "models lifDelta", "models stdpTriplet", "models izhikevich --json"))
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const screen = new Screen(options);
      if (name === undefined) return list(screen, await neuronModels(), await synapseModels());
      const { exported, model } = await findModel(name);
      screen.say(`${exported}  (import { ${exported} } from "synfire/models")\n\n${describe(model)}`);
      screen.json({ export: exported, ...modelFields(model) });
    });
}

/** Neuron models of models/, by the name under which "synfire/models" exports them. */
export async function neuronModels(): Promise<ReadonlyMap<string, NeuronModel>> {
  const entries = Object.entries((await import("../../models/index.ts")) as Readonly<Record<string, unknown>>);
  return new Map(entries.filter((entry): entry is [string, NeuronModel] => isNeuronModel(entry[1])));
}

/** A model by exported name or by the name it calls itself, whatever the case. */
export async function findModel(name: string): Promise<{ readonly exported: string; readonly model: NeuronModel | SynapseModel }> {
  const models = new Map<string, NeuronModel | SynapseModel>([...(await neuronModels()), ...(await synapseModels())]);
  for (const [exported, model] of models) if ([exported, model.name].some((known) => plain(known) === plain(name))) return { exported, model };
  const near = didYouMean(name, models.keys());
  throw new ArgumentError("unknown-model", `there is no model "${name}"`, near ? `Did you mean "${near}"?` : "synfire models lists them.");
}

const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, "");

function list(screen: Screen, neurons: ReadonlyMap<string, NeuronModel>, synapses: ReadonlyMap<string, SynapseModel>): void {
  const networks = bundledNetworks();
  const rows = (models: ReadonlyMap<string, NeuronModel | SynapseModel>) =>
    table(Array.from(models, ([exported, { description = "" }]) => [`  ${exported}`, description]));
  screen.say([
    "neuron models, from \"synfire/models\":", "", rows(neurons), "", "synapse models:", "", rows(synapses),
    "", `networks, for synfire run: ${networks.join(", ")}`,
    "", "synfire models NAME shows equations and parameters.",
  ].join("\n"));
  const asFields = (models: ReadonlyMap<string, NeuronModel | SynapseModel>) =>
    Array.from(models, ([exported, model]) => ({ export: exported, ...modelFields(model) }));
  screen.json({ neurons: asFields(neurons), synapses: asFields(synapses), networks });
}

const describe = (model: NeuronModel | SynapseModel): string => (model.kind === "neuron" ? describeModel(model) : describeSynapse(model));

type Sections = readonly (readonly [head: string, body: string | undefined])[];

const rows = (values: Readonly<Record<string, unknown>>): string =>
  table(Object.entries(values).map(([name, value]) => [`  ${name}`, String(value)]));

/** Equations, parameters and the rest of a neuron model, for people. */
export function describeModel(model: NeuronModel): string {
  return withSections(model, [
    ["equations", unindent(model.equations)],
    ["threshold", model.threshold],
    ["reset", model.reset],
    ["refractory", model.refractory],
    ["method", model.method],
    ["parameters", rows(model.parameters)],
    ["state, at the start", rows(model.state)],
    ["receptors", rows(model.receptors)],
    ["presets", presets(model)],
  ]);
}

/** The same of a synapse model: what spikes of both sides do. */
export function describeSynapse(model: SynapseModel): string {
  const pathways = (given: Pathways | undefined, own: string) =>
    given === undefined ? undefined : typeof given === "string" ? unindent(given) : rows(mapValues(given, (text) => oneLine(text))) || own;
  return withSections(model, [
    ["equations", model.equations && unindent(model.equations)],
    ["on a presynaptic spike", pathways(model.onPre ?? "receptor += w", "nothing")],
    ["on a postsynaptic spike", pathways(model.onPost, "nothing")],
    ...Object.entries(model.onModulator ?? {}).map(([name, text]) => [`on a spike of ${name}`, unindent(text)] as const),
    [`every ${model.regularly?.every ?? ""}`, model.regularly && unindent(model.regularly.statements)],
    ["modulators", model.modulators.join(", ")],
    ["parameters", rows(model.parameters)],
    ["state, at the start (the weight w has that of the projection)", rows(model.state)],
    ["presets", presets(model)],
  ]);
}

const mapValues = (values: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, text]) => [name, change(text)]));
const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, "; ");
const presets = (model: NeuronModel | SynapseModel): string =>
  table(Object.entries(model.presets).map(([name, values]) => [`  ${name}`, pairs(values as object) || "the defaults"]));

function withSections(model: NeuronModel | SynapseModel, sections: Sections): string {
  return [
    [model.name, model.description, model.source].filter((text) => text !== undefined).join("\n"),
    ...sections.filter(([, body]) => body).map(([head, body]) => `${head}\n${body!.startsWith("  ") ? body : `  ${body}`}`),
  ].join("\n\n");
}

const pairs = (values: object): string => Object.entries(values).map(([name, value]) => `${name} = ${String(value)}`).join(", ");

function unindent(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => `  ${line}`).join("\n");
}

function modelFields(model: NeuronModel | SynapseModel): object {
  const { checked: _, ...fields } = model;
  return fields;
}

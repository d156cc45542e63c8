/** `synfire models [NAME]`: the models that come with Synfire, or the equations and parameters of one. */
import { Command } from "commander";
import { ArgumentError, didYouMean } from "../errors.ts";
import type { NeuronModel } from "../index.ts";
import { table } from "./format.ts";
import { bundledNetworks } from "./loadNetwork.ts";
import { isNeuronModel } from "./modelsUsed.ts";
import { examples, jsonOption } from "./options.ts";
import { Screen } from "./screen.ts";

export function modelsCommand(): Command {
  return new Command("models")
    .description("list the neuron models and networks that come with synfire, or show one model")
    .argument("[name]", "a model, e.g. izhikevich")
    .addOption(jsonOption())
    .addHelpText("after", examples("models", "models lifDelta", "models izhikevich --json"))
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const screen = new Screen(options);
      if (name === undefined) return list(screen, await neuronModels());
      const { exported, model } = await findModel(name);
      screen.say(`${exported}  (import { ${exported} } from "synfire/models")\n\n${describeModel(model)}`);
      screen.json({ export: exported, ...modelFields(model) });
    });
}

/** Neuron models of models/, by the name under which "synfire/models" exports them. */
export async function neuronModels(): Promise<ReadonlyMap<string, NeuronModel>> {
  const entries = Object.entries((await import("../../models/index.ts")) as Readonly<Record<string, unknown>>);
  return new Map(entries.filter((entry): entry is [string, NeuronModel] => isNeuronModel(entry[1])));
}

/** A model by exported name or by the name it calls itself, whatever the case. */
export async function findModel(name: string): Promise<{ readonly exported: string; readonly model: NeuronModel }> {
  const models = await neuronModels();
  for (const [exported, model] of models) if ([exported, model.name].some((known) => plain(known) === plain(name))) return { exported, model };
  const near = didYouMean(name, models.keys());
  throw new ArgumentError("unknown-model", `there is no model "${name}"`, near ? `Did you mean "${near}"?` : "synfire models lists them.");
}

const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, "");

function list(screen: Screen, byName: ReadonlyMap<string, NeuronModel>): void {
  const models = [...byName];
  const networks = bundledNetworks();
  screen.say([
    "neuron models, from \"synfire/models\":", "",
    table(models.map(([exported, { description = "" }]) => [`  ${exported}`, description])),
    "", `networks, for synfire run: ${networks.join(", ")}`,
    "", "synfire models NAME shows equations and parameters.",
  ].join("\n"));
  screen.json({ neurons: models.map(([exported, model]) => ({ export: exported, ...modelFields(model) })), networks });
}

/** Equations, parameters and the rest of a model, for people. */
export function describeModel(model: NeuronModel): string {
  const rows = (values: Readonly<Record<string, unknown>>) => table(Object.entries(values).map(([name, value]) => [`  ${name}`, String(value)]));
  const sections: readonly (readonly [head: string, body: string | undefined])[] = [
    ["equations", unindent(model.equations)],
    ["threshold", model.threshold],
    ["reset", model.reset],
    ["refractory", model.refractory],
    ["method", model.method],
    ["parameters", rows(model.parameters)],
    ["state, at the start", rows(model.state)],
    ["receptors", rows(model.receptors)],
    ["presets", table(Object.entries(model.presets).map(([name, values]) => [`  ${name}`, pairs(values as object)]))],
  ];
  return [
    [model.name, model.description, model.source].filter((text) => text !== undefined).join("\n"),
    ...sections.filter(([, body]) => body).map(([head, body]) => `${head}\n${body!.startsWith("  ") ? body : `  ${body}`}`),
  ].join("\n\n");
}

const pairs = (values: object): string => Object.entries(values).map(([name, value]) => `${name} = ${String(value)}`).join(", ");

function unindent(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => `  ${line}`).join("\n");
}

function modelFields(model: NeuronModel): object {
  const { checked: _, ...fields } = model;
  return fields;
}

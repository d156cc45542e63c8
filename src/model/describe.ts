/** A model as tables: what `synfire models` and the pages of the documentation show. */
import { splitLines, withoutComments } from "../lang/lines.ts";
import { dimensionName } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { formatQuantity } from "../units/quantity.ts";
import type { NeuronModel } from "./neuron.ts";
import type { Pathways, SynapseModel } from "./synapse.ts";
import { unknownWeight } from "./synapseNames.ts";

export interface DescribedValue {
  readonly name: string;
  /** As the model gives it: "20 ms". */
  readonly value: string;
  /** "second", or "1" for a plain number. */
  readonly unit: string;
  /** In SI base units. */
  readonly si: number;
}

export interface ModelDescription {
  readonly name: string;
  readonly description?: string;
  readonly source?: string;
  /** One equation a line, without comments. */
  readonly equations: readonly string[];
  readonly threshold?: string;
  readonly reset: readonly string[];
  readonly refractory?: string;
  readonly method?: string;
  readonly parameters: readonly DescribedValue[];
  readonly state: readonly DescribedValue[];
  readonly receptors: readonly { readonly name: string; readonly variable: string; readonly unit: string }[];
  readonly presets: readonly { readonly name: string; readonly values: Readonly<Record<string, string>> }[];
}

export interface SynapseDescription {
  readonly name: string;
  readonly description?: string;
  readonly source?: string;
  /** One equation a line, without comments. */
  readonly equations: readonly string[];
  /** What happens when spikes of either side or of a modulator reach the synapse: one statement a line. */
  readonly pathways: readonly { readonly name: string; readonly on: "pre" | "post" | "modulator"; readonly statements: readonly string[] }[];
  /** What happens at regular times. */
  readonly regularly?: { readonly every: string; readonly statements: readonly string[] };
  /** The unit "weight" is that of the weight, which the receptor of a projection decides. */
  readonly parameters: readonly DescribedValue[];
  readonly state: readonly DescribedValue[];
  /** "weight" unless the model gives the weight a unit of its own. */
  readonly weightUnit: string;
  readonly modulators: readonly string[];
  readonly presets: readonly { readonly name: string; readonly values: Readonly<Record<string, string>> }[];
}

export function describeSynapse(model: SynapseModel): SynapseDescription {
  const { checked } = model;
  const parameters = model.parameters as Readonly<Record<string, unknown>>, state = model.state as Readonly<Record<string, unknown>>;
  const texts: Readonly<Record<"pre" | "post", Pathways>> = { pre: model.onPre ?? "receptor += w", post: model.onPost ?? {} };
  return {
    name: model.name,
    ...(model.description === undefined ? {} : { description: model.description }),
    ...(model.source === undefined ? {} : { source: model.source }),
    equations: lines(model.equations ?? ""),
    pathways: checked.pathways.map(({ name, on }) => {
      const text = on === "modulator" ? model.onModulator : texts[on];
      return { name, on, statements: lines(typeof text === "string" ? text : text![name]!) };
    }),
    ...(model.regularly ? { regularly: { every: String(model.regularly.every), statements: lines(model.regularly.statements) } } : {}),
    parameters: checked.parameters.map((p) => row(p.name, parameters[p.name], p.value, p.dimension)),
    state: checked.variables.slice(1).map((v) => row(v.name, state[v.name], v.initial, v.dimension)),
    weightUnit: unitName(checked.variables[0]!.dimension),
    modulators: checked.modulators,
    presets: presetsOf(model.presets),
  };
}

export function describeModel(model: NeuronModel): ModelDescription {
  const { checked } = model;
  const parameters = model.parameters as Readonly<Record<string, unknown>>, state = model.state as Readonly<Record<string, unknown>>;
  return {
    name: model.name,
    ...(model.description === undefined ? {} : { description: model.description }),
    ...(model.source === undefined ? {} : { source: model.source }),
    equations: lines(model.equations),
    ...(model.threshold === undefined ? {} : { threshold: model.threshold.trim() }),
    reset: model.reset === undefined ? [] : lines(model.reset),
    ...(model.refractory === undefined ? {} : { refractory: model.refractory.trim() }),
    ...(model.method === undefined ? {} : { method: model.method }),
    parameters: checked.parameters.map((p) => row(p.name, parameters[p.name], p.value, p.dimension)),
    state: checked.variables.map((v) => row(v.name, state[v.name], v.initial, v.dimension)),
    receptors: Object.entries(checked.receptors).map(([name, variable]) =>
      ({ name, variable, unit: dimensionName(checked.variables.find((v) => v.name === variable)!.dimension) })),
    presets: presetsOf(model.presets),
  };
}

/** Lines of a text without comments. */
function lines(text: string): string[] {
  const bare = withoutComments(text);
  return splitLines(bare).map((line) => bare.slice(line.start, line.end).replace(/\s+/g, " "));
}

function row(name: string, given: unknown, si: number, dimension: Dimension): DescribedValue {
  return { name, value: given === undefined ? formatQuantity(si, dimension) : String(given), unit: unitName(dimension), si };
}

/** The weight's unit while no projection decides it is called "weight". */
function unitName(dimension: Dimension): string {
  return dimensionName(dimension).replace(dimensionName(unknownWeight), "weight");
}

function presetsOf(presets: Readonly<Record<string, object>>): ModelDescription["presets"] {
  return Object.entries(presets).map(([name, values]) => ({
    name,
    values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])),
  }));
}

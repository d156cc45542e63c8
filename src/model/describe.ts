/** A model as tables: what `synfire models` and the pages of the documentation show. */
import { splitLines, withoutComments } from "../lang/lines.ts";
import { dimensionName } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { formatQuantity } from "../units/quantity.ts";
import type { NeuronModel } from "./neuron.ts";

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

export function describeModel(model: NeuronModel): ModelDescription {
  const { checked } = model;
  const lines = (text: string): string[] => {
    const bare = withoutComments(text);
    return splitLines(bare).map((line) => bare.slice(line.start, line.end).replace(/\s+/g, " "));
  };
  const row = (name: string, given: unknown, si: number, dimension: Dimension): DescribedValue =>
    ({ name, value: given === undefined ? formatQuantity(si, dimension) : String(given), unit: dimensionName(dimension), si });
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
    presets: Object.entries(model.presets).map(([name, values]) => ({ name,
      values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])) })),
  };
}

/** The right kinds of things in the right fields: what TypeScript cannot see when a model comes from a file. */
import { didYouMean } from "../errors.ts";
import { longestText } from "../lang/value.ts";
import type { ModelContext } from "./context.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const textFields = ["equations", "threshold", "reset", "refractory", "method", "description", "source"] as const;
const tableFields = ["parameters", "state", "receptors", "presets"];
const fields = ["name", ...tableFields, ...textFields];

export function checkShape(spec: Fields, context: ModelContext): void {
  checkModelName(spec, "neuron", "lif_delta", context);
  checkFields(spec, fields, ["kind", "checked"], context);
  for (const field of textFields) {
    if (spec[field] !== undefined || field === "equations") {
      checkText(spec[field], field, field === "refractory" ? 'Write a time such as "2 ms".' : "Write it between quotes.", context);
    }
  }
  checkTables(spec, tableFields, context);
}

export function checkModelName(spec: Fields, kind: string, example: string, context: ModelContext): void {
  const name = spec["name"];
  if (typeof name === "string" && /^[A-Za-z][\w-]*$/.test(name) && name.length <= 80) return;
  context.add("model-name", `the name of a ${kind} model is ${kindOf(name)}`, `Give a name of letters, digits, _ and -, e.g. "${example}".`);
}

/** Reports fields that a model does not have. `derived` are those of a checked model that follow from its text. */
export function checkFields(spec: Fields, fields: readonly string[], derived: readonly string[], context: ModelContext): void {
  for (const field of Object.keys(spec)) {
    if (fields.includes(field) || derived.includes(field)) continue;
    const near = didYouMean(field.slice(0, 80), fields);
    context.add("unknown-field", `${context.owner} has an unknown field ${JSON.stringify(field.slice(0, 80))}`, near ? `Did you mean ${near}?`
      : `Known fields are ${fields.join(", ")}.`);
  }
}

export function checkText(text: unknown, field: string, hint: string, context: ModelContext): void {
  if (typeof text !== "string") context.add("not-a-text", `${field} of ${context.owner} is ${kindOf(text)}, not a text`, hint);
  else if (text.length > longestText) {
    context.add("too-long", `${field} of ${context.owner} is a text of ${text.length} characters`, `At most ${longestText} are read.`);
  }
}

export function checkTables(spec: Fields, tables: readonly string[], context: ModelContext): void {
  for (const field of tables) {
    const table = spec[field];
    if (table !== undefined && !isRecord(table)) context.add("not-an-object", `${field} of ${context.owner} is ${kindOf(table)}, not an object`,
      `Write ${field}: { … }.`);
  }
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value in a few words, for messages. */
export function kindOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (value === undefined) return "missing";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The entries of a table such as `parameters`. */
export function entriesOf(spec: Fields, field: string): [string, unknown][] {
  return Object.entries((spec[field] as Fields | undefined) ?? {});
}

export function textOf(spec: Fields, field: (typeof textFields)[number]): string | undefined {
  return spec[field] as string | undefined;
}

/** The right kinds of things in the right fields of a synapse model: what TypeScript cannot see when a model comes from a file. */
import type { SynapseContext } from "./synapseContext.ts";
import { shorten } from "./names.ts";
import { checkFields, checkModelName, checkTables, checkText, entriesOf, isRecord, kindOf } from "./shape.ts";
import type { Fields } from "./shape.ts";

const tables = ["parameters", "state", "presets", "onModulator"];
const texts = ["equations", "description", "source"];
const fields = ["name", "parameters", "state", "equations", "onPre", "onPost", "modulators", "onModulator", "regularly", "presets", "description",
  "source"];

export function checkSynapseShape(spec: Fields, context: SynapseContext): void {
  checkModelName(spec, "synapse", "stdp", context);
  checkFields(spec, fields, ["kind", "checked", "pathways", "usesReceptor"], context);
  for (const field of texts) if (spec[field] !== undefined) checkText(spec[field], field, "Write it between quotes.", context);
  checkTables(spec, tables, context);
  for (const side of ["onPre", "onPost"] as const) checkPathwayTexts(spec, side, context);
  if (isRecord(spec["onModulator"] ?? {})) {
    for (const [name, text] of entriesOf(spec, "onModulator")) checkText(text, `onModulator.${shorten(name)}`, statementHint, context);
  }
  const modulators = spec["modulators"] ?? [];
  if (!Array.isArray(modulators) || !modulators.every((m) => typeof m === "string")) {
    context.add("not-a-list", `modulators of ${context.owner} is ${kindOf(modulators)}, not a list of names`, 'Write modulators: ["dopamine"].');
  }
  const regularly = spec["regularly"];
  if (regularly !== undefined && !(isRecord(regularly) && "every" in regularly && "statements" in regularly)) {
    context.add("not-an-object", `regularly of ${context.owner} is ${kindOf(regularly)}, not a time and statements`,
      'Write regularly: { every: "10 ms", statements: "…" }.');
  } else if (isRecord(regularly)) checkText(regularly["statements"], "regularly.statements", statementHint, context);
}

function checkPathwayTexts(spec: Fields, side: "onPre" | "onPost", context: SynapseContext): void {
  const given = spec[side];
  if (given === undefined) return;
  if (typeof given === "string") checkText(given, side, statementHint, context);
  else if (isRecord(given)) {
    for (const [name, text] of Object.entries(given)) checkText(text, `${side}.${shorten(name)}`, statementHint, context);
  } else {
    context.add("not-a-text", `${side} of ${context.owner} is ${kindOf(given)}, neither a text nor named pathways`,
      `Write ${side}: "…", or ${side}: { first: "…", second: "…" }.`);
  }
}

const statementHint = 'Write statements between quotes, e.g. "receptor += w".';

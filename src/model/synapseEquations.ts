/** Parameters, variables, subexpressions and sums of a synapse model: their names and dimensions, and what the equations say about them. */
import { visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { checkNumberOf } from "../lang/check.ts";
import { readEquations } from "../lang/equations.ts";
import type { Definition } from "../lang/equations.ts";
import { synapseFlags } from "../lang/flags.ts";
import { withoutComments } from "../lang/lines.ts";
import type { Span } from "../lang/problems.ts";
import { dimensionless, dimensionName, sameDimension } from "../units/dimension.ts";
import type { CheckedSum, CheckedSynapse, CheckedSynapseVariable } from "./checkedSynapse.ts";
import { declare, initialOf, need, neededFor, partOf, sortByUse } from "./declarations.ts";
import type { Subexpression } from "./declarations.ts";
import { inUnit } from "./events.ts";
import { shorten } from "./names.ts";
import { entriesOf, textOf } from "./shape.ts";
import type { Fields } from "./shape.ts";
import { drawHint, isPerWeight, isUnknownWeight } from "./synapseContext.ts";
import type { SynapseContext } from "./synapseContext.ts";
import { endOf, sideName, unknownWeight } from "./synapseNames.ts";

export type SynapseDeclarations = Pick<CheckedSynapse, "parameters" | "variables" | "subexpressions" | "sums">;

export function checkSynapseEquations(spec: Fields, context: SynapseContext): SynapseDeclarations {
  const text = textOf(spec, "equations") ?? "";
  const readable = withoutComments(text);
  settleWeight(readable, context);
  for (const name of (spec["modulators"] as readonly string[] | undefined) ?? []) {
    // A modulator is a plain number.
    if (mayBeNamed(name, "a modulator", context) && context.claim(name, "a modulator", dimensionless)) context.modulators.add(name);
  }
  const parameters = entriesOf(spec, "parameters").filter(([name]) => mayBeNamed(name, "a parameter", context)).map(([name, given]) =>
    ({ ...declare(name, given, "a parameter", `parameter ${shorten(name)} of ${context.owner}`, context), perWeight: isPerWeight(given) }));
  const { definitions, mentioned } = readDefinitions(spec, text, readable, context);
  const unlisted = checkUnlisted(spec, mentioned, context);

  const subexpressions: Subexpression[] = [];
  for (const d of definitions.filter((d) => d.kind === "subexpression" && !isSum(d))) {
    const value = context.readIn("subexpression", partOf(d), text, readable, d.right, (syntax, scope) =>
      checkNumberOf(syntax, neededFor(d), need(d), scope));
    if (value) subexpressions.push({ name: d.name, dimension: d.dimension, value });
  }
  const sorted = sortByUse(subexpressions, definitions, text, context);
  for (const s of sorted) context.note(s.name, s.value);

  const initials = new Map(entriesOf(spec, "state"));
  const variables = definitions.filter((d) => d.kind !== "subexpression").map((d) => checkVariable(d, initials.get(d.name), text, readable, context));
  const sums = definitions.filter(isSum).flatMap((d) => checkSum(d, text, readable, context));
  const weight: CheckedSynapseVariable = variables.find((v) => v.name === "w") ?? { name: "w", dimension: context.weight, initial: 0, clock: "none" };
  return { parameters, variables: [weight, ...variables.filter((v) => v.name !== "w"), ...unlisted], subexpressions: sorted, sums };
}

const isSum = (d: Definition): boolean => d.flags.includes("summed");

/** `w : siemens` says what the weight is in; `w : weight`, or nothing, that the receptor says it. */
function settleWeight(readable: string, context: SynapseContext): void {
  const declared = readEquations(readable, () => {}, { flagRule: synapseFlags, units: new Map([["weight", unknownWeight]]) })
    .find((d) => d.name === "w" && d.kind !== "subexpression");
  context.names.set("w", context.weight);
  if (!declared || isUnknownWeight(declared.dimension)) return;
  if (!context.ends) context.receptor = "any";
  context.weight = declared.dimension;
  context.names.set("w", declared.dimension);
}

/** Whether a name can be the model's own: `tau_pre` would be the tau of the presynaptic neuron. */
function mayBeNamed(name: string, kind: string, context: SynapseContext, source?: { readonly text: string; readonly span: Span }): boolean {
  const end = endOf(name);
  if (!end && !(name === "w" && kind !== "a variable")) return true;
  const is = end ? `which is ${end.variable} of the ${sideName[end.side]} neuron` : "which is the weight";
  const hint = end ? `Choose another name, e.g. ${end.side}_${end.variable}.` : "Choose another name: a projection gives the weight by itself.";
  const message = `${kind} of ${context.owner} is called "${shorten(name)}", ${is}`;
  if (source) context.addAt("reserved-name", message, hint, source.text, source.span);
  else context.add("reserved-name", message, hint);
  return false;
}

interface Read { readonly definitions: readonly Definition[]; readonly mentioned: ReadonlySet<string> }

function readDefinitions(spec: Fields, text: string, readable: string, context: SynapseContext): Read {
  const found = readEquations(readable, (problem) => context.addAt(problem.code, `${problem.message} in equations of ${context.owner}`, problem.hint,
    text, problem.span), { flagRule: synapseFlags, units: context.units });
  const parameters = new Set(entriesOf(spec, "parameters").map(([name]) => name));
  const weight = found.find((d) => d.name === "w");
  const definitions = found.filter((d) => {
    if (isSum(d)) return true;
    const source = { text, span: d.nameSpan }, kind = d.kind === "subexpression" ? "a subexpression" : "a variable";
    if (d.kind === "plain" && parameters.has(d.name)) {
      context.addAt("duplicate-name", `parameter ${d.name} of ${context.owner} is declared again in its equations`,
        "Remove the line: a parameter has the unit of its value.", text, d.nameSpan);
      return false;
    }
    if (!mayBeNamed(d.name, kind, context, source)) return false;
    // The weight has its name already, and may be declared once.
    return d === weight || context.claim(d.name, kind, d.dimension, source);
  });
  return { definitions, mentioned: new Set(found.filter((d) => d.kind !== "subexpression").map((d) => d.name)) };
}

/** Variables that state lists and no equation mentions: their dimension is that of their value. */
function checkUnlisted(spec: Fields, mentioned: ReadonlySet<string>, context: SynapseContext): CheckedSynapseVariable[] {
  return entriesOf(spec, "state").flatMap(([name, given]): CheckedSynapseVariable[] => {
    if (name === "w") {
      context.add("reserved-name", `state of ${context.owner} gives w, which is the weight`, "Remove it: a projection gives the weight.");
      return [];
    }
    if (mentioned.has(name)) return [];
    if (!mayBeNamed(name, "a variable", context)) return [];
    const { dimension, value } = declare(name, given, "a variable", `initial value of ${shorten(name)} of ${context.owner}`, context);
    return [{ name, dimension, initial: value, clock: "none" }];
  });
}

function checkVariable(d: Definition, given: unknown, text: string, readable: string, context: SynapseContext): CheckedSynapseVariable {
  const initial = d.name === "w" ? 0 : initialOf(d, given, text, context);
  if (d.kind === "plain") return { name: d.name, dimension: d.dimension, initial, clock: "none" };
  const clocks = (["event-driven", "clock-driven"] as const).filter((flag) => d.flags.includes(flag));
  if (clocks.length !== 1) {
    const wrong = clocks.length === 0 ? "does not say when it advances" : "cannot advance in two ways";
    context.addAt("clock", `d${d.name}/dt of ${context.owner} ${wrong}`,
      "End the line with (event-driven) when the equation is linear, to advance it only when spikes arrive; else with (clock-driven), every step.",
      text, d.nameSpan);
  }
  const clock = clocks[0] ?? "clock-driven";
  const derivative = context.readIn(clock, partOf(d), text, readable, d.right, (syntax, scope) =>
    checkNumberOf(syntax, neededFor(d), need(d), scope));
  if (clock === "event-driven" && derivative && drawsIn(derivative)) {
    context.addAt("random-not-here", `a random number stands in d${d.name}/dt of ${context.owner}`, drawHint, text, d.right);
  }
  return { name: d.name, dimension: d.dimension, initial, clock, ...(derivative ? { derivative } : {}) };
}

function drawsIn(e: Expr): boolean {
  let found = false;
  visitExpr(e, (node) => (found ||= node.kind === "random"));
  return found;
}

function checkSum(d: Definition, text: string, readable: string, context: SynapseContext): CheckedSum[] {
  const end = endOf(d.name);
  if (end?.side !== "post") {
    context.addAt("sum-target", `the sum ${d.name} of ${context.owner} ${end ? "is over the synapses of a presynaptic neuron" : "names no neuron"}`,
      `A sum is over the synapses of a postsynaptic neuron: write ${end?.variable ?? d.name}_post = … (summed).`, text, d.nameSpan);
    return [];
  }
  const known = context.ends?.post.get(end.variable);
  if (context.ends && known === undefined) {
    context.addAt("unknown-name", `unknown name "${d.name}" in equations of ${context.owner}`, context.hintForUnknown(d.name)!, text, d.nameSpan);
    return [];
  }
  if (known && !sameDimension(known, d.dimension)) {
    const detail = `${d.name} is ${inUnit(known)}, the sum ${inUnit(d.dimension)}`;
    context.addAt("units-mismatch", `units do not match in equations of ${context.owner}: ${detail}`,
      `End the line with ": ${dimensionName(known)} (summed)".`, text, d.nameSpan);
  }
  const value = context.readIn("sum", d.name, text, readable, d.right, (syntax, scope) =>
    checkNumberOf(syntax, neededFor(d), need(d), scope));
  return value ? [{ target: end.variable, dimension: d.dimension, value }] : [];
}

/** Parameters, variables and subexpressions: first their names and dimensions, then what the equations say about them. */
import { namesIn } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { checkNumberOf } from "../lang/check.ts";
import { readEquations } from "../lang/equations.ts";
import type { Definition } from "../lang/equations.ts";
import { withoutComments } from "../lang/lines.ts";
import { dimensionless, dimensionName, dimensions, divideDimensions, isDimensionless } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { exampleUnit } from "../units/quantity.ts";
import type { CheckedNeuron, CheckedParameter, CheckedVariable } from "./checked.ts";
import type { ModelContext } from "./context.ts";
import { shorten } from "./names.ts";
import { entriesOf, textOf } from "./shape.ts";
import type { Fields } from "./shape.ts";

export type Subexpression = CheckedNeuron["subexpressions"][number];

export interface Declarations {
  readonly parameters: readonly CheckedParameter[];
  readonly variables: readonly CheckedVariable[];
  readonly subexpressions: readonly Subexpression[];
}

export function checkDeclarations(spec: Fields, context: ModelContext): Declarations {
  const text = textOf(spec, "equations")!;
  const readable = withoutComments(text);
  const parameters = entriesOf(spec, "parameters").map(([name, given]) =>
    declare(name, given, "a parameter", `parameter ${shorten(name)} of ${context.owner}`, context));
  const { definitions, mentioned } = readDefinitions(spec, text, readable, context);
  const unlisted = entriesOf(spec, "state").filter(([name]) => !mentioned.has(name))
    .map(([name, given]) => declare(name, given, "a variable", `initial value of ${shorten(name)} of ${context.owner}`, context))
    .map(({ name, dimension, value }): CheckedVariable => ({ name, dimension, initial: value, unlessRefractory: false, impulse: false }));
  const initials = new Map(entriesOf(spec, "state"));

  const variables: CheckedVariable[] = [];
  const subexpressions: Subexpression[] = [];
  // In the order of the text, which is also the order in which random draws are numbered.
  for (const d of definitions) {
    const value = d.kind === "plain" ? undefined : context.read(partOf(d), text, readable, d.right, true, (syntax, scope) =>
      checkNumberOf(syntax, neededFor(d), need(d), scope));
    if (d.kind === "subexpression") {
      if (value) subexpressions.push({ name: d.name, dimension: d.dimension, value });
      continue;
    }
    const initial = initialOf(d, initials.get(d.name), text, context);
    variables.push({ name: d.name, dimension: d.dimension, initial, unlessRefractory: d.unlessRefractory, impulse: d.impulse,
      ...(value ? { derivative: value } : {}) });
  }
  return { parameters, variables: [...variables, ...unlisted], subexpressions: sortByUse(subexpressions, definitions, text, context) };
}

/** A parameter, or a variable that no equation mentions: its dimension is that of its value. */
export function declare(name: string, given: unknown, kind: string, what: string, context: ModelContext): CheckedParameter {
  const read = context.attempt(() => context.readQuantity(given, what));
  context.claim(name, kind, read?.dimension ?? "any");
  return { name, dimension: dimensionless, value: 0, ...read };
}

interface Read { readonly definitions: readonly Definition[]; readonly mentioned: ReadonlySet<string> }

function readDefinitions(spec: Fields, text: string, readable: string, context: ModelContext): Read {
  const before = context.problems.length;
  const found = readEquations(readable, (problem) => context.addAt(problem.code, `${problem.message} in equations of ${context.owner}`, problem.hint,
    text, problem.span));
  if (found.length === 0 && context.problems.length === before && textOf(spec, "threshold") === undefined) {
    context.add("no-equations", `${context.owner} has no equations`, 'Write at least one, e.g. equations: "dv/dt = -v / tau_m : volt".');
  }
  const parameters = new Set(entriesOf(spec, "parameters").map(([name]) => name));
  const definitions = found.filter((d) => {
    const source = { text, span: d.nameSpan };
    if (d.kind !== "plain" || !parameters.has(d.name)) return context.claim(d.name, d.kind === "subexpression" ? "a subexpression" : "a variable",
      d.dimension, source);
    context.addAt("duplicate-name", `parameter ${d.name} of ${context.owner} is declared again in its equations`,
      "Remove the line: a parameter has the unit of its value.", text, d.nameSpan);
    return false;
  });
  return { definitions, mentioned: new Set(found.filter((d) => d.kind !== "subexpression").map((d) => d.name)) };
}

export const partOf = (d: Definition): string => (d.kind === "derivative" ? `d${d.name}/dt` : d.name);
export const neededFor = (d: Definition): Dimension => (d.kind === "derivative" ? divideDimensions(d.dimension, dimensions.second) : d.dimension);

export function need(d: Definition): string {
  const unit = isDimensionless(d.dimension) ? "dimensionless" : `in ${dimensionName(d.dimension)}`;
  return d.kind === "derivative"
    ? `${d.name} is ${unit}, so its rate of change must be in ${isDimensionless(d.dimension) ? "1/second" : dimensionName(neededFor(d))}`
    : `${d.name} is declared ${unit}`;
}

export function initialOf(d: Definition, given: unknown, text: string, context: ModelContext): number {
  const zero = isDimensionless(d.dimension) ? "0" : `"0 ${exampleUnit(d.dimension)}"`;
  if (given === undefined) {
    context.addAt("no-initial-value", `variable ${d.name} of ${context.owner} has no initial value`, `Add ${d.name}: ${zero} under state.`, text,
      d.nameSpan);
    return 0;
  }
  const initial = context.attempt(() => context.parseQuantity(given, d.dimension, `initial value of ${d.name} of ${context.owner}`)) ?? 0;
  if (d.impulse && initial !== 0) {
    context.add("impulse-value", `impulse ${d.name} of ${context.owner} begins at ${String(given)}`,
      `An impulse is zero until something arrives: write ${d.name}: ${zero}.`);
  }
  return initial;
}

/** Orders subexpressions so that each uses only earlier ones, and notes which hold white noise. A cycle is reported. */
export function sortByUse(found: readonly Subexpression[], definitions: readonly Definition[], text: string, context: ModelContext): Subexpression[] {
  const byName = new Map(found.map((s) => [s.name, s]));
  const sorted: Subexpression[] = [];
  const done = new Set<string>();
  const usesOf = (e: Expr): string[] => [...namesIn(e)].filter((name) => byName.has(name));
  const place = (s: Subexpression, path: readonly string[]): void => {
    if (done.has(s.name)) return;
    if (path.includes(s.name)) {
      const cycle = [...path.slice(path.indexOf(s.name)), s.name];
      const message = cycle.length === 2 ? `subexpression ${s.name} of ${context.owner} uses itself`
        : `subexpressions of ${context.owner} use each other: ${cycle.join(" → ")}`;
      context.addAt("cycle", message, "Write one of them without the others, or make it a variable with an equation of its own.", text,
        definitions.find((d) => d.name === s.name)!.nameSpan);
      for (const name of cycle) done.add(name);
      return;
    }
    for (const used of usesOf(s.value)) place(byName.get(used)!, [...path, s.name]);
    if (done.has(s.name)) return;
    done.add(s.name);
    if (context.holdsNoise(s.value)) context.noisy.add(s.name);
    sorted.push(s);
  };
  for (const s of found) place(s, []);
  return sorted;
}

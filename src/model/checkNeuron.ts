/** A neuron's text → `CheckedNeuron`. Everything that is wrong is collected and thrown as one error. */
import { didYouMean } from "../errors.ts";
import { methods } from "./checked.ts";
import type { CheckedNeuron, CheckedVariable, Dimension, Method } from "./checked.ts";
import { ModelContext } from "./context.ts";
import { checkDeclarations } from "./declarations.ts";
import { checkRefractory, checkReset, checkThreshold } from "./events.ts";
import { nameProblem, shorten } from "./names.ts";
import { checkShape, entriesOf, isRecord, kindOf, textOf } from "./shape.ts";
import type { Fields } from "./shape.ts";

/** @throws {EquationError} with every problem of the model */
export function checkNeuron(spec: unknown): CheckedNeuron {
  const name = isRecord(spec) ? spec["name"] : undefined;
  const context = new ModelContext(`neuron "${typeof name === "string" ? shorten(name) : "?"}"`);
  if (!isRecord(spec)) {
    context.add("not-an-object", `a neuron model is ${kindOf(spec)}, not an object`,
      "Write neuron({ name, parameters, state, receptors, equations, threshold, reset }).");
    context.throwIfWrong();
    throw new Error("unreachable");
  }
  checkShape(spec, context);
  context.throwIfWrong();
  const { parameters, variables, subexpressions } = checkDeclarations(spec, context);
  const receptors = checkReceptors(spec, variables, context);
  const threshold = checkThreshold(spec, context);
  const reset = checkReset(spec, variables, context);
  const refractory = checkRefractory(spec, variables, context);
  const method = checkMethod(spec, context);
  checkPresets(spec, [...parameters, ...variables], context);
  context.throwIfWrong();
  return {
    name: name as string, parameters, variables, subexpressions, receptors, reset, draws: context.draws,
    ...(threshold === undefined ? {} : { threshold }), ...(refractory === undefined ? {} : { refractory }),
    ...(method === undefined ? {} : { method }),
  };
}

function checkReceptors(spec: Fields, variables: readonly CheckedVariable[], context: ModelContext): Record<string, string> {
  const receptors: Record<string, string> = {};
  for (const [receptor, target] of entriesOf(spec, "receptors")) {
    const what = `receptor ${shorten(receptor)} of ${context.owner}`;
    // A receptor may be called as its variable is, or by any word: it is no name of the equations.
    const wrong = nameProblem(receptor, `a receptor of ${context.owner}`);
    if (wrong && wrong[0] === "bad-name") context.add(...wrong);
    else if (typeof target !== "string" || !variables.some((v) => v.name === target)) {
      const near = typeof target === "string" ? didYouMean(target.slice(0, 80), variables.map((v) => v.name)) : undefined;
      context.add("unknown-variable", `${what} adds to ${kindOf(target)}, which is not a variable`, near ? `Did you mean ${near}?`
        : "Name a variable of state that arriving weights are added to.");
    } else receptors[receptor] = target;
  }
  return receptors;
}

function checkMethod(spec: Fields, context: ModelContext): Method | undefined {
  const method = textOf(spec, "method");
  if (method === undefined || (methods as readonly string[]).includes(method)) return method as Method | undefined;
  const near = didYouMean(method.slice(0, 80), methods);
  context.add("unknown-method", `method of ${context.owner} is ${kindOf(method)}`, near ? `Did you mean ${near}?`
    : `Known methods are ${methods.join(", ")}.`);
  return undefined;
}

export function checkPresets(spec: Fields, known: readonly { readonly name: string; readonly dimension: Dimension }[], context: ModelContext): void {
  for (const [preset, values] of entriesOf(spec, "presets")) {
    const what = `preset ${shorten(preset)} of ${context.owner}`;
    if (!isRecord(values)) {
      context.add("not-an-object", `${what} is ${kindOf(values)}, not an object`, `Write ${shorten(preset)}: { … }.`);
      continue;
    }
    for (const [name, value] of Object.entries(values)) {
      const found = known.find((k) => k.name === name);
      const near = found ? undefined : didYouMean(name.slice(0, 80), known.map((k) => k.name));
      if (!found) context.add("unknown-name", `${what} sets ${shorten(name)}, which is neither a parameter nor a variable`, near
        ? `Did you mean ${near}?` : "Set parameters and initial values only.");
      else context.attempt(() => context.parseQuantity(value, found.dimension, `${name} in ${what}`));
    }
  }
}

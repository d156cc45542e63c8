/** What happens at a spike: threshold, reset and refractoriness. */
import { number } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { checkCondition, checkExpression, checkNumberOf } from "../lang/check.ts";
import { withoutComments } from "../lang/lines.ts";
import { readStatements } from "../lang/statements.ts";
import type { Statement } from "../lang/statements.ts";
import type { Syntax } from "../lang/syntax.ts";
import { didYouMean } from "../errors.ts";
import { dimensionName, dimensions, isDimensionless, sameDimension } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { looksLikeQuantity, parseQuantity } from "../units/quantity.ts";
import type { Assignment, CheckedNeuron, CheckedVariable } from "./checked.ts";
import type { ModelContext } from "./context.ts";
import { builtIns } from "./names.ts";
import { entriesOf, textOf } from "./shape.ts";
import type { Fields } from "./shape.ts";

export function checkThreshold(spec: Fields, context: ModelContext): Expr | undefined {
  const text = textOf(spec, "threshold");
  return text === undefined ? undefined : context.read("threshold", text, text, { start: 0, end: text.length }, false, checkCondition);
}

/** Assignments in order; `w += b` becomes w = w + b. */
export function checkReset(spec: Fields, variables: readonly CheckedVariable[], context: ModelContext): Assignment[] {
  const text = textOf(spec, "reset");
  if (text === undefined) return [];
  const readable = withoutComments(text);
  const statements = readStatements(readable, (problem) => context.addAt(problem.code, `${problem.message} in reset of ${context.owner}`,
    problem.hint, text, problem.span));
  if (statements.length > 0 && textOf(spec, "threshold") === undefined) {
    context.add("reset-without-threshold", `${context.owner} has a reset but no threshold`, "Add a threshold such as v > v_th, or remove the reset.");
  }
  return statements.flatMap((statement) => {
    const target = variables.find((v) => v.name === statement.target);
    const wrong = target?.impulse ? ["is an impulse, which holds only what arrives", "Assign another variable."] : target ? undefined
      : notAVariable(statement.target, spec, variables, context);
    if (wrong) {
      context.addAt("cannot-assign", `${statement.target} in reset of ${context.owner} ${wrong[0]}`, wrong[1]!, text, statement.targetSpan);
      return [];
    }
    const value = context.read("reset", text, readable, statement.right, false, (syntax, scope) =>
      checkNumberOf(desugar(statement, syntax), target!.dimension, `${statement.target} is ${inUnit(target!.dimension)}`, scope));
    return value === undefined ? [] : [{ target: statement.target, value }];
  });
}

export const inUnit = (d: Dimension): string => (isDimensionless(d) ? "dimensionless" : `in ${dimensionName(d)}`);

export function desugar(statement: Statement, right: Syntax): Syntax {
  if (statement.update === undefined) return right;
  const left: Syntax = { kind: "name", name: statement.target, ...statement.targetSpan };
  return { kind: "binary", op: statement.update, left, right, at: statement, start: statement.start, end: statement.end };
}

function notAVariable(name: string, spec: Fields, variables: readonly CheckedVariable[], context: ModelContext): [string, string] {
  if (entriesOf(spec, "parameters").some(([p]) => p === name)) {
    return ["is a parameter, which no spike can change", `Move ${name} from parameters to state.`];
  }
  if (builtIns.has(name)) return ["is built in and cannot be changed", "Assign a variable of the model."];
  if (context.names.has(name)) return ["is a subexpression, which follows from the others", "Assign a variable it uses, or make it a variable."];
  const near = didYouMean(name, variables.map((v) => v.name));
  return ["is not a variable", near ? `Did you mean ${near}?` : `Add ${name} under state with an initial value.`];
}

/** A time, or a condition that lasts. */
export function checkRefractory(spec: Fields, variables: readonly CheckedVariable[], context: ModelContext): CheckedNeuron["refractory"] {
  const text = textOf(spec, "refractory");
  if (text === undefined) {
    const waiting = variables.find((v) => v.unlessRefractory);
    const message = `${waiting?.name} of ${context.owner} is marked (unless refractory), but the model has no refractory period`;
    if (waiting) context.add("no-refractory", message, 'Add refractory: "2 ms", or remove the mark.');
    return undefined;
  }
  if (textOf(spec, "threshold") === undefined) {
    context.add("refractory-without-threshold", `${context.owner} has a refractory period but no threshold`,
      "Add a threshold such as v > v_th, or remove refractory.");
  }
  if (looksLikeQuantity(text)) {
    const value = context.attempt(() => parseQuantity(text, dimensions.second, `refractory of ${context.owner}`));
    if (value !== undefined && value < 0) context.add("negative-time", `refractory of ${context.owner} is "${text}"`, "Give a time of zero or more.");
    return value === undefined ? undefined : { kind: "time", value: number(value) };
  }
  return context.read("refractory", text, text, { start: 0, end: text.length }, false, (syntax, scope) => {
    const { expr, dimension } = checkExpression(syntax, scope);
    if (dimension === "condition") return { kind: "condition", value: expr };
    if (dimension !== "any" && !sameDimension(dimension, dimensions.second)) {
      const is = isDimensionless(dimension) ? "dimensionless" : dimensionName(dimension);
      scope.report("units-mismatch", "units do not match", syntax, 'Write a time such as "2 ms" or t_ref, or a condition such as v > v_th.',
        `a time or a condition is needed, not ${is}`);
    }
    return { kind: "time", value: expr };
  });
}

/** The equations of a model in Brian2's notation → one definition a line, not yet checked. */
import { dimensionless, dimensionName, isDimensionless } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { readQuantity } from "../units/quantity.ts";
import type { ExtraUnits } from "../units/quantity.ts";
import { neuronFlags } from "./flags.ts";
import type { DefinitionKind, FlagRule } from "./flags.ts";
import { splitLines } from "./lines.ts";
import { TextProblem } from "./problems.ts";
import type { Span } from "./problems.ts";

/** `dv/dt = … : volt (flags)`, `I = … : amp`, or `n : 1 (flags)`. */
export interface Definition extends Span {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly nameSpan: Span;
  /** Where the right side stands; empty for a plain variable. */
  readonly right: Span;
  readonly dimension: Dimension;
  readonly unlessRefractory: boolean;
  readonly impulse: boolean;
  /** All flags, as written. */
  readonly flags: readonly string[];
}

/** What the equations of one kind of model may say beside the common language. */
export interface EquationDialect {
  readonly flagRule: FlagRule;
  readonly units?: ExtraUnits;
}

/** Reads every line of a text without comments; what a line cannot be read for is reported, and the line left out. */
export function readEquations(
  text: string, report: (problem: TextProblem) => void, dialect: EquationDialect = { flagRule: neuronFlags },
): Definition[] {
  return splitLines(text).flatMap((line) => {
    try {
      return [readDefinition(text, line, dialect)];
    } catch (error) {
      if (!(error instanceof TextProblem)) throw error;
      report(error);
      return [];
    }
  });
}

const derivativePattern = /^d([A-Za-z_]\w*)\s*\/\s*dt\s*=(?!=)/;
const subexpressionPattern = /^([A-Za-z_]\w*)\s*=(?!=)/;
const plainPattern = /^([A-Za-z_]\w*)\s*$/;

function readDefinition(text: string, line: Span, dialect: EquationDialect): Definition {
  const content = text.slice(line.start, line.end);
  const colon = content.indexOf(":");
  const left = colon < 0 ? content : content.slice(0, colon);
  const derivative = derivativePattern.exec(left);
  const subexpression = derivative ? null : subexpressionPattern.exec(left);
  const plain = derivative ?? subexpression ?? plainPattern.exec(left);
  const found = derivative ?? subexpression ?? plain;
  if (!found) {
    throw new TextProblem("equation-syntax", "a line is not an equation", { start: line.start, end: line.start + left.trimEnd().length },
      "Write dv/dt = … : volt, or I = … : amp, or n : 1.");
  }
  const name = found[1]!;
  const question = content.indexOf("?");
  if (question >= 0) {
    throw new TextProblem("syntax", 'unexpected character "?"', { start: line.start + question, end: line.start + question + 1 },
      "Write select(condition, a, b).");
  }
  if (colon < 0) {
    throw new TextProblem("missing-unit", `the unit of ${name} is missing`, line,
      `End the line with its unit, e.g. ": volt", or ": 1" when ${name} is a plain number.`);
  }
  const { unit, flags } = splitFlags(content.slice(colon + 1));
  const nameStart = line.start + (derivative ? 1 : 0);
  const at = (word: string, after: number): Span => {
    const start = line.start + Math.max(0, content.indexOf(word, after));
    return { start, end: start + Math.max(1, word.length) };
  };
  const kind = derivative ? "derivative" : subexpression ? "subexpression" : "plain";
  for (const flag of flags) {
    const hint = dialect.flagRule(flag, kind);
    if (hint !== undefined) throw new TextProblem("unknown-flag", `flag (${flag}) does not fit ${name}`, at(flag, colon), hint);
  }
  return {
    kind, name, nameSpan: { start: nameStart, end: nameStart + name.length },
    right: { start: line.start + (kind === "plain" ? left.length : found[0].length), end: line.start + left.length },
    dimension: readUnit(unit.trim(), at(unit.trim(), colon + 1), name, dialect.units),
    unlessRefractory: flags.includes("unless refractory"), impulse: flags.includes("impulse"), flags, ...line,
  };
}

/** Splits "volt (unless refractory)"; a parenthesis after an operator belongs to the unit. */
function splitFlags(text: string): { unit: string; flags: string[] } {
  const open = text.search(/(?<=[\w)]\s*)\([A-Za-z][A-Za-z ,-]*\)\s*$/);
  if (open < 0) return { unit: text, flags: [] };
  const flags = text.slice(open + 1, text.lastIndexOf(")")).split(",").map((f) => f.trim().replace(/\s+/g, " "));
  return { unit: text.slice(0, open), flags: flags.filter((f) => f !== "") };
}

function readUnit(unit: string, span: Span, name: string, units: ExtraUnits | undefined): Dimension {
  if (unit === "") throw new TextProblem("missing-unit", `the unit of ${name} is missing`, span,
    `Write e.g. ": volt", or ": 1" when ${name} is a plain number.`);
  if (unit === "1") return dimensionless;
  if (unit === "boolean" || unit === "integer") throw new TextProblem("unknown-unit", `${name} cannot be ${unit}`, span,
    'Variables are numbers: declare it ": 1" and use int(condition) for 0 and 1.');
  let read: ReturnType<typeof readQuantity>;
  try {
    read = readQuantity(`1 ${unit.replace(/\s+/g, "")}`, name, units);
  } catch (error) {
    const hint = (error as { hint?: string }).hint ?? "";
    throw new TextProblem("unknown-unit", `"${unit}" is not a unit`, span, hint.startsWith("Did") ? hint
      : 'Write a unit such as volt, amp, siemens/metre^2, or 1.');
  }
  if (read.value !== 1) {
    throw new TextProblem("scaled-unit", `${name} has the scaled unit ${unit}`, span,
      `Write ": ${dimensionName(read.dimension)}"; values may still be given in ${unit}.`);
  }
  return isDimensionless(read.dimension) ? dimensionless : read.dimension;
}

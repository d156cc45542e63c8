/** Statements that change state, such as `v = v_reset; w += b` → assignments in order, not yet checked. */
import type { Op } from "../ir/expr.ts";
import { splitLines } from "./lines.ts";
import { TextProblem } from "./problems.ts";
import type { Span } from "./problems.ts";

export interface Statement extends Span {
  readonly target: string;
  readonly targetSpan: Span;
  /** `+=` becomes target = target + value. */
  readonly update?: Op;
  readonly right: Span;
}

const statementPattern = /^([A-Za-z_]\w*)\s*(\+|-|\*\*|\*|\/|%|\^)?=(?!=)/;
const updates: Readonly<Record<string, Op>> = { "+": "add", "-": "sub", "*": "mul", "/": "div" };

/** Reads every statement of a text without comments; what cannot be read is reported, and left out. */
export function readStatements(text: string, report: (problem: TextProblem) => void): Statement[] {
  return splitLines(text).flatMap((line) => {
    const found = statementPattern.exec(text.slice(line.start, line.end));
    if (!found) {
      report(new TextProblem("statement-syntax", "a line is not an assignment", line, "Write e.g. v = v_reset, or w += b."));
      return [];
    }
    const target = found[1]!, sign = found[2];
    const update = sign === undefined ? undefined : updates[sign];
    if (sign !== undefined && update === undefined) {
      report(new TextProblem("statement-syntax", `${sign}= is not an assignment`, line, `Write ${target} = ${target} ${sign} ….`));
      return [];
    }
    const right = { start: line.start + found[0].length, end: line.end };
    return [{ target, targetSpan: { start: line.start, end: line.start + target.length }, ...(update === undefined ? {} : { update }), right,
      ...line }];
  });
}

/** What is wrong in a model's text: collected while reading and checking, then shown together, each with its line and a caret. */
import { EquationError } from "../errors.ts";

/** A part of the text that a user wrote. Offsets count UTF-16 units of `text`. */
export interface Span { readonly start: number; readonly end: number }

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Where it is; absent when a thing is missing altogether. */
  readonly source?: { readonly text: string; readonly span: Span };
}

/** A problem of the text at a place within it; the caller knows which part of which model that is. */
export class TextProblem extends Error {
  readonly code: string;
  readonly span: Span;
  readonly hint: string;

  constructor(code: string, message: string, span: Span, hint: string) {
    super(message);
    this.code = code;
    this.span = span;
    this.hint = hint;
  }
}

const mostShown = 20;
const longestMessage = 500;

/** One error for all problems, in the order of the checks. `owner` names the model: `neuron "lif"`. */
export function equationError(problems: readonly Problem[], owner: string): EquationError {
  const shown = problems.slice(0, mostShown).map((p) => ({ ...p, message: shorten(p.message), hint: shorten(p.hint) }));
  const texts = shown.map((p) => [p.message, ...showSource(p)].join("\n"));
  const first = shown[0]!, last = shown.at(-1)!;
  if (problems.length === 1) return new EquationError(first.code, texts[0]!, first.hint);
  const more = problems.length > mostShown ? ` (the first ${mostShown} are shown)` : "";
  const body = texts.map((text, k) => (k === texts.length - 1 || shown[k]!.hint === "" ? text : `${text}\n  ${shown[k]!.hint}`)).join("\n\n");
  return new EquationError(first.code, `${owner} has ${problems.length} problems${more}\n\n${body}`, last.hint);
}

/** A name of a thousand letters would bury what is wrong with it. */
function shorten(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}

/** The line with its number, and a line of carets below the span. */
function showSource(problem: Problem): string[] {
  if (!problem.source) return [];
  const { text, span } = problem.source;
  const start = Math.min(span.start, text.length);
  const lineStart = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", start);
  const line = text.slice(lineStart, newline < 0 ? text.length : newline).replace(/\p{C}/gu, " ");
  const number = String(text.slice(0, lineStart).split("\n").length);
  const column = start - lineStart;
  // A window around the caret keeps a very long line readable.
  const from = Math.max(0, column - 100);
  const width = Math.max(1, Math.min(span.end - start, line.length - column, 100));
  const cut = from > 0 ? "…" : "";
  return [
    `  ${number} | ${cut}${line.slice(from, from + 200)}`.trimEnd(),
    `  ${" ".repeat(number.length)} | ${" ".repeat(cut.length + column - from)}${"^".repeat(width)}`,
  ];
}

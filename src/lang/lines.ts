/** The lines of a block of equations or statements: cut at newlines and semicolons outside parentheses. */
import type { Span } from "./problems.ts";

/** Comments (from # to the end of a line) become spaces, so that places stay what they were. */
export function withoutComments(text: string): string {
  return text.replace(/#[^\n]*/g, (comment) => " ".repeat(comment.length));
}

/** Places of the lines of a text without comments; empty lines are left out. */
export function splitLines(text: string): Span[] {
  const lines: Span[] = [];
  let start = 0, depth = 0;
  for (let at = 0; at <= text.length; at++) {
    const c = text[at];
    if (c === "(") depth++;
    else if (c === ")") depth = Math.max(0, depth - 1);
    else if (c === undefined || c === ";" || (c === "\n" && (depth === 0 || startsDefinition(text, at + 1)))) {
      const content = text.slice(start, at).trim();
      const from = start + text.slice(start, at).search(/\S/);
      if (content !== "") lines.push({ start: from, end: from + content.length });
      start = at + 1;
      depth = 0;
    }
  }
  return lines;
}

/** A line that begins with `name =` or `dname/dt =` cannot continue the one before: a parenthesis there was forgotten. */
function startsDefinition(text: string, at: number): boolean {
  return /^[ \t\r]*(?:d[A-Za-z_]\w*[ \t]*\/[ \t]*dt|[A-Za-z_]\w*)[ \t]*=(?!=)/.test(text.slice(at, at + 300).split("\n", 1)[0]!);
}

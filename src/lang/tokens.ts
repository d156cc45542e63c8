/** Text of an expression → tokens with their places. Anything that is not in the language stops here. */
import { TextProblem } from "./problems.ts";

export interface Token { readonly kind: "number" | "name" | "symbol"; readonly text: string; readonly start: number; readonly end: number }

const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const symbol = /\*\*|<=|>=|==|!=|[-+*/^%<>(),]/y;
const space = /[ \t\r\n]*/y;

/**
 * @param from  where the expression begins and ends within `text`
 * @throws {TextProblem} at a character that no expression may hold; the hint says what to write instead
 */
export function tokenize(text: string, from: number, to: number): Token[] {
  const tokens: Token[] = [];
  for (let at = from; ;) {
    space.lastIndex = at;
    space.exec(text);
    at = Math.min(space.lastIndex, to);
    if (at >= to) return tokens;
    const found = match(text, at);
    if (!found || found.end > to) throw foreign(text, at);
    tokens.push(found);
    at = found.end;
  }
}

function match(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of [["number", number], ["name", identifier], ["symbol", symbol]] as const) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) return { kind, text: found[0], start: at, end: at + found[0].length };
  }
  return undefined;
}

function foreign(text: string, at: number): TextProblem {
  const two = text.slice(at, at + 2);
  const one = String.fromCodePoint(text.codePointAt(at)!);
  const [, hint] = hints.find(([start]) => two.startsWith(start)) ?? ["",
    "An expression holds numbers, names, + - * / ^ %, comparisons, and, or, not, and functions such as exp(x)."];
  return new TextProblem("syntax", `unexpected character ${JSON.stringify(one)}`, { start: at, end: at + one.length }, hint);
}

const hints: readonly (readonly [string, string])[] = [
  ["&", "Write and."], ["|", "Write or."], ["!", "Write not."], ["~", "Write not."],
  ["=", "Write == to compare. A value is assigned in reset, or defined by a line of the equations."],
  ["?", "Write select(condition, a, b)."], ["'", "An expression holds no text; a rate of change is written dv/dt."],
  ["\"", "An expression holds no text."],
  ["[", "An expression holds one value per neuron, no lists."], ["{", "An expression holds one value per neuron, no objects."],
  [".", "Write a name of the model; nothing has members."], [":", "A unit follows only at the end of a line of the equations."],
  ["µ", "Write u for micro, as in uV."], ["μ", "Write u for micro, as in uV."], ["Ω", "Write ohm."], ["·", "Write *."], ["×", "Write *."],
  ["−", "Write -."],
  ["#", "Comments stand in equations and reset only."], [";", "Only equations and reset hold several lines."],
];

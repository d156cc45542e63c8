/** Tokens → syntax tree, by mathjs's parser. Only whitelisted nodes of its tree pass, and nothing of it is ever evaluated. */
import type { Op } from "../ir/expr.ts";
import { parseWithMathjs } from "../units/mathjs.ts";
import type { MathNode } from "../units/mathjs.ts";
import { TextProblem } from "./problems.ts";
import type { Span } from "./problems.ts";
import { tokenize } from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** An expression as written, with the place of each part. Parentheses have done their work and are gone. */
export type Syntax = Span & (
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly nameSpan: Span; readonly args: readonly Syntax[] }
  | { readonly kind: "unary"; readonly op: "neg" | "plus" | "not"; readonly arg: Syntax; readonly at: Span }
  | { readonly kind: "binary"; readonly op: Op; readonly left: Syntax; readonly right: Syntax; readonly at: Span });

const deepest = 200;

/**
 * Reads one expression from `text.slice(from, to)`; places count from the beginning of `text`.
 *
 * @throws {TextProblem} when it is not an expression of the language, or nested more than 200 deep
 */
export function readSyntax(text: string, from = 0, to: number = text.length): Syntax {
  const tokens = tokenize(text, from, to);
  if (tokens.length === 0) throw new TextProblem("syntax", "an expression is missing", { start: from, end: to },
    "Write an expression such as (v_rest - v) / tau_m.");
  checkNesting(tokens);
  // mathjs never sees the user's words: token k is written "n<k>", so each leaf of its tree tells its place, and no name can mean
  // anything to mathjs. Numbers too, so that they are rounded once, by us.
  let masked = "";
  const starts: number[] = [];
  tokens.forEach((token, k) => {
    starts.push(masked.length);
    masked += `${mask(token, k)} `;
  });
  const tree = parseMasked(masked, starts, tokens, to);
  checkDepth(tree, tokens);
  return new Reader(tokens).read(tree).syntax;
}

const operatorWords = new Set(["and", "or", "not"]);
const foreignWords: ReadonlyMap<string, string> = new Map([
  ["xor", "Write (a or b) and not (a and b)."], ["mod", "Write a % b."], ["to", "Values have SI units already; divide by a unit, e.g. v / mV."],
  ["in", "Compare with ==, <, >."], ["is", "Write ==."], ["if", "Write select(condition, a, b)."], ["else", "Write select(condition, a, b)."],
]);

function mask(token: Token, k: number): string {
  if (token.kind === "symbol") return token.text === "**" ? "^" : token.text;
  if (token.kind === "name" && operatorWords.has(token.text)) return token.text;
  const foreign = token.kind === "name" ? foreignWords.get(token.text) : undefined;
  if (foreign !== undefined) throw new TextProblem("syntax", `"${token.text}" is not part of the language`, token, foreign);
  return `n${k}`;
}

function parseMasked(masked: string, starts: readonly number[], tokens: readonly Token[], to: number): MathNode {
  try {
    return parseWithMathjs(masked);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(tokens[0]!);
    const at = (error as { char?: number }).char ?? masked.length + 1;
    const k = starts.findLastIndex((start) => start < at);
    const token = starts[k]! + mask(tokens[k]!, k).length < at - 1 ? undefined : tokens[k];
    if (!token) throw new TextProblem("syntax", "the expression ends too early", { start: Math.max(0, tokens.at(-1)!.end), end: to },
      "Complete it, or remove the last operator.");
    throw new TextProblem("syntax", `unexpected "${token.text}"`, token, "Check the operators and parentheses around it.");
  }
}

/** Parentheses and prefixes cost mathjs's parser stack, so they are limited before it runs. */
function checkNesting(tokens: readonly Token[]): void {
  const open: Token[] = [];
  let run = 0;
  for (const token of tokens) {
    if (token.text === "(") open.push(token);
    if (token.text === ")" && open.pop() === undefined) throw new TextProblem("syntax", 'unexpected ")"', token, 'No "(" belongs to it.');
    run = token.text === "-" || token.text === "+" || token.text === "not" ? run + 1 : 0;
    if (open.length > deepest || run > deepest) throw tooDeep(token);
  }
  if (open.length > 0) throw new TextProblem("syntax", '"(" is not closed', open.at(-1)!, 'Add ")".');
}

function checkDepth(tree: MathNode, tokens: readonly Token[]): void {
  const pending: [MathNode, number][] = [[tree, 1]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [node, depth] = next;
    if (depth > deepest) throw tooDeep(tokens[0]!);
    node.forEach((child: MathNode) => pending.push([child, depth + 1]));
  }
}

function tooDeep(at: Span): TextProblem {
  return new TextProblem("too-deep", `the expression is nested more than ${deepest} levels deep`, at, "Split it into subexpressions, one line each.");
}

/** Binary operators by mathjs's name for them. */
const binaryOps: Readonly<Record<string, Op>> = {
  add: "add", subtract: "sub", multiply: "mul", divide: "div", pow: "pow", mod: "mod",
  smaller: "lt", smallerEq: "le", larger: "gt", largerEq: "ge", equal: "eq", unequal: "ne", and: "and", or: "or",
};
const unaryOps: Readonly<Record<string, "neg" | "plus" | "not">> = { unaryMinus: "neg", unaryPlus: "plus", not: "not" };

/** A part of the tree and the tokens it covers, parentheses included. */
interface Part { readonly syntax: Syntax; readonly first: number; readonly last: number }

class Reader {
  readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  read(node: MathNode): Part {
    const n = node as unknown as MathjsShape;
    switch (n.type) {
      case "SymbolNode": return this.leaf(this.tokenOf(n.name));
      case "ParenthesisNode": {
        const inner = this.read(n.content);
        return { syntax: inner.syntax, first: inner.first - 1, last: inner.last + 1 };
      }
      case "FunctionNode": return this.call(n);
      case "OperatorNode": return n.args.length === 1 ? this.unary(n) : this.binary(n);
      case "RelationalNode": {
        const [a, b, c] = n.params.map((p) => this.read(p));
        const show = (part: Part): string => this.tokens.slice(part.first, part.last + 1).map((t) => t.text).join("");
        const [first, second] = [this.tokens[a!.last + 1]!.text, this.tokens[b!.last + 1]!.text];
        throw new TextProblem("comparison-chain", "comparisons cannot be chained", this.span(a!.first, c!.last),
          `Write ${show(a!)} ${first} ${show(b!)} and ${show(b!)} ${second} ${show(c!)}.`);
      }
      default: throw new TextProblem("syntax", "this is not an expression of the language", this.tokens[0]!,
        "Write numbers, names, operators and functions.");
    }
  }

  span(first: number, last: number): Span {
    return { start: this.tokens[first]!.start, end: this.tokens[last]!.end };
  }

  /** Where a symbol of mathjs's tree stands. An operator word in the place of an operand, as in "v + or", is a symbol to mathjs. */
  tokenOf(symbol: string): number {
    if (/^n\d+$/.test(symbol)) return Number(symbol.slice(1));
    const token = this.tokens.find((t) => t.text === symbol) ?? this.tokens[0]!;
    throw new TextProblem("syntax", `unexpected "${token.text}"`, token, `Write conditions on both sides of and, or; one after not.`);
  }

  leaf(k: number): Part {
    const token = this.tokens[k]!;
    const { start, end } = token;
    return { syntax: token.kind === "number" ? { kind: "number", text: token.text, start, end } : { kind: "name", name: token.text, start, end },
      first: k, last: k };
  }

  call(n: FunctionShape): Part {
    const at = n.fn.type === "SymbolNode" ? this.tokenOf(n.fn.name) : -1;
    const token = this.tokens[at];
    if (token?.kind !== "name") throw new TextProblem("syntax", "an operator is missing before \"(\"", token ?? this.tokens[0]!,
      `Write ${token?.text ?? "a"}*(…).`);
    const args = n.args.map((a) => this.read(a));
    const last = args.length === 0 ? at + 2 : args.at(-1)!.last + 1;
    return { syntax: { kind: "call", name: token.text, nameSpan: token, args: args.map((a) => a.syntax), ...this.span(at, last) }, first: at, last };
  }

  unary(n: OperatorShape): Part {
    const op = unaryOps[n.fn];
    const arg = this.read(n.args[0]!);
    const first = arg.first - 1;
    const at = this.tokens[first] ?? this.tokens[0]!;
    if (!op) throw new TextProblem("syntax", `unexpected "${at.text}"`, at, "Write a % b for the remainder.");
    return { syntax: { kind: "unary", op, arg: arg.syntax, at, ...this.span(first, arg.last) }, first, last: arg.last };
  }

  binary(n: OperatorShape): Part {
    const op = Object.hasOwn(binaryOps, n.fn) ? binaryOps[n.fn] : undefined;
    const left = this.read(n.args[0]!);
    // mathjs reads "a %" as a percentage: its right side is a constant that no token stands for.
    if (!op || n.args[1]!.type === "ConstantNode") {
      const token = this.tokens[left.last + 1]!;
      throw new TextProblem("syntax", `unexpected "${token.text}"`, token, "Write a % b for the remainder.");
    }
    const right = this.read(n.args[1]!);
    if (n.implicit) {
      const [a, b] = [this.tokens[left.last]!, this.tokens[right.first]!];
      throw new TextProblem("syntax", `an operator is missing between "${a.text}" and "${b.text}"`, { start: a.start, end: b.end },
        `Write ${a.text}*${b.text}.`);
    }
    const span = this.span(left.first, right.last);
    return { syntax: { kind: "binary", op, left: left.syntax, right: right.syntax, at: this.tokens[left.last + 1]!, ...span }, first: left.first,
      last: right.last };
  }
}

/** What is used of mathjs's nodes. */
type MathjsShape =
  | { readonly type: "SymbolNode"; readonly name: string }
  | { readonly type: "ParenthesisNode"; readonly content: MathNode }
  | { readonly type: "RelationalNode"; readonly params: readonly MathNode[] }
  | FunctionShape | OperatorShape | { readonly type: "other" };
interface NamedShape { readonly type: string; readonly name: string }
interface FunctionShape { readonly type: "FunctionNode"; readonly fn: NamedShape; readonly args: readonly MathNode[] }
interface OperatorShape { readonly type: "OperatorNode"; readonly fn: string; readonly args: readonly MathNode[]; readonly implicit: boolean }

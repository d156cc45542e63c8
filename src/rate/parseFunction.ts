/**
 * A plain JavaScript function of numbers → `Expr`, when its source text is one: an expression of its parameters, numbers and `Math`, or a block of
 * `const`, `if … return` and `return`. Such a function can be printed to WebAssembly and WGSL; nothing here evaluates it.
 */
import { add, apply, div, isCondition, mul, name, neg, number, select, sub } from "../ir/expr.ts";
import type { Expr, Op } from "../ir/expr.ts";
import { functionText, tokensOf, UnreadFunction } from "./functionText.ts";
import type { JavaScriptToken } from "./functionText.ts";

export interface ParsedFunction {
  /** Values that the result uses, each from those before it. */
  readonly lets: readonly { readonly name: string; readonly value: Expr }[];
  readonly result: Expr;
}

/**
 * Reads a function's source text.
 *
 * @param names what its parameters are called in the result, in order
 * @throws {UnreadFunction} with the reason, when it is more than an expression of its parameters
 */
export function parseFunction(fn: (...values: number[]) => unknown, names: readonly string[]): ParsedFunction {
  const text = functionText(fn.toString());
  if (text.parameters.length > names.length) throw new UnreadFunction(`it has ${text.parameters.length} parameters for ${names.length} values`);
  const scope = new Map(text.parameters.map((parameter, k) => [parameter, name(names[k]!)] as const));
  const reader = new Reader(tokensOf(text.body));
  const result = text.kind === "expression" ? reader.value(scope) : reader.block(scope);
  reader.expectEnd();
  return { lets: reader.lets, result: asNumber(result) };
}

/** `Math` functions of one argument by the name of the operation that is the same. */
const same: ReadonlyMap<string, Op> = new Map([
  ["exp", "exp"], ["expm1", "expm1"], ["log", "log"], ["log10", "log10"], ["sqrt", "sqrt"], ["abs", "abs"], ["sign", "sign"],
  ["floor", "floor"], ["ceil", "ceil"], ["sin", "sin"], ["cos", "cos"], ["tan", "tan"], ["asin", "arcsin"], ["acos", "arccos"], ["atan", "arctan"],
  ["sinh", "sinh"], ["cosh", "cosh"], ["tanh", "tanh"],
]);

const truncated = (x: Expr): Expr => select(apply("lt", x, number(0)), apply("ceil", x), apply("floor", x));

/** `Math` functions that are made of others. */
const composed: ReadonlyMap<string, (args: readonly Expr[]) => Expr> = new Map([
  ["min", (args) => fold("min", args)], ["max", (args) => fold("max", args)],
  ["pow", ([a, b]) => apply("pow", a!, b!)], ["trunc", ([x]) => truncated(x!)], ["log2", ([x]) => div(apply("log", x!), number(Math.LN2))],
]);
const argumentCounts: ReadonlyMap<string, number> = new Map([["pow", 2], ["trunc", 1], ["log2", 1]]);

function fold(op: "min" | "max", args: readonly Expr[]): Expr {
  if (args.length === 0) throw new UnreadFunction(`Math.${op}() has no argument`);
  return args.reduce((a, b) => apply(op, a, b));
}

/** Binary operators, weakest first; each row binds stronger than the one before. */
const levels: readonly ReadonlyMap<string, (a: Expr, b: Expr) => Expr>[] = [
  new Map([["||", (a: Expr, b: Expr) => apply("or", condition(a), condition(b))]]),
  new Map([["&&", (a: Expr, b: Expr) => apply("and", condition(a), condition(b))]]),
  new Map([...comparisons("==", "eq"), ...comparisons("===", "eq"), ...comparisons("!=", "ne"), ...comparisons("!==", "ne")]),
  new Map([...comparisons("<", "lt"), ...comparisons("<=", "le"), ...comparisons(">", "gt"), ...comparisons(">=", "ge")]),
  new Map([["+", (a: Expr, b: Expr) => add(asNumber(a), asNumber(b))], ["-", (a: Expr, b: Expr) => sub(asNumber(a), asNumber(b))]]),
  new Map([
    ["*", (a: Expr, b: Expr) => mul(asNumber(a), asNumber(b))],
    ["/", (a: Expr, b: Expr) => div(asNumber(a), asNumber(b))],
    // JavaScript's remainder has the sign of the dividend.
    ["%", (a: Expr, b: Expr) => sub(asNumber(a), mul(asNumber(b), truncated(div(asNumber(a), asNumber(b)))))],
  ]),
];

function comparisons(sign: string, op: Op): [string, (a: Expr, b: Expr) => Expr][] {
  return [[sign, (a, b) => apply(op, asNumber(a), asNumber(b))]];
}

const asNumber = (e: Expr): Expr => (isCondition(e) ? apply("int", e) : e);

function condition(e: Expr): Expr {
  if (!isCondition(e)) throw new UnreadFunction("a number stands where a condition belongs");
  return e;
}

type Scope = ReadonlyMap<string, Expr>;

/** A statement that decides what is returned; declarations have done their work. */
type Step =
  | { readonly kind: "return"; readonly value: Expr }
  | { readonly kind: "if"; readonly test: Expr; readonly whenTrue: readonly Step[]; readonly whenFalse: readonly Step[] };

/** What steps return when what comes after them returns `after`. */
function returned(steps: readonly Step[], after: Expr | undefined): Expr | undefined {
  return steps.reduceRight<Expr | undefined>((rest, step) => {
    if (step.kind === "return") return step.value;
    const whenTrue = returned(step.whenTrue, rest), whenFalse = returned(step.whenFalse, rest);
    if (!whenTrue || !whenFalse) throw new UnreadFunction("it may end without a return");
    return select(step.test, whenTrue, whenFalse);
  }, after);
}

class Reader {
  readonly lets: { readonly name: string; readonly value: Expr }[] = [];
  readonly #tokens: readonly JavaScriptToken[];
  #at = 0;

  constructor(tokens: readonly JavaScriptToken[]) {
    this.#tokens = tokens;
  }

  /** What a block returns. */
  block(scope: Scope): Expr {
    const value = returned(this.#steps(scope), undefined);
    if (!value) throw new UnreadFunction("it may end without a return");
    return value;
  }

  #steps(outer: Scope): readonly Step[] {
    const scope = new Map(outer);
    const steps: Step[] = [];
    for (;;) {
      this.#skip(";");
      if (this.#is("}") || this.#at >= this.#tokens.length) return steps;
      if (this.#is("const") || this.#is("let") || this.#is("var")) this.#declarations(scope);
      else steps.push(this.#step(scope));
    }
  }

  #declarations(scope: Map<string, Expr>): void {
    do {
      this.#at++;
      const declared = this.#name();
      this.#expect("=");
      scope.set(declared, this.#named(declared, this.value(scope)));
    } while (this.#is(","));
  }

  #step(scope: Scope): Step {
    if (this.#take("return")) return { kind: "return", value: asNumber(this.value(scope)) };
    if (!this.#take("if")) throw this.#unread("a block may hold const, if … return and return");
    this.#expect("(");
    const test = condition(this.value(scope));
    this.#expect(")");
    const whenTrue = this.#branch(scope);
    this.#skip(";");
    return { kind: "if", test, whenTrue, whenFalse: this.#take("else") ? this.#branch(scope) : [] };
  }

  #branch(scope: Scope): readonly Step[] {
    if (!this.#take("{")) return [this.#step(scope)];
    const steps = this.#steps(scope);
    this.#expect("}");
    return steps;
  }

  /** An expression, conditional operators included. */
  value(scope: Scope): Expr {
    const test = this.#binary(0, scope);
    if (!this.#take("?")) return test;
    const whenTrue = asNumber(this.value(scope));
    this.#expect(":");
    return select(condition(test), whenTrue, asNumber(this.value(scope)));
  }

  #binary(level: number, scope: Scope): Expr {
    const operators = levels[level];
    if (!operators) return this.#unary(scope);
    let left = this.#binary(level + 1, scope);
    for (let make = this.#operator(operators); make; make = this.#operator(operators)) left = make(left, this.#binary(level + 1, scope));
    return left;
  }

  #operator(operators: ReadonlyMap<string, (a: Expr, b: Expr) => Expr>): ((a: Expr, b: Expr) => Expr) | undefined {
    const make = operators.get(this.#tokens[this.#at]?.text ?? "");
    if (make) this.#at++;
    return make;
  }

  #unary(scope: Scope): Expr {
    if (this.#take("-")) return neg(asNumber(this.#unary(scope)));
    if (this.#take("+")) return asNumber(this.#unary(scope));
    if (this.#take("!")) return apply("not", condition(this.#unary(scope)));
    const base = this.#primary(scope);
    return this.#take("**") ? apply("pow", asNumber(base), asNumber(this.#unary(scope))) : base;
  }

  #primary(scope: Scope): Expr {
    if (this.#take("(")) {
      const inner = this.value(scope);
      this.#expect(")");
      return inner;
    }
    const found = this.#tokens[this.#at];
    if (found?.kind === "number") {
      this.#at++;
      return number(Number(found.text.replaceAll("_", "")));
    }
    const called = this.#name();
    if (called === "Math" && this.#take(".")) return this.#math(scope);
    if (called === "Infinity") return number(Infinity);
    if (called === "true" || called === "false") return { kind: "boolean", value: called === "true" };
    const known = scope.get(called);
    if (!known) throw new UnreadFunction(`it uses ${called}, which is neither a parameter nor of Math`);
    return known;
  }

  #math(scope: Scope): Expr {
    const member = this.#name();
    if (!this.#take("(")) {
      const constant: unknown = Object.getOwnPropertyDescriptor(Math, member)?.value;
      if (typeof constant !== "number") throw new UnreadFunction(`there is no number Math.${member}`);
      return number(constant);
    }
    const args: Expr[] = [];
    while (!this.#take(")")) {
      if (args.length > 0) this.#expect(",");
      args.push(asNumber(this.value(scope)));
    }
    const op = same.get(member);
    const make = composed.get(member);
    const count = op ? 1 : argumentCounts.get(member);
    if ((!op && !make) || (count !== undefined && count !== args.length)) {
      throw new UnreadFunction(`Math.${member} of ${args.length} argument${args.length === 1 ? "" : "s"} is not among the operations of kernels`);
    }
    return op ? apply(op, args[0]!) : make!(args);
  }

  /** A value of its own, so that it is computed once however often it is used. */
  #named(declared: string, value: Expr): Expr {
    if (value.kind !== "apply" || isCondition(value)) return value;
    const unique = `${declared.replaceAll("$", "_")}_${this.lets.length}`;
    this.lets.push({ name: unique, value });
    return name(unique);
  }

  #name(): string {
    const found = this.#tokens[this.#at];
    if (found?.kind !== "name") throw this.#unread("a name or number is missing");
    this.#at++;
    return found.text;
  }

  #is(text: string): boolean {
    return this.#tokens[this.#at]?.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #skip(text: string): void {
    while (this.#take(text));
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unread(`${text} is missing`);
  }

  expectEnd(): void {
    this.#skip(";");
    if (this.#at < this.#tokens.length) throw this.#unread("it goes on where an expression has ended");
  }

  #unread(what: string): UnreadFunction {
    return new UnreadFunction(`at "${this.#tokens[this.#at]?.text ?? "its end"}": ${what}`);
  }
}

/**
 * A plain JavaScript function of numbers → `Expr`, when its source text is one: an expression of its parameters, numbers and `Math`, or a block of
 * `const`, `if … return` and `return`. Such a function can be printed to WebAssembly and WGSL; nothing here evaluates it.
 */
import { apply, isCondition, name, neg, number, select } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { functionText, tokensOf, UnreadFunction } from "./functionText.ts";
import type { JavaScriptToken } from "./functionText.ts";
import { asCondition, asNumber, binaryOperators, mathCall, mathNumber } from "./javaScriptOperations.ts";

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
    const test = asCondition(this.value(scope));
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
    return select(asCondition(test), whenTrue, asNumber(this.value(scope)));
  }

  #binary(level: number, scope: Scope): Expr {
    const operators = binaryOperators[level];
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
    if (this.#take("!")) return apply("not", asCondition(this.#unary(scope)));
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
    if (!this.#take("(")) return mathNumber(member);
    const args: Expr[] = [];
    while (!this.#take(")")) {
      if (args.length > 0) this.#expect(",");
      args.push(asNumber(this.value(scope)));
    }
    return mathCall(member, args);
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

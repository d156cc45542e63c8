/** What the checks of one model share: its names, its random draws, and the problems found so far. */
import { SynfireError } from "../errors.ts";
import { namesIn } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { noiseHint } from "../lang/check.ts";
import type { Scope } from "../lang/check.ts";
import { equationError, TextProblem } from "../lang/problems.ts";
import type { Problem, Span } from "../lang/problems.ts";
import { readSyntax } from "../lang/syntax.ts";
import type { Syntax } from "../lang/syntax.ts";
import type { Dimension } from "../units/dimension.ts";
import { parseQuantity, readQuantity } from "../units/quantity.ts";
import { builtIns as neuronBuiltIns, nameProblem, neuronMeanings } from "./names.ts";
import type { Meanings } from "./names.ts";

export class ModelContext {
  /** For messages: `neuron "lif"`. */
  readonly owner: string;
  readonly problems: Problem[] = [];
  readonly names: Map<string, Dimension | "any">;
  readonly #builtIns: ReadonlyMap<string, Dimension>;
  readonly #meanings: Meanings;
  /** Subexpressions that hold white noise, directly or through others. */
  readonly noisy = new Set<string>();
  draws = 0;

  /** @param builtIns names with their dimensions  @param meanings what reserved names mean, for messages */
  constructor(owner: string, builtIns: ReadonlyMap<string, Dimension> = neuronBuiltIns, meanings: Meanings = neuronMeanings) {
    this.owner = owner;
    this.names = new Map(builtIns);
    this.#builtIns = builtIns;
    this.#meanings = meanings;
  }

  throwIfWrong(): void {
    if (this.problems.length > 0) throw equationError(this.problems, this.owner);
  }

  add(code: string, message: string, hint: string): void {
    this.problems.push({ code, message, hint });
  }

  addAt(code: string, message: string, hint: string, text: string, span: Span): void {
    this.problems.push({ code, message, hint, source: { text, span } });
  }

  /** Runs a check that throws about a quantity, and collects what it throws. */
  attempt<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof SynfireError)) throw error;
      const message = error.hint === "" ? error.message : error.message.slice(0, error.message.length - error.hint.length - 3);
      this.add(error.code, message, error.hint);
      return undefined;
    }
  }

  /** A quantity of the model's text, in SI units, with the dimension of its unit. */
  readQuantity(given: unknown, what: string): { readonly value: number; readonly dimension: Dimension } {
    return readQuantity(given as string, what);
  }

  /** A quantity of the model's text that must have a dimension, in SI units. */
  parseQuantity(given: unknown, dimension: Dimension, what: string): number {
    return parseQuantity(given as string, dimension, what);
  }

  /** Takes a name for a parameter, variable or subexpression; reports it when it is taken or reserved. */
  claim(name: string, kind: string, dimension: Dimension | "any", source?: { readonly text: string; readonly span: Span }): boolean {
    const taken = this.names.has(name) && !this.#builtIns.has(name);
    const wrong = taken
      ? ["duplicate-name", `${name} of ${this.owner} is defined twice`, "Give each parameter, variable and subexpression a name of its own."] as const
      : nameProblem(name, `${kind} of ${this.owner}`, this.#meanings);
    if (!this.names.has(name)) this.names.set(name, dimension);
    if (wrong) this.problems.push({ code: wrong[0], message: wrong[1], hint: wrong[2], ...(source ? { source } : {}) });
    return wrong === undefined;
  }

  /** Reads one expression of a part of the model ("threshold", "dv/dt"), then hands it to `check`. */
  read<T>(part: string, text: string, readable: string, span: Span, noise: boolean, check: (syntax: Syntax, scope: Scope) => T): T | undefined {
    try {
      return check(readSyntax(readable, span.start, span.end), this.scope(part, text, noise));
    } catch (error) {
      if (!(error instanceof TextProblem)) throw error;
      this.addAt(error.code, `${error.message} in ${part} of ${this.owner}`, error.hint, text, error.span);
      return undefined;
    }
  }

  scope(part: string, text: string, noise: boolean): Scope {
    const refused: NonNullable<Scope["refused"]> = (name) =>
      !noise && this.noisy.has(name) ? [`subexpression ${name}, which holds white noise, stands`, noiseHint] : undefined;
    return {
      names: this.names, noise, refused, nextDraw: () => this.draws++,
      report: (code, what, span, hint, detail) => this.addAt(code, `${what} in ${part} of ${this.owner}${detail === undefined ? "" : `: ${detail}`}`,
        hint, text, span),
    };
  }

  /** Whether an expression holds white noise, directly or through subexpressions seen so far. */
  holdsNoise(e: Expr): boolean {
    return [...namesIn(e)].some((name) => name === "xi" || name.startsWith("xi_") || this.noisy.has(name));
  }
}

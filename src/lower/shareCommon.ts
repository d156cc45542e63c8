/** Gives a name to every computation that a list of statements would do twice. */
import { name, visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { Statement } from "../ir/kernel.ts";
import type { Scope } from "./scope.ts";

/**
 * The same statements with a `let` before the first use of each repeated computation; computations that do not change in a loop move in
 * front of it. A name that is assigned in between makes its later uses a different computation.
 */
export function shareCommon(statements: readonly Statement[], scope: Pick<Scope, "fresh">): Statement[] {
  const numbering = new Numbering();
  countUses(statements, numbering);
  numbering.restart();
  return new Emitter(numbering, scope).emitAll(statements);
}

/** Equal numbers for equal values: expressions are compared by structure and by the version of each name. */
class Numbering {
  readonly uses = new Map<string, number>();
  private readonly ids = new Map<string, number>();
  private readonly versions = new Map<string, number>();
  /** Keys found since a version last changed. */
  private keys = new WeakMap<Expr, string>();

  /** The identity of a value: "op(id,id)" with ids in place of the operands, so its length does not grow with the expression. */
  key(e: Expr): string {
    switch (e.kind) {
      case "name": return `${e.name}@${this.versions.get(e.name) ?? 0}`;
      case "apply": {
        const key = this.keys.get(e) ?? `${e.op}(${e.args.map((a) => this.id(this.key(a))).join(",")})`;
        this.keys.set(e, key);
        return key;
      }
      default: return JSON.stringify(e);
    }
  }

  /** Forgets what was known about the values of these names. */
  change(names: Iterable<string>): void {
    for (const n of names) this.versions.set(n, (this.versions.get(n) ?? 0) + 1);
    this.keys = new WeakMap();
  }

  /** Goes back to the state before the first statement; equal values keep their identity. */
  restart(): void {
    this.versions.clear();
    this.keys = new WeakMap();
  }

  private id(key: string): number {
    const id = this.ids.get(key) ?? this.ids.size;
    this.ids.set(key, id);
    return id;
  }
}

/** A computation counts once for each different computation that uses it: its own repetitions are those of its user. */
function countUses(statements: readonly Statement[], numbering: Numbering): void {
  const visit = (e: Expr): void => {
    if (e.kind !== "apply") return;
    const key = numbering.key(e);
    const uses = (numbering.uses.get(key) ?? 0) + 1;
    numbering.uses.set(key, uses);
    if (uses === 1) e.args.forEach(visit);
  };
  for (const s of statements) {
    if (s.kind === "while") {
      numbering.change(changedIn(s.body));
      visit(s.condition);
      countUses(s.body, numbering);
      numbering.change(changedIn(s.body));
    } else {
      visit(s.value);
      if (s.kind === "assign") numbering.change([s.name]);
    }
  }
}

class Emitter {
  private readonly numbering: Numbering;
  private readonly scope: Pick<Scope, "fresh">;
  /** Value → the name that holds it. */
  private named = new Map<string, string>();
  private output: Statement[] = [];

  constructor(numbering: Numbering, scope: Pick<Scope, "fresh">) {
    this.numbering = numbering;
    this.scope = scope;
  }

  emitAll(statements: readonly Statement[]): Statement[] {
    for (const s of statements) this.emit(s);
    return this.output;
  }

  private emit(s: Statement): void {
    if (s.kind !== "while") {
      const value = this.share(s.value, s.kind === "let" ? s.name : undefined);
      this.output.push({ ...s, value });
      if (s.kind === "assign") this.change([s.name]);
      return;
    }
    const changing = new Set(changedIn(s.body));
    this.change(changing);
    for (const inner of flatten(s.body)) this.shareInvariant(inner, changing);
    const [before, outerNames] = [this.output, this.named];
    this.output = [];
    this.named = new Map(outerNames);
    // The condition is evaluated in front of the body, so nothing that the body names may occur in it.
    for (const inner of s.body) this.emit(inner);
    const body = this.output;
    this.output = before;
    this.named = outerNames;
    this.output.push({ ...s, body });
    this.change(changing);
  }

  private change(names: Iterable<string>): void {
    const changed = new Set(names);
    this.numbering.change(changed);
    for (const [key, label] of this.named) if (changed.has(label)) this.named.delete(key);
  }

  /** The expression with shared parts replaced by names; `own` is the name that the caller is about to give to the whole. */
  private share(e: Expr, own?: string): Expr {
    if (e.kind !== "apply") return e;
    const key = this.numbering.key(e);
    const known = this.named.get(key);
    if (known !== undefined) return name(known);
    const args = e.args.map((a) => this.share(a));
    const value: Expr = args.every((a, k) => a === e.args[k]) ? e : { ...e, args };
    if (own !== undefined) this.named.set(key, own);
    else if (this.isShared(key, e)) return this.give(key, value);
    return value;
  }

  private give(key: string, value: Expr): Expr {
    const label = this.scope.fresh("common");
    this.output.push({ kind: "let", name: label, value });
    this.named.set(key, label);
    return name(label);
  }

  private isShared(key: string, e: Expr): boolean {
    // Conditions stay where they are: a name always stands for a number.
    return (this.numbering.uses.get(key) ?? 0) > 1 && isNumeric(e);
  }

  private shareInvariant(e: Expr, changing: ReadonlySet<string>): void {
    if (e.kind !== "apply") return;
    let invariant = true;
    let varies = false;
    visitExpr(e, (node) => {
      if (node.kind !== "name") return;
      varies = true;
      if (changing.has(node.name)) invariant = false;
    });
    if (!invariant) for (const a of e.args) this.shareInvariant(a, changing);
    else if (varies && isNumeric(e) && !this.named.has(this.numbering.key(e))) {
      const key = this.numbering.key(e);
      const value = this.share(e);
      if (!this.named.has(key)) this.give(key, value);
    }
  }
}

const conditions = new Set(["lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"]);
const isNumeric = (e: Expr): boolean => e.kind === "apply" && !conditions.has(e.op);

function changedIn(body: readonly Statement[]): string[] {
  return body.flatMap((s) => (s.kind === "while" ? changedIn(s.body) : [s.name]));
}

function flatten(body: readonly Statement[]): Expr[] {
  return body.flatMap((s) => (s.kind === "while" ? [s.condition, ...flatten(s.body)] : [s.value]));
}

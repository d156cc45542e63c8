/** Statements in which every name is given once, so that they can be read backwards. */
import { invariant } from "../../errors.ts";
import { name, namesIn, substitute } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { simplify } from "../../ir/simplify.ts";

export interface Definition { readonly name: string; readonly value: Expr }

/** Names that nothing else has. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** The same names, to go on from without changing this. */
  copy(): Names {
    return new Names(this.#taken);
  }

  /** A name like the one wished for. */
  fresh(wish: string): string {
    let found = wish;
    for (let k = 2; this.#taken.has(found); k++) found = `${wish}_${k}`;
    this.#taken.add(found);
    return found;
  }
}

/**
 * Rewrites `let` and `assign` so that each name is given once.
 *
 * @param environment name → what it stands for now; holds the last value of every name afterwards
 */
export function straightLine(statements: readonly Statement[], environment: Map<string, Expr>, names: Names): Definition[] {
  const definitions: Definition[] = [];
  for (const s of statements) {
    invariant(s.kind !== "while", "cells have no loops");
    const value = simplify(substitute(s.value, environment));
    if (value.kind !== "apply") environment.set(s.name, value);
    else {
      const label = names.fresh(s.name);
      definitions.push({ name: label, value });
      environment.set(s.name, name(label));
    }
  }
  return definitions;
}

/** The definitions that the outputs need, directly or through others. */
export function needed(definitions: readonly Definition[], outputs: Iterable<Expr>): Definition[] {
  const used = new Set<string>();
  for (const e of outputs) for (const n of namesIn(e)) used.add(n);
  const kept: Definition[] = [];
  for (const d of [...definitions].reverse()) {
    if (!used.has(d.name)) continue;
    kept.push(d);
    for (const n of namesIn(d.value)) used.add(n);
  }
  return kept.reverse();
}

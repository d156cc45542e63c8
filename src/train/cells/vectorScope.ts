/** Names of a cell's statements as values of one vector. */
import type { Node } from "../../backend/wasm/assembler.ts";
import type { Lanes } from "../../backend/wasm/lanes.ts";
import { Values } from "../../backend/wasm/values.ts";
import type { Value } from "../../backend/wasm/values.ts";
import { invariant } from "../../errors.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Definition } from "./straightLine.ts";

/** Values of one vector of a block, by name. */
export class VectorScope {
  readonly values: Values;
  readonly #names = new Map<string, Value>();

  constructor(lanes: Lanes) {
    this.values = new Values(lanes);
  }

  /** A name that is read from a local, or loaded where it is first needed. */
  give(name: string, node: Node, cheap: boolean): void {
    this.#names.set(name, this.values.leaf(name, node, cheap));
  }

  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  define(definitions: readonly Definition[]): void {
    for (const d of definitions) {
      const value = this.of(d.value);
      if (value.op !== "leaf" && value.op !== "constant" && value.label === "") value.label = d.name;
      this.#names.set(d.name, value);
    }
  }

  of(e: Expr): Value {
    return this.values.from(e, (n) => {
      const value = this.#names.get(n);
      invariant(value, `a cell reads ${n}, which nothing gives`);
      return value;
    });
  }

  /** The value of an expression that is stored or set. */
  kept(e: Expr): Value {
    return this.values.keep(this.of(e));
  }
}

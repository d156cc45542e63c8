/**
 * Expressions as a graph of values: equal computations are one value (hash-consing), constants are folded in f64, and a value used
 * more than once is computed once into a local. Nothing is emitted until a value is forced.
 */
import { invariant } from "../../errors.ts";
import { applyOperation } from "../../ir/evaluate.ts";
import type { Expr, Op } from "../../ir/expr.ts";
import { v128, type Node } from "./assembler.ts";
import type { Code } from "./code.ts";
import type { Lanes } from "./lanes.ts";
import { expSteps } from "./exponential.ts";
import { integerPower } from "./power.ts";
import { emitOperation, isHeavy } from "./vectorMath.ts";

/** A step of an exponential function, whose own values expressions with several of them share. */
type ExpStep = `exponential ${keyof typeof expSteps}`;

export interface Value {
  readonly id: number;
  readonly op: Op | ExpStep | "constant" | "leaf" | "integerPower";
  readonly args: readonly Value[];
  /** Of a constant: the number or condition. Of an integer power: the exponent. */
  readonly constant?: number | boolean;
  /** Of a leaf: how to read it. */
  readonly node?: Node;
  /** Reading it is as cheap as reading a local. */
  readonly cheap: boolean;
  /** How many loops enclose it. */
  readonly depth: number;
  /** Name for the local, when a person gave one. */
  label: string;
  uses: number;
}

export class Values {
  readonly #lanes: Lanes;
  readonly #known = new Map<string, Value>();
  /** Where values are held, innermost scope last: what a branch or loop computes does not exist after it. */
  readonly #scopes: Map<Value, Node>[] = [new Map()];
  #count = 0;

  constructor(lanes: Lanes) {
    this.#lanes = lanes;
  }

  constant(value: number | boolean): Value {
    return this.#make(`#${typeof value}${Object.is(value, -0) ? "-0" : value}`, { op: "constant", args: [], constant: value, cheap: true, depth: 0 });
  }

  /** A value that is read, not computed: a load (not cheap) or a local. */
  leaf(label: string, node: Node, cheap: boolean, depth = 0): Value {
    return this.#make(`leaf ${this.#count}`, { op: "leaf", args: [], node, cheap, depth }, label);
  }

  from(e: Expr, lookup: (name: string) => Value): Value {
    switch (e.kind) {
      case "number":
      case "boolean": return this.constant(e.value);
      case "name": return lookup(e.name);
      case "random": return invariant(false, "a random draw reached the emitter: lowering names the draws of a kernel") as never;
      case "apply": return this.apply(e.op, e.args.map((a) => this.from(a, lookup)));
      default: return e satisfies never;
    }
  }

  apply(op: Op, args: readonly Value[]): Value {
    const [a, b] = args as [Value, Value];
    if (args.every((x) => x.op === "constant")) return this.constant(applyOperation(op, args.map((x) => x.constant!)));
    const is = (x: Value | undefined, value: number | boolean) => x?.op === "constant" && x.constant === value;
    if (op === "mul" && is(a, 1)) return b;
    if ((op === "mul" || op === "div") && is(b, 1)) return a;
    if (op === "mul" && is(a, -1)) return this.apply("neg", [b]);
    if (op === "add" && is(a, 0)) return b;
    if ((op === "add" || op === "sub") && is(b, 0)) return a;
    if (op === "and" && (is(a, true) || is(b, false))) return b;
    if (op === "and" && (is(b, true) || is(a, false))) return a;
    if (op === "or" && (is(a, false) || is(b, true))) return b;
    if (op === "or" && (is(b, false) || is(a, true))) return a;
    if (op === "select" && a.op === "constant") return a.constant ? b : args[2]!;
    if (op === "select" && b === args[2]) return b;
    if (op === "div" && b.op === "constant") {
      // A multiplication costs a third; its result may differ from the quotient by 1 ulp.
      const inverse = 1 / (b.constant as number);
      if (Number.isFinite(inverse) && Math.abs(inverse) > 1e-30 && Math.abs(inverse) < 1e30) return this.apply("mul", [a, this.constant(inverse)]);
    }
    if (op === "pow" && b.op === "constant") {
      const exponent = b.constant as number;
      if (exponent === 1) return a;
      if (exponent === 0.5) return this.apply("sqrt", [a]);
      if (Number.isInteger(exponent) && Math.abs(exponent) <= 64) {
        return this.#make(`^${exponent} ${a.id}`, { op: "integerPower", args: [a], constant: exponent, cheap: false, depth: a.depth });
      }
    }
    if (op === "exp" || op === "expm1") return this.#exponential(op, a);
    const swap = (op === "add" || op === "mul" || op === "and" || op === "or" || op === "eq" || op === "ne") && a.id > b.id;
    const ordered = swap ? [b, a] : args;
    return this.#make(`${op} ${ordered.map((x) => x.id).join(" ")}`, { op, args, cheap: false, depth: Math.max(...args.map((x) => x.depth)) });
  }

  #exponential(op: "exp" | "expm1", x: Value): Value {
    const step = (name: keyof typeof expSteps, ...args: readonly Value[]): Value =>
      this.#make(`exponential ${name} ${args.map((a) => a.id).join(" ")}`, { op: `exponential ${name}`, args, cheap: false, depth: x.depth }, name);
    const clamped = step("clamped", x);
    const shifted = step("shifted", clamped);
    const fraction = step("fraction", clamped, shifted);
    if (op === "exp") return step("exp", x, shifted, fraction);
    return step("expm1", x, shifted, fraction);
  }

  #make(key: string, parts: Omit<Value, "id" | "uses" | "label">, label = ""): Value {
    const known = this.#known.get(key);
    if (known) return known;
    const made: Value = { ...parts, id: this.#count++, uses: 0, label };
    this.#known.set(key, made);
    for (const a of parts.args) a.uses++;
    return made;
  }

  /** Says that the value is read besides by other values (it is stored, or tested), so that it gets a local when it has another use. */
  keep(value: Value): Value {
    value.uses++;
    return value;
  }

  /** Runs `emit` for a branch or loop body: values first computed inside are forgotten after it. */
  scoped(emit: () => void): void {
    this.#scopes.push(new Map());
    emit();
    this.#scopes.pop();
  }

  /** Computes the value into a local (unless reading it is as cheap) and returns how to read it. */
  force(value: Value, code: Code): Node {
    const held = this.#held(value);
    if (held) return held;
    if (value.op === "constant") return this.#constantNode(value.constant!);
    if (value.op === "leaf" && value.cheap) return value.node!;
    const read = code.let(value.label || "value", this.#compute(value, code));
    this.#scopes.at(-1)!.set(value, read);
    return read;
  }

  /** Forces what a loop reads from outside it, so that it is computed once. `seen`: as a tree, the graph of values can be exponentially larger. */
  forceOutside(value: Value, depth: number, code: Code, seen = new Set<Value>()): void {
    if (seen.has(value)) return;
    seen.add(value);
    if (value.depth < depth) this.force(value, code);
    else for (const a of value.args) this.forceOutside(a, depth, code, seen);
  }

  #held(value: Value): Node | undefined {
    for (const scope of this.#scopes) {
      const node = scope.get(value);
      if (node) return node;
    }
    return undefined;
  }

  #operand(value: Value, code: Code): Node {
    const shared = value.uses > 1 || (value.op !== "leaf" && value.op !== "constant" && value.op !== "integerPower" && isHeavy(value.op));
    return shared ? this.force(value, code) : (this.#held(value) ?? this.#compute(value, code));
  }

  #compute(value: Value, code: Code): Node {
    if (value.op === "constant") return this.#constantNode(value.constant!);
    if (value.op === "leaf") return value.node!;
    if (value.op === "integerPower") return integerPower(code, this.#lanes, this.#operand(value.args[0]!, code), value.constant as number);
    if (value.op.startsWith("exponential ")) {
      const emit = expSteps[value.op.slice(12) as keyof typeof expSteps] as (code: Code, lanes: Lanes, ...args: readonly Node[]) => Node;
      return emit(code, this.#lanes, ...value.args.map((a) => this.#operand(a, code)));
    }
    if (value.op === "select") {
      const [condition, a, b] = value.args as [Value, Value, Value];
      if (b.constant === 0 && !Object.is(b.constant, -0)) return v128.and(this.#operand(a, code), this.#operand(condition, code));
      if (a.constant === 0 && !Object.is(a.constant, -0)) return v128.andnot(this.#operand(b, code), this.#operand(condition, code));
    }
    if (value.op === "and") {
      // a ∧ ¬b is one instruction.
      const [a, b] = value.args as [Value, Value];
      if (b.op === "not") return v128.andnot(this.#operand(a, code), this.#operand(b.args[0]!, code));
      if (a.op === "not") return v128.andnot(this.#operand(b, code), this.#operand(a.args[0]!, code));
    }
    return emitOperation(code, this.#lanes, value.op as Op, value.args.map((a) => this.#operand(a, code)));
  }

  #constantNode(value: number | boolean): Node {
    if (typeof value === "number") return this.#lanes.const(value);
    return v128.const(Array.from({ length: 16 }, () => (value ? 255 : 0)), value ? "i32x4 -1 -1 -1 -1" : "i32x4 0 0 0 0");
  }
}

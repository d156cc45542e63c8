/**
 * Statements of a kernel as values in single-assignment form. Building names values without emitting anything; `while` loops are
 * recorded and emitted later, in order, before the values that come after them.
 */
import { invariant } from "../../errors.ts";
import type { Statement } from "../../ir/kernel.ts";
import { block, br_if, i32, label, local, loop, v128, type Local } from "./assembler.ts";
import type { Code } from "./code.ts";
import type { Value, Values } from "./values.ts";

/** What each name stands for at a point of the program. */
export type Environment = Map<string, Value>;

/** A loop, ready to emit: each carried name has a local that lanes update while their condition holds. */
export interface Loop {
  readonly depth: number;
  readonly limit: number;
  readonly condition: Value;
  readonly carried: readonly { readonly name: string; readonly local: Local; readonly initial: Value; readonly next: Value }[];
  readonly inner: readonly Loop[];
}

/** Builds the statements' values into `environment` and returns the loops among them. `active` masks the lanes that take part. */
export function buildStatements(
  values: Values, code: Code, statements: readonly Statement[], environment: Environment, active?: Value, depth = 0,
): Loop[] {
  const loops: Loop[] = [];
  for (const statement of statements) {
    if (statement.kind === "while") loops.push(buildLoop(values, code, statement, environment, active, depth + 1));
    else {
      const value = values.from(statement.value, (n) => named(environment, n));
      if (value.op !== "leaf" && value.op !== "constant" && value.label === "") value.label = statement.name;
      environment.set(statement.name, value);
    }
  }
  return loops;
}

export function named(environment: Environment, name: string): Value {
  const value = environment.get(name);
  invariant(value, `a kernel uses the name ${name}, which nothing defines before`);
  return value;
}

function buildLoop(
  values: Values, code: Code, statement: Statement & { kind: "while" }, environment: Environment, active: Value | undefined, depth: number,
): Loop {
  const carried = [...assignedNames(statement.body)].filter((name) => environment.has(name)).map((name) => {
    const initial = values.keep(named(environment, name));
    return { name, local: code.variable(name, "v128"), initial };
  });
  const inside: Environment = new Map(environment);
  for (const c of carried) inside.set(c.name, values.leaf(c.name, local.get(c.local), true, depth));
  const own = values.from(statement.condition, (n) => named(inside, n));
  const condition = values.keep(active ? values.apply("and", [own, active]) : own);
  const inner = buildStatements(values, code, statement.body, inside, condition, depth);
  const done = carried.map((c) => ({ ...c, next: values.keep(named(inside, c.name)) }));
  for (const c of carried) environment.set(c.name, values.leaf(c.name, local.get(c.local), true, depth - 1));
  return { depth, limit: statement.limit, condition, carried: done, inner };
}

/** Names that the statements assign, in loops too. */
export function assignedNames(statements: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const s of statements) {
    if (s.kind === "assign") names.add(s.name);
    else if (s.kind === "while") for (const n of assignedNames(s.body)) names.add(n);
  }
  return names;
}

export function emitLoops(values: Values, code: Code, loops: readonly Loop[]): void {
  for (const l of loops) emitLoop(values, code, l);
}

function emitLoop(values: Values, code: Code, l: Loop): void {
  const seen = new Set<Value>();
  for (const value of rootsOf(l)) values.forceOutside(value, l.depth, code, seen);
  for (const c of l.carried) code.add(local.set(c.local, values.force(c.initial, code)));
  const left = code.variable("left", "i32", i32.const(l.limit));
  const again = label();
  const done = label();
  const body = code.inner((inside) => values.scoped(() => {
    const mask = values.force(l.condition, inside);
    inside.add(br_if(done, i32.eqz(v128.any_true(mask))));
    emitLoops(values, inside, l.inner);
    const next = l.carried.map((c) => values.force(c.next, inside));
    l.carried.forEach((c, k) => inside.add(local.set(c.local, v128.bitselect(next[k]!, local.get(c.local), mask))));
    inside.add(br_if(again, local.tee(left, i32.sub(local.get(left), i32.const(1)))));
  }));
  code.add(block(done, loop(again, ...body)));
}

/** Everything a loop computes, its inner loops included. */
const rootsOf = (l: Loop): Value[] => [
  l.condition, ...l.carried.map((c) => c.next),
  ...l.inner.flatMap((inner) => [...rootsOf(inner), ...inner.carried.map((c) => c.initial)]),
];

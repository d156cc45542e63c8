/** A layer of neurons as WGSL: one thread takes a neuron of a sample through all steps, or all steps back. */
import { expressionText } from "../../backend/webgpu/wgsl/expression.ts";
import { Shader } from "../../backend/webgpu/wgsl/shader.ts";
import { literal, statementLines } from "../../backend/webgpu/wgsl/statements.ts";
import type { Scope } from "../../backend/webgpu/wgsl/statements.ts";
import type { Expr } from "../../ir/expr.ts";
import { reserved } from "../../train/cells/derivedCell.ts";
import type { DerivedCell } from "../../train/cells/derivedCell.ts";
import type { Definition } from "../../train/cells/straightLine.ts";

/**
 * Blocks of the array that the forward pass writes and the backward pass reads, each [batch, steps, units]: spikes as 1 and 0, the membrane as
 * shown (where `membrane`), traces.
 */
export const blocksOf = ({ trace }: DerivedCell, membrane: boolean): readonly string[] =>
  ["spikes", ...(membrane ? ["membrane"] : []), ...trace.map((s) => `trace:${s}`)];

/** Reads `x` [batch, given, units], writes `result` [blocks, batch, steps, units]. */
export function forwardShader(derived: DerivedCell, membrane: boolean): string {
  const { cell, forward, trace } = derived;
  const code = new Lines(blocksOf(derived, membrane));
  const states = new Map(cell.state.map(({ name, initial }) => [name, code.variable(name, literal(initial, code.shader))] as const));
  const spiked = code.variable(reserved.spiked, "0f");
  code.loop("for (var t = 0; t < uniforms.steps; t++)", () => {
    const input = code.value(reserved.input, "x[input_at(sample, unit, t)]");
    const scope: Scope = new Map([...states, [reserved.spiked, spiked], [reserved.input, input]]);
    code.define(forward.step, scope);
    const stored = trace.map((s) => [`trace:${s}`, code.term(forward.before.get(s)!, scope)] as const);
    const spike = code.value(reserved.spike, forward.spike ? code.term(forward.spike, scope) : "false");
    scope.set(reserved.spike, spike);
    code.define(forward.reset, scope);
    code.add(`result[${code.at("spikes", "t")}] = select(0f, 1f, ${spike});`);
    if (membrane) code.add(`result[${code.at("membrane", "t")}] = ${code.term(forward.membrane, scope)};`);
    for (const [block, value] of stored) code.add(`result[${code.at(block, "t")}] = ${value};`);
    code.together([...states].map(([s, variable]) => [variable, code.term(forward.after.get(s)!, scope)] as const));
    code.add(`${spiked} = select(0f, 1f, ${spike});`);
  });
  return code.text();
}

/** Reads `x`, `packed` (what the forward pass wrote) and `dy` [batch, steps, units], writes `result` [batch, given, units]. */
export function backwardShader(derived: DerivedCell, membrane: boolean): string {
  const { cell, backward, trace, forward } = derived;
  const code = new Lines(blocksOf(derived, membrane));
  const carried = new Map([...backward.carried.values()].map(({ name }) => [name, code.variable(name, "0f")] as const));
  const spikedAdjoint = code.variable(reserved.spikedAdjoint, "0f"), sum = code.variable("input_sum", "0f");
  code.loop("for (var t = uniforms.steps - 1; t >= 0; t--)", () => {
    const old = new Map(backward.old.map((s) => {
      const { initial } = cell.state.find((state) => state.name === s)!;
      return [s, code.variable(`old_${s}`, literal(initial, code.shader))] as const;
    }));
    const before = code.variable("spiked_before", "false");
    code.loop("if (t > 0)", () => {
      if (forward.spike) code.add(`${before} = packed[${code.at("spikes", "t - 1")}] > 0f;`);
      if (old.size === 0) return;
      const scope: Scope = new Map(trace.map((s) => [s, code.value(s, `packed[${code.at(`trace:${s}`, "t - 1")}]`)] as const));
      scope.set(reserved.spike, before);
      code.define(backward.recover.statements, scope);
      code.together([...old].map(([s, variable]) => [variable, code.term(backward.recover.values.get(s)!, scope)] as const));
    });
    const scope: Scope = new Map([...old, ...carried, [reserved.spikedAdjoint, spikedAdjoint]]);
    for (const [s, label] of backward.before) scope.set(label, code.value(label, `packed[${code.at(`trace:${s}`, "t")}]`));
    const incoming = code.value("incoming", "dy[(sample * uniforms.steps + t) * uniforms.units + unit]");
    scope.set(membrane ? reserved.membraneAdjoint : reserved.spikeAdjoint, incoming);
    scope.set(reserved.input, code.value(reserved.input, "x[input_at(sample, unit, t)]"));
    scope.set(reserved.spike, code.value(reserved.spike, `packed[${code.at("spikes", "t")}] > 0f`));
    scope.set(reserved.spiked, code.value(reserved.spiked, `select(0f, 1f, ${before})`));
    code.define(backward.statements, scope);
    const gradient = code.value("input_gradient", code.term(backward.input, scope));
    code.add(`if (uniforms.given == 1) { ${sum} += ${gradient}; } else { result[input_at(sample, unit, t)] = ${gradient}; }`);
    code.together([
      ...[...backward.carried.values()].map(({ name, next }) => [carried.get(name)!, code.term(next, scope)] as const),
      ...(backward.spiked ? [[spikedAdjoint, code.term(backward.spiked, scope)] as const] : []),
    ]);
  });
  code.add(`if (uniforms.given == 1) { result[sample * uniforms.units + unit] = ${sum}; }`);
  return code.text();
}

/** The body of `main` in the making. */
class Lines {
  readonly shader = new Shader();
  readonly #blocks: readonly string[];
  readonly #lines: string[] = [];
  #depth = 1;

  constructor(blocks: readonly string[]) {
    this.#blocks = blocks;
    for (const name of ["x", "packed", "dy", "result", "uniforms", "index", "sample", "unit", "t", "input_at", "main"]) this.shader.fresh(name);
  }

  add(...lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(`${"  ".repeat(this.#depth)}${line}`);
  }

  loop(head: string, body: () => void): void {
    this.add(`${head} {`);
    this.#depth++;
    body();
    this.#depth--;
    this.add("}");
  }

  variable(name: string, value: string): string {
    const made = this.shader.fresh(name);
    this.add(`var ${made} = ${value};`);
    return made;
  }

  value(name: string, value: string): string {
    const made = this.shader.fresh(name);
    this.add(`let ${made} = ${value};`);
    return made;
  }

  define(definitions: readonly Definition[], scope: Scope): void {
    this.add(...statementLines(this.shader, definitions.map(({ name, value }) => ({ kind: "let", name, value })), scope));
  }

  term(e: Expr, scope: Scope): string {
    return expressionText(this.shader, e, scope);
  }

  /** Assignments at once, from the values before all of them. */
  together(targets: readonly (readonly [string, string])[]): void {
    const values = targets.map(([variable, value]) => [variable, this.value(`next_${variable}`, value)] as const);
    this.add(...values.map(([variable, value]) => `${variable} = ${value};`));
  }

  /** The place of a block's value for this neuron and a step. */
  at(block: string, step: string): string {
    return `((${this.#blocks.indexOf(block)} * uniforms.batch + sample) * uniforms.steps + ${step}) * uniforms.units + unit`;
  }

  text(): string {
    return `${this.shader.text()}
fn input_at(sample: i32, unit: i32, t: i32) -> i32 {
  return (sample * uniforms.given + select(t, 0, uniforms.given == 1)) * uniforms.units + unit;
}

fn main(index: i32) {
  if (index >= uniforms.batch * uniforms.units) { return; }
  let sample = index / uniforms.units;
  let unit = index % uniforms.units;
${this.#lines.join("\n")}
}
`;
  }
}

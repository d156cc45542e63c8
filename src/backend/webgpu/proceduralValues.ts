/**
 * Weights and delays of edges that are made anew. A delay is the same whole number of steps as on the CPU: f32 tells it unless the delay is too
 * near the middle of two steps, where f64 decides. A weight is an f32, computed in f64 where its expression magnifies what rounding loses.
 */
import { invariant } from "../../errors.ts";
import type { Expr } from "../../ir/expr.ts";
import { add, number, visitExpr } from "../../ir/expr.ts";
import type { ProceduralColumn, ProceduralLayout, ProceduralValue } from "../procedural.ts";
import { instructionsOf, isExact } from "./proceduralDoubles.ts";
import { drawText } from "./proceduralDraws.ts";
import { roundingError } from "./proceduralErrors.ts";
import { computeDouble } from "./proceduralMachine.ts";
import type { Tables } from "./stages.ts";
import { narrow } from "./wgsl/doubles.ts";
import { expressionText } from "./wgsl/expression.ts";
import { decimal, literal } from "./wgsl/literal.ts";
import { philox } from "./wgsl/philox.ts";
import type { Shader } from "./wgsl/shader.ts";

/** Lines before the edges of a row, and those of an edge, which leave f32 `weight` and, unless all have one, u32 `delay` in steps. */
export interface ValueLines {
  readonly setup: readonly string[];
  readonly each: readonly string[];
}

type Valued = Pick<ProceduralLayout, "name" | "weight" | "delay" | "sourceCount" | "targetCount">;

/** Lines for an edge from `source` to `goal` (counted in the rule's) with the counter (`element`, `high`). */
export function valueLines(shader: Shader, layout: Valued, tables: Tables): ValueLines {
  const { weight, delay } = layout;
  const draws = new Draws(shader);
  const ofWeight = typeof weight === "number" ? [] : weightLines(shader, weight, layout, draws, tables);
  const ofDelay = delay ? delayLines(shader, delay, layout, draws, tables) : [];
  return { setup: draws.setup, each: [...draws.each, ...ofWeight, ...ofDelay] };
}

/** The words of an edge's counters. Four edges of a lane have the same ones, which are kept. */
class Draws {
  readonly #shader: Shader;
  readonly #words = new Map<string, string>();
  readonly #lines: string[] = [];

  constructor(shader: Shader) {
    this.#shader = shader;
  }

  words(stream: number, draw: number): string {
    const key = `${stream >>> 0}u, ${draw}u`;
    const known = this.#words.get(key);
    if (known !== undefined) return known;
    const made = `words_${this.#words.size}`;
    this.#words.set(key, made);
    this.#lines.push(`  ${made} = ${philox(this.#shader)}(vec4u(counter, ${key}));`);
    return made;
  }

  get setup(): string[] {
    return this.#words.size === 0 ? [] : ["var drawn = vec2u(0xffffffffu);", ...[...this.#words.values()].map((w) => `var ${w}: vec4u;`)];
  }

  get each(): string[] {
    if (this.#words.size === 0) return [];
    const counter = "let counter = vec2u((element >> 4u) * 4u + (element & 3u), high);";
    return [counter, "if (any(counter != drawn)) {", "  drawn = counter;", ...this.#lines, "}"];
  }
}

function exprOf({ kernel }: ProceduralValue): Expr {
  const [statement] = kernel.body;
  invariant(statement?.kind === "assign" && kernel.body.length === 1, "a value of an edge is one expression");
  return statement.value;
}

/** Quotients, roots and logarithms of differences lose many digits. */
function magnifies(e: Expr): boolean {
  let found = false;
  visitExpr(e, (node) => void (found ||= node.kind === "apply" && (node.op === "div" || node.op === "log" || node.op === "sqrt")));
  return found;
}

function weightLines(shader: Shader, value: ProceduralValue, { name }: Valued, draws: Draws, tables: Tables): string[] {
  const expr = exprOf(value);
  if (magnifies(expr) && isExact(expr)) return [`let weight = ${narrow(shader)}(${doubleText(shader, value, expr, name, tables)});`];
  return [`let weight = ${singleText(shader, value, expr, draws)};`];
}

const holdsOf = ({ columns }: ProceduralValue) => (name: string): ProceduralColumn => {
  const column = columns.find((c) => c.name === name);
  invariant(column, `an edge's value reads ${name}, of which its columns say what it is`);
  return column.holds;
};

function doubleText(shader: Shader, value: ProceduralValue, expr: Expr, name: string, tables: Tables): string {
  const words = instructionsOf(expr, holdsOf(value), value.stream, name);
  return `${computeDouble(shader)}(${tables.place(words)}u, ${words.length}u, source, goal, element, high)`;
}

function singleText(shader: Shader, value: ProceduralValue, expr: Expr, draws: Draws): string {
  const text = (holds: ProceduralColumn): string => {
    switch (holds.kind) {
      case "source": return "f32(source)";
      case "target": return "f32(goal)";
      case "constant": return literal(holds.value, shader);
      case "uniform": case "normal": return drawText(shader, holds.kind, draws.words(value.stream, holds.draw), "element");
      default: return holds satisfies never;
    }
  };
  return expressionText(shader, expr, new Map(value.columns.map((c) => [c.name, text(c.holds)])));
}

function delayLines(shader: Shader, delay: NonNullable<ProceduralLayout["delay"]>, layout: Valued, draws: Draws, tables: Tables): string[] {
  const { extra, least, most } = delay;
  const expr = extra === 0 ? exprOf(delay) : add(exprOf(delay), number(extra));
  const exact = `${wholeSteps(shader)}(${doubleText(shader, delay, expr, layout.name, tables)}, ${least}u, ${most}u)`;
  const error = roundingError(expr, holdsOf(delay), layout);
  // Most delays then would be too near a middle.
  if (!(error < 0.1)) return [`let delay = ${exact};`];
  return [
    `let rough = ${singleText(shader, delay, expr, draws)};`,
    "let nearest = floor(rough + 0.5f);",
    `var delay = u32(clamp(nearest, ${least}f, ${most}f));`,
    `if (abs(rough - nearest) > ${decimal(0.5 - error)}) { delay = ${exact}; }`,
  ];
}

const wholeSteps = (shader: Shader): string => shader.use("whole_steps_f64", () => `
// The nearest integer, upwards from the middle, within bounds of at least 1.
fn whole_steps_f64(a: vec2u, least: u32, most: u32) -> u32 {
  let exponent = i32((a.y >> 20u) & 0x7ffu) - 1023;
  if ((a.y >> 31u) == 1u || exponent < -1) { return least; }
  if (exponent > 30) { return most; }
  let high = (a.y & 0xfffffu) | 0x100000u;
  let shift = u32(51 - exponent);
  var twice = high >> (shift & 31u);
  if (shift < 32u) { twice = (high << (32u - shift)) | (a.x >> shift); }
  return max(min((twice + 1u) >> 1u, most), least);
}`);

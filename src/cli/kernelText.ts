/** Kernels as text for people, and what they cost. */
import { printExpr } from "../ir/print.ts";
import { visitExpr } from "../ir/expr.ts";
import type { Expr, Op } from "../ir/expr.ts";
import type { Draw, MapKernel, Statement } from "../ir/kernel.ts";

/** The kernel in the language of models: what is done to every neuron in every step, in SI units. */
export function kernelText(kernel: MapKernel): string {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["state", kernel.state],
    ["constants", kernel.constants],
    ["once a step", kernel.scalars.map(({ name, value }) => `${name} = ${printExpr(value)}`)],
    ["arriving", kernel.inputs],
    ["draws", kernel.draws.map(drawText)],
  ];
  return [
    `${kernel.name}:`,
    ...lists.filter(([, names]) => names.length > 0).map(([head, names]) => `  # ${head}: ${names.join(", ")}`),
    ...kernel.body.flatMap((statement) => statementText(statement, 1)),
    ...(kernel.spike ? [`  spike if ${printExpr(kernel.spike.condition)}:`, ...kernel.spike.reset.flatMap((s) => statementText(s, 2))] : []),
  ].join("\n");
}

function drawText(draw: Draw): string {
  if (draw.distribution !== "poisson") return `${draw.name} ~ ${draw.distribution}`;
  const mean = "mean" in draw ? String(draw.mean) : [draw.meanArray, draw.meanScalar].filter((name) => name !== undefined).join("*");
  return `${draw.name} ~ poisson(${mean})`;
}

function statementText(statement: Statement, depth: number): string[] {
  const indent = "  ".repeat(depth);
  switch (statement.kind) {
    case "let": return [`${indent}let ${statement.name} = ${printExpr(statement.value)}`];
    case "assign": return [`${indent}${statement.name} = ${printExpr(statement.value)}`];
    case "while": return [
      `${indent}while ${printExpr(statement.condition)} (at most ${statement.limit} times):`,
      ...statement.body.flatMap((inner) => statementText(inner, depth + 1)),
    ];
    default: return statement satisfies never;
  }
}

export interface KernelCost {
  /** Operations on one neuron in one step; the body of a loop counts once. */
  readonly arithmetic: number;
  readonly divisions: number;
  /** exp, log, sin, pow, … */
  readonly functions: number;
  readonly draws: number;
  /** Bytes read and written for one neuron in one step. */
  readonly bytes: number;
}

const slow: ReadonlySet<Op> = new Set<Op>([
  "pow", "exp", "expm1", "exprel", "log", "log10", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
]);
const dividing: ReadonlySet<Op> = new Set<Op>(["div", "mod", "sqrt"]);

/** @param realBytes  4 for f32, 8 for f64 */
export function kernelCost(kernel: MapKernel, realBytes: number): KernelCost {
  const count = { arithmetic: 0, divisions: 0, functions: 0 };
  const visit = (e: Expr) => visitExpr(e, (node) => {
    if (node.kind === "apply") count[slow.has(node.op) ? "functions" : dividing.has(node.op) ? "divisions" : "arithmetic"]++;
  });
  const walk = (statement: Statement): void => {
    if (statement.kind === "while") {
      visit(statement.condition);
      statement.body.forEach(walk);
    } else visit(statement.value);
  };
  kernel.body.forEach(walk);
  if (kernel.spike) visit(kernel.spike.condition);
  // State is read and written, what arrives is read and cleared, constants and draws are read.
  const reals = 2 * kernel.state.length + 2 * kernel.inputs.length + kernel.constants.length + kernel.draws.length;
  return { ...count, draws: kernel.draws.length, bytes: reals * realBytes };
}

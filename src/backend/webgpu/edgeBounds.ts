/** How large what an edge kernel sends can become, as far as clips in its statements tell. */
import type { EdgeLayout, Program } from "../contract.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { assignedIn } from "./edgeKernel.ts";

type Range = readonly [low: number, high: number];
const anything: Range = [-Infinity, Infinity];

/** The largest magnitude of the k-th value that a kernel sends: with what its edges hold now, and whatever happens (infinite without a bound). */
export function largestSent(
  program: Program, layout: EdgeLayout, k: number, buffer: ArrayBufferLike,
): { readonly now: number; readonly ever: number } {
  const { kernel, edgeAddress, count } = layout;
  const sent = (ofState: (address: number, held: Range) => Range): number => {
    const known = unchanged(layout, buffer);
    for (const name of kernel.state) known.set(name, ofState(edgeAddress(name), extent(new Float32Array(buffer, edgeAddress(name), count))));
    const [low, high] = rangeOf(kernel.deliver[k]!.value, afterBody(layout, known));
    return Math.max(Math.abs(low), Math.abs(high));
  };
  return { now: sent((_, held) => held), ever: sent((address, held) => stateRange(program, address, held, buffer)) };
}

/** Ranges of what a kernel only reads. */
function unchanged({ kernel, edgeAddress, count }: EdgeLayout, buffer: ArrayBufferLike): Map<string, Range> {
  const known = new Map<string, Range>();
  for (const name of kernel.constants) known.set(name, extent(new Float32Array(buffer, edgeAddress(name), count)));
  for (const { name, distribution } of kernel.draws) if (distribution === "uniform") known.set(name, [0, 1]);
  return known;
}

/** The range that an array of edges never leaves: it holds what is there, and every kernel that starts in it ends in it. */
function stateRange(program: Program, address: number, start: Range, buffer: ArrayBufferLike): Range {
  let range = start;
  for (let turn = 0; turn < mostTurns; turn++) {
    const next = program.edges.reduce((sofar, layout) => hull(sofar, writtenBy(layout, address, range, buffer)), range);
    if (next[0] === range[0] && next[1] === range[1]) return range;
    range = next;
  }
  return anything;
}

/** Turns in which the bounds of a clip are found; what still grows then is not bounded. */
const mostTurns = 4;

/** What a kernel leaves in the array at an address, which is within a range before. */
function writtenBy(layout: EdgeLayout, address: number, range: Range, buffer: ArrayBufferLike): Range {
  const { kernel, edgeAddress } = layout;
  const name = kernel.state.find((array) => edgeAddress(array) === address);
  if (name === undefined || !assignedIn(kernel.body).has(name)) return range;
  return afterBody(layout, unchanged(layout, buffer).set(name, range)).get(name) ?? anything;
}

function afterBody({ kernel }: EdgeLayout, before: ReadonlyMap<string, Range>): Map<string, Range> {
  const known = new Map(before);
  const run = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind === "while") for (const name of assignedIn(s.body)) known.delete(name);
      else known.set(s.name, rangeOf(s.value, known));
    }
  };
  run(kernel.body);
  return known;
}

function rangeOf(e: Expr, known: ReadonlyMap<string, Range>): Range {
  if (e.kind === "number") return [e.value, e.value];
  if (e.kind === "name") return known.get(e.name) ?? anything;
  if (e.kind !== "apply") return anything;
  const of = e.args.map((a) => rangeOf(a, known));
  const [a, b, c] = of as [Range, Range, Range];
  switch (e.op) {
    case "min": return [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
    case "max": return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
    case "neg": return [-a[1], -a[0]];
    case "add": return whole(a[0] + b[0], a[1] + b[1]);
    case "sub": return whole(a[0] - b[1], a[1] - b[0]);
    case "mul": {
      const ends = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
      return whole(Math.min(...ends), Math.max(...ends));
    }
    case "select": return hull(b, c);
    case "int": return [0, 1];
    default: return anything;
  }
}

const hull = (a: Range, b: Range): Range => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
const whole = (low: number, high: number): Range => (Number.isNaN(low) || Number.isNaN(high) ? anything : [low, high]);

function extent(values: Float32Array): Range {
  let low = Infinity, high = -Infinity;
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!(value >= low)) low = value;
    if (!(value <= high)) high = value;
  }
  return values.length === 0 ? [0, 0] : whole(low, high);
}

/**
 * Which elements of a column spiked lately: for each element one bit a step, in a ring of 32 · words steps. It tells whose events fall into a step,
 * in place of the host's queues.
 */
import type { EdgeLayout, EventQueue, Program } from "../contract.ts";
import type { Column } from "./stages.ts";
import type { Shader } from "./wgsl/shader.ts";

/** Words of history that the elements of each column need, a power of two; columns that are not named need none. */
export function historyWords({ schedule }: Program): ReadonlyMap<number, number> {
  const words = new Map<number, number>();
  for (const action of [...schedule.before, ...schedule.after]) {
    const emitted = action.kind === "walk" ? action.emitted : action.kind === "all" ? action.when : undefined;
    if (!emitted) continue;
    const delay = action.kind === "walk" ? (action.queue?.delay ?? 0) : 0;
    // Work of the step before may still wait, and asks about the steps before that one.
    const needed = 2 ** Math.ceil(Math.log2(Math.ceil((delay + 2) / 32)));
    words.set(emitted.column, Math.max(needed, words.get(emitted.column) ?? 0));
  }
  return words;
}

/** A condition: whether an element spiked in a step; all are u32 expressions. */
export function spikedText(shader: Shader, column: Column, element: string, when: string): string {
  return `${spikedIn(shader)}(${column.historyAt}u, ${column.stride}u, ${column.history}u, ${element}, ${when})`;
}

export const spikedIn = (shader: Shader): string => shader.use("spiked_in", () => `
/* Whether an element spiked in a step of late; its history is a ring of words, one word of every element after the other. */
fn spiked_in(history: u32, stride: u32, words: u32, element: u32, step: u32) -> bool {
  return ((own[history + ((step >> 5u) & (words - 1u)) * stride + element] >> (step & 31u)) & 1u) == 1u;
}`);

/** Lines that write down whether the element `e` spiked in `step`, as `spiked` says. */
export function noteLines(column: Column): string[] {
  if (column.history === 0) return [];
  return [
    `let history = ${wordAt(column, "step", "e")};`,
    "own[history] = (own[history] & ~(1u << (step & 31u))) | (select(0u, 1u, spiked) << (step & 31u));",
  ];
}

/** Lines that visit, for the element `e`, every step before `now` by at most `longest` in which it spiked: `body` is told its age. */
export function agesLines(column: Column, longest: number, now: string, body: (age: string) => readonly string[]): string[] {
  const words = column.history;
  return [
    `for (var word = 0u; word < ${words}u; word++) {`,
    `  var bits = own[${column.historyAt}u + word * ${column.stride}u + e];`,
    "  while (bits != 0u) {",
    `    let age = (${now} - (word * 32u + countTrailingZeros(bits))) & ${32 * words - 1}u;`,
    "    bits &= bits - 1u;",
    `    if (age >= 1u && age <= ${longest}u) {`,
    ...body("age").map((l) => `      ${l}`),
    "    }",
    "  }",
    "}",
  ];
}

function wordAt({ history, historyAt, stride }: Column, step: string, element: string): string {
  return history === 1 ? `${historyAt}u + ${element}` : `${historyAt}u + ((${step} >> 5u) & ${history - 1}u) * ${stride}u + ${element}`;
}

/** Where the histories of all columns begin in `own`. */
export const firstHistory = (columns: readonly Column[]): number => Math.min(...columns.map((c) => c.historyAt));

/** The histories as the host's queues tell them, when step `next` is to come: words [columns' histories], the first of which is that of `base`. */
export function historiesFromQueues(program: Program, buffer: ArrayBufferLike, columns: readonly Column[], next: number): Uint32Array {
  const base = firstHistory(columns);
  const words = new Uint32Array(columns.reduce((sum, c) => sum + c.history * c.stride, 0));
  for (const { queue, stride, column } of queuesOf(program, columns)) {
    const entryWords = queue.perEdge ? 2 : 1;
    const counts = new Uint32Array(buffer, queue.counts, queue.delay);
    for (let age = 1; age <= queue.delay; age++) {
      const step = next - age;
      const slot = slotOf(step, queue.delay);
      const entries = new Uint32Array(buffer, queue.entries + 4 * entryWords * stride * slot, entryWords * counts[slot]!);
      for (let k = 0; k < entries.length; k += entryWords) {
        const at = column.historyAt - base + ((step >>> 5) & (column.history - 1)) * column.stride + entries[k]!;
        words[at] = (words[at]! | (1 << (step & 31))) >>> 0;
      }
    }
  }
  return words;
}

/** Fills the host's queues with what the histories tell. */
export function queuesFromHistories(program: Program, buffer: ArrayBufferLike, columns: readonly Column[], next: number, words: Uint32Array): void {
  const base = firstHistory(columns);
  for (const { queue, stride, column, layout } of queuesOf(program, columns)) {
    const counts = new Uint32Array(buffer, queue.counts, queue.delay);
    for (let age = 1; age <= queue.delay; age++) {
      const step = next - age;
      const slot = slotOf(step, queue.delay);
      const from = column.historyAt - base + ((step >>> 5) & (column.history - 1)) * column.stride;
      const elements: number[] = [];
      for (let e = 0; e < column.stride; e++) if ((words[from + e]! >>> (step & 31)) & 1) elements.push(e);
      const put = queue.perEdge ? elements.filter((e) => isSource(layout, e)).flatMap((e) => [e, firstEdgeOf(layout, buffer, e, age)]) : elements;
      counts[slot] = queue.perEdge ? put.length / 2 : put.length;
      new Uint32Array(buffer, queue.entries + 4 * (queue.perEdge ? 2 : 1) * stride * slot, put.length).set(put);
    }
  }
}

/** The queues of walks, each once. */
function queuesOf(
  { schedule, edges }: Program, columns: readonly Column[],
): { readonly queue: EventQueue; readonly stride: number; readonly column: Column; readonly layout: EdgeLayout }[] {
  const seen = new Set<number>();
  return [...schedule.before, ...schedule.after].flatMap((action) => {
    if (action.kind !== "walk" || !action.queue || seen.has(action.queue.counts)) return [];
    seen.add(action.queue.counts);
    const { queue, emitted, edge } = action;
    return [{ queue, stride: emitted.stride, column: columns.find((c) => c.column === emitted.column)!, layout: edges[edge]! }];
  });
}

const slotOf = (step: number, delay: number): number => (step + 2 * delay) % delay;

const isSource = ({ sourceStart, sourceCount }: EdgeLayout, element: number): boolean =>
  element >= sourceStart && element < sourceStart + sourceCount;

/** The first edge of a row that has a delay of at least `age`. */
function firstEdgeOf(layout: EdgeLayout, buffer: ArrayBufferLike, element: number, age: number): number {
  const { rows, targets, count, sourceStart, sourceCount, delayStride } = layout;
  const starts = new Uint32Array(buffer, rows, sourceCount + 1);
  const words = new Uint32Array(buffer, targets, count);
  const index = element - sourceStart;
  let edge = starts[index]!;
  while (edge < starts[index + 1]! && words[edge]! < age * delayStride) edge++;
  return edge;
}

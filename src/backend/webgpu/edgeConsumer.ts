/** Walks of edge kernels as consumers of an edges stage. */
import type { EdgeLayout, Program } from "../contract.ts";
import { asksForElement, edgeLines } from "./edgeKernel.ts";
import { agesLines, spikedIn, spikedText } from "./edgeHistory.ts";
import type { PlannedWalk } from "./edgePlan.ts";
import type { Access } from "./places.ts";
import type { Rings } from "./rings.ts";
import type { Column, Consumer } from "./stages.ts";
import type { Shader } from "./wgsl/shader.ts";

/** @param early the walk comes before the tables advance: its items are pushed in the step before */
export function walkConsumer(program: Program, walk: PlannedWalk, early: boolean, rings: Rings, buffer: ArrayBufferLike): Consumer {
  const { edge: number, column, event, due } = walk;
  const layout = program.edges[number]!;
  const { kernel } = layout;
  const along = kernel.walk === "in";
  const starts = along ? layout.columns!.starts : layout.rows;
  const [start, count] = along ? [layout.targetStart, layout.targetCount] : [layout.sourceStart, layout.sourceCount];
  const rows = (access: Access, element: string) => [access.u32(starts, element), access.u32(starts, `${element} + 1u`)] as const;
  const now = early ? "(step + 1u)" : "step";
  return {
    name: kernel.name,
    column: column.column,
    start,
    count,
    element: asksForElement(layout),
    rows: (_, access, element) => rows(access, element),
    items: (block) => mostItems(layout, starts, count, event.kind === "spike" && event.perEdge, block, buffer),
    ...(event.kind === "all" ? { when: () => "true" } : {}),
    ...(event.kind === "spike" && event.perEdge
      ? { ranges: (_, access, element, push) => segmentLines(layout, column, event.delay, access, now, rows(access, element), push) }
      : event.kind === "spike" && (early || event.delay > 0)
        ? { when: (shader: Shader) => spikedText(shader, column, "e", event.delay === 0 ? now : `${now} - ${event.delay}u`) }
        : {}),
    code: (shader, access) => {
      const lines = edgeLines(shader, access, { layout, number, due }, rings);
      if (event.kind !== "all" || !event.when) return lines;
      return { ...lines, setup: [`if (!${anySpiked(shader, event.when)}) { return; }`, ...lines.setup] };
    },
  };
}

/** With delays per edge: for every spike of late the edges of the row whose delay is its age. */
function segmentLines(
  { targets, delayStride }: EdgeLayout, column: Column, longest: number, access: Access, now: string,
  [from, to]: readonly [string, string], push: (first: string, end: string) => readonly string[],
): string[] {
  const search = (name: string, from: string, delay: string): string[] => [
    `var low_${name} = ${from};`,
    `var high_${name} = row_end;`,
    `while (low_${name} < high_${name}) {`,
    `  let middle = (low_${name} + high_${name}) >> 1u;`,
    `  if (${access.u32(targets, "middle")} < (${delay}) * ${delayStride}u) { low_${name} = middle + 1u; } else { high_${name} = middle; }`,
    "}",
  ];
  return [
    `let row_first = ${from};`,
    `let row_end = ${to};`,
    ...agesLines(column, longest, now, (age) => [
      ...search("first", "row_first", age), ...search("end", "low_first", `${age} + 1u`), ...push("low_first", "low_end"),
    ]),
  ];
}

/** A condition: whether any element of a column (a modulator) spiked in the step. */
function anySpiked(shader: Shader, column: Column): string {
  const each = shader.use("any_spiked_in", () => `
fn any_spiked_in(history: u32, stride: u32, words: u32, size: u32, step: u32) -> bool {
  for (var e = 0u; e < size; e++) {
    if (${spikedIn(shader)}(history, stride, words, e, step)) { return true; }
  }
  return false;
}`);
  return `${each}(${column.historyAt}u, ${column.stride}u, ${column.history}u, ${column.size}u, step)`;
}

/** Items when all elements are walked at once; with delays per edge, when all ages are due. */
function mostItems(
  { targets, delayStride, count: edges }: EdgeLayout, starts: number, count: number, perEdge: boolean, block: number, buffer: ArrayBufferLike,
): number {
  const first = new Uint32Array(buffer, starts, count + 1);
  let items = 0;
  if (!perEdge) for (let k = 0; k < count; k++) items += Math.ceil((first[k + 1]! - first[k]!) / block);
  else {
    const words = new Uint32Array(buffer, targets, edges);
    for (let k = 0; k < count; k++) {
      for (let edge = first[k]!, begin = edge; edge < first[k + 1]!; edge++) {
        const isLast = edge + 1 === first[k + 1]! || Math.floor(words[edge + 1]! / delayStride) !== Math.floor(words[edge]! / delayStride);
        if (!isLast) continue;
        items += Math.ceil((edge + 1 - begin) / block);
        begin = edge + 1;
      }
    }
  }
  return items;
}

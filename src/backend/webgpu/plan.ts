/** From a program to the stages that run it on the device. */
import type { Program, ScatterLayout } from "../contract.ts";
import { Places } from "./places.ts";
import type { Block } from "./places.ts";
import { historyWords } from "./edgeHistory.ts";
import { stagesOf } from "./edgeStages.ts";
import { makingStages } from "./procedural.ts";
import { Rings } from "./rings.ts";
import { scatterConsumer } from "./scatter.ts";
import type { Column, Consumer, DeviceLayout, Plan, Stage, Tap } from "./stages.ts";
import { control, groupSize, itemWordsOf, Tables } from "./stages.ts";

export interface PlanOptions {
  readonly buffer: ArrayBufferLike;
  readonly blockOf: (address: number) => Block;
  readonly taps: readonly Tap[];
  /** Most steps of a call. */
  readonly steps: number;
  /** Bytes of the longest binding. */
  readonly bindingBytes: number;
}

export function planOf(program: Program, options: PlanOptions): Plan {
  const columns = columnsOf(program, options.steps);
  const total = columns.reduce((sum, c) => sum + c.stride, 0);
  const rings = new Rings(program, options.buffer);
  const tables = new Tables();
  const { consumers, block } = staticConsumers(program, options.buffer, rings);
  const made = stagesOf(program, columns, { consumers, making: makingStages(program, rings, tables) }, rings, options.buffer);
  const { schedule } = program;
  const window = schedule.before.length + schedule.after.length > 0 ? 1 : schedule.window;
  const layout = deviceLayout(program, columns, total, made.stages, window, block, options);
  const places = new Places(options.blockOf, options.bindingBytes);
  return { program, places, rings, columns, total, ...made, window, taps: options.taps, block, layout, tables };
}

function columnsOf(program: Program, steps: number): Column[] {
  const { schedule, maps } = program;
  const words = historyWords(program);
  const fedWords = schedule.fed.reduce((sum, c) => sum + Math.ceil(c.stride / 32), 0);
  let first = 0, bits = 0, historyAt = fedWords * steps;
  const tables = schedule.tables.map((t) => ({ column: t.column, map: t.map, size: maps[t.map]!.size, stride: t.stride }));
  return [...tables, ...schedule.fed].map((c) => {
    const history = words.get(c.column) ?? 0;
    const made: Column = { ...c, first, bits, history, historyAt };
    first += c.stride;
    historyAt += history * c.stride;
    if (!("map" in c)) bits += Math.ceil(c.stride / 32);
    return made;
  }).sort((a, b) => a.column - b.column);
}

/** Edges of an item so that rows of the usual length make few items and leave few lanes idle. */
function blockFor(edges: number, rows: number): number {
  const usual = edges / Math.max(1, rows);
  return groupSize * Math.max(1, Math.min(8, Math.ceil(usual / groupSize / 2)));
}

function staticConsumers(program: Program, buffer: ArrayBufferLike, rings: Rings): { consumers: Consumer[]; block: number } {
  let edges = 0, rows = 0;
  const consumers = program.scatters.flatMap((scatter, k) => {
    if ("rule" in scatter) return [];
    const lengths = rowLengths(scatter, buffer);
    edges += lengths.reduce((a, b) => a + b, 0);
    rows += lengths.length;
    return [scatterConsumer(scatter, program.schedule.deliveries[k]!, rings, lengths)];
  });
  return { consumers, block: blockFor(edges, rows) };
}

function rowLengths({ rows, sourceCount }: ScatterLayout, buffer: ArrayBufferLike): Uint32Array {
  const starts = new Uint32Array(buffer, rows, sourceCount + 1);
  return Uint32Array.from({ length: sourceCount }, (_, k) => starts[k + 1]! - starts[k]!);
}

const isConsecutive = (elements: Uint32Array): boolean => elements.every((e, k) => e === elements[0]! + k);

function deviceLayout(
  program: Program, columns: readonly Column[], total: number, stages: readonly Stage[], window: number, block: number, { taps, steps }: PlanOptions,
): DeviceLayout {
  const edges = stages.filter((s) => s.kind === "edges");
  const counts = control.brokenEdges + program.edges.length;
  const fedWords = columns.filter((c) => c.map === undefined).reduce((sum, c) => sum + Math.ceil(c.stride / 32), 0);
  let at = fedWords * steps + columns.reduce((sum, c) => sum + c.history * c.stride, 0);
  const itemsAt = edges.map((stage) => {
    const from = at;
    at += itemWordsOf(stage) * window * stage.consumers.reduce((sum, c) => sum + c.items(block), 0);
    return from;
  });
  const mapsAt = taps.map(({ column, elements }) => {
    if (isConsecutive(elements)) return undefined;
    const from = at;
    at += columns.find((c) => c.column === column)!.size;
    return from;
  });
  let out = steps * total;
  const tapsAt = taps.map(({ everySteps, elements }) => {
    const from = out;
    out += (Math.floor(steps / everySteps) + 1) * elements.length;
    return from;
  });
  return {
    controlWords: counts + 2 * edges.length, counts, lists: edges.length, fedWords, itemsAt, parts: edges.map((stage) => stage.making?.parts ?? 1),
    mapsAt, ownWords: Math.max(1, at), tapsAt, outWords: out, steps,
  };
}

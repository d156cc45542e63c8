/** What a step does beside advancing tables and delivering along scatters. */
import { invariant } from "../../errors.ts";
import type { Action, Emitted, EventQueue, Program } from "../contract.ts";
import { flushesAfter } from "../contract.ts";
import { edgeTables } from "./edgeTables.ts";
import { interpretEdgeKernel } from "./edgeKernel.ts";
import { interpretFlush, interpretMapKernel } from "./mapKernel.ts";

/** First word of a failure that is an edge's. */
const edgeFailure = 0x80000000;

/** Runs actions for step `step`, the s-th of the call. Returns whether an edge left its limits; then the words at `schedule.failure` say which. */
export function interpretActions(program: Program, buffer: ArrayBuffer, actions: readonly Action[], step: number, s: number): boolean {
  const { schedule } = program;
  const emittedNow = ({ column, list, stride }: Emitted): number[] => {
    const count = new Uint32Array(buffer, schedule.counts, schedule.steps * schedule.columns)[s * schedule.columns + column]!;
    return [...new Uint32Array(buffer, list + 4 * s * stride, count)];
  };
  return actions.some((action) => {
    switch (action.kind) {
      case "advance": {
        // What is emitted before the start meets the start values.
        if (step >= 0) advance(program, buffer, action.auxiliary, step);
        return false;
      }
      case "walk": {
        if (!action.queue) return walkEdges(program, buffer, action.edge, emittedNow(action.emitted), step);
        return arrivals(buffer, action.queue, action.emitted.stride, step).some(({ elements, age }) =>
          walkEdges(program, buffer, action.edge, elements, step, action.queue!.perEdge ? age : undefined),
        );
      }
      case "enqueue":
        enqueue(buffer, action, emittedNow(action.emitted), step);
        return false;
      case "all":
        return (action.when === undefined || emittedNow(action.when).length > 0) && visitAllEdges(program, buffer, action.edge, step);
      case "remember": {
        const slot = (step + 1 + action.slots) % action.slots;
        new Uint8Array(buffer).copyWithin(action.to + slot * action.bytes, action.from, action.from + action.bytes);
        return false;
      }
      case "release":
        return invariant(false, "the interpreter lets every event act at once") as never;
      default:
        return action satisfies never;
    }
  });
}

/** Visits every edge through a kernel that walks them all. Returns whether one left its limits. */
export function visitAllEdges(program: Program, buffer: ArrayBuffer, edge: number, step: number): boolean {
  const { sourceStart, sourceCount } = program.edges[edge]!;
  return walkEdges(
    program,
    buffer,
    edge,
    Array.from({ length: sourceCount }, (_, k) => sourceStart + k),
    step,
  );
}

function walkEdges(program: Program, buffer: ArrayBuffer, edge: number, elements: readonly number[], step: number, age?: number): boolean {
  const layout = program.edges[edge]!;
  const [start, count] = layout.kernel.walk === "in" ? [layout.targetStart, layout.targetCount] : [layout.sourceStart, layout.sourceCount];
  const inside = elements.filter((e) => e >= start && e < start + count);
  const broken = interpretEdgeKernel(layout.kernel, edgeTables(program, layout, buffer, step, age), inside);
  if (broken >= 0) new Uint32Array(buffer, program.schedule.failure, 3).set([edgeFailure + edge, broken, step]);
  return broken >= 0;
}

/** What the queue holds for this step: those that left first come first. */
function arrivals(
  buffer: ArrayBuffer,
  queue: EventQueue,
  stride: number,
  step: number,
): { readonly elements: readonly number[]; readonly age: number }[] {
  const { delay, counts, entries, perEdge } = queue;
  const ages = perEdge ? Array.from({ length: delay }, (_, k) => delay - k) : [delay];
  const words = perEdge ? 2 : 1;
  return ages.map((age) => {
    const slot = (step + 2 * delay - age) % delay;
    const count = new Uint32Array(buffer, counts, delay)[slot]!;
    const entriesOfSlot = new Uint32Array(buffer, entries + 4 * words * stride * slot, words * count);
    return { age, elements: Array.from({ length: count }, (_, k) => entriesOfSlot[words * k]!) };
  });
}

function enqueue(buffer: ArrayBuffer, action: Action & { kind: "enqueue" }, elements: readonly number[], step: number): void {
  const {
    emitted,
    rows,
    queue: { delay, counts, entries, perEdge },
  } = action;
  const slot = (step + delay) % delay;
  const start = rows?.start ?? 0;
  // Each source with the edge its row begins with, as the other back-ends do.
  const put = perEdge
    ? elements
        .filter((e) => e >= start && e < start + rows!.count)
        .flatMap((e) => [e, new Uint32Array(buffer, rows!.address, rows!.count)[e - start]!])
    : elements;
  new Uint32Array(buffer, counts, delay)[slot] = perEdge ? put.length / 2 : put.length;
  new Uint32Array(buffer, entries + 4 * (perEdge ? 2 : 1) * emitted.stride * slot, put.length).set(put);
}

function advance(program: Program, buffer: ArrayBuffer, auxiliary: number, step: number): void {
  const { kernel, size, address } = program.auxiliaries[auxiliary]!;
  const array = (name: string) => new Float64Array(buffer, address(name), size);
  const none = (): Float64Array => new Float64Array(0);
  interpretMapKernel(kernel, { size, scalars: [], list: [], array, input: none, draw: none }, 0, size);
  if (flushesAfter(step)) interpretFlush(kernel, array);
}

/** Reads and writes what an `EdgeLayout` says lies in memory. */
import { invariant } from "../../errors.ts";
import type { EndValue } from "../../ir/edge.ts";
import { normalAt, uniformAt } from "../../math/random.ts";
import type { EdgeLayout, Program } from "../contract.ts";
import type { EdgeTables, EdgeVisit } from "./edgeKernel.ts";

/** One walk of a kernel at the end of a step; `age` picks, where each edge has its own delay, the edges of that delay. */
export function edgeTables(program: Program, layout: EdgeLayout, buffer: ArrayBuffer, step: number, age?: number): EdgeTables {
  const { history, dt, stream, visits, arrivalDelay, eventCounters, kernel } = layout;
  const reals = (address: number, length: number) => new Float64Array(buffer, address, length);
  /** Place of what an element's array held at the end of step `when`. */
  const past = (address: number, element: number, when: number): number =>
    reals(address, history!.slots * history!.stride)[((when + 1 + 2 * history!.slots) % history!.slots) * history!.stride + element]!;
  const read = (value: EndValue, address: number, element: number, delay: number): number =>
    value.lag !== undefined && history ? past(address, element, step - delay - value.lag) : reals(address, element + 1)[element]!;
  return {
    edgesOf: (element) => {
      const found = edgesOf(layout, buffer, element).filter((v) => age === undefined || v.delay === age);
      const walks = kernel.body.length > 0 || kernel.deliver.length > 0 || kernel.elapsed !== undefined;
      if (walks && kernel.walk !== "all") for (const address of eventCounters) new BigUint64Array(buffer, address, 1)[0]! += BigInt(found.length);
      return walks ? found : [];
    },
    array: (name) => reals(layout.edgeAddress(name), layout.count),
    own: (value, element) => read(value, layout.ownAddress(value.array), element, age ?? 0),
    other: (value, visit) => read(value, layout.otherAddress(value.array), kernel.walk === "in" ? visit.source : visit.target, visit.delay),
    shared: (value) => reals(layout.sharedAddress(value.array), 1)[0]!,
    storeOwn: (array, element, value) => void (reals(layout.ownAddress(array), element + 1)[element] = value),
    time: (step + 1) * dt,
    elapsed: (edge) => {
      invariant(visits !== undefined, `the layout of ${kernel.name} has no times of visits`);
      const ends = new Uint32Array(buffer, visits, layout.count);
      const seconds = (step + 1 - ends[edge]!) * dt;
      ends[edge] = step + 1;
      return seconds;
    },
    draw: ({ distribution, draw }, visit) => {
      const at = distribution === "uniform" ? uniformAt : normalAt;
      return at(program.seed, visit.draw, step, stream, draw);
    },
    add: (k, visit, value) => {
      const ring = layout.rings[k]!;
      reals(ring.address + ((step + arrivalDelay) % ring.slots) * ring.slotBytes, visit.target + 1)[visit.target]! += value;
    },
  };
}

function edgesOf(layout: EdgeLayout, buffer: ArrayBuffer, element: number): EdgeVisit[] {
  const { kernel, sourceStart, sourceCount, targetStart, targetCount, targetBytes, delayStride, columns, history, count } = layout;
  const words = (address: number, bytes: 2 | 4, length: number) =>
    bytes === 2 ? new Uint16Array(buffer, address, length) : new Uint32Array(buffer, address, length);
  const visit = (edge: number, source: number, target: number, delay: number, draw: number): EdgeVisit => ({
    edge,
    source,
    target,
    i: source - sourceStart,
    j: target - targetStart,
    delay,
    draw,
  });

  const index = element - (kernel.walk === "in" ? targetStart : sourceStart);
  if (index < 0 || index >= (kernel.walk === "in" ? targetCount : sourceCount)) return [];
  if (kernel.walk !== "in") {
    const rows = words(layout.rows, 4, sourceCount + 1);
    const targets = words(layout.targets, targetBytes, count);
    return range(rows[index]!, rows[index + 1]!).map((edge) => {
      const word = targets[edge]!;
      return delayStride === 0 ? visit(edge, element, word, 0, edge) : visit(edge, element, word % delayStride, Math.floor(word / delayStride), edge);
    });
  }
  invariant(columns, `the layout of ${kernel.name} has no columns`);
  const starts = words(columns.starts, 4, targetCount + 1);
  const edges = words(columns.edges, 4, count);
  const sources = words(columns.sources, columns.sourceBytes, count);
  return range(starts[index]!, starts[index + 1]!).map((place) => {
    const word = sources[place]!;
    return history
      ? visit(edges[place]!, word % history.stride, element, history.slots - Math.floor(word / history.stride), place)
      : visit(edges[place]!, word, element, 0, place);
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);

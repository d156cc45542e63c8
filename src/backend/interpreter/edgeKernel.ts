/** An `EdgeKernel` in plain f64, one edge after the other: slow, obvious, and what every other back-end is compared with. */
import type { EdgeKernel, EndValue } from "../../ir/edge.ts";
import { runStatements, valueOf } from "./statements.ts";
import type { KernelScope } from "./statements.ts";

/** Where the values of a kernel's names lie. Elements are numbered within their whole tables, edges in storage order. */
export interface EdgeTables {
  /** The edges of one element that this walk visits, in order; `draw` is the number that their random draws go by. */
  readonly edgesOf: (element: number) => readonly EdgeVisit[];
  /** State and constant arrays, indexed by edge. */
  readonly array: (name: string) => Float64Array;
  readonly own: (value: EndValue, element: number) => number;
  readonly other: (value: EndValue, visit: EdgeVisit) => number;
  readonly shared: (value: EndValue) => number;
  readonly storeOwn: (array: string, element: number, value: number) => void;
  /** Seconds: the end of the step of the events. */
  readonly time: number;
  /** Seconds since the last visit of an edge, which is visited now. */
  readonly elapsed: (edge: number) => number;
  readonly draw: (draw: EdgeKernel["draws"][number], visit: EdgeVisit) => number;
  /** Adds to the k-th input of `kernel.deliver`, of the target of an edge. */
  readonly add: (k: number, visit: EdgeVisit, value: number) => void;
}

export interface EdgeVisit {
  readonly edge: number;
  /** Of source and target: their numbers in their tables, and in the ranges that the edges join (`i` and `j`). */
  readonly source: number;
  readonly target: number;
  readonly i: number;
  readonly j: number;
  /** Steps from the source's spike to this edge; 0 where all edges have one delay. */
  readonly delay: number;
  readonly draw: number;
}

/**
 * Runs the kernel for elements, one after the other, each on all its edges. Returns −1, or the first edge of the first element that has one
 * outside its limits: elements after that are unchanged.
 */
export function interpretEdgeKernel(kernel: EdgeKernel, tables: EdgeTables, elements: Iterable<number>): number {
  for (const element of elements) {
    const own: KernelScope = new Map();
    for (const value of kernel.own) own.set(value.name, tables.own(value, element));
    for (const value of kernel.shared) own.set(value.name, tables.shared(value));
    if (kernel.time !== undefined) own.set(kernel.time, tables.time);
    runStatements(kernel.ownBody, own);
    if (!kernel.keepOwn) for (const { array, value } of kernel.ownStores) tables.storeOwn(array, element, own.get(value) as number);

    const visits = tables.edgesOf(element);
    for (const visit of visits) runOnEdge(kernel, tables, own, visit);
    const broken = visits.find(({ edge }) => kernel.limits.some(({ array, low, high }) => !isWithin(tables.array(array)[edge]!, low, high)));
    if (broken) return broken.edge;
  }
  return -1;
}

function runOnEdge(kernel: EdgeKernel, tables: EdgeTables, own: KernelScope, visit: EdgeVisit): void {
  const { edge } = visit;
  const scope: KernelScope = new Map(own);
  scope.set("i", visit.i);
  scope.set("j", visit.j);
  for (const name of [...kernel.state, ...kernel.constants]) scope.set(name, tables.array(name)[edge]!);
  for (const value of kernel.other) scope.set(value.name, tables.other(value, visit));
  if (kernel.elapsed !== undefined) scope.set(kernel.elapsed, tables.elapsed(edge));
  for (const draw of kernel.draws) scope.set(draw.name, tables.draw(draw, visit));

  runStatements(kernel.body, scope);

  for (const name of kernel.state) tables.array(name)[edge] = scope.get(name) as number;
  kernel.deliver.forEach(({ value }, k) => tables.add(k, visit, Number(valueOf(value, scope))));
}

const isWithin = (value: number, low: number, high: number): boolean => Number.isFinite(value) && value >= low && value <= high;

/** Edge kernels on a graph of one's own, without the engine: what each back-end makes of the same memory. */
import type { Action, Backend, EdgeLayout, EventQueue, Executable, MapLayout, Program } from "../../src/backend/contract.ts";
import type { EdgeKernel } from "../../src/ir/edge.ts";
import type { MapKernel } from "../../src/ir/kernel.ts";
import { keySchedule, seedOf } from "../../src/math/philox.ts";

export interface Edge {
  readonly source: number;
  readonly target: number;
  readonly delay: number;
}

/** Sources and targets are numbered within ranges that begin at these places of their tables. */
export interface Graph {
  readonly sources: number;
  readonly targets: number;
  readonly sourceStart: number;
  readonly targetStart: number;
  /** One delay each; else all have that of the first. */
  readonly perEdge: boolean;
  readonly edges: readonly Edge[];
}

export interface Bench {
  readonly executable: Executable;
  /** The real arrays by name, among them the rings `g` and `h` and the history of `x`. */
  readonly arrays: ReadonlyMap<string, Float64Array>;
  readonly failure: Uint32Array;
  readonly visits: Uint32Array;
  /** One step in which these elements were emitted. Returns whether an edge left its limits. */
  readonly step: (number: number, sources: readonly number[], targets: readonly number[]) => boolean;
  readonly events: () => number;
}

export interface Kernels {
  readonly out: EdgeKernel;
  readonly in: EdgeKernel;
  readonly all: EdgeKernel;
  readonly decay: MapKernel;
}

const ringSlots = 8;
const seed = seedOf(77);

export async function bench(
  backend: Backend,
  graph: Graph,
  kernels: Kernels,
  order: readonly Action["kind"][],
  arrivalDelay: number,
): Promise<Bench> {
  const { sourceStart, targetStart, perEdge } = graph;
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 65536 });
  let free = 1024;
  const allocate = (bytes: number): number => {
    const at = free;
    free += Math.ceil(bytes / 64) * 64 + 64;
    return at;
  };
  const words = (values: readonly number[]): number => {
    const at = allocate(4 * values.length);
    new Uint32Array(memory.buffer, at, values.length).set(values);
    return at;
  };
  const stride = 16 * Math.ceil((Math.max(graph.sources + sourceStart, graph.targets + targetStart) + 1) / 16);
  const edges = [...graph.edges]
    .map((e) => (perEdge ? e : { ...e, delay: graph.edges[0]!.delay }))
    .sort((a, b) => a.source - b.source || a.delay - b.delay);
  const longestDelay = Math.max(...edges.map((e) => e.delay));
  const slots = longestDelay + 2;
  const starts = (count: number, of: (e: Edge) => number): number[] =>
    Array.from({ length: count + 1 }, (_, k) => edges.filter((e) => of(e) < k).length);
  const columnOrder = edges.map((_, k) => k).sort((a, b) => edges[a]!.target - edges[b]!.target || a - b);

  const lengths = {
    w: edges.length,
    c: edges.length,
    a: edges.length,
    x: stride,
    y: stride,
    m: 1,
    g: ringSlots * stride,
    h: ringSlots * stride,
    past: slots * stride,
  };
  const addresses = new Map(Object.entries(lengths).map(([name, length]) => [name, allocate(8 * length + 64)]));
  const arrays = new Map(Object.entries(lengths).map(([name, length]) => [name, new Float64Array(memory.buffer, addresses.get(name)!, length)]));
  const address = (name: string): number => addresses.get(name)!;
  const counts = allocate(8),
    failure = allocate(16),
    visits = allocate(4 * edges.length),
    eventCounter = allocate(8),
    keyAddress = allocate(80);
  new Uint32Array(memory.buffer, keyAddress, 20).set(keySchedule(seed));
  const lists = [allocate(4 * stride), allocate(4 * stride)] as const;
  const rows = words(starts(graph.sources, (e) => e.source));
  const draws = new Map(["u", "n"].map((d) => [d, allocate(8 * (edges.length + 80))]));
  const layout = (kernel: EdgeKernel): EdgeLayout => ({
    kernel,
    sourceStart,
    sourceCount: graph.sources,
    targetStart,
    targetCount: graph.targets,
    rows,
    targets: words(edges.map((e) => (perEdge ? e.delay * stride : 0) + e.target + targetStart)),
    targetBytes: 4,
    delayStride: perEdge ? stride : 0,
    columns: {
      starts: words(starts(graph.targets, (e) => e.target)),
      edges: words(columnOrder),
      sources: words(columnOrder.map((k) => (perEdge ? (slots - edges[k]!.delay) * stride : 0) + edges[k]!.source + sourceStart)),
      sourceBytes: 4,
    },
    ...(perEdge && { history: { slots, stride } }),
    longest: edges.length,
    count: edges.length,
    edgeAddress: address,
    ownAddress: address,
    otherAddress: address,
    sharedAddress: address,
    visits,
    rings: kernel.deliver.map((d) => ({ address: address(d.input), slots: ringSlots, slotBytes: 8 * stride })),
    arrivalDelay,
    dt: 1e-4,
    stream: 1234,
    drawAddress: (d) => draws.get(d)!,
    eventCounters: [eventCounter],
  });
  const auxiliary: MapLayout = { kernel: kernels.decay, size: stride, address, drawAddress: () => 0, stream: 1 };
  const queue: EventQueue = { delay: longestDelay, counts: allocate(4 * longestDelay), entries: allocate(8 * stride * longestDelay), perEdge };
  const [pre, post] = lists.map((list, column) => ({ column, list, stride }));
  const actions: Readonly<Record<Action["kind"], readonly Action[]>> = {
    advance: [{ kind: "advance", auxiliary: 0, from: 0, to: stride }],
    walk: [
      { kind: "walk", edge: 0, emitted: pre!, queue },
      { kind: "walk", edge: 1, emitted: post! },
    ],
    enqueue: [{ kind: "enqueue", emitted: pre!, queue, ...(perEdge && { rows: { address: rows, start: sourceStart, count: graph.sources } }) }],
    all: [{ kind: "all", edge: 2, when: post! }],
    release: [],
    remember: [{ kind: "remember", from: address("x"), to: address("past"), slots, bytes: 8 * stride }],
  };
  const program: Program = {
    precision: "f64",
    seed,
    keyAddress,
    maps: [],
    scatters: [],
    auxiliaries: [auxiliary],
    edges: [layout(kernels.out), layout(kernels.in), layout(kernels.all)],
    schedule: {
      window: 1,
      steps: 1,
      counts,
      made: counts,
      columns: 2,
      failure,
      tables: [], fed: [],
      deliveries: [],
      before: [],
      after: order.flatMap((kind) => actions[kind]),
    },
  };
  const executable = await backend.prepare(program, memory);
  return {
    executable,
    arrays,
    failure: new Uint32Array(memory.buffer, failure, 3),
    visits: new Uint32Array(memory.buffer, visits, edges.length),
    step: (number, ...emitted) => {
      emitted.forEach((elements, k) => {
        new Uint32Array(memory.buffer, counts, 2)[k] = elements.length;
        new Uint32Array(memory.buffer, lists[k]!, elements.length).set(elements);
      });
      return executable.after(number);
    },
    events: () => Number(new BigUint64Array(memory.buffer, eventCounter, 1)[0]),
  };
}

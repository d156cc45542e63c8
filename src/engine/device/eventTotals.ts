/** Synaptic events of a run on a device: the host counts the edges of the rows of what was emitted, the device those that only chance knows. */
import type { DeviceCall } from "../../backend/webgpu/executable.ts";
import type { ProceduralLayout, Program } from "../../backend/contract.ts";
import type { SimulationParts } from "../parts.ts";

export class EventTotals {
  readonly #parts: SimulationParts;
  /** Of each column that has any: edges that leave each element and deliver, and those that learn from its spikes. */
  readonly #delivered: (Uint32Array | undefined)[];
  readonly #visited: (Uint32Array | undefined)[];

  constructor(parts: SimulationParts, { scatters, edges, schedule }: Program) {
    this.#parts = parts;
    this.#delivered = parts.groups.map(() => undefined);
    this.#visited = parts.groups.map(() => undefined);
    const add = (counts: (Uint32Array | undefined)[], column: number, start: number, starts: Uint32Array): void => {
      const of = (counts[column] ??= new Uint32Array(parts.groups[column]!.stride));
      for (let k = 0; k + 1 < starts.length; k++) of[start + k]! += starts[k + 1]! - starts[k]!;
    };
    const { arena } = parts;
    scatters.forEach((s, k) => {
      const { column } = schedule.deliveries[k]!;
      if (!("rule" in s)) return add(this.#delivered, column, s.sourceStart, arena.u32(s.rows, s.sourceCount + 1));
      const of = (this.#delivered[column] ??= new Uint32Array(parts.groups[column]!.stride));
      for (let i = 0; i < s.sourceCount; i++) of[s.sourceStart + i]! += madeBy(s, i);
    });
    for (const action of [...schedule.before, ...schedule.after]) {
      if (action.kind !== "walk") continue;
      const e = edges[action.edge]!, inward = e.kernel.walk === "in";
      if (inward && !e.columns) continue;
      const [start, starts] = inward
        ? [e.targetStart, arena.u32(e.columns!.starts, e.targetCount + 1)]
        : [e.sourceStart, arena.u32(e.rows, e.sourceCount + 1)];
      if (e.eventCounters.includes(parts.eventCounter)) add(this.#delivered, action.emitted.column, start, starts);
      if (e.eventCounters.includes(parts.plasticCounter)) add(this.#visited, action.emitted.column, start, starts);
    }
  }

  /** Adds the events of the first n steps of a call to the counters in memory. */
  add({ spikes: { ids, starts }, made }: Pick<DeviceCall, "spikes" | "made">, n: number): void {
    const columns = this.#parts.groups.length;
    let delivered = made, visited = 0;
    for (let place = 0; place < n * columns; place++) {
      const leaving = this.#delivered[place % columns], learning = this.#visited[place % columns];
      for (let k = starts[place]!; k < starts[place + 1]!; k++) {
        if (leaving) delivered += leaving[ids[k]!]!;
        if (learning) visited += learning[ids[k]!]!;
      }
    }
    this.#count(this.#parts.eventCounter, delivered);
    this.#count(this.#parts.plasticCounter, visited);
  }

  #count(address: number, events: number): void {
    new BigUint64Array(this.#parts.arena.memory.buffer, address, 1)[0]! += BigInt(events);
  }
}

/** Edges of a source that are not stored, unless the device counts them. */
function madeBy({ rule, targetCount, selfOffset }: ProceduralLayout, source: number): number {
  switch (rule.kind) {
    case "bernoulli": return 0;
    case "outdegree": return rule.count;
    case "all": return targetCount - (selfOffset !== undefined && source >= selfOffset && source - selfOffset < targetCount ? 1 : 0);
    case "one": return source < targetCount ? 1 : 0;
    default: return rule satisfies never;
  }
}

/** What a step does beside advancing tables and delivering along scatters: `before(step, s)` and `after(step, s)`, s the row of the call's counts. */
import { flushInterval } from "../contract.ts";
import type { Action, Emitted, EventQueue, Schedule } from "../contract.ts";
import type { Func, Module, Node } from "./assembler.ts";
import { block, br_if, call, forLoop, i32, if_, label, local, loop, memory, return_ } from "./assembler.ts";

export interface ActionFunctions {
  /** Of each auxiliary map kernel: how it advances, and how it flushes. */
  readonly auxiliaries: readonly { readonly update: Func; readonly flush: Func | undefined }[];
  readonly edges: readonly Func[];
}

const get = local.get;

/** First word of a failure that is an edge's. */
export const edgeFailure = 0x80000000;

export function emitActions(module: Module, name: string, schedule: Schedule, actions: readonly Action[], functions: ActionFunctions): Func {
  const f = module.func(name, { step: "i32", s: "i32" }, "i32");
  const step = f.param("step"),
    s = f.param("s");
  const count = f.local("count", "i32"),
    failed = f.local("failed", "i32"),
    slot = f.local("slot", "i32"),
    list = f.local("list", "i32");
  const k = f.local("k", "i32"),
    age = f.local("age", "i32"),
    to = f.local("to", "i32"),
    source = f.local("source", "i32");

  const countOf = (e: Emitted): Node => i32.load(i32.mul(get(s), i32.const(4 * schedule.columns)), schedule.counts + 4 * e.column);
  const listOf = (e: Emitted): Node => i32.add(i32.const(e.list), i32.mul(get(s), i32.const(4 * e.stride)));
  const slotOf = (slots: number, ahead: Node): Node => (slots === 1 ? i32.const(0) : i32.rem_u(i32.add(get(step), ahead), i32.const(slots)));
  const checked = (edge: number, made: Node): Node =>
    if_(local.tee(failed, made), [
      i32.store(i32.const(schedule.failure), i32.const(edgeFailure + edge)),
      i32.store(i32.const(schedule.failure), i32.sub(get(failed), i32.const(1)), 4),
      i32.store(i32.const(schedule.failure), get(step), 8),
      return_(i32.const(1)),
    ]);

  const walkQueue = (edge: number, queue: EventQueue, emitted: Emitted): Node[] => {
    const { delay, counts, entries, perEdge } = queue;
    const slotBytes = (perEdge ? 8 : 4) * emitted.stride;
    const at = (ahead: Node): Node[] => [local.set(slot, slotOf(delay, ahead)), local.set(count, i32.load(i32.shl(get(slot), i32.const(2)), counts))];
    const entry = i32.add(i32.const(entries), i32.mul(get(slot), i32.const(slotBytes)));
    if (!perEdge) return [...at(i32.const(delay)), if_(get(count), [checked(edge, call(functions.edges[edge]!, entry, get(count), get(step)))])];
    const again = label(),
      done = label();
    // Those that left first come first. What left `age` steps ago lies in slot (step − age) mod delay.
    return [
      local.set(age, i32.const(delay)),
      block(
        done,
        loop(
          again,
          br_if(done, i32.eqz(get(age))),
          ...at(i32.sub(i32.const(2 * delay), get(age))),
          if_(get(count), [checked(edge, call(functions.edges[edge]!, entry, get(count), get(step), get(age)))]),
          local.set(age, i32.sub(get(age), i32.const(1))),
          br_if(again, i32.const(1)),
        ),
      ),
    ];
  };

  const enqueue = (action: Action & { kind: "enqueue" }): Node[] => {
    const { emitted, queue, rows } = action;
    const { delay, counts, entries, perEdge } = queue;
    const place = i32.shl(get(slot), i32.const(2));
    const head = [local.set(slot, slotOf(delay, i32.const(delay))), local.set(count, countOf(emitted)), local.set(list, listOf(emitted))];
    if (!perEdge) {
      return [
        ...head,
        i32.store(place, get(count), counts),
        if_(get(count), [
          memory.copy(i32.add(i32.const(entries), i32.mul(get(slot), i32.const(4 * emitted.stride))), get(list), i32.shl(get(count), i32.const(2))),
        ]),
      ];
    }
    const { address, start, count: rowCount } = rows!;
    const index = start === 0 ? get(source) : i32.sub(get(source), i32.const(start));
    return [
      ...head,
      local.set(to, i32.add(i32.const(entries), i32.mul(get(slot), i32.const(8 * emitted.stride)))),
      local.set(failed, get(to)),
      forLoop(k, i32.const(0), get(count), 1, [
        local.set(source, i32.load(i32.add(get(list), i32.shl(get(k), i32.const(2))))),
        if_(i32.lt_u(index, i32.const(rowCount)), [
          i32.store(get(to), get(source)),
          i32.store(get(to), i32.load(i32.shl(index, i32.const(2)), address), 4),
          local.set(to, i32.add(get(to), i32.const(8))),
        ]),
      ]),
      i32.store(place, i32.shr_u(i32.sub(get(to), get(failed)), i32.const(3)), counts),
    ];
  };

  for (const action of actions) {
    switch (action.kind) {
      case "advance": {
        const { update, flush } = functions.auxiliaries[action.auxiliary]!;
        const all = [i32.const(action.from), i32.const(action.to)] as const;
        // What is emitted before the start meets the start values.
        f.emit(
          if_(i32.ge_s(get(step), i32.const(0)), [
            local.set(failed, call(update, ...all, i32.const(0), i32.const(0))),
            ...(flush ? [if_(i32.eqz(i32.and(i32.add(get(step), i32.const(1)), i32.const(flushInterval - 1))), [call(flush, ...all)])] : []),
          ]),
        );
        break;
      }
      case "walk":
        if (action.queue) f.emit(...walkQueue(action.edge, action.queue, action.emitted));
        else {
          f.emit(
            if_(local.tee(count, countOf(action.emitted)), [
              checked(action.edge, call(functions.edges[action.edge]!, listOf(action.emitted), get(count), get(step))),
            ]),
          );
        }
        break;
      case "enqueue":
        f.emit(...enqueue(action));
        break;
      case "all": {
        const visit = checked(action.edge, call(functions.edges[action.edge]!, get(step)));
        f.emit(action.when ? if_(countOf(action.when), [visit]) : visit);
        break;
      }
      case "release": {
        const { full, counts } = action.waiting;
        f.emit(
          if_(i32.load(i32.const(full)), [
            checked(action.edge, call(functions.edges[action.edge]!, get(step))),
            memory.fill(i32.const(counts), i32.const(0), i32.const(4 * action.targets)),
            i32.store(i32.const(full), i32.const(0)),
          ]),
        );
        break;
      }
      case "remember":
        f.emit(
          memory.copy(
            i32.add(i32.const(action.to), i32.mul(slotOf(action.slots, i32.const(action.slots + 1)), i32.const(action.bytes))),
            i32.const(action.from),
            i32.const(action.bytes),
          ),
        );
        break;
      default:
        action satisfies never;
    }
  }
  f.emit(i32.const(0));
  return f;
}

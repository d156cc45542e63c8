/**
 * The loop over time, in WebAssembly: advances all tables by windows and delivers what they emit, many steps a call, so that a network
 * of a thousand neurons does not spend its time between JavaScript and WebAssembly.
 */
import { flushInterval } from "../contract.ts";
import type { Schedule } from "../contract.ts";
import { emitActions } from "./actions.ts";
import type { ActionFunctions } from "./actions.ts";
import type { Func, Module, Node } from "./assembler.ts";
import { block, br_if, call, forLoop, i32, if_, label, local, loop, return_, select } from "./assembler.ts";

export interface ScheduledFunctions extends ActionFunctions {
  readonly updates: readonly Func[];
  readonly fills: readonly (Func | undefined)[];
  readonly flushes: readonly (Func | undefined)[];
  readonly delivers: readonly Func[];
  readonly arrives: readonly Func[];
}

/**
 * Emits `run(from, steps)`: advances `steps` steps (at most `schedule.steps`), the first of which is number `from`. Returns 0, or 1 after an
 * element became non-finite; then the four words at `schedule.failure` are the table, the element, the step and the tile's first element.
 * Also the two halves of a window, for those who merge what several memories emitted: `advance(from, start, n)` and `deliver(from, start, n)`,
 * for steps start … start + n − 1 of a call whose first is `from`; they return as `run`.
 */
export function emitSchedule(module: Module, schedule: Schedule, functions: ScheduledFunctions): Func {
  const before = schedule.before.length > 0 ? emitActions(module, "before", schedule, schedule.before, functions) : undefined;
  const after = schedule.after.length > 0 ? emitActions(module, "after", schedule, schedule.after, functions) : undefined;
  const advances = schedule.tables.map((_, k) => emitAdvance(module, schedule, k, functions));
  const get = local.get;
  const window = { from: "i32", start: "i32", n: "i32" } as const;

  const arrive = emitArrivals(module, schedule, functions.arrives);
  const advance = module.func("advance", window, "i32");
  {
    const [from, start, n] = [advance.param("from"), advance.param("start"), advance.param("n")];
    if (arrive) advance.emit(call(arrive, get(from), get(start), get(n)));
    advance.emit(
      ...(before ? [if_(call(before, i32.add(get(from), get(start)), get(start)), [return_(i32.const(1))])] : []),
      ...advances.map((one) => if_(call(one, get(from), get(start), get(n)), [return_(i32.const(1))])),
      i32.const(0),
    );
  }

  const deliver = module.func("deliver", window, "i32");
  const [first, begin, length] = [deliver.param("from"), deliver.param("start"), deliver.param("n")];
  const s = deliver.local("s", "i32"),
    end = deliver.local("end", "i32"),
    count = deliver.local("count", "i32");
  const column = (k: number): Node => i32.load(i32.mul(get(s), i32.const(4 * schedule.columns)), schedule.counts + 4 * k);
  const deliveries = schedule.deliveries.map((d, k): Node =>
    if_(local.tee(count, column(d.column)), [
      call(
        functions.delivers[k]!,
        i32.add(i32.const(d.list), i32.mul(get(s), i32.const(4 * d.stride))),
        get(count),
        slotOf(i32.add(get(first), get(s)), d.delay, d.slots, d.slotBytes),
      ),
    ]),
  );
  deliver.emit(
    local.set(end, i32.add(get(begin), get(length))),
    ...(deliveries.length > 0 || after ? [forLoop(s, get(begin), get(end), 1, [
      ...deliveries,
      ...(after ? [if_(call(after, i32.add(get(first), get(s)), get(s)), [return_(i32.const(1))])] : []),
    ])] : []),
    i32.const(0),
  );

  const run = module.func("run", { from: "i32", steps: "i32" }, "i32");
  const from = run.param("from"),
    steps = run.param("steps");
  const start = run.local("start", "i32"),
    n = run.local("n", "i32");
  const again = label(),
    done = label();
  run.emit(
    block(
      done,
      br_if(done, i32.eqz(get(steps))),
      loop(
        again,
        local.set(
          n,
          select(i32.sub(get(steps), get(start)), i32.const(schedule.window), i32.lt_u(i32.sub(get(steps), get(start)), i32.const(schedule.window))),
        ),
        if_(call(advance, get(from), get(start), get(n)), [return_(i32.const(1))]),
        if_(call(deliver, get(from), get(start), get(n)), [return_(i32.const(1))]),
        local.set(start, i32.add(get(start), get(n))),
        br_if(again, i32.lt_u(get(start), get(steps))),
      ),
    ),
    i32.const(0),
  );
  return run;
}

/** `arrive(from, start, n)`: adds what arrives in steps start … start + n − 1 of the call, oldest spikes first. */
function emitArrivals(module: Module, { arrivals }: Schedule, arrives: readonly Func[]): Func | undefined {
  if (!arrivals || arrives.length === 0) return undefined;
  const { least, longest, slots, slotBytes, queues } = arrivals;
  const f = module.func("arrive", { from: "i32", start: "i32", n: "i32" }, undefined, false);
  const [from, start, n] = [f.param("from"), f.param("start"), f.param("n")];
  const s = f.local("s", "i32"),
    end = f.local("end", "i32"),
    step = f.local("step", "i32"),
    age = f.local("age", "i32"),
    young = f.local("young", "i32"),
    place = f.local("place", "i32"),
    slot = f.local("slot", "i32"),
    count = f.local("count", "i32");
  const get = local.get;
  f.emit(
    local.set(end, i32.add(get(start), get(n))),
    forLoop(s, get(start), get(end), 1, [
      local.set(step, i32.add(get(from), get(s))),
      local.set(slot, slotOf(get(step), 0, slots, slotBytes)),
      forLoop(young, i32.const(0), i32.const(longest - least + 1), 1, [
        local.set(age, i32.sub(i32.const(longest), get(young))),
        local.set(place, i32.rem_u(i32.sub(i32.add(get(step), i32.const(longest)), get(age)), i32.const(longest))),
        ...queues.map(({ queue, stride }, k) =>
          if_(local.tee(count, i32.load(i32.shl(get(place), i32.const(2)), queue.counts)), [
            call(arrives[k]!, i32.add(i32.const(queue.entries), i32.mul(get(place), i32.const(4 * stride))), get(count), get(slot), get(age)),
          ]),
        ),
      ]),
    ]),
  );
  return f;
}

/** Byte offset in a ring of `slots` slots of the step `delay` after `step`. */
const slotOf = (step: Node, delay: number, slots: number, slotBytes: number): Node =>
  slots === 1 ? i32.const(0) : i32.mul(i32.rem_u(delay === 0 ? step : i32.add(step, i32.const(delay)), i32.const(slots)), i32.const(slotBytes));

/** `advance_k(from, start, n)`: one table, steps start … start + n − 1 of the call, tile by tile. Returns 1 after a failure, else 0. */
function emitAdvance(module: Module, schedule: Schedule, k: number, functions: ScheduledFunctions): Func {
  const table = schedule.tables[k]!;
  const fill = functions.fills[table.map],
    flush = functions.flushes[table.map];
  const f = module.func(`advance_${table.map}`, { from: "i32", start: "i32", n: "i32" }, "i32", false);
  const [from, start, n] = [f.param("from"), f.param("start"), f.param("n")];
  const lo = f.local("lo", "i32"),
    hi = f.local("hi", "i32"),
    s = f.local("s", "i32"),
    made = f.local("made", "i32"),
    step = f.local("step", "i32"),
    scalars = f.local("scalars", "i32"),
    place = f.local("place", "i32");
  const get = local.get;
  const counts = schedule.made + 4 * table.column;
  const inputs = table.rings.map((r) =>
    r.slots === 1 ? i32.const(r.address) : i32.add(slotOf(get(step), 0, r.slots, r.slotBytes), i32.const(r.address)),
  );
  const oneStep: Node[] = [
    local.set(step, i32.add(get(from), get(s))),
    local.set(place, i32.mul(get(s), i32.const(4 * schedule.columns))),
    local.set(scalars, i32.add(i32.const(table.scalars), i32.mul(get(s), i32.const(table.scalarBytes)))),
    ...(fill ? [call(fill, get(lo), get(hi), get(step), get(scalars))] : []),
    local.set(
      made,
      call(
        functions.updates[table.map]!,
        get(lo),
        get(hi),
        i32.add(i32.const(table.list), i32.add(i32.mul(get(s), i32.const(4 * table.stride)), i32.shl(i32.load(get(place), counts), i32.const(2)))),
        get(scalars),
        ...inputs,
      ),
    ),
    if_(i32.lt_s(get(made), i32.const(0)), [
      i32.store(i32.const(schedule.failure), i32.const(table.map)),
      i32.store(i32.const(schedule.failure), i32.sub(i32.const(-1), get(made)), 4),
      i32.store(i32.const(schedule.failure), get(step), 8),
      i32.store(i32.const(schedule.failure), get(lo), 12),
      return_(i32.const(1)),
    ]),
    i32.store(get(place), i32.add(i32.load(get(place), counts), get(made)), counts),
    ...(flush ? [if_(i32.eq(i32.and(get(step), i32.const(flushInterval - 1)), i32.const(flushInterval - 1)), [call(flush, get(lo), get(hi))])] : []),
  ];
  const end = f.local("end", "i32");
  const steps = forLoop(s, get(start), get(end), 1, oneStep);
  const clear = forLoop(s, get(start), get(end), 1, [i32.store(i32.mul(get(s), i32.const(4 * schedule.columns)), i32.const(0), counts)]);
  f.emit(local.set(end, i32.add(get(start), get(n))), clear);
  const [first, last] = [i32.const(table.from), i32.const(table.to)];
  if (table.to - table.from <= table.tile) {
    if (table.to > table.from) f.emit(local.set(lo, first), local.set(hi, last), steps);
  } else {
    f.emit(
      forLoop(lo, first, last, table.tile, [
        local.set(hi, select(i32.add(get(lo), i32.const(table.tile)), last, i32.lt_u(i32.add(get(lo), i32.const(table.tile)), last))),
        steps,
      ]),
    );
  }
  f.emit(i32.const(0));
  return f;
}

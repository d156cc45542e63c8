/**
 * Delivery of spikes: for every emitted element, walks its row of synapses and adds each weight to the input sum of its target, in the
 * ring slot of the step in which it arrives. Rows are sorted, so a target meets its additions in the same order whatever the machine.
 */
import type { Func, Module, Node } from "./assembler.ts";
import { block, br_if, drop, f32, f64, i32, i64, if_, label, local, loop } from "./assembler.ts";

export interface ScatterLayout {
  /** A readable function name, e.g. `deliver_E_to_I`. */
  readonly name: string;
  readonly precision: "f32" | "f64";
  /** Elements [sourceStart, sourceStart + sourceCount) of the emitting table have rows; others are skipped. */
  readonly sourceStart: number;
  readonly sourceCount: number;
  /** All sources of the emitting table have rows: no test needed. */
  readonly allSources: boolean;
  /** u32 [sourceCount + 1]: first synapse of each row. */
  readonly rows: number;
  /** u16 or u32 [synapses]: target index; with `delays: "perSynapse"`, delay · stride + target in one u32. */
  readonly targets: number;
  readonly targetBytes: 2 | 4;
  /** Address of real [synapses], or one weight for all. */
  readonly weights: { readonly kind: "perSynapse"; readonly address: number } | { readonly kind: "constant"; readonly value: number };
  readonly delays: "constant" | "perSynapse";
  /** Only the synapses of one delay are walked: u32 [sourceCount × (longest + 1)], where those of delay 1, 2, … begin, and where the last end. */
  readonly segments?: { readonly index: number; readonly longest: number };
  /** Address of real [slots × stride]: the input ring of the target table. */
  readonly ring: number;
  /** Elements of one slot. */
  readonly stride: number;
  /** Bytes of the whole ring (slots × stride × bytes of a real). */
  readonly ringBytes: number;
  /** u64: running count of additions. */
  readonly eventCounter: number;
  /** Read the lines of the coming rows before they are added (worth it when the synapses do not fit the caches). */
  readonly touchRows: boolean;
}

const unroll = 8;
/** Bytes of targets that are read ahead at a time: they stay in the first-level cache until they are used. */
const touchBytes = 4096;

/**
 * Emits `name(list, count, slot)`: delivers the `count` element indices at `list`. `slot` is the byte offset, within the ring, of the
 * arrival slot (constant delay) or of the current step's slot (delay per synapse). With `segments` there is a fourth parameter, the delay.
 */
export function emitScatterKernel(module: Module, layout: ScatterLayout): Func {
  const { precision, targetBytes } = layout;
  const real = precision === "f32" ? f32 : f64;
  const realShift = precision === "f32" ? 2 : 3;
  const targetShift = targetBytes === 2 ? 1 : 2;
  const { segments } = layout;
  const f = module.func(layout.name, { list: "i32", count: "i32", slot: "i32", ...(segments ? { delay: "i32" as const } : {}) });
  const [list, count, slot] = [f.param("list"), f.param("count"), f.param("slot")];
  const end = f.local("end", "i32"),
    source = f.local("source", "i32"),
    p = f.local("p", "i32"),
    rowEnd = f.local("row_end", "i32");
  const a = f.local("a", "i32"),
    events = f.local("events", "i32"),
    w = f.local("w", precision);
  const next = f.local("next", "i32"),
    nextEnd = f.local("next_end", "i32"),
    touched = f.local("touched", "i32"),
    frontier = f.local("frontier", "i32"),
    budget = f.local("budget", "i32");
  const get = local.get;
  const loadTarget = (offset: number): Node =>
    targetBytes === 2 ? i32.load16_u(get(p), layout.targets + offset) : i32.load(get(p), layout.targets + offset);
  const ratio = realShift - targetShift;
  // p runs over bytes of the target array; the weight of the same synapse lies at p << ratio.
  const weightOf = (k: number): Node =>
    layout.weights.kind === "constant"
      ? get(w)
      : real.load(ratio === 0 ? get(p) : i32.shl(get(p), i32.const(ratio)), layout.weights.address + (k << realShift));

  // The delay in the packed word is taken off again; all is modulo 2^32, so the address of the ring goes into the sum.
  const ring = segments ? 0 : layout.ring;
  const one = (k: number): Node[] => {
    const offset = i32.add(i32.shl(loadTarget(k << targetShift), i32.const(realShift)), get(slot));
    const place =
      layout.delays === "constant" || segments
        ? [local.set(a, offset)]
        : [
            local.set(a, offset),
            // The ring wraps: subtract its length when the slot lies beyond the end.
            local.set(a, i32.sub(get(a), i32.and(i32.sub(i32.const(0), i32.ge_u(get(a), i32.const(layout.ringBytes))), i32.const(layout.ringBytes)))),
          ];
    return [...place, real.store(get(a), real.add(real.load(get(a), ring), weightOf(k)), ring)];
  };

  const rowOf = (index: Node, ahead: number): Node => {
    const at = segments
      ? i32.load(
          i32.shl(i32.add(i32.mul(index, i32.const(segments.longest + 1)), get(f.param("delay"))), i32.const(2)),
          segments.index - 4 + 4 * ahead,
        )
      : i32.load(i32.shl(index, i32.const(2)), layout.rows + 4 * ahead);
    return i32.shl(at, i32.const(targetShift));
  };
  const outer = label(),
    allDone = label(),
    skip = label(),
    many = label(),
    manyDone = label(),
    single = label(),
    singleDone = label(),
    touch = label(),
    touchDone = label(),
    ahead = label(),
    aheadDone = label();
  const relative = (index: Node): Node => (layout.sourceStart === 0 ? index : i32.sub(index, i32.const(layout.sourceStart)));

  const touchRow: Node = block(
    touchDone,
    ...(layout.allSources ? [] : [br_if(touchDone, i32.ge_u(get(next), i32.const(layout.sourceCount)))]),
    local.set(nextEnd, rowOf(get(next), 1)),
    local.set(next, rowOf(get(next), 0)),
    br_if(touchDone, i32.ge_u(get(next), get(nextEnd))),
    local.set(budget, i32.sub(get(budget), i32.sub(get(nextEnd), get(next)))),
    loop(
      touch,
      local.set(touched, i32.add(get(touched), i32.load8_u(get(next), layout.targets))),
      ...(layout.weights.kind === "perSynapse"
        ? [
            local.set(
              touched,
              i32.add(get(touched), i32.load8_u(ratio === 0 ? get(next) : i32.shl(get(next), i32.const(ratio)), layout.weights.address)),
            ),
          ]
        : []),
      local.set(next, i32.add(get(next), i32.const(layout.weights.kind === "perSynapse" ? 64 >> ratio : 64))),
      br_if(touch, i32.lt_u(get(next), get(nextEnd))),
    ),
  );
  // Several rows at once: their lines are on the way together, and the wait for memory is paid once for all.
  const touchAhead: Node[] = layout.touchRows
    ? [
        if_(i32.ge_u(i32.add(get(list), i32.const(4)), get(frontier)), [
          local.set(budget, i32.const(touchBytes)),
          block(
            aheadDone,
            loop(
              ahead,
              br_if(aheadDone, i32.ge_u(get(frontier), get(end))),
              local.set(next, relative(i32.load(get(frontier)))),
              local.set(frontier, i32.add(get(frontier), i32.const(4))),
              touchRow,
              br_if(ahead, i32.gt_s(get(budget), i32.const(0))),
            ),
          ),
        ]),
      ]
    : [];

  f.emit(
    ...(segments
      ? [
          local.set(
            slot,
            i32.add(
              i32.const(layout.ring),
              i32.sub(get(slot), i32.shl(i32.mul(get(f.param("delay")), i32.const(layout.stride)), i32.const(realShift))),
            ),
          ),
        ]
      : []),
    ...(layout.weights.kind === "constant" ? [local.set(w, real.const(layout.weights.value))] : []),
    local.set(end, i32.add(get(list), i32.shl(get(count), i32.const(2)))),
    ...(layout.touchRows ? [local.set(frontier, get(list))] : []),
    block(
      allDone,
      br_if(allDone, i32.ge_u(get(list), get(end))),
      loop(
        outer,
        block(
          skip,
          local.set(source, relative(i32.load(get(list)))),
          ...(layout.allSources ? [] : [br_if(skip, i32.ge_u(get(source), i32.const(layout.sourceCount)))]),
          ...touchAhead,
          local.set(p, rowOf(get(source), 0)),
          local.set(rowEnd, rowOf(get(source), 1)),
          local.set(events, i32.add(get(events), i32.shr_u(i32.sub(get(rowEnd), get(p)), i32.const(targetShift)))),
          block(
            manyDone,
            loop(
              many,
              br_if(manyDone, i32.lt_u(i32.sub(get(rowEnd), get(p)), i32.const(unroll << targetShift))),
              ...Array.from({ length: unroll }, (_, k) => one(k)).flat(),
              local.set(p, i32.add(get(p), i32.const(unroll << targetShift))),
              br_if(many, i32.const(1)),
            ),
          ),
          block(
            singleDone,
            loop(
              single,
              br_if(singleDone, i32.ge_u(get(p), get(rowEnd))),
              ...one(0),
              local.set(p, i32.add(get(p), i32.const(1 << targetShift))),
              br_if(single, i32.const(1)),
            ),
          ),
        ),
        local.set(list, i32.add(get(list), i32.const(4))),
        br_if(outer, i32.lt_u(get(list), get(end))),
      ),
    ),
    i64.store(i32.const(layout.eventCounter), i64.add(i64.load(i32.const(layout.eventCounter)), i64.extend_i32_u(get(events)))),
    // Keeps the touching loads alive: without a use V8 would drop them.
    ...(layout.touchRows ? [i32.store(i32.const(layout.eventCounter), get(touched), 8)] : [drop(get(touched))]),
  );
  return f;
}

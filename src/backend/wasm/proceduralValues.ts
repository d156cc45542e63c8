/** Adds what a list of targets receives: weights and delays that differ between edges are computed first. */
import type { ProceduralLayout, ProceduralValue } from "../procedural.ts";
import {
  block, br_if, call, drop, f32, f64, f64x2, forLoop, i32, i32x4, i64, i8x16, if_, label, local, loop, v128, type Func, type Module, type Node,
} from "./assembler.ts";
import { fillNormal, fillUniform } from "./continuousDraws.ts";
import { emitMapKernel } from "./mapKernel.ts";

const unroll = 8;

/**
 * `add_<name>(list, first, count, element, step, source, slot)`: entries first … count − 1 of the u32 list at `list`; entry k has the counter
 * (element + k, step). With `test`, targets outside [from, to) are passed over.
 */
export function emitAdd(module: Module, layout: ProceduralLayout, keys: number, test: boolean): Func {
  const { precision, weight, delay, ring, stride, ringBytes, from, to } = layout;
  const real = precision === "f32" ? f32 : f64;
  const bytes = precision === "f32" ? 4 : 8;
  const get = local.get;
  const prepareWeight = typeof weight === "number" ? undefined : emitValue(module, `${layout.name}_weight`, weight, keys);
  const prepareDelay = delay && emitValue(module, `${layout.name}_delay`, delay, keys);
  const parameters = { list: "i32", first: "i32", count: "i32", element: "i32", step: "i32", source: "i32", slot: "i32" } as const;
  const f = module.func(`add_${layout.name}`, parameters, "void", false);
  const [list, first, count, slot] = [f.param("list"), f.param("first"), f.param("count"), f.param("slot")];
  const lo = f.local("lo", "i32"), hi = f.local("hi", "i32"), p = f.local("p", "i32"), end = f.local("end", "i32"), a = f.local("a", "i32");
  const events = f.local("events", "i32"), k = f.local("k", "i32");

  const prepare = (fill: Func): Node =>
    call(fill, get(list), get(lo), get(hi), get(f.param("element")), get(f.param("step")), get(f.param("source")));
  f.emit(local.set(lo, i32.and(get(first), i32.const(-16))), local.set(hi, i32.and(i32.add(get(count), i32.const(31)), i32.const(-32))));
  if (prepareWeight) f.emit(prepare(prepareWeight));
  if (prepareDelay) {
    const at = delay.address("value");
    const two = (offset: number): Node => roundedDelay(delay, v128.load(i32.shl(get(k), i32.const(3)), at + offset));
    f.emit(prepare(prepareDelay));
    // Target and delay in one word, in place of the delays: a word is written where no delay is read any more. Entries before `lo` count as zeros.
    f.emit(forLoop(k, get(lo), get(hi), 4, [
      v128.store(
        i32.shl(get(k), i32.const(2)),
        i32x4.add(
          v128.load(i32.add(get(list), i32.shl(get(k), i32.const(2)))),
          i32x4.mul(
            joined(two(0), two(16)),
            i32x4.const(stride),
          ),
        ),
        at,
      ),
    ]));
  }
  const word = (offset: number): Node => (delay ? i32.load(get(p), delay.address("value") + offset) : i32.load(i32.add(get(list), get(p)), offset));
  const weightAt = (offset: number): Node => {
    if (typeof weight === "number") return real.const(weight);
    const value = f64.load(i32.shl(get(p), i32.const(1)), weight.address("value") + 2 * offset);
    return precision === "f32" ? f32.demote_f64(value) : value;
  };
  const base = ring + layout.targetStart * bytes;
  const one = (offset: number): Node[] => {
    const body = [
      local.set(a, i32.add(i32.shl(word(offset), i32.const(Math.log2(bytes))), get(slot))),
      ...(delay
        ? [local.set(a, i32.sub(get(a), i32.and(i32.sub(i32.const(0), i32.ge_u(get(a), i32.const(ringBytes))), i32.const(ringBytes))))]
        : []),
      real.store(get(a), real.add(real.load(get(a), base), weightAt(offset)), base),
    ];
    if (!test) return body;
    const target = i32.load(i32.add(get(list), get(p)), offset);
    return [if_(i32.lt_u(i32.sub(target, i32.const(from)), i32.const(to - from)), [...body, local.set(events, i32.add(get(events), i32.const(1)))])];
  };
  const many = label(), manyDone = label(), single = label(), singleDone = label();
  f.emit(
    local.set(p, i32.shl(get(first), i32.const(2))),
    local.set(end, i32.shl(get(count), i32.const(2))),
    ...(test ? [] : [local.set(events, i32.sub(get(count), get(first)))]),
    block(manyDone,
      loop(many,
        br_if(manyDone, i32.lt_s(i32.sub(get(end), get(p)), i32.const(4 * unroll))),
        ...Array.from({ length: unroll }, (_, u) => one(4 * u)).flat(),
        local.set(p, i32.add(get(p), i32.const(4 * unroll))),
        br_if(many, i32.const(1)),
      )),
    block(singleDone,
      loop(single,
        br_if(singleDone, i32.ge_u(get(p), get(end))),
        ...one(0),
        local.set(p, i32.add(get(p), i32.const(4))),
        br_if(single, i32.const(1)),
      )),
    i64.store(i32.const(layout.eventCounter), i64.add(i64.load(i32.const(layout.eventCounter)), i64.extend_i32_u(get(events)))),
  );
  return f;
}

const joined = (low: Node, high: Node): Node => i8x16.shuffle(low, high, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);

/** Two delays in steps, to the nearest (upwards from the middle), within the bounds. */
function roundedDelay({ extra, least, most }: NonNullable<ProceduralLayout["delay"]>, value: Node): Node {
  const given = extra === 0 ? value : f64x2.add(value, f64x2.const(extra));
  const floor = f64x2.floor(given);
  const up = v128.and(f64x2.ge(f64x2.sub(given, floor), f64x2.const(0.5)), f64x2.const(1));
  return i32x4.trunc_sat_f64x2_u_zero(f64x2.pmax(f64x2.pmin(f64x2.add(floor, up), f64x2.const(most)), f64x2.const(least)));
}

/** `fill_<name>(list, lo, hi, element, step, source)`: the value of entries lo … hi − 1, multiples of 16. */
function emitValue(module: Module, name: string, value: ProceduralValue, keys: number): Func {
  const places = { address: value.address, drawAddress: () => 0, size: 0 };
  const kernel = emitMapKernel(module, { ...value.kernel, name }, places, "f64");
  const [uniform, normal] = [fillUniform(module, keys, "f64"), fillNormal(module, keys, "f64")];
  const parameters = { list: "i32", lo: "i32", hi: "i32", element: "i32", step: "i32", source: "i32" } as const;
  const f = module.func(`fill_${name}`, parameters, "void", false);
  const get = (p: keyof typeof parameters): Node => local.get(f.param(p));
  const k = f.local("k", "i32");
  for (const column of value.columns) {
    const { holds } = column;
    const address = value.address(column.name);
    if (holds.kind === "uniform" || holds.kind === "normal") {
      f.emit(call(holds.kind === "uniform" ? uniform : normal, i32.add(get("element"), get("lo")), i32.add(get("element"), get("hi")), get("step"),
        i32.const(value.stream), i32.const(holds.draw), i32.add(i32.shl(get("lo"), i32.const(3)), i32.const(address))));
      continue;
    }
    const two = holds.kind === "constant" ? f64x2.const(holds.value) : holds.kind === "source"
      ? f64x2.splat(f64.convert_i32_u(get("source")))
      : f64x2.convert_low_i32x4_u(v128.load64_zero(i32.add(get("list"), i32.shl(local.get(k), i32.const(2)))));
    f.emit(forLoop(k, get("lo"), get("hi"), 2, [v128.store(i32.shl(local.get(k), i32.const(3)), two, address)]));
  }
  f.emit(drop(call(kernel, get("lo"), get("hi"), i32.const(0), i32.const(0))));
  return f;
}

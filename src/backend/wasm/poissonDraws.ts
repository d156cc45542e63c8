/**
 * Poisson counts of one constant mean by inversion of 16-bit halves: 32 elements to a Philox block. The high 16 bits of a word nearly
 * always decide the count; where they do not (they equal those of a threshold, or lie in the tails, 1 in 2000 draws) one scalar function
 * computes the low bits and the exact count. Definition: src/math/random.ts.
 */
import { lowBitsDraw, partStride, poissonTable, type PoissonTable } from "../../math/random.ts";
import {
  block, br, br_if, call, f32, f32x4, f64, f64x2, forLoop, i16x8, i32, i32x4, i8x16, if_, label, local, loop, memory, select, v128,
  type Func, type Local, type Module, type Node,
} from "./assembler.ts";
import { Code, helper } from "./code.ts";
import { fillParameters } from "./continuousDraws.ts";
import { lanesOf, type Precision } from "./lanes.ts";
import { philoxStream, philoxWord } from "./philox.ts";

/** Tails rarer than this are left to the exact path. */
const rare = 2 ** -12;
const blocks = 2;

interface FastTable {
  /** Counted without a comparison. */
  readonly start: number;
  /** High halves of the thresholds that are compared. */
  readonly compared: readonly number[];
  /** High halves at or below (above) which the exact path decides; undefined: no such tail. */
  readonly low: number | undefined;
  readonly high: number | undefined;
}

function fastTable(table: PoissonTable): FastTable {
  const thresholds = [...table.thresholds];
  const below = thresholds.filter((t) => t < rare * 2 ** 32).length;
  const above = thresholds.filter((t) => t > (1 - rare) * 2 ** 32).length;
  const high = (t: number) => Math.floor(t / 65536);
  return {
    start: table.start + below,
    compared: thresholds.slice(below, thresholds.length - above).map(high),
    low: below > 0 ? high(thresholds[below - 1]!) : undefined,
    high: above > 0 ? high(thresholds[thresholds.length - above]!) : undefined,
  };
}

export function fillPoisson(module: Module, keys: number, precision: Precision, mean: number): Func {
  return helper(module, `fill_poisson_${precision}_${mean}`, () => {
    const table = poissonTable(mean);
    const exact = exactCount(module, keys, mean, table);
    const f = module.func(`fill_poisson_${precision}_${mean}`, fillParameters, "void", false);
    const code = new Code(module, f);
    if (table.parts === 1) emitPass(code, keys, precision, table, exact, false, local.get(f.param("draw")));
    else {
      const bytes = i32.mul(i32.sub(local.get(f.param("hi")), local.get(f.param("lo"))), i32.const(lanesOf(precision).bytes));
      code.add(memory.fill(local.get(f.param("address")), i32.const(0), bytes));
      const part = f.local("part", "i32");
      code.add(forLoop(part, i32.const(0), i32.const(table.parts), 1, code.inner((body) => {
        const draw = body.let("part_draw", i32.add(local.get(f.param("draw")), i32.mul(local.get(part), i32.const(partStride))));
        emitPass(body, keys, precision, table, exact, true, draw);
      })));
    }
    return f;
  });
}

/** One pass over the tile: stores the counts, or adds them to what is there. */
function emitPass(code: Code, keys: number, precision: Precision, table: PoissonTable, exact: Func, accumulate: boolean, draw: Node): void {
  const f = code.func;
  const lanes = lanesOf(precision);
  const param = (p: keyof typeof fillParameters) => local.get(f.param(p));
  const fast = fastTable(table);
  const first = code.let("first", i32.and(param("lo"), i32.const(~31)));
  const random = philoxStream(code, keys, i32.shr_u(first, i32.const(5)), param("step"), param("stream"), draw);
  const beyond = code.let("beyond", i32.add(param("address"), i32.mul(i32.sub(param("hi"), param("lo")), i32.const(lanes.bytes))));
  const at = code.variable("at", "i32", i32.sub(param("address"), i32.mul(i32.sub(param("lo"), first), i32.const(lanes.bytes))));
  const element = f.local("element", "i32");
  code.add(forLoop(element, first, param("hi"), 32 * blocks, code.inner((body) => {
    // When lo is the second half of a block, its first half goes beyond the tile, where nobody reads it.
    const outside = i32.lt_u(local.get(element), param("lo"));
    const lowHalf = body.let("low_half", select(beyond, local.get(at), outside));
    const counted = random.next(body, blocks).map((words) => words.map((w) => countHighHalves(body, w, fast)));
    const unsure = counted.flat().flatMap((c) => c.unsure ?? []);
    const doubt = unsure.length > 0 ? body.let("doubt", v128.any_true(unsure.reduce((a, b) => v128.or(a, b)))) : undefined;
    if (doubt) body.add(if_(doubt, counted.flat().map((c) => local.set(c.count, v128.andnot(local.get(c.count), c.unsure!)))));
    counted.forEach((block, b) => block.forEach(({ count }, w) => {
      const offset = lanes.bytes * (32 * b + 4 * w);
      store(body, precision, v128.and(local.get(count), i32x4.const(0xffff)), b === 0 ? lowHalf : local.get(at), offset, accumulate);
      store(body, precision, i32x4.shr_u(local.get(count), i32.const(16)), local.get(at), offset + 16 * lanes.bytes, accumulate);
    }));
    if (doubt) {
      body.add(if_(doubt, body.inner((slow) => counted.forEach((block, b) => block.forEach(({ unsure: mask }, w) => {
        const bits = slow.variable("bits", "i32", i16x8.bitmask(mask!));
        emitExact(slow, precision, exact, bits, local.get(element), local.get(at), 32 * b + 4 * w, draw);
      })))));
    }
    body.add(local.set(at, i32.add(local.get(at), i32.const(32 * blocks * lanes.bytes))));
  })));
}

/** Counts in 16-bit lanes, and the lanes whose high half alone does not decide. */
function countHighHalves(code: Code, words: Node, fast: FastTable): { count: Local; unsure: Node | undefined } {
  const signed = (h: number) => i16x8.const(h ^ 0x8000);
  const x = code.let("x", v128.xor(words, i16x8.const(0x8000)));
  const start = i16x8.const(fast.start);
  const count = code.variable("count", "v128", fast.compared.reduce((sum: Node, h) => i16x8.sub(sum, i16x8.gt_s(x, signed(h))), start));
  const tests = [...new Set(fast.compared)].map((h) => i16x8.eq(x, signed(h)));
  if (fast.low !== undefined) tests.push(i16x8.lt_s(x, signed(fast.low + 1)));
  if (fast.high !== undefined) tests.push(i16x8.gt_s(x, signed(fast.high - 1)));
  return { count, unsure: tests.length > 0 ? code.let("unsure", tests.reduce((a, b) => v128.or(a, b))) : undefined };
}

function store(code: Code, precision: Precision, integers: Node, at: Node, offset: number, accumulate: boolean): void {
  const lanes = lanesOf(precision);
  const put = (value: Node, extra: number) =>
    code.add(v128.store(at, accumulate ? lanes.add(value, v128.load(at, offset + extra)) : value, offset + extra));
  if (precision === "f32") return put(f32x4.convert_i32x4_s(integers), 0);
  const four = code.let("four", integers);
  put(f64x2.convert_low_i32x4_s(four), 0);
  put(f64x2.convert_low_i32x4_s(i8x16.shuffle(four, four, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])), 16);
}

/** Adds the exact count of each flagged 16-bit lane: even lanes are elements `offset` …, odd ones 16 further. */
function emitExact(code: Code, precision: Precision, exact: Func, bits: Local, element: Node, at: Node, offset: number, draw: Node): void {
  const f = code.func;
  const again = label();
  const done = label();
  const body = code.inner((inside) => {
    inside.add(br_if(done, i32.eqz(local.get(bits))));
    const lane = inside.let("lane", i32.ctz(local.get(bits)));
    inside.add(local.set(bits, i32.and(local.get(bits), i32.sub(local.get(bits), i32.const(1)))));
    const half = i32.mul(i32.and(lane, i32.const(1)), i32.const(16));
    const distance = inside.let("distance", i32.add(i32.add(i32.shr_u(lane, i32.const(1)), half), i32.const(offset)));
    const e = inside.let("e", i32.add(element, distance));
    inside.add(br_if(again, i32.lt_u(e, local.get(f.param("lo")))));
    const count = call(exact, e, local.get(f.param("step")), local.get(f.param("stream")), draw);
    const target = inside.let("target", i32.add(at, i32.mul(distance, i32.const(lanesOf(precision).bytes))));
    inside.add(precision === "f32"
      ? f32.store(target, f32.add(f32.load(target), f32.convert_i32_s(count)))
      : f64.store(target, f64.add(f64.load(target), f64.convert_i32_s(count))));
    inside.add(br(again));
  });
  code.add(block(done, loop(again, ...body)));
}

/** A function (element, step, stream, draw) → the exact count of one part from its full 32-bit word. */
function exactCount(module: Module, keys: number, mean: number, table: PoissonTable): Func {
  return helper(module, `poisson_count_${mean}`, () => {
    const word = philoxWord(module, keys);
    const f = module.func(`poisson_count_${mean}`, { element: "i32", step: "i32", stream: "i32", draw: "i32" }, "i32", false);
    const code = new Code(module, f);
    const [element, step, stream, draw] = f.params.map((p) => local.get(p)) as [Node, Node, Node, Node];
    const c0 = code.let("c0", i32.add(i32.mul(i32.shr_u(element, i32.const(5)), i32.const(4)), i32.and(element, i32.const(3))));
    const w = code.let("w", i32.and(i32.shr_u(element, i32.const(2)), i32.const(3)));
    const shift = code.let("shift", i32.and(element, i32.const(16)));
    const half = (k: Node) => i32.and(i32.shr_u(call(word, c0, step, stream, k, w), shift), i32.const(0xffff));
    const full = code.let("word", i32.or(i32.shl(half(draw), i32.const(16)), half(i32.add(draw, i32.const(lowBitsDraw)))));
    code.add([...table.thresholds].reduce((sum: Node, t) => i32.add(sum, i32.ge_u(full, i32.const(t))), i32.const(table.start)));
    return f;
  });
}

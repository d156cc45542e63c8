/**
 * Targets of one source that are connected independently with probability p, by geometric skips: the cost follows the pairs made. Definition:
 * src/math/bernoulli.ts; the relative error of E in f32 is below 2^-21.
 */
import { bernoulliRoom } from "../../math/bernoulli.ts";
import { block, br_if, f32x4, i32, i32x4, i8x16, if_, label, local, loop, memory, v128, type Func, type Module, type Node } from "./assembler.ts";
import { Code, helper } from "./code.ts";
import { lanesOf } from "./lanes.ts";
import { philoxStream } from "./philox.ts";
import { polynomial } from "./polynomial.ts";

/** Philox blocks of a turn. */
const blocks = 2;
const perTurn = 16 * blocks;
/** Longer skips are as good as endless; 32 of them fit an i32. */
const longestSkip = 2 ** 25;

/**
 * `bernoulli_targets(element, step, stream, base, end, scale, self, address) → count`: writes the targets in [base, end) but `self`, ascending, as u32
 * to `address`, which has room for `bernoulliRoom`. Draws are those of elements element, element + 1, … (element is a multiple of 16).
 */
export function bernoulliTargets(module: Module, keys: number): Func {
  return helper(module, "bernoulli_targets", () => {
    const parameters = {
      element: "i32", step: "i32", stream: "i32", base: "i32", end: "i32", scale: "f32", self: "i32", address: "i32",
    } as const;
    const f = module.func("bernoulli_targets", parameters, "i32", false);
    const param = (p: keyof typeof parameters): Node => local.get(f.param(p));
    const code = new Code(module, f);
    const random = philoxStream(code, keys, i32.shr_u(param("element"), i32.const(4)), param("step"), param("stream"), i32.const(0));
    const scale = code.let("scales", f32x4.splat(param("scale")));
    const last = code.variable("last", "v128", i32x4.splat(i32.sub(param("base"), i32.const(1))));
    const at = code.variable("at", "i32", param("address"));
    const full = code.let("full", i32.add(param("address"), i32.const(4 * (bernoulliRoom - perTurn))));
    const turn = label(), done = label();
    const body = code.inner((inside) => {
      random.next(inside, blocks).flat().forEach((word, k) => {
        const skip = i32x4.trunc_sat_f32x4_s(f32x4.pmin(f32x4.mul(exponential(inside, word), scale), f32x4.const(longestSkip)));
        const one = inside.let("one", i32x4.add(skip, i32x4.const(1)));
        const two = inside.let("two", i32x4.add(one, i8x16.shuffle(one, i32x4.const(0), shiftedBy(4))));
        const four = i32x4.add(two, i8x16.shuffle(two, i32x4.const(0), shiftedBy(8)));
        const targets = inside.let("targets", i32x4.add(four, local.get(last)));
        inside.add(v128.store(local.get(at), targets, 16 * k));
        inside.add(local.set(last, i8x16.shuffle(targets, targets, lastLane)));
      });
      inside.add(
        br_if(done, i32.or(i32.ge_s(i32x4.extract_lane(local.get(last), 0), param("end")), i32.ge_u(local.get(at), full))),
        local.set(at, i32.add(local.get(at), i32.const(4 * perTurn))),
        br_if(turn, i32.const(1)),
      );
    });
    code.add(block(done, loop(turn, ...body)));
    // Of the last turn, those before the end.
    const limit = code.let("limit", i32x4.splat(param("end")));
    const inside = Array.from({ length: perTurn / 4 }, (_, k) =>
      i32.popcnt(i32x4.bitmask(i32x4.lt_s(v128.load(local.get(at), 16 * k), limit)))).reduce((a, b) => i32.add(a, b));
    const count = code.variable("count", "i32", i32.add(i32.shr_u(i32.sub(local.get(at), param("address")), i32.const(2)), inside));
    code.add(if_(i32.lt_u(i32.sub(param("self"), param("base")), i32.sub(param("end"), param("base"))), code.inner((rare) => leaveOut(rare, f, count))));
    code.add(local.get(count));
    return f;
  });
}

/** Bytes of a vector `by` further on, zeros before. */
const shiftedBy = (by: number): number[] => Array.from({ length: 16 }, (_, k) => (k < by ? 16 + k : k - by));
const lastLane = Array.from({ length: 16 }, (_, k) => 12 + (k % 4));

/** Removes `self` from the list. */
function leaveOut(code: Code, f: Func, count: ReturnType<Code["variable"]>): void {
  const at = code.variable("at_self", "i32", local.get(f.param("address")));
  const end = code.let("list_end", i32.add(local.get(f.param("address")), i32.shl(local.get(count), i32.const(2))));
  const next = label(), found = label();
  code.add(block(found,
    loop(next,
      br_if(found, i32.ge_u(local.get(at), end)),
      if_(i32.eq(i32.load(local.get(at)), local.get(f.param("self"))), [
        memory.copy(local.get(at), i32.add(local.get(at), i32.const(4)), i32.sub(i32.sub(end, local.get(at)), i32.const(4))),
        local.set(count, i32.sub(local.get(count), i32.const(1))),
        br_if(found, i32.const(1)),
      ]),
      local.set(at, i32.add(local.get(at), i32.const(4))),
      br_if(next, i32.const(1)),
    )));
}

/** −log v of v = ((w >>> 1) + ½)·2^-31. Near 1 the logarithm is that of 1 − (1 − v), whose bits are exact there. */
function exponential(code: Code, word: Node): Node {
  const lanes = lanesOf("f32");
  const n = code.let("n", i32x4.shr_u(word, i32.const(1)));
  const half = f32x4.const(0.5);
  const x = code.let("x", f32x4.add(f32x4.convert_i32x4_s(n), half));
  const e = code.let("e", i32x4.shr_s(i32x4.sub(x, i32x4.const(0x3f3504f3)), i32.const(23)));
  const rest = f32x4.add(f32x4.convert_i32x4_s(v128.xor(n, i32x4.const(0x7fffffff))), half);
  const mantissa = i32x4.sub(x, i32x4.shl(e, i32.const(23)));
  const below = code.let("below", i32x4.sub(i32x4.const(31), e));
  const f = code.let("f", v128.bitselect(f32x4.mul(rest, f32x4.const(-(2 ** -31))), f32x4.sub(mantissa, f32x4.const(1)),
    i32x4.eq(below, i32x4.const(0))));
  const square = code.let("square", f32x4.mul(f, f));
  const series = polynomial(lanes, f, [
    0.3333331645, -0.2500079572, 0.2000228167, -0.1662497073, 0.1418142617, -0.1312529892, 0.128791675, -0.07865406573,
  ]);
  const log = f32x4.add(f32x4.sub(f32x4.mul(f32x4.mul(f, square), series), f32x4.mul(square, half)), f);
  return f32x4.sub(f32x4.mul(f32x4.convert_i32x4_s(below), f32x4.const(Math.LN2)), log);
}

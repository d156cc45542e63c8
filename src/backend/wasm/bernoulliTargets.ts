/**
 * Targets of one source that are connected independently with probability p, by geometric skips: the cost follows the pairs made. Definition:
 * src/math/bernoulli.ts.
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
/** Longer ones lead out of every block; 32 of them fit an i32. */
const longestGap = 2 ** 22 - 1;
/** Bits of 2^23 in f32: those of 2^23 + n are n more. */
const mark = 0x4b000000;

/**
 * `bernoulli_targets(element, step, stream, base, end, scale, self, address) → count`: writes the targets in [base, end) but `self`, ascending, as
 * u32 to `address`, which has room for `bernoulliRoom`. Draws are those of elements element, element + 1, … (element is a multiple of 16).
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
    const scale = code.let("minus_scale", f32x4.neg(f32x4.splat(param("scale"))));
    const halvings = code.let("halvings", f32x4.mul(scale, f32x4.const(Math.LN2)));
    const zero = i32x4.const(0);
    // The sums of 1, 2, 3, 4 gaps hold as many times the bits of 2^23.
    const marks = i32x4.const(mark, 2 * mark, 3 * mark, 4 * mark);
    const last = code.variable("last", "v128", i32x4.splat(i32.sub(param("base"), i32.const(1))));
    const at = code.variable("at", "i32", param("address"));
    const full = code.let("full", i32.add(param("address"), i32.const(4 * (bernoulliRoom - perTurn))));
    const turn = label(), done = label();
    const body = code.inner((inside) => {
      random.next(inside, blocks).flat().forEach((word, k) => {
        const one = inside.let("one", gaps(inside, word, scale, halvings));
        const two = inside.let("two", i32x4.add(one, i8x16.shuffle(zero, one, shiftedBy(4))));
        const four = i32x4.add(two, i8x16.shuffle(zero, two, shiftedBy(8)));
        const targets = inside.let("targets", i32x4.add(four, i32x4.sub(local.get(last), marks)));
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
    const selfInside = i32.lt_u(i32.sub(param("self"), param("base")), i32.sub(param("end"), param("base")));
    code.add(if_(selfInside, code.inner((rare) => leaveOut(rare, f, count))));
    code.add(local.get(count));
    return f;
  });
}

/** Bytes of the second vector `by` further on, those of the first before. */
const shiftedBy = (by: number): number[] => Array.from({ length: 16 }, (_, k) => 16 + k - by);
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

/**
 * Gaps between targets, 1 or more, each with the bits of 2^23 above it: ⌊E·scale⌋ + 1 with E = −log v. log m of the mantissa is a polynomial,
 * minimax on [√½, √2), with a relative error of 1.2e-6.
 */
function gaps(code: Code, word: Node, scale: Node, halvings: Node): Node {
  const x = code.let("x", f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_u(word, i32.const(1))), f32x4.const(0.5)));
  const e = code.let("e", i32x4.shr_s(i32x4.sub(x, i32x4.const(rootHalf + exponentOfRange)), i32.const(23)));
  const mantissa = i32x4.sub(i32x4.sub(x, i32x4.const(exponentOfRange)), i32x4.shl(e, i32.const(23)));
  const f = code.let("f", f32x4.sub(mantissa, f32x4.const(1)));
  const log = f32x4.mul(polynomial(lanesOf("f32"), f, logarithm), f);
  const skip = f32x4.add(f32x4.mul(log, scale), f32x4.mul(f32x4.convert_i32x4_s(e), halvings));
  // A little more than one half, so that a skip of 0 is rounded up to a gap of 1.
  return f32x4.add(f32x4.pmin(f32x4.add(skip, f32x4.const(0.5000005)), f32x4.const(longestGap)), f32x4.const(2 ** 23));
}

const rootHalf = 0x3f3504f3;
/** x is v·2^31. */
const exponentOfRange = 31 << 23;
/** log(1 + f)/f. */
const logarithm = [
  1.0000008344650269, -0.5000140070915222, 0.33316028118133545, -0.24896791577339172, 0.20454758405685425, -0.18782734870910645, 0.12210974842309952,
];

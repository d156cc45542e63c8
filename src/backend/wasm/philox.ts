/** Philox 4x32-10 in vector lanes and, for single words, in 64-bit integers. Definition and source: src/math/philox.ts. */
import { multipliers, rounds } from "../../math/philox.ts";
import { i32, i32x4, i64, i64x2, i8x16, local, select, v128, type Func, type Module, type Node } from "./assembler.ts";
import { Code, helper } from "./code.ts";

const evenWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const oddWords = evenWords.map((b) => b + 4);

/** Where the key of a round, half 0 or 1, lies in the schedule. */
const keyOffset = (round: number, half: 0 | 1): number => 8 * round + 4 * half;

/** The low and high words of four 64-bit products that lie in two vectors. */
const halves = (code: Code, a: Node, b: Node): { low: Node; high: Node } => ({
  low: code.let("low", i8x16.shuffle(a, b, evenWords)),
  high: code.let("high", i8x16.shuffle(a, b, oddWords)),
});

function products(code: Code, x: Node, multiplier: number): { low: Node; high: Node } {
  const m = i32x4.const(multiplier);
  return halves(code, code.let("p", i64x2.extmul_low_i32x4_u(x, m)), code.let("q", i64x2.extmul_high_i32x4_u(x, m)));
}

/**
 * A generator for consecutive blocks of four counters [4·b … 4·b + 3, step, stream, draw]: what does not change from block to block is
 * computed here, before the loop. The products of the first round advance by addition.
 */
export interface PhiloxStream {
  /** Emits the words of `blocks` consecutive blocks, four vectors each, in step for instruction-level parallelism. */
  next(code: Code, blocks: number): Node[][];
}

export function philoxStream(before: Code, keys: number, block: Node, step: Node, stream: Node, draw: Node): PhiloxStream {
  const key = (round: number, half: 0 | 1) => i32.load(i32.const(0), keys + keyOffset(round, half));
  const splatKey = (round: number, half: 0 | 1) => v128.load32_splat(i32.const(0), keys + keyOffset(round, half));
  const wide = (x: Node, multiplier: number) => before.let("wide", i64.mul(i64.extend_i32_u(x), i64.const(BigInt(multiplier))));
  const low = (x: Node) => i32.wrap_i64(x);
  const high = (x: Node) => i32.wrap_i64(i64.shr_u(x, i64.const(32n)));
  // Round 1 multiplies the stream, round 2 what came of it: both are the same for all blocks.
  const streamProduct = wide(stream, multipliers[1]);
  const second = wide(i32.xor(i32.xor(high(streamProduct), step), key(0, 0)), multipliers[0]);
  const afterDraw = before.let("afterDraw", i32x4.splat(i32.xor(draw, key(0, 1))));
  const afterStream = before.let("afterStream", i32x4.splat(i32.xor(low(streamProduct), key(1, 0))));
  const afterSecond = before.let("afterSecond", i32x4.splat(i32.xor(high(second), key(1, 1))));
  const afterThird = before.let("afterThird", i32x4.splat(i32.xor(low(second), key(2, 1))));
  const first = before.let("first", i32x4.add(i32x4.splat(i32.shl(block, i32.const(2))), i32x4.const(0, 1, 2, 3)));
  const m0 = i32x4.const(multipliers[0]);
  const lower = before.variable("lower", "v128", i64x2.extmul_low_i32x4_u(first, m0));
  const upper = before.variable("upper", "v128", i64x2.extmul_high_i32x4_u(first, m0));
  const advance = 4n * BigInt(multipliers[0]);

  return {
    next(code, blocks) {
      let state = Array.from({ length: blocks }, (_, b) => {
        const distance = i64x2.const(BigInt(b) * advance);
        const at = (l: typeof lower) => (b === 0 ? local.get(l) : code.let("at", i64x2.add(local.get(l), distance)));
        const one = halves(code, at(lower), at(upper));
        const two = products(code, code.let("c2", v128.xor(one.high, afterDraw)), multipliers[1]);
        return [v128.xor(two.high, afterStream), two.low, v128.xor(one.low, afterSecond), undefined] as (Node | undefined)[];
      });
      for (let round = 2; round < rounds; round++) {
        const k0 = code.let("k0", splatKey(round, 0));
        const k1 = round === 2 ? afterThird : code.let("k1", splatKey(round, 1));
        state = state.map(([c0, c1, c2, c3]) => {
          const zero = products(code, code.let("c0", c0!), multipliers[0]);
          const one = products(code, code.let("c2", c2!), multipliers[1]);
          return [v128.xor(v128.xor(one.high, c1!), k0), one.low, c3 ? v128.xor(v128.xor(zero.high, c3), k1) : v128.xor(zero.high, k1), zero.low];
        });
      }
      const stride = i64x2.const(BigInt(blocks) * advance);
      for (const l of [lower, upper]) code.add(local.set(l, i64x2.add(local.get(l), stride)));
      return state.map((words) => words.map((w, k) => code.let(`w${k}`, w!)));
    },
  };
}

/** A function (c0, step, stream, draw, w) → word w of philox([c0, step, stream, draw]) for the odd single word. */
export function philoxWord(module: Module, keys: number): Func {
  return helper(module, "philox_word", () => {
    const f = module.func("philox_word", { c0: "i32", c1: "i32", c2: "i32", c3: "i32", w: "i32" }, "i32", false);
    const code = new Code(module, f);
    let [c0, c1, c2, c3] = ["c0", "c1", "c2", "c3"].map((p) => local.get(f.param(p))) as [Node, Node, Node, Node];
    for (let round = 0; round < rounds; round++) {
      const product = (x: Node, multiplier: number) => code.let("product", i64.mul(i64.extend_i32_u(x), i64.const(BigInt(multiplier))));
      const zero = product(c0, multipliers[0]);
      const one = product(c2, multipliers[1]);
      const mixed = (p: Node, c: Node, half: 0 | 1) =>
        code.let("c", i32.xor(i32.xor(i32.wrap_i64(i64.shr_u(p, i64.const(32n))), c), i32.load(i32.const(0), keys + keyOffset(round, half))));
      [c0, c1, c2, c3] = [mixed(one, c1, 0), code.let("c", i32.wrap_i64(one)), mixed(zero, c3, 1), code.let("c", i32.wrap_i64(zero))];
    }
    const w = local.get(f.param("w"));
    const pick = (a: Node, b: Node, bit: number): Node => select(a, b, i32.and(w, i32.const(bit)));
    code.add(pick(pick(c3, c2, 1), pick(c1, c0, 1), 2));
    return f;
  });
}

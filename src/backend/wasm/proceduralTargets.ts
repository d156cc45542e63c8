/** Lists of targets of one source, u32: random ones, and all. Definitions: src/backend/procedural.ts. */
import { f64, f64x2, forLoop, i32, i32x4, i8x16, local, v128, type Func, type Module, type Node } from "./assembler.ts";
import { Code, helper } from "./code.ts";
import { philoxStream } from "./philox.ts";

const blocks = 2;

/** The upper two words, where the lower two are expected. */
const upperHalf = (w: Node): Node => i8x16.shuffle(w, w, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
const joined = (low: Node, high: Node): Node => i8x16.shuffle(low, high, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);

/**
 * `random_targets(element, step, stream, count, others, self, address)`: for each of `count` elements from `element` (a multiple of 16) a target
 * below `others`; from `self` on (none: the largest i32) one more. Writes up to 31 further numbers.
 */
export function randomTargets(module: Module, keys: number): Func {
  return helper(module, "random_targets", () => {
    const parameters = { element: "i32", step: "i32", stream: "i32", count: "i32", others: "f64", self: "i32", address: "i32" } as const;
    const f = module.func("random_targets", parameters, "void", false);
    const code = new Code(module, f);
    const param = (p: keyof typeof parameters): Node => local.get(f.param(p));
    const random = philoxStream(code, keys, i32.shr_u(param("element"), i32.const(4)), param("step"), param("stream"), i32.const(0));
    const others = code.let("other_targets", f64x2.splat(param("others")));
    const self = code.let("selves", i32x4.splat(param("self")));
    const at = code.variable("at", "i32", param("address"));
    const k = f.local("k", "i32");
    code.add(forLoop(k, i32.const(0), param("count"), 16 * blocks, code.inner((body) => {
      random.next(body, blocks).flat().forEach((word, v) => {
        const pick = (w: Node): Node =>
          i32x4.trunc_sat_f64x2_u_zero(f64x2.mul(f64x2.mul(f64x2.convert_low_i32x4_u(w), f64x2.const(2 ** -32)), others));
        const targets = body.let("targets", joined(pick(word), pick(upperHalf(word))));
        body.add(v128.store(local.get(at), i32x4.sub(targets, i32x4.ge_s(targets, self)), 16 * v));
      });
      body.add(local.set(at, i32.add(local.get(at), i32.const(64 * blocks))));
    })));
    return f;
  });
}

/** `count_targets(first, count, self, address)`: first, first + 1, …; from `self` on one more. Writes up to 3 further numbers. */
export function countTargets(module: Module): Func {
  return helper(module, "count_targets", () => {
    const f = module.func("count_targets", { first: "i32", count: "i32", self: "i32", address: "i32" }, "void", false);
    const code = new Code(module, f);
    const param = (p: string): Node => local.get(f.param(p));
    const next = code.variable("next", "v128", i32x4.add(i32x4.splat(param("first")), i32x4.const(0, 1, 2, 3)));
    const self = code.let("selves", i32x4.splat(param("self")));
    const k = f.local("k", "i32");
    code.add(forLoop(k, i32.const(0), param("count"), 4, [
      v128.store(i32.add(param("address"), i32.shl(local.get(k), i32.const(2))), i32x4.sub(local.get(next), i32x4.ge_s(local.get(next), self))),
      local.set(next, i32x4.add(local.get(next), i32x4.const(4))),
    ]));
    return f;
  });
}

/** One uniform number of a single word. */
export const uniformOfWord = (word: Node): Node => f64.mul(f64.convert_i32_u(word), f64.const(2 ** -32));

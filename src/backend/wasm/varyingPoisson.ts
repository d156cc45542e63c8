/** Poisson counts whose mean differs between elements or steps, in f64 for either precision. Definition: src/math/random.ts. */
import { largestNumberOfParts, largestVaryingMean, partStride, sequentialPart } from "../../math/random.ts";
import {
  block, br, br_if, call, f32x4, f64, f64x2, forLoop, i32, i8x16, if_, label, local, loop, v128, type Func, type Module, type Node, type ValueType,
} from "./assembler.ts";
import { Code, helper } from "./code.ts";
import { fillParameters } from "./continuousDraws.ts";
import { exp } from "./exponential.ts";
import { lanesOf, type Precision } from "./lanes.ts";
import { philoxStream } from "./philox.ts";

const upperHalf = (x: Node): Node => i8x16.shuffle(x, x, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
const joined = (low: Node, high: Node): Node =>
  i8x16.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);

interface MeanSources {
  readonly array: boolean;
  readonly scalar: boolean;
}

/** A fill function with further parameters: the address of the array of means, the address of the scalar, as far as they exist. */
export function fillVaryingPoisson(module: Module, keys: number, precision: Precision, sources: MeanSources): Func {
  const name = `fill_poisson_${precision}${sources.array ? "_by_element" : ""}${sources.scalar ? "_by_step" : ""}`;
  return helper(module, name, () => {
    const lanes = lanesOf(precision);
    const invert = invertPoisson(module);
    const parameters: Record<string, ValueType> = { ...fillParameters };
    if (sources.array) parameters["means"] = "i32";
    if (sources.scalar) parameters["scalar"] = "i32";
    const f = module.func(name, parameters, "void", false);
    const code = new Code(module, f);
    const param = (p: string) => local.get(f.param(p));
    const factor = sources.scalar
      ? code.let("factor", precision === "f32" ? f64x2.promote_low_f32x4(v128.load32_splat(param("scalar"))) : v128.load64_splat(param("scalar")))
      : undefined;
    const at = code.variable("at", "i32", param("address"));
    const from = sources.array ? code.variable("from", "i32", i32.add(param("means"), i32.mul(param("lo"), i32.const(lanes.bytes)))) : undefined;

    /** The means of elements 2k and 2k + 1 of the block; negative ones become 0, too large ones NaN. */
    const meanOf = (inside: Code, k: number): Node => {
      let mean: Node | undefined;
      if (from) mean = precision === "f32" ? f64x2.promote_low_f32x4(v128.load64_zero(local.get(from), 8 * k)) : v128.load(local.get(from), 16 * k);
      if (factor) mean = mean ? f64x2.mul(mean, factor) : factor;
      const held = inside.let("mean", mean!);
      const positive = v128.andnot(held, f64x2.le(held, f64x2.const(0)));
      return inside.let("mean", v128.or(positive, v128.and(f64x2.gt(held, f64x2.const(largestVaryingMean)), f64x2.const(NaN))));
    };
    // In this order of operands NaN has one part.
    const partsOf = (mean: Node): Node =>
      f64x2.pmax(f64x2.const(1), f64x2.pmin(f64x2.ceil(f64x2.mul(mean, f64x2.const(1 / sequentialPart))), f64x2.const(largestNumberOfParts)));

    const element = f.local("element", "i32");
    const part = f.local("part", "i32");
    code.add(forLoop(element, param("lo"), param("hi"), 16, code.inner((body) => {
      // As many turns as the largest mean of the block needs; NaN needs one.
      let most: Node = f64x2.const(1);
      for (let k = 0; k < 8; k++) most = body.let("most", f64x2.pmax(most, partsOf(meanOf(body, k))));
      const turns = body.let("turns", i32.trunc_f64_u(f64.max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1))));
      body.add(forLoop(part, i32.const(0), turns, 1, body.inner((turn) => {
        const draw = i32.add(param("draw"), i32.mul(local.get(part), i32.const(partStride)));
        const random = philoxStream(turn, keys, i32.shr_u(local.get(element), i32.const(4)), param("step"), param("stream"), draw);
        const now = turn.let("now", f64x2.splat(f64.convert_i32_u(local.get(part))));
        random.next(turn, 1)[0]!.forEach((words, w) => {
          const share = (k: number): Node => {
            const mean = meanOf(turn, k);
            const parts = turn.let("parts", partsOf(mean));
            return v128.and(f64x2.div(mean, parts), f64x2.lt(now, parts));
          };
          const low = turn.let("low", share(2 * w));
          const high = turn.let("high", share(2 * w + 1));
          const counts = turn.let("counts", call(invert, words, low, high));
          const values = precision === "f32" ? [counts] : [f64x2.promote_low_f32x4(counts), f64x2.promote_low_f32x4(upperHalf(counts))];
          values.forEach((value, k) => {
            const offset = 16 * (w * values.length + k);
            const held = turn.let("value", value);
            const sum = lanes.add(held, v128.load(local.get(at), offset));
            turn.add(if_(local.get(part), [v128.store(local.get(at), sum, offset)], [v128.store(local.get(at), held, offset)]));
          });
        });
      })));
      body.add(local.set(at, i32.add(local.get(at), i32.const(16 * lanes.bytes))));
      if (from) body.add(local.set(from, i32.add(local.get(from), i32.const(16 * lanes.bytes))));
    })));
    return f;
  });
}

/** A function (four words, their means as two f64x2) → four counts as f32x4, by sequential inversion; NaN where the mean is. */
function invertPoisson(module: Module): Func {
  return helper(module, "poisson_inversion", () => {
    const lanes = lanesOf("f64");
    const f = module.func("poisson_inversion", { words: "v128", low: "v128", high: "v128" }, "v128", false);
    const code = new Code(module, f);
    const words = local.get(f.param("words"));
    const count = code.variable("n", "v128", f64x2.const(0));
    const halves = [local.get(f.param("low")), local.get(f.param("high"))].map((mean, k) => {
      const probability = code.variable("probability", "v128", exp(code, lanes, f64x2.neg(mean)));
      return {
        mean,
        u: code.let("u", f64x2.mul(f64x2.convert_low_i32x4_u(k === 0 ? words : upperHalf(words)), f64x2.const(2 ** -32))),
        probability,
        cumulative: code.variable("cumulative", "v128", local.get(probability)),
        result: code.variable("result", "v128", f64x2.sub(mean, mean)),
      };
    });
    const again = label();
    const done = label();
    code.add(block(done, loop(again, ...code.inner((body) => {
      const beyond = halves.map((h) => body.let("beyond", f64x2.ge(h.u, local.get(h.cumulative))));
      body.add(br_if(done, i32.eqz(v128.any_true(v128.or(beyond[0]!, beyond[1]!)))));
      body.add(local.set(count, f64x2.add(local.get(count), f64x2.const(1))));
      halves.forEach((h, k) => body.add(
        local.set(h.result, f64x2.add(local.get(h.result), v128.and(beyond[k]!, f64x2.const(1)))),
        local.set(h.probability, f64x2.mul(local.get(h.probability), f64x2.div(h.mean, local.get(count)))),
        local.set(h.cumulative, f64x2.add(local.get(h.cumulative), local.get(h.probability))),
      ));
      body.add(br(again));
    }))));
    code.add(joined(local.get(halves[0]!.result), local.get(halves[1]!.result)));
    return f;
  });
}


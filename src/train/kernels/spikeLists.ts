/** Spikes as bits (row after row, a u32 word for 32 neurons) become lists of those that spiked, of a row or of a column. */
import { block, br_if, forLoop, i32, if_, label, local, loop } from "../../backend/wasm/assembler.ts";
import type { Func, Module } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";

/** u32 words that hold the bits of so many neurons. */
export const wordsOf = (units: number): number => Math.ceil(units / 32);

/**
 * `spike_lists(bits, stride, words, rows, starts, ids)`: u32 starts [rows + 1] and, from ids[starts[r]] on, the numbers of the bits that are set in
 * row r, ascending. Rows of `words` words are `stride` bytes apart. Returns how many bits are set. `ids` needs room for all of them.
 */
export function emitSpikeLists(module: Module): Func {
  const f = module.func("spike_lists", { bits: "i32", stride: "i32", words: "i32", rows: "i32", starts: "i32", ids: "i32" }, "i32");
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const row = f.local("row", "i32"), at = f.local("at", "i32"), word = f.local("word", "i32"), bits = f.local("left", "i32"), base = f.local("base",
    "i32");
  const to = code.variable("to", "i32", get("ids"));
  const again = label(), done = label();
  const count = () => i32.shr_u(i32.sub(local.get(to), get("ids")), i32.const(2));
  code.add(
    forLoop(row, i32.const(0), get("rows"), 1, [
      i32.store(i32.add(get("starts"), i32.shl(local.get(row), i32.const(2))), count()),
      local.set(at, i32.add(get("bits"), i32.mul(local.get(row), get("stride")))),
      local.set(base, i32.const(0)),
      forLoop(word, i32.const(0), get("words"), 1, [
        local.set(bits, i32.load(local.get(at))),
        if_(local.get(bits), [block(done, loop(again,
          i32.store(local.get(to), i32.add(local.get(base), i32.ctz(local.get(bits)))),
          local.set(to, i32.add(local.get(to), i32.const(4))),
          local.set(bits, i32.and(local.get(bits), i32.sub(local.get(bits), i32.const(1)))),
          br_if(again, local.get(bits)),
        ))]),
        local.set(at, i32.add(local.get(at), i32.const(4))),
        local.set(base, i32.add(local.get(base), i32.const(32))),
      ]),
    ]),
    i32.store(i32.add(get("starts"), i32.shl(get("rows"), i32.const(2))), count()),
    count(),
  );
  return f;
}

/**
 * `transpose_bits(bits, stride, rows, firstWord, lastWord, target, targetStride)`: the bits of columns 32·firstWord … 32·lastWord − 1 as rows, one
 * bit
 * for each of `rows`; unused bits of the last word are 0. Squares of 32 x 32 bits are transposed by exchanging halves, quarters and so on.
 *
 * @source Warren (2012), Hacker's Delight, 2nd ed., section 7-3
 */
export function emitTransposeBits(module: Module): Func {
  const f = module.func("transpose_bits", {
    bits: "i32", stride: "i32", rows: "i32", firstWord: "i32", lastWord: "i32", target: "i32", targetStride: "i32",
  });
  const code = new Code(module, f);
  const get = (name: string) => local.get(f.param(name));
  const word = f.local("word", "i32"), row = f.local("row", "i32"), at = f.local("at", "i32"), to = f.local("to", "i32"),
    swapped = f.local("swapped", "i32");
  const lines = Array.from({ length: 32 }, (_, k) => f.local(`line${k}`, "i32"));
  const line = (k: number) => local.get(lines[k]!);
  const exchange = [16, 8, 4, 2, 1].flatMap((half) => {
    const mask = i32.const(lowHalves(half));
    return Array.from({ length: 32 }, (_, k) => k).filter((k) => (k & half) === 0).flatMap((k) => [
      local.set(swapped, i32.and(i32.xor(i32.shr_u(line(k), i32.const(half)), line(k + half)), mask)),
      local.set(lines[k + half]!, i32.xor(line(k + half), local.get(swapped))),
      local.set(lines[k]!, i32.xor(line(k), i32.shl(local.get(swapped), i32.const(half)))),
    ]);
  });
  code.add(forLoop(word, get("firstWord"), get("lastWord"), 1, [
    local.set(at, i32.add(get("bits"), i32.shl(local.get(word), i32.const(2)))),
    forLoop(row, i32.const(0), get("rows"), 32, [
      ...lines.flatMap((l, k) => [
        if_(i32.lt_u(i32.add(local.get(row), i32.const(k)), get("rows")), [local.set(l, i32.load(local.get(at)))], [local.set(l, i32.const(0))]),
        local.set(at, i32.add(local.get(at), get("stride"))),
      ]),
      ...exchange,
      local.set(to, i32.add(get("target"), i32.add(
        i32.mul(i32.shl(i32.sub(local.get(word), get("firstWord")), i32.const(5)), get("targetStride")), i32.shr_u(local.get(row), i32.const(3))))),
      ...lines.flatMap((l) => [i32.store(local.get(to), local.get(l)), local.set(to, i32.add(local.get(to), get("targetStride")))]),
    ]),
  ]));
  return f;
}

/** Ones in the lower half of every 2·half bits. */
const lowHalves = (half: number): number => Array.from({ length: 32 }, (_, b) => ((b & half) === 0 ? 1 << b : 0)).reduce((a, b) => a | b, 0);

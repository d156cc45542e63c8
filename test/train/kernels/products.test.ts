import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { denseVectors } from "../../../src/train/kernels/trainingKernels.ts";
import { panelLength } from "../../../src/train/kernels/panels.ts";
import { stripVectors } from "../../../src/train/kernels/rowSums.ts";
import { wordsOf } from "../../../src/train/kernels/spikeLists.ts";
import { scratch } from "./scratch.ts";

let s: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  s = await scratch(128);
});

const size = fc.integer({ min: 1, max: 70 });
const seeds = fc.integer({ min: 1, max: 1e9 });

/** Numbers from −0.5 to 0.5 in f32, so that plain loops with rounding after every operation give the same bits. */
function numbers(count: number, seed: number): Float32Array {
  let x = seed | 1;
  return Float32Array.from({ length: count }, () => {
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((x >>> 8) & 0xffff) / 65536 - 0.5;
  });
}

const f = Math.fround;

test("a dense product is the sum over k in ascending order, in every bit, for any shape and both strides", () => {
  fc.assert(fc.property(size, size, size, seeds, fc.boolean(), fc.boolean(), (m, k, n, seed, transposed, accumulate) => {
    s.clear();
    const a = numbers(m * k, seed), b = numbers(k * n, seed + 1), before = numbers(m * n, seed + 2), bias = numbers(n, seed + 3);
    const vectors = denseVectors, panels = Math.ceil(n / (4 * vectors));
    const to = s.room(panelLength(k, n, vectors)), c = s.f32(before);
    s.kernels.panels(vectors)(s.f32(b), 4 * n, 4, k, n, to, 0, panels);
    const begin = accumulate ? [c, 4 * n] as const : [s.f32(bias), 0] as const;
    if (transposed) {
      const columns = Float32Array.from({ length: m * k }, (_, e) => a[(e % m) * k + Math.floor(e / m)]!);
      s.kernels.denseProduct(s.f32(columns), 4 * m, 16, to, ...begin, c, 4 * n, m, k, n, 0, panels);
    } else {
      const tiles = s.room((m + 3) * k + 12);
      s.kernels.tiles(s.f32(a), 4 * k, m, k, tiles);
      s.kernels.denseProduct(tiles, 16, 16 * k, to, ...begin, c, 4 * n, m, k, n, 0, panels);
    }
    const want = Float32Array.from({ length: m * n }, (_, e) => {
      const i = Math.floor(e / n), j = e % n;
      let sum = accumulate ? before[e]! : bias[j]!;
      for (let q = 0; q < k; q++) sum = f(sum + f(a[i * k + q]! * b[q * n + j]!));
      return sum;
    });
    expect(s.readF32(c, m * n)).toEqual(want);
  }), { numRuns: 60 });
});

test("strips of a transpose are those of the matrix with its strides exchanged", () => {
  fc.assert(fc.property(size, size, seeds, fc.integer({ min: 1, max: 4 }), (rows, columns, seed, vectors) => {
    s.clear();
    const b = numbers(rows * columns, seed), turned = Float32Array.from(b, (_, e) => b[(e % rows) * columns + Math.floor(e / rows)]!);
    const length = panelLength(rows, columns, vectors), panels = Math.ceil(columns / (4 * vectors));
    const one = s.room(length), other = s.room(length);
    s.kernels.panels(vectors)(s.f32(b), 4 * columns, 4, rows, columns, one, 0, panels);
    s.kernels.panels(vectors)(s.f32(turned), 4, 4 * rows, rows, columns, other, 0, panels);
    expect(s.readF32(other, length)).toEqual(s.readF32(one, length));
  }), { numRuns: 30 });
});

function spikes(rows: number, units: number, density: number, seed: number): { bits: Uint32Array; lists: number[][] } {
  const random = numbers(rows * units, seed), words = wordsOf(units), bits = new Uint32Array(rows * words);
  const lists = Array.from({ length: rows }, (_, r) => Array.from({ length: units }, (_u, i) => i).filter((i) =>
    random[r * units + i]! + 0.5 < density));
  lists.forEach((list, r) => list.forEach((i) => (bits[r * words + (i >> 5)]! |= 1 << (i & 31))));
  return { bits, lists };
}

test("row sums add the rows of those that spiked in ascending order, as the dense product of zeros and ones does, in every bit", () => {
  fc.assert(fc.property(size, size, fc.integer({ min: 1, max: 130 }), seeds, fc.double({ min: 0, max: 1, noNaN: true }), (rows, inputs, n, seed,
    density) => {
    s.clear();
    const w = numbers(inputs * n, seed), bias = numbers(n, seed + 1), { bits, lists } = spikes(rows, inputs, density, seed + 2);
    const vectors = stripVectors(n), panels = Math.ceil(n / (4 * vectors)), words = wordsOf(inputs);
    const strips = s.room(panelLength(inputs, n, vectors)), starts = s.room(rows + 1), ids = s.room(rows * inputs), y = s.room(rows * n);
    s.kernels.panels(vectors)(s.f32(w), 4 * n, 4, inputs, n, strips, 0, panels);
    const count = s.kernels.spikeLists(s.u32(bits), 4 * words, words, rows, starts, ids);
    expect(count).toBe(lists.flat().length);
    expect([...s.readU32(ids, count)]).toEqual(lists.flat());
    s.kernels.rowSums(vectors)(starts, ids, 0, rows, strips, inputs, s.f32(bias), 0, y, 4 * n, n, 0, panels);
    const want = Float32Array.from({ length: rows * n }, (_, e) => lists[Math.floor(e / n)]!.reduce((sum, i) => f(sum + w[i * n + (e % n)]!),
      bias[e % n]!));
    expect(s.readF32(y, rows * n)).toEqual(want);
  }), { numRuns: 60 });
});

test("lists of the transposed bits give the gradient of weights in ascending order of rows", () => {
  fc.assert(fc.property(size, size, size, seeds, fc.double({ min: 0, max: 1, noNaN: true }), (rows, inputs, n, seed, density) => {
    s.clear();
    const d = numbers(rows * n, seed), before = numbers(inputs * n, seed + 1), { bits, lists } = spikes(rows, inputs, density, seed + 2);
    const vectors = stripVectors(n), panels = Math.ceil(n / (4 * vectors)), words = wordsOf(inputs), across = wordsOf(rows);
    const strips = s.room(panelLength(rows, n, vectors)), starts = s.room(inputs + 1), ids = s.room(rows * inputs),
      turned = s.room(32 * words * across);
    const dw = s.f32(before);
    s.kernels.panels(vectors)(s.f32(d), 4 * n, 4, rows, n, strips, 0, panels);
    s.kernels.transposeBits(s.u32(bits), 4 * words, rows, 0, words, turned, 4 * across);
    s.kernels.spikeLists(turned, 4 * across, across, inputs, starts, ids);
    s.kernels.rowSums(vectors)(starts, ids, 0, inputs, strips, rows, dw, 4 * n, dw, 4 * n, n, 0, panels);
    const want = before.slice();
    lists.forEach((list, r) => list.forEach((i) => {
      for (let j = 0; j < n; j++) want[i * n + j] = f(want[i * n + j]! + d[r * n + j]!);
    }));
    expect(s.readF32(dw, inputs * n)).toEqual(want);
  }), { numRuns: 60 });
});

test("a sampled product has the elements of the dense one where they are wanted, and leaves the others", () => {
  fc.assert(fc.property(size, size, size, seeds, fc.double({ min: 0, max: 1, noNaN: true }), (rows, inputs, n, seed, density) => {
    s.clear();
    const padded = 4 * Math.ceil(n / 4);
    const a = numbers(rows * padded, seed), w = numbers(inputs * padded, seed + 1), { bits, lists } = spikes(rows, inputs, density, seed + 2);
    for (let i = 0; i < inputs; i++) w.fill(0, i * padded + n, (i + 1) * padded);
    const words = wordsOf(inputs), starts = s.room(rows + 1), ids = s.room(rows * inputs), y = s.f32(new Float32Array(rows * inputs).fill(7));
    s.kernels.spikeLists(s.u32(bits), 4 * words, words, rows, starts, ids);
    s.kernels.sampledProduct(starts, ids, rows, s.f32(a), 4 * padded, s.f32(w), 4 * padded, n, y, 4 * inputs);
    const got = s.readF32(y, rows * inputs);
    for (let r = 0; r < rows; r++) for (let i = 0; i < inputs; i++) {
      const want = lists[r]!.includes(i) ? Array.from({ length: n }, (_, j) => a[r * padded + j]! * w[i * padded + j]!).reduce((x, z) => x + z,
        0) : 7;
      expect(Math.abs(got[r * inputs + i]! - want)).toBeLessThan(2e-5);
    }
  }), { numRuns: 30 });
});

test("bits of values are the values again, and values other than 0 and 1 are noticed", () => {
  fc.assert(fc.property(size, fc.integer({ min: 1, max: 130 }), seeds, fc.boolean(), (rows, n, seed, odd) => {
    s.clear();
    const random = numbers(rows * n, seed), values = random.map((x) => (x > 0.2 ? 1 : 0)), words = wordsOf(n);
    if (odd) values[Math.floor((random[0]! + 0.5) * values.length)] = 0.5;
    const bits = s.room(rows * words), back = s.room(rows * (n + 4));
    expect(s.kernels.bitsOf(s.f32(values), 4 * n, rows, n, bits, 4 * words)).toBe(odd ? 1 : 0);
    const padded = 4 * Math.ceil(n / 4);
    s.kernels.valuesOf(bits, 4 * words, rows, n, back, 4 * padded);
    const got = s.readF32(back, rows * padded);
    const want = Float32Array.from({ length: rows * padded }, (_, e) => (e % padded < n && values[Math.floor(e / padded) * n + (e % padded)] !== 0 ?
      1 : 0));
    expect(got).toEqual(want);
  }), { numRuns: 40 });
});

test("weighted sums over lists of values are the dense product in every bit, of a matrix and of its transpose", () => {
  fc.assert(fc.property(size, size, size, seeds, fc.double({ min: 0, max: 1, noNaN: true }), (rows, inputs, n, seed, density) => {
    s.clear();
    const keep = numbers(rows * inputs, seed), x = numbers(rows * inputs, seed + 1).map((v, k) => (keep[k]! + 0.5 < density ? v : 0));
    const w = numbers(Math.max(inputs, rows) * n, seed + 2), bias = numbers(n, seed + 3);
    const vectors = stripVectors(n), panels = Math.ceil(n / (4 * vectors)), at = s.f32(x), begin = s.f32(bias);
    for (const across of [false, true]) {
      const [outer, inner] = across ? [inputs, rows] : [rows, inputs];
      const strips = s.room(panelLength(inner, n, vectors)), starts = s.room(outer + 1), pairs = s.room(2 * rows * inputs), y = s.room(outer * n);
      s.kernels.panels(vectors)(s.f32(w), 4 * n, 4, inner, n, strips, 0, panels);
      const count = across ? s.kernels.valueListsAcross(at, 4 * inputs, 0, inputs, rows, starts, pairs)
        : s.kernels.valueLists(at, 4 * inputs, rows, inputs, starts, pairs);
      expect(count).toBe(x.filter((v) => v !== 0).length);
      s.kernels.weightedSums(vectors)(starts, pairs, 0, outer, strips, inner, begin, 0, y, 4 * n, n, 0, panels);
      const want = Float32Array.from({ length: outer * n }, (_, e) => {
        const o = Math.floor(e / n), j = e % n;
        let sum = bias[j]!;
        for (let i = 0; i < inner; i++) sum = f(sum + f((across ? x[i * inputs + o]! : x[o * inputs + i]!) * w[i * n + j]!));
        return sum;
      });
      expect(s.readF32(y, outer * n)).toEqual(want);
    }
  }), { numRuns: 40 });
});

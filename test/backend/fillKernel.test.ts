import { expect, test } from "vitest";
import { Module } from "../../src/backend/wasm/assembler.ts";
import { emitFillKernel, scratchSlack } from "../../src/backend/wasm/fillKernel.ts";
import type { Precision } from "../../src/backend/wasm/lanes.ts";
import type { Draw, MapKernel } from "../../src/ir/kernel.ts";
import { number } from "../../src/ir/expr.ts";
import { keySchedule, seedOf, wordAt } from "../../src/math/philox.ts";
import { normalAt, poissonAt, poissonTable, uniformOf, varyingPoissonAt } from "../../src/math/random.ts";

const seed = seedOf(0x123456789abcd);
const stream = 0xdeadbeef;
const meansAt = 65536;
const scratchAt = 1024;

type Unnamed<D> = D extends unknown ? Omit<D, "name" | "draw"> : never;
type Distribution = Unnamed<Draw>;

/** A function (lo, hi, step) → the numbers of the tile. */
function filler(distribution: Distribution, precision: Precision, means: readonly number[] = [], scalar = 1) {
  const draw = { name: "x", draw: 5, ...distribution } as Draw;
  const scalars = [{ name: "rate", value: number(0) }];
  const kernel: MapKernel = { name: "k", state: [], constants: ["mean"], scalars, inputs: [], draws: [draw], body: [], finite: [] };
  const module = new Module();
  const func = emitFillKernel(module, kernel, { address: () => meansAt, drawAddress: () => scratchAt, keyAddress: 512, stream }, precision);
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
  new Uint32Array(memory.buffer, 512, 20).set(keySchedule(seed));
  const Array_ = precision === "f32" ? Float32Array : Float64Array;
  new Array_(memory.buffer, meansAt, means.length).set(means);
  new Array_(memory.buffer, 256, 1)[0] = scalar;
  const bytes = module.encode({ pages: 4, maximumPages: 4, shared: false });
  const fill = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports[func.name] as (...a: number[]) => void;
  return (lo: number, hi: number, step: number): Float32Array | Float64Array => {
    const scratch = new Array_(memory.buffer, scratchAt, hi - lo + scratchSlack + 16);
    scratch.fill(-77);
    new Array_(memory.buffer, scratchAt - 64, 8).fill(-55);
    fill(lo, hi, step, 256);
    expect([...new Array_(memory.buffer, scratchAt - 64, 64 / Array_.BYTES_PER_ELEMENT)].slice(0, 8).every((x) => x === -55)).toBe(true);
    expect([...scratch.subarray(hi - lo + scratchSlack)].every((x) => x === -77)).toBe(true);
    return scratch.slice(0, hi - lo);
  };
}

const tiles: readonly (readonly [number, number])[] = [[0, 16], [0, 512], [16, 48], [48, 64], [80, 1104], [4080, 4096], [1 << 20, (1 << 20) + 160]];
const elements = (lo: number, hi: number) => Array.from({ length: hi - lo }, (_, k) => lo + k);

for (const precision of ["f32", "f64"] as const) {
  test(`uniform fills are the defined words to the last bit (${precision})`, () => {
    const fill = filler({ distribution: "uniform" }, precision);
    for (const [lo, hi] of tiles) {
      for (const step of [0, 1, 0xfffffff0]) {
        expect([...fill(lo, hi, step)]).toEqual(elements(lo, hi).map((e) => uniformOf(wordAt(seed, e, step, stream, 5), precision)));
      }
    }
  });

  test(`normal fills are the defined Box–Muller transform (${precision})`, () => {
    const fill = filler({ distribution: "normal" }, precision);
    const tolerance = precision === "f64" ? 1e-14 : 3e-4;
    for (const [lo, hi] of tiles) {
      fill(lo, hi, 11).forEach((x, k) => {
        const z = normalAt(seed, lo + k, 11, stream, 5);
        // u1 loses bits in f32, which matters where it is near 1 (small radius) or 0 (rare).
        expect(Math.abs(x - z)).toBeLessThan(tolerance * Math.max(1, Math.abs(z)));
      });
    }
  });

  for (const mean of [0, 0.001, 0.01, 0.7, 2, 17.3, 24, 200]) {
    test(`Poisson counts of mean ${mean} are the interpreter's, also where only the low bits decide (${precision})`, () => {
      const fill = filler({ distribution: "poisson", mean } as Distribution, precision);
      const table = poissonTable(mean);
      for (const [lo, hi] of tiles) expect([...fill(lo, hi, 3)]).toEqual(elements(lo, hi).map((e) => poissonAt(seed, e, 3, stream, 5, table)));
      // Enough draws for hundreds to need the exact path.
      for (let step = 100; step < (mean > 24 ? 110 : 160); step++) {
        const got = fill(0, 2048, step);
        const wrong = got.findIndex((x, e) => x !== poissonAt(seed, e, step, stream, 5, table));
        expect(wrong, `element of step ${step}`).toBe(-1);
      }
    });
  }

  test(`Poisson counts with a mean for each element, times one for each step, are the interpreter's (${precision})`, () => {
    const means = Array.from({ length: 4096 }, (_, e) => Math.fround([0, 0.01, 2, 7.9, 8.1, 31, -1, 250][e % 8]! * (1 + e / 4096)));
    const both = filler({ distribution: "poisson", meanArray: "mean", meanScalar: "rate" } as Distribution, precision, means, 0.75);
    for (const [lo, hi] of tiles.slice(0, 6)) {
      expect([...both(lo, hi, 8)]).toEqual(elements(lo, hi).map((e) => varyingPoissonAt(seed, e, 8, stream, 5, means[e]! * 0.75)));
    }
    const byStep = filler({ distribution: "poisson", meanScalar: "rate" } as Distribution, precision, [], 3.5);
    expect([...byStep(16, 528, 8)]).toEqual(elements(16, 528).map((e) => varyingPoissonAt(seed, e, 8, stream, 5, 3.5)));
  });

  test(`a mean that is no number comes out as NaN and harms no neighbour (${precision})`, () => {
    const means = Array.from({ length: 32 }, (_, e) => (e === 5 ? NaN : e === 20 ? Infinity : 2));
    const got = filler({ distribution: "poisson", meanArray: "mean" } as Distribution, precision, means)(0, 32, 1);
    expect([...got].flatMap((x, e) => (Number.isNaN(x) ? [e] : []))).toEqual([5, 20]);
    expect(got[6]).toBe(varyingPoissonAt(seed, 6, 1, stream, 5, 2));
  });
}

/** Pearson's statistic of counts against a Poisson distribution, bins with an expectation below 10 merged, and its degrees of freedom. */
function chiSquare(counts: Iterable<number>, total: number, mean: number): { statistic: number; freedom: number } {
  const observed = new Map<number, number>();
  for (const c of counts) observed.set(c, (observed.get(c) ?? 0) + 1);
  let statistic = 0;
  let bins = 0;
  let seen = 0;
  let expected = 0;
  let logP = -mean;
  let leftExpected = total;
  let leftSeen = total;
  for (let n = 0; leftExpected > 20 || n < mean; n++) {
    seen += observed.get(n) ?? 0;
    expected += total * Math.exp(logP);
    logP += Math.log(mean / (n + 1));
    if (expected >= 10 && leftExpected - expected >= 10) {
      statistic += (seen - expected) ** 2 / expected;
      bins++;
      leftExpected -= expected;
      leftSeen -= seen;
      seen = expected = 0;
    }
    if (n > mean + 40 * Math.sqrt(mean) + 50) break;
  }
  return { statistic: statistic + (leftSeen - leftExpected) ** 2 / leftExpected, freedom: bins };
}

for (const mean of [0.01, 2, 17.3, 200]) {
  test(`a million Poisson draws of mean ${mean} follow the distribution, constant and varying`, () => {
    for (const distribution of [{ distribution: "poisson", mean }, { distribution: "poisson", meanScalar: "rate" }] as Distribution[]) {
      const fill = filler(distribution, "f64", [], mean);
      const counts: number[] = [];
      for (let step = 0; step < 256; step++) for (const x of fill(0, 4096, step)) counts.push(x);
      const { statistic, freedom } = chiSquare(counts, counts.length, mean);
      expect(freedom).toBeGreaterThan(0);
      // Four and a half standard deviations of a chi-square.
      expect(statistic).toBeLessThan(freedom + 4.5 * Math.sqrt(2 * freedom) + 6);
    }
  });
}

test("a million normals have the moments and the distribution of a standard normal", () => {
  const fill = filler({ distribution: "normal" }, "f32");
  const values: number[] = [];
  for (let step = 0; step < 256; step++) for (const x of fill(0, 4096, step)) values.push(x);
  const n = values.length;
  const moment = (k: number) => values.reduce((sum, x) => sum + x ** k, 0) / n;
  expect(Math.abs(moment(1))).toBeLessThan(4.5 / Math.sqrt(n));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(4.5 * Math.sqrt(2 / n));
  expect(Math.abs(moment(3))).toBeLessThan(4.5 * Math.sqrt(15 / n));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(4.5 * Math.sqrt(96 / n));
  // Kolmogorov–Smirnov: the largest distance between the two distribution functions, critical value for p = 1e-5.
  values.sort((a, b) => a - b);
  let distance = 0;
  for (let k = 0; k < n; k += 16) distance = Math.max(distance, Math.abs((k + 0.5) / n - normalDistribution(values[k]!)));
  expect(distance * Math.sqrt(n)).toBeLessThan(2.47);
});

/** Φ(x) by the series of Marsaglia (2004), doi:10.18637/jss.v011.i04. */
function normalDistribution(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let sum = x;
  let term = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
  return 0.5 + sum * Math.exp(-0.5 * x * x) * 0.3989422804014327;
}

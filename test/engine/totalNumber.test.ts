/** A total number of synapses between random pairs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, fixedTotalNumber, Network, uniform } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";
import { walkPattern } from "../../src/engine/pattern.ts";
import type { PatternContext } from "../../src/engine/pattern.ts";
import { SynapseValueMachine } from "../../src/engine/synapseValues.ts";
import { seedOf } from "../../src/math/philox.ts";
import { synapseScope } from "../../src/network/scopes.ts";
import { resolveValue } from "../../src/network/values.ts";
import { dimensions } from "../../src/units/dimension.ts";

interface Shape {
  readonly pre: number;
  readonly post: number;
  readonly count: number;
  readonly selfOffset?: number;
  readonly autapses?: boolean;
  readonly multapses?: boolean;
  readonly seed?: number;
}

const scope = synapseScope(undefined, undefined);
const weight = { id: "weight", scale: 1, value: resolveValue("1*volt*(rand() + 3*i + 5*j)", dimensions.volt, scope, "weight") };

interface Made {
  readonly pre: number[];
  readonly post: number[];
  readonly weights: number[];
  /** Synapses that were made, unwanted ones included. */
  readonly walked: number;
}

/** All synapses, or those of a range of targets or sources. */
async function made(shape: Shape, limits: Pick<PatternContext, "targets" | "sources"> = {}): Promise<Made> {
  const machine = await SynapseValueMachine.make(seedOf(shape.seed ?? 1), [weight]);
  const { autapses = true, multapses = true } = shape;
  const connect = fixedTotalNumber(shape.count, { autapses, multapses });
  const context: PatternContext = {
    preSize: shape.pre, postSize: shape.post, selfOffset: shape.selfOffset, preStart: 0, postStart: 0,
    uniform: machine.uniform("connect"), bernoulli: machine.bernoulli("connect"), ...limits,
  };
  const values = machine.values(weight, connect, context, "weight", "weight");
  const { from, to } = limits.targets ?? { from: 0, to: shape.post }, sources = limits.sources ?? { from: 0, to: shape.pre };
  const pre: number[] = [], post: number[] = [], weights: number[] = [];
  let walked = 0;
  walkPattern(connect, context, (batch) => {
    const w = values(batch);
    walked += batch.count;
    for (let k = 0; k < batch.count; k++) {
      const i = batch.pre[k]!, j = batch.post[k]!;
      if (batch.row !== undefined) expect(batch.row).toBe(i);
      if (j < from || j >= to || i < sources.from || i >= sources.to) continue;
      pre.push(i);
      post.push(j);
      weights.push(w[k]!);
    }
  });
  return { pre, post, weights, walked };
}

/** χ² of a table of counts against expected numbers, in standard deviations from its mean. */
function deviation(counts: ArrayLike<number>, expected: (k: number) => number): number {
  let chiSquare = 0, freedom = -1;
  for (let k = 0; k < counts.length; k++) {
    if (expected(k) === 0) {
      expect(counts[k]).toBe(0);
      continue;
    }
    chiSquare += (counts[k]! - expected(k)) ** 2 / expected(k);
    freedom++;
  }
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}

test("sources, targets and pairs are uniform and independent, with as much chance as drawing each synapse gives", async () => {
  const { pre, post } = await made({ pre: 90, post: 110, count: 200_000 });
  const rows = new Float64Array(90), columns = new Float64Array(110), pairs = new Float64Array(9900);
  pre.forEach((i, k) => {
    rows[i]!++;
    columns[post[k]!]!++;
    pairs[i * 110 + post[k]!]!++;
  });
  expect(pre.length).toBe(200_000);
  for (const counts of [rows, columns, pairs]) {
    const d = deviation(counts, () => 200_000 / counts.length);
    expect(Math.abs(d)).toBeLessThan(4);
  }
});

test("all pairs but those of a neuron with itself are equally likely where only some sources are targets too", async () => {
  // Source i is target i − 20, of which there are 30.
  const { pre, post } = await made({ pre: 70, post: 30, count: 300_000, selfOffset: 20, autapses: false });
  const pairs = new Float64Array(2100);
  pre.forEach((i, k) => pairs[i * 30 + post[k]!]!++);
  const d = deviation(pairs, (k) => (Math.floor(k / 30) === (k % 30) + 20 ? 0 : 300_000 / 2070));
  expect(Math.abs(d)).toBeLessThan(4);
});

test.each([0.2, 0.8])("of distinct pairs, each is chosen with the share %d of all, whatever its source and block", async (share) => {
  const size = 24, pairs = size * size - size, count = Math.round(share * pairs), times = 200;
  const chosen = new Float64Array(size * size), rows = new Float64Array(times);
  for (let seed = 0; seed < times; seed++) {
    const { pre, post } = await made({ pre: size, post: size, count, selfOffset: 0, autapses: false, multapses: false, seed });
    const keys = pre.map((i, k) => i * size + post[k]!);
    expect(new Set(keys).size).toBe(count);
    for (const key of keys) chosen[key]!++;
    rows[seed] = pre.filter((i) => i === 7).length;
  }
  // Each count of a pair is binomial: its variance is the expected number times 1 − share.
  const expected = times * share;
  const chiSquare = chosen.reduce((sum, n, key) => (key % (size + 1) === 0 ? sum + n : sum + (n - expected) ** 2 / (expected * (1 - share))), 0);
  expect(Math.abs(chiSquare - pairs) / Math.sqrt(2 * pairs)).toBeLessThan(4);
  // Lengths of a row are hypergeometric.
  const mean = count / size, variance = mean * (1 - (size - 1) / pairs) * ((pairs - count) / (pairs - 1));
  const measured = rows.reduce((sum, n) => sum + (n - mean) ** 2 / times, 0);
  expect(measured / variance).toBeGreaterThan(0.65);
  expect(measured / variance).toBeLessThan(1.4);
});

test("every pair is made once where all are asked for", async () => {
  const { pre, post } = await made({ pre: 300, post: 300, count: 300 * 299, selfOffset: 0, autapses: false, multapses: false });
  expect(new Set(pre.map((i, k) => i * 300 + post[k]!)).size).toBe(300 * 299);
  expect(pre.every((i, k) => i !== post[k])).toBe(true);
});

test("ranges of targets and of sources make exactly the synapses of the whole that are theirs, weights included", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        pre: fc.integer({ min: 1, max: 60 }), post: fc.integer({ min: 2, max: 200 }), count: fc.integer({ min: 0, max: 12_000 }),
        selfOffset: fc.integer({ min: -20, max: 20 }), autapses: fc.boolean(), multapses: fc.boolean(), seed: fc.integer({ min: 0, max: 99 }),
      }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      async (drawn, cuts) => {
        const shape = drawn.multapses ? drawn : { ...drawn, count: Math.min(drawn.count, drawn.pre * (drawn.post - 1)) };
        const listOf = ({ pre, post, weights }: Made) => pre.map((i, k) => `${i} ${post[k]} ${weights[k]}`);
        const whole = await made(shape);
        expect(whole.pre.length).toBe(shape.count);
        const edges = [0, ...cuts.toSorted((a, b) => a - b), 1];
        const parts: string[] = [], rows: string[] = [];
        for (let k = 0; k + 1 < edges.length; k++) {
          const range = (size: number) => ({ from: Math.round(edges[k]! * size), to: Math.round(edges[k + 1]! * size) });
          parts.push(...listOf(await made(shape, { targets: range(shape.post) })));
          rows.push(...listOf(await made(shape, { sources: range(shape.pre) })));
        }
        expect(parts.toSorted()).toEqual(listOf(whole).toSorted());
        expect(rows).toEqual(listOf(whole));
      },
    ),
    { numRuns: 60 },
  );
});

test("a partition hardly makes synapses of others", async () => {
  const { pre, walked } = await made({ pre: 100, post: 6000, count: 200_000 }, { targets: { from: 3000, to: 6000 } });
  expect(walked).toBeLessThan(1.08 * pre.length);
});

test("a number that no pairs are left for is refused, and what is named is the number of pairs", () => {
  const net = new Network({ seed: 1 });
  const cells = net.population("cells", 5, lifDelta, {});
  const join = (count: number, multapses: boolean) =>
    net.projection(cells, cells, staticSynapse, {
      connect: fixedTotalNumber(count, { autapses: false, multapses }), receptor: "v", weight: "1 mV", name: `${count} ${multapses}`,
    });
  expect(() => join(21, false)).toThrow(/21 synapses between 20 pairs of different neurons/);
  join(20, false);
  join(21, true);
  const one = cells.slice(2, 3);
  expect(() => net.projection(one, one, staticSynapse, {
    connect: fixedTotalNumber(1, { autapses: false }), receptor: "v", weight: "1 mV",
  })).toThrow(/1 synapses between 0 pairs/);
});

test("weights and delays belong to their synapses with any number of threads", async () => {
  const synapses = async (threads: number) => {
    const net = new Network({ seed: 5 });
    const A = net.population("A", 40, lifDelta, {}), B = net.population("B", 500, lifDelta, {});
    const projection = net.projection(A, B, staticSynapse, {
      connect: fixedTotalNumber(20_000), receptor: "v", weight: "1*mV*rand()", delay: uniform("1 ms", "5 ms"),
    });
    await using simulation = await compile(net, { dt: "0.1 ms", threads });
    return simulation.synapses(projection);
  };
  const one = await synapses(1);
  expect(one.pre.length).toBe(20_000);
  expect(await synapses(3)).toEqual(one);
});

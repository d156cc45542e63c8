import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action } from "../../src/backend/contract.ts";
import { interpreterBackend } from "../../src/backend/interpreter/backend.ts";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import type { EdgeKernel } from "../../src/ir/edge.ts";
import { add, apply, div, mul, name, neg, number, select, sub, type Expr } from "../../src/ir/expr.ts";
import type { MapKernel, Statement } from "../../src/ir/kernel.ts";
import { bench, type Graph, type Kernels } from "./edgeHarness.ts";

const n = name;
const sum = (...terms: Expr[]): Expr => terms.reduce(add);
const bind = (target: string, value: Expr): Statement => ({ kind: "let", name: target, value });
const assign = (target: string, value: Expr): Statement => ({ kind: "assign", name: target, value });
const clip = (x: Expr, low: number, high: number): Expr => apply("min", apply("max", x, number(low)), number(high));
const decay: MapKernel = {
  name: "decay",
  state: ["x", "y"],
  constants: [],
  scalars: [],
  inputs: [],
  draws: [],
  finite: [],
  body: [assign("x", mul(n("x"), number(0.9))), assign("y", mul(n("y"), number(0.8)))],
};

/** Kernels that use all there is: both ends, histories, times, random numbers, two inputs and every index. */
function kernelsOf(perEdge: boolean, lag: 0 | 1, keepOwn: boolean, limit: number): Kernels {
  const limits = [{ array: "w", low: -limit, high: limit }];
  const forget = bind("c1", mul(n("c"), apply("exp", neg(div(n("since"), number(0.01))))));
  const common = {
    state: ["w", "c"],
    constants: ["a"],
    shared: [{ name: "m", array: "m" }],
    time: "t",
    elapsed: "since",
    keepOwn,
    limits,
    draws: [
      { name: "u", draw: 3, distribution: "uniform" },
      { name: "n", draw: 4, distribution: "normal" },
    ],
  } as const;
  const out: EdgeKernel = {
    ...common,
    name: "learn_out",
    walk: "out",
    own: perEdge ? [{ name: "x", array: "past", lag }] : [{ name: "x", array: "x" }],
    other: [{ name: "y", array: "y" }],
    ownBody: [bind("x1", add(n("x"), n("m")))],
    ownStores: perEdge ? [] : [{ array: "x", value: "x1" }],
    body: [
      forget,
      assign("c", sum(n("c1"), mul(number(0.1), n("u")), number(1))),
      assign("w", clip(sub(sum(n("w"), mul(number(0.01), n("n")), mul(number(0.001), sub(n("i"), n("j")))), mul(n("a"), n("y"))), -1, 1)),
    ],
    deliver: [
      { input: "g", value: mul(n("w"), n("x1")) },
      { input: "h", value: sum(n("c"), n("t"), n("since")) },
    ],
  };
  const into: EdgeKernel = {
    ...common,
    name: "learn_in",
    walk: "in",
    own: [{ name: "y", array: "y" }],
    other: [perEdge ? { name: "x", array: "past", lag } : { name: "x", array: "x" }],
    ownBody: [bind("y1", add(n("y"), number(1)))],
    ownStores: [{ array: "y", value: "y1" }],
    body: [
      forget,
      assign("c", n("c1")),
      assign(
        "w",
        select(
          apply("gt", n("x"), number(0.2)),
          sum(n("w"), mul(n("a"), n("x")), mul(number(0.001), n("i"))),
          sub(n("w"), mul(n("u"), number(0.01))),
        ),
      ),
    ],
    deliver: [{ input: "h", value: add(n("j"), n("w")) }],
  };
  const all: EdgeKernel = {
    ...common,
    name: "decay_all",
    walk: "all",
    draws: [],
    ownStores: [],
    own: [{ name: "x", array: "x" }],
    other: [{ name: "y", array: "y" }],
    ownBody: [],
    body: [assign("w", sub(n("w"), mul(mul(n("x"), n("y")), number(1e-3)))), assign("c", add(n("c"), mul(number(0.01), sub(n("j"), n("i")))))],
    deliver: [],
  };
  return { out, in: into, all, decay };
}

const graphs = fc
  .record({
    sources: fc.integer({ min: 1, max: 5 }),
    targets: fc.integer({ min: 1, max: 7 }),
    sourceStart: fc.constantFrom(0, 2),
    targetStart: fc.constantFrom(0, 3),
    perEdge: fc.boolean(),
    raw: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 30 }),
  })
  .map(({ raw, ...g }): Graph => ({ ...g, edges: raw.map(([s, t, delay]) => ({ source: s % g.sources, target: t % g.targets, delay })) }));

const chosen = (start: number, count: number, bits: number): number[] =>
  Array.from({ length: start + count + 1 }, (_, k) => k).filter((k) => (bits >> k) & 1);

const order: readonly Action["kind"][] = ["advance", "walk", "enqueue", "all", "remember"];

test("an edge kernel does the same on both back-ends: every walk, delays per edge or not, histories, random numbers, limits", async () => {
  let [visits, failures] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      graphs,
      fc.constantFrom<0 | 1>(0, 1),
      fc.boolean(),
      fc.constantFrom(5, 1, 0.7),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(fc.nat(4095), fc.nat(4095)), { minLength: 10, maxLength: 10 }),
      async (graph, lag, keepOwn, limit, arrival, emissions) => {
        const kernels = kernelsOf(graph.perEdge, lag, keepOwn, limit);
        const [slow, fast] = await Promise.all([interpreterBackend, wasmBackend].map((b) => bench(b, graph, kernels, order, arrival)));
        for (const { arrays } of [slow!, fast!]) {
          for (const [array, values] of arrays)
            values.forEach((_, k) => (values[k] = ["g", "h"].includes(array) ? 0 : ((k * 7 + array.length) % 11) / 20));
        }
        let failed = false;
        for (const [step, [pre, post]] of emissions.entries()) {
          if (failed) break;
          const lists = [chosen(graph.sourceStart, graph.sources, pre), chosen(graph.targetStart, graph.targets, post)] as const;
          const results = [slow!, fast!].map((b) => b.step(step, ...lists));
          expect(results[1], `step ${step} fails on both or on none`).toBe(results[0]);
          failed = results[0]!;
        }
        if (failed) expect([...fast!.failure]).toEqual([...slow!.failure]);
        if (failed) failures++;
        else {
          expect([...fast!.visits]).toEqual([...slow!.visits]);
          expect(fast!.events()).toBe(slow!.events());
          visits += slow!.events();
          for (const [array, values] of slow!.arrays) {
            values.forEach((x, k) =>
              expect(Math.abs(x - fast!.arrays.get(array)![k]!), `${array}[${k}]`).toBeLessThanOrEqual(1e-13 * Math.max(1, Math.abs(x))),
            );
          }
          expect(fast!.executable.visit(2, 10)).toBe(slow!.executable.visit(2, 10));
          fast!.arrays.get("w")!.forEach((w, k) => expect(Math.abs(w - slow!.arrays.get("w")![k]!)).toBeLessThan(1e-13));
        }
      },
    ),
    { numRuns: 150, seed: 20261123 },
  );
  expect(visits).toBeGreaterThan(3000);
  expect(failures).toBeGreaterThan(10);
}, 60_000);

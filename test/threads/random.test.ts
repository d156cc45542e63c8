// A law: for any small network the number of threads changes nothing.
import fc from "fast-check";
import { expect, test } from "vitest";
import { allToAll, fixedIndegree, fixedOutdegree, fixedProbability, models, Network, oneToOne, stepCurrent, uniform } from "./built.mjs";
import type { Population, Quantity, SpikeSource, Value } from "./built.mjs";
import { outcomeAfter } from "./outcome.ts";

const { lifDelta, staticSynapse, stdpPair, stdpTriplet, tsodyksMarkram } = models;

const connect = fc.oneof(
  fc.double({ min: 0.05, max: 1, noNaN: true }).map((p) => ({ kind: "probability" as const, p })),
  fc.integer({ min: 1, max: 6 }).map((n) => ({ kind: "indegree" as const, n })),
  fc.integer({ min: 1, max: 6 }).map((n) => ({ kind: "outdegree" as const, n })),
  fc.constant({ kind: "all" as const }),
);
const tenths = (min: number, max: number) => fc.integer({ min, max }).map((n) => `${n / 10} ms` as Quantity);
const projection = fc.record({
  pre: fc.nat(9), post: fc.nat(9), connect, autapses: fc.boolean(),
  rule: fc.constantFrom("static", "pair", "triplet", "shortTerm"),
  weight: fc.constantFrom("0.7 mV", "-0.5 mV", "1*mV*rand()"),
  delay: fc.oneof(tenths(1, 30), fc.tuple(tenths(1, 5), tenths(6, 40)).map(([low, high]) => uniform(low, high))) as fc.Arbitrary<Value>,
  dendritic: fc.option(tenths(1, 20), { nil: undefined }),
});
const description = fc.record({
  seed: fc.nat(1000), sizes: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 3 }), sources: fc.integer({ min: 1, max: 20 }),
  projections: fc.array(projection, { minLength: 1, maxLength: 5 }), defer: fc.boolean(), precision: fc.constantFrom("f32" as const, "f64" as const),
  threads: fc.integer({ min: 2, max: 5 }),
});
type Description = typeof description extends fc.Arbitrary<infer T> ? T : never;

function build({ seed, sizes, sources, projections }: Description): Network {
  const net = new Network({ seed });
  const cells = sizes.map((size, k) => net.population(`cells${k}`, size, lifDelta, { v: "rand() * v_th" }));
  for (const population of cells) net.poissonInput(population, { receptor: "v", rate: "9 kHz", weight: "0.16 mV" });
  const [driven] = cells as [Population<typeof lifDelta>];
  net.currentInput(driven, { into: "i_ext", current: stepCurrent({ from: "5 ms", to: "25 ms", amplitude: "100 pA" }) });
  const groups: (Population<typeof lifDelta> | SpikeSource)[] = [...cells, net.poissonSource("noise", sources, { rate: "80 Hz" })];
  projections.forEach(({ pre, post, connect: how, rule, weight, delay, dendritic }, k) => {
    const [from, to] = [groups[pre % groups.length]!, cells[post % cells.length]!];
    const rules = { static: staticSynapse, pair: stdpPair, triplet: stdpTriplet, shortTerm: tsodyksMarkram };
    const rows = {
      probability: () => fixedProbability((how as { p: number }).p), indegree: () => fixedIndegree((how as { n: number }).n),
      outdegree: () => fixedOutdegree((how as { n: number }).n), all: () => (from.size === to.size ? oneToOne() : allToAll()),
    };
    const learns = rule === "pair" || rule === "triplet";
    net.projection(from, to, rules[rule] as typeof staticSynapse, {
      name: `projection${k}`, connect: rows[how.kind](), receptor: "v", weight: learns && weight.startsWith("-") ? "0.5 mV" : weight, delay,
      ...(learns ? { w_max: "2 mV" } : {}), ...(rule === "triplet" ? { w_ref: "0.5 mV" } : {}),
      ...(learns && dendritic !== undefined ? { dendriticDelay: dendritic } : {}),
    });
  });
  return net;
}

test("any network of few neurons is the same with any number of threads", { timeout: 300_000 }, async () => {
  await fc.assert(fc.asyncProperty(description, async (described) => {
    const { defer, precision, threads } = described;
    const options = { dt: "0.1 ms", deferPlasticity: defer, precision } as const;
    const alone = await outcomeAfter(build(described), options, "20 ms", "15.3 ms");
    expect(await outcomeAfter(build(described), { ...options, threads }, "20 ms", "15.3 ms")).toEqual(alone);
  }), { numRuns: Number(process.env["SYNFIRE_RUNS"] ?? 12) });
});

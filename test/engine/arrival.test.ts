/** Spikes delivered when they arrive: everything as if they were delivered when they are emitted. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, fixedProbability, fixedTotalNumber, Network, neuron, normal } from "../../src/index.ts";
import type { CompileOptions, Simulation } from "../../src/index.ts";
import { staticSynapse } from "../../models/index.ts";
import { planBundles } from "../../src/engine/bundles.ts";

const cell = neuron({
  name: "two_currents",
  parameters: { tau_m: "10 ms", tau_s: "2 ms", v_th: "15 mV" },
  state: { v: "0 mV", E: "0 mV", I: "0 mV" },
  receptors: { excitation: "E", inhibition: "I" },
  equations: `
    dv/dt = (E + I - v)/tau_m : volt (unless refractory)
    dE/dt = -E/tau_s : volt
    dI/dt = -I/tau_s : volt`,
  threshold: "v > v_th",
  reset: "v = 0*mV",
  refractory: "2 ms",
});

interface Shape {
  readonly sizes: readonly number[];
  readonly shortest: number;
  readonly extra: "nothing" | "one delay" | "twice";
  readonly seed: number;
}

/** Populations that all project to all, with weights and delays of their own. */
function network({ sizes, shortest, extra, seed }: Shape): Network {
  const net = new Network({ seed });
  const cells = sizes.map((size, k) => net.population(`p${k}`, size, cell, { v: normal("8 mV", "4 mV") }));
  cells.forEach((target) => net.poissonInput(target, { receptor: "excitation", rate: "9000 Hz", weight: "1.1 mV" }));
  cells.forEach((target, j) =>
    cells.forEach((source, i) => {
      const receptor = i % 2 === 0 ? "excitation" : "inhibition";
      net.projection(source, target, staticSynapse, {
        connect: (i + j) % 2 === 0 ? fixedProbability(0.3) : fixedTotalNumber(Math.ceil(0.2 * source.size * target.size)),
        receptor, weight: receptor === "excitation" ? normal("0.3 mV", "0.05 mV") : normal("-1 mV", "0.1 mV"),
        delay: `max(2*ms + 1*ms*randn(), ${shortest}*ms)`,
      });
    }),
  );
  const [first, last] = [cells[0]!, cells.at(-1)!];
  const more = { connect: fixedProbability(0.2), receptor: "excitation", weight: normal("0.2 mV", "0.02 mV") } as const;
  if (extra === "one delay") net.projection(first, last, staticSynapse, { ...more, delay: "1.5 ms" });
  if (extra === "twice") net.projection(first, last, staticSynapse, { ...more, delay: "max(1*ms + 0.3*ms*randn(), 0.5*ms)" });
  return net;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 }),
  shortest: fc.constantFrom(0.1, 0.5, 1),
  extra: fc.constantFrom("nothing" as const, "one delay" as const, "twice" as const),
  seed: fc.integer({ min: 0, max: 1000 }),
});

interface Outcome { readonly hash: string; readonly spikes: number; readonly weights: readonly number[]; readonly states: readonly number[] }

async function outcome(shape: Shape, options: Partial<CompileOptions>): Promise<Outcome> {
  const net = network(shape);
  const { projections, populations } = net.data;
  await using simulation = await compile(net, { dt: "0.1 ms", ...options });
  await simulation.run("23.7 ms");
  await simulation.run("60 ms");
  const { spikeHash: hash, spikes } = simulation.report();
  const weights = projections.flatMap((p) => {
    const { pre, post, weights: w, delays } = simulation.synapses(p as never);
    return [...pre, ...post, ...w, ...delays];
  });
  const states = populations.flatMap(({ name }) => [...simulation.get(net.group(name) as never, "v" as never)]);
  return { hash, spikes, weights, states };
}

test("any network spikes the same whether spikes are delivered when they are emitted or when they arrive, with any number of threads", async () => {
  let spikes = 0;
  await fc.assert(
    fc.asyncProperty(shapes, fc.constantFrom("f32" as const, "f64" as const), fc.constantFrom(1, 2, 3), async (shape, precision, threads) => {
      const emitted = await outcome(shape, { precision, deliverOnArrival: false });
      expect(await outcome(shape, { precision, threads, deliverOnArrival: true })).toEqual(emitted);
      spikes += emitted.spikes;
    }),
    { numRuns: 12 },
  );
  expect(spikes).toBeGreaterThan(1000);
});

test("projections are bundled by source, but for those whose target also receives in another way", () => {
  const plan = (shape: Partial<Shape>) => {
    const { data } = network({ sizes: [20, 30, 40], shortest: 0.1, extra: "nothing", seed: 1, ...shape });
    const group = new Map(data.populations.map((p, index) => [p.name, { index, stride: 48, size: p.size, replicated: false }]));
    const values = () => new Float64Array(0);
    const prepared = data.projections.map((p) => ({
      data: p, post: group.get(p.post.population)!, variable: p.receptor,
      request: { weight: values, delay: typeof p.delay === "string" && p.delay.includes("randn") ? values : 15 },
    }));
    return planBundles(prepared as never, data, true).bundles.map(({ members }) => members);
  };
  expect(plan({})).toEqual([[0, 3, 6], [1, 4, 7], [2, 5, 8]]);
  // Of the third population, what the first and third send is left out: excitation comes in another way, or twice from one source.
  expect(plan({ extra: "one delay" })).toEqual([[0, 3], [1, 4, 7], [2, 5]]);
  expect(plan({ extra: "twice" })).toEqual([[0, 3], [1, 4, 7], [2, 5]]);
});

test("a weight that is set for a whole bundled projection is that of this projection alone, and is gone after a reset", async () => {
  const shape: Shape = { sizes: [50, 40], shortest: 0.5, extra: "nothing", seed: 5 };
  const run = async (deliverOnArrival: boolean): Promise<unknown[]> => {
    const net = network(shape);
    await using simulation: Simulation = await compile(net, { dt: "0.1 ms", deliverOnArrival });
    const [changed, other] = net.data.projections as unknown as [never, never];
    const seen: unknown[] = [];
    const look = (): void => void seen.push(simulation.report().spikeHash, [...simulation.weights(changed)], [...simulation.weights(other)]);
    simulation.setWeight(changed, "2 mV");
    await simulation.run("60 ms");
    look();
    simulation.reset();
    await simulation.run("60 ms");
    look();
    return seen;
  };
  const seen = await run(true);
  expect(seen).toEqual(await run(false));
  expect(seen[0]).not.toBe(seen[3]);
  expect(new Set(seen[1] as number[]).size).toBe(1);
});

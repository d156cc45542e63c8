/**
 * The same rules in the sparse engine: neurons whose variable holds the rate (`rateNeuron` with tau = dt, by Euler's method, so that it is the
 * activation of the drive), synapses that add weight · rate to the drive in every step, and the rule among the statements of `regularly`.
 */
import { expect, test } from "vitest";
import "../support/gpu.ts";
import { allToAll, arrayCurrent, compile, Network, synapse } from "synfire";
import type { Population, SynapseModel } from "synfire";
import { rateNeuron } from "synfire/models";
import { compileRates, RateNetwork } from "synfire/rate";
import type { EngineChoice, RateConnection, RateInput, RateLayer, Rule, Trace } from "synfire/rate";
import { offerWebGpu } from "../../src/rate/engines/gpuJsPackage.ts";
import { difference, generator, mixedPatterns } from "./patterns.ts";

/** Steps of 1 ms in which rates of the sparse engine settle before the rule acts. */
const settling = 40;

interface Case {
  readonly patterns: readonly (readonly number[])[];
  readonly updates: number;
  readonly outputs: number;
  readonly start: readonly number[];
  /** Of the outputs: negative rates are possible, or not. */
  readonly rectified: boolean;
  readonly traces?: Readonly<Record<string, Trace>>;
  readonly rule: Rule;
  readonly with?: Readonly<Record<string, number | string>>;
  /** The rule in the sparse engine: state and statements. */
  readonly state?: Readonly<Record<string, number>>;
  readonly statements: string;
  /** A rule of connections among the outputs, which begin at zero. */
  readonly lateral?: { readonly rule: Rule; readonly statements: string };
}

const inputs = 6;
const draw = generator(11);
const patterns = mixedPatterns(40, [1.2, 0.7, 0.4, 0.2, 0.2, 0.2]);
const starts = (outputs: number, positive = false): number[] =>
  Array.from({ length: inputs * outputs }, () => (positive ? 0.3 + 0.2 * draw() : 0.3 * draw()));

const cases: Readonly<Record<string, Case>> = {
  Oja: {
    patterns, updates: 400, outputs: 3, start: starts(3), rectified: false,
    rule: (w, pre, post) => w + 0.05 * post * (pre - post * w),
    statements: "w = w + 0.05*r_post*(r_pre - r_post*w)",
  },
  BCM: {
    patterns: [0, 1, 2, 3].map((k) => Array.from({ length: inputs }, (_, j) => (j === k ? 1 : 0.2))),
    updates: 400, outputs: 4, start: starts(4, true), rectified: true,
    traces: { square: (square, rate) => square + 0.1 * (rate * rate - square) },
    rule: (w, pre, post, eta, theta) => w + eta * pre * post * (post - theta), with: { eta: 0.02, theta: "post.square" },
    state: { theta: 0 }, statements: "theta = theta + 0.1*(r_post^2 - theta); w = w + 0.02*r_pre*r_post*(r_post - theta)",
  },
  covariance: {
    patterns, updates: 400, outputs: 3, start: starts(3), rectified: false,
    traces: { mean: (mean, rate) => mean + 0.05 * (rate - mean) },
    rule: (w, pre, post, meanPre, meanPost) => Math.min(1, Math.max(-1, w + 0.01 * (pre - meanPre) * (post - meanPost))),
    with: { meanPre: "pre.mean", meanPost: "post.mean" },
    state: { mean_x: 0, mean_y: 0 },
    statements: `mean_x = mean_x + 0.05*(r_pre - mean_x); mean_y = mean_y + 0.05*(r_post - mean_y)
      w = clip(w + 0.01*(r_pre - mean_x)*(r_post - mean_y), -1, 1)`,
  },
  "Hebb and anti-Hebb": {
    patterns, updates: 400, outputs: 3, start: starts(3), rectified: false,
    rule: (w, pre, post) => w + 0.02 * post * (pre - post * w),
    statements: "w = w + 0.02*r_post*(r_pre - r_post*w)",
    lateral: {
      rule: (w, pre, post) => Math.min(0.2, Math.max(-0.2, w - 0.02 * pre * post)), statements: "w = clip(w - 0.02*r_pre*r_post, -0.2, 0.2)",
    },
  },
};

async function inSparseEngine(c: Case, precision: "f32" | "f64"): Promise<{ weights: Float64Array; lateral: Float64Array }> {
  const net = new Network({ seed: 1 });
  const cells = (name: string, size: number, low: number): Population<typeof rateNeuron> =>
    net.population(name, size, rateNeuron, { tau: "1 ms", r_min: low }, { method: "euler" });
  const pre = cells("inputs", inputs, -1e9), post = cells("outputs", c.outputs, c.rectified ? 0 : -1e9);
  const values = Float64Array.from(Array.from({ length: c.updates }, (_, u) => c.patterns[u % c.patterns.length]!).flat());
  net.currentInput(pre, { into: "i_ext", current: arrayCurrent({ values, every: `${settling} ms`, perNeuron: true }) });
  const rule = (name: string, statements: string, state: Readonly<Record<string, number>> = {}): SynapseModel => synapse({
    name, state, onPre: {},
    equations: `w : 1; drive_post = w*r_pre : 1 (summed); ${Object.keys(state).map((s) => `${s} : 1`).join("; ")}`,
    regularly: { every: `${settling} ms`, statements },
  });
  const forward = net.projection(pre, post, rule("forward", c.statements, c.state), { connect: allToAll(), weight: c.start } as never);
  const among = { connect: allToAll({ autapses: false }), weight: 0 } as never;
  const lateral = c.lateral && net.projection(post, post, rule("lateral", c.lateral.statements), among);
  await using sim = await compile(net, { dt: "1 ms", precision });
  await sim.run(`${c.updates * settling} ms`);
  return { weights: sim.get(forward, "w"), lateral: lateral ? sim.get(lateral, "w") : new Float64Array(0) };
}

function layersOf(c: Case): { rates: RateNetwork; x: RateInput; y: RateLayer; forward: RateConnection; lateral: RateConnection | undefined } {
  const rates = new RateNetwork({ every: "20 ms" });
  const traces = c.traces ? { traces: c.traces } : {};
  const x = rates.input("inputs", inputs, { values: (_time, update) => c.patterns[(update - 1) % c.patterns.length]!, ...traces });
  const activation = c.rectified ? (drive: number) => Math.max(0, drive) : (drive: number) => drive;
  const y = rates.layer("outputs", c.outputs, { activation, settle: c.lateral ? 60 : 1, ...traces });
  const forward = rates.connect(x, y, { weights: c.start, rule: c.rule, ...(c.with ? { with: c.with } : {}) });
  const lateral = c.lateral && rates.connect(y, y, { weights: 0, rule: c.lateral.rule, autapses: false });
  return { rates, x, y, forward, lateral };
}

async function inLayers(c: Case, engine: EngineChoice, precision: "f32" | "f64"): Promise<{ weights: Float64Array; lateral: Float64Array }> {
  const { rates, forward, lateral } = layersOf(c);
  await using run = await compileRates(rates, { engine, precision });
  await run.run(`${c.updates * 20} ms`);
  const side = lateral ? (await run.weights(lateral)).filter((_, k) => k % (c.outputs + 1) !== 0) : new Float64Array(0);
  return { weights: await run.weights(forward), lateral: side };
}

for (const engine of ["webgpu", "gpu.js-webgpu"] as const) {
  test(`Oja, ${engine}: layers learn what the sparse engine learns, within 1e-5`, async ({ skip }) => {
    const noGpu = await offerWebGpu();
    if (noGpu !== undefined) skip(noGpu);
    const { weights } = await inLayers(cases["Oja"]!, engine, "f32");
    for (const precision of ["f32", "f64"] as const) {
      expect(difference(weights, (await inSparseEngine(cases["Oja"]!, precision)).weights), precision).toBeLessThan(1e-5);
    }
  });
}

for (const [name, c] of Object.entries(cases)) {
  test(`${name}: layers learn what the sparse engine learns, within 1e-5, in f32 and f64`, async () => {
    const [single, double] = [await inSparseEngine(c, "f32"), await inSparseEngine(c, "f64")];
    const learnt = await inLayers(c, "wasm", "f64");
    expect(difference(learnt.weights, Float64Array.from(c.start))).toBeGreaterThan(0.1);
    const engines: readonly (readonly [EngineChoice, "f32" | "f64"])[] = [
      ["wasm", "f64"], ["javascript", "f64"], ["wasm", "f32"], ["javascript", "f32"], ["gpu.js-cpu", "f32"], ["gpu.js-webasm", "f32"],
    ];
    for (const [engine, precision] of engines) {
      const own = await inLayers(c, engine, precision);
      for (const [which, sparse] of [["f32", single], ["f64", double]] as const) {
        expect(difference(own.weights, sparse.weights), `${engine} ${precision} against ${which}`).toBeLessThan(1e-5);
        if (c.lateral) expect(difference(own.lateral, sparse.lateral), `lateral: ${engine} ${precision} against ${which}`).toBeLessThan(1e-5);
      }
      if (precision === "f64") expect(difference(own.weights, double.weights), engine).toBeLessThan(1e-9);
    }
  });
}

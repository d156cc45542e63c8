/**
 * A recurrent network of 100 spiking neurons learns by e-prop to generate a pattern of 1 s: sums of four sines, cued by frozen noise. Run it with
 * `npx tsx examples/patternGeneration.ts [--feedback random|symmetric|adaptive] [--iterations 2000] [--steps 1000] [--neurons 100] [--outputs 1]`.
 *
 * @source Bellec et al. (2020), Nat. Commun. 11:3625, Fig. 3 and its tutorial's settings. doi:10.1038/s41467-020-17236-y
 */
import { parseArgs } from "node:util";
import { adam, dense, defineCell, Eprop, neurons, spikingModel, triangular, WeightUpdates } from "synfire/train";
import type { Feedback } from "synfire/train";

const { values: options } = parseArgs({
  options: {
    feedback: { type: "string", default: "random" }, iterations: { type: "string", default: "2000" }, steps: { type: "string", default: "1000" },
    neurons: { type: "string", default: "100" }, outputs: { type: "string", default: "1" }, seed: { type: "string", default: "1" },
    rate: { type: "string", default: "3e-3" }, regularization: { type: "string", default: "300" },
  },
});
const [steps, units, outputs, seed] = [options.steps, options.neurons, options.outputs, options.seed].map(Number) as [number, number, number, number];
const inputs = 100, threshold = 0.03, alpha = Math.exp(-1 / 30);

/** Numbers that follow from the seed alone. */
function dice(stream: number): () => number {
  let state = (seed * 7919 + stream * 104729) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sums of sines of 1, 2, 3 and 5 Hz with amplitudes 0.5 to 2 and any phase; mean 0, at most 1. [steps, outputs] */
function patterns(): Float64Array {
  const next = dice(1), wanted = new Float64Array(steps * outputs);
  for (let k = 0; k < outputs; k++) {
    const sines = [1, 2, 3, 5].map((cycles) => ({ cycles, amplitude: 0.5 + 1.5 * next(), phase: 2 * Math.PI * next() }));
    const course = Array.from({ length: steps }, (_, t) =>
      sines.reduce((sum, { cycles, amplitude, phase }) => sum + amplitude * Math.sin((2 * Math.PI * cycles * t) / steps + phase), 0));
    const mean = course.reduce((a, b) => a + b) / steps, largest = Math.max(...course.map((y) => Math.abs(y - mean)));
    course.forEach((y, t) => (wanted[t * outputs + k] = (y - mean) / largest));
  }
  return wanted;
}

const normal = { type: "normal", mean: 0, deviation: 1, perFanIn: true } as const;
const model = spikingModel({ input: { shape: [inputs], steps }, dt: "1 ms", seed }, [
  dense(units, { name: "input", bias: false, initializer: normal }),
  neurons(defineCell({
    name: "lif", state: { v: 0, r: 0 }, parameters: { alpha, threshold, refractory: 5 },
    step: "v = alpha*v + (1 - alpha)*input - spiked*threshold; r = select(spiked > 0, refractory, max(r - 1, 0))",
    threshold: "v > threshold and not (r > 0.5)", detachReset: true,
  }), { name: "neurons", surrogate: triangular(0.3 / threshold, threshold), recurrent: { bias: false, initializer: normal } }),
  dense(outputs, { name: "output", bias: false, initializer: normal }),
  neurons(defineCell({ name: "leaky", state: { y: 0 }, parameters: { alpha }, step: "y = alpha*y + (1 - alpha)*input" }), { name: "readout" }),
]);

const feedbacks: Readonly<Record<string, Feedback>> = {
  symmetric: { kind: "symmetric" }, random: { kind: "random", seed }, adaptive: { kind: "adaptive", seed, decay: 1e-2 },
};
// The loss of rates is 300·Σ (rate − 10 Hz)², with rates in spikes per millisecond.
const eprop = new Eprop(model, {
  loss: { compare: "squares" }, feedback: feedbacks[options.feedback]!, rates: { target: 10, strength: 2e-6 * Number(options.regularization) },
});
const weights = eprop.initialWeights(), iterations = Number(options.iterations);
const updates = new WeightUpdates(weights, adam(Number(options.rate)));
const next = dice(2), values = Float64Array.from({ length: steps * inputs }, () => Number(next() < 0.05));
const wanted = patterns(), power = wanted.reduce((sum, y) => sum + y * y, 0);

const started = performance.now();
for (let k = 0; k <= iterations; k++) {
  const rate = Number(options.rate) * 0.1 ** (k / iterations);
  const result = eprop.gradients(weights, { batch: 1, steps, constant: false, shape: [inputs], values }, { values: wanted });
  if (k % Math.max(1, Math.round(iterations / 20)) === 0) {
    const error = (2 * result.loss) / power, mean = result.rates.reduce((a, b) => a + b) / units;
    const seconds = (performance.now() - started) / 1e3;
    console.log(`iteration ${k}: normalised mean squared error ${error.toFixed(4)}, ${mean.toFixed(1)} Hz, ${seconds.toFixed(0)} s`);
  }
  if (k < iterations) updates.apply(result.gradients, rate);
}

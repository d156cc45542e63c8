/** Recurrent networks of adaptive neurons, and backpropagation through time in them written out by hand. */
import { defineCell } from "../../../../src/train/cells/defineCell.ts";
import { dense, neurons } from "../../../../src/train/layers.ts";
import { spikingModel } from "../../../../src/train/model.ts";
import type { ModelData, Weights } from "../../../../src/train/modelData.ts";
import { normalAt, seedOf, uniformAt } from "../../../../src/math/random.ts";
import { triangular } from "../../../../src/train/surrogates.ts";

export const lsnn = {
  alpha: 0.9, rho: 0.98, threshold: 0.6, beta: 0.4, refractory: 2, kappa: 0.8, inputs: 6, units: 7, outputs: 3, steps: 40, batch: 2,
};

/** As in Bellec et al. (2020): reset by subtraction one step later, a refractory time, an adaptive threshold (beta 0: none). */
export const bellecCell = (settings: typeof lsnn) => defineCell({
  name: "lsnn", state: { v: 0, b: 0, r: 0 },
  parameters: { alpha: settings.alpha, rho: settings.rho, beta: settings.beta, threshold: settings.threshold, steps: settings.refractory },
  step: "v = alpha*v + input - spiked*threshold; b = rho*b + spiked; r = select(spiked > 0, steps, max(r - 1, 0))",
  threshold: "v > threshold + beta*b and not (r > 0.5)", detachReset: true,
});

export const readoutCell = (kappa: number) => defineCell({ name: "leaky", state: { y: 0 }, parameters: { kappa }, step: "y = kappa*y + input" });

export function lsnnModel(settings: typeof lsnn, recurrentBias = true): ModelData {
  const { threshold, inputs, steps, units, outputs, kappa } = settings, surrogate = triangular(0.3 / threshold, threshold);
  return spikingModel({ input: { shape: [inputs], steps }, seed: 3 }, [
    dense(units, { name: "in", initializer: { type: "normal", mean: 0.2, deviation: 1, perFanIn: true } }),
    neurons(bellecCell(settings), { name: "hidden", surrogate, recurrent: { bias: recurrentBias, initializer: { type: "uniform", gain: 1 } } }),
    dense(outputs, { name: "out" }), neurons(readoutCell(kappa), { name: "readout" }),
  ]);
}

interface Data { readonly inputs: Float64Array; readonly wanted: Float64Array }

export function lsnnData({ batch, steps, inputs, outputs }: typeof lsnn): Data {
  const key = seedOf(11);
  return {
    inputs: Float64Array.from({ length: batch * steps * inputs }, (_, k) => Number(uniformAt(key, k, 0, 0, 0) < 0.3)),
    wanted: Float64Array.from({ length: batch * steps * outputs }, (_, k) => normalAt(key, k, 0, 1, 0)),
  };
}

/** Gradients of ½·Σ (y − wanted)²/batch + strength/2·Σ (rate − target)², with spikes between neurons taken for constants. */
export function stoppedGradients(s: typeof lsnn, weights: Weights, data: Data, rates?: { target: number; strength: number }) {
  const W = (name: string): ArrayLike<number> => weights.get(name)!.values;
  const { units: n, inputs, outputs: m, steps, batch } = s;
  const gradient = new Map([...weights].map(([name, { values }]) => [name, new Float64Array(values.length)] as const));
  const G = (name: string): Float64Array => gradient.get(name)!;
  const history = Array.from({ length: batch }, (_, sample) => {
    const z: number[][] = [], psi: number[][] = [], error: number[][] = [];
    let v = zeros(n), b = zeros(n), r = zeros(n), y = zeros(m), last = zeros(n);
    for (let t = 0; t < steps; t++) {
      const x = data.inputs.subarray((sample * steps + t) * inputs, (sample * steps + t + 1) * inputs);
      v = v.map((old, j) => s.alpha * old - last[j]! * s.threshold + W("in/bias")[j]! + W("hidden/recurrentBias")[j]!
        + dotColumn(x, W("in/kernel"), n, j) + dotColumn(last, W("hidden/recurrent"), n, j));
      b = b.map((old, j) => s.rho * old + last[j]!);
      r = r.map((old, j) => (last[j]! > 0 ? s.refractory : Math.max(old - 1, 0)));
      const margin = v.map((value, j) => value - s.threshold - s.beta * b[j]!), open = r.map((value) => Number(value < 0.5));
      psi.push(margin.map((u, j) => (open[j]! * 0.3 * Math.max(0, 1 - Math.abs(u) / s.threshold)) / s.threshold));
      last = margin.map((u, j) => Number(u > 0) * open[j]!);
      z.push(last);
      y = y.map((old, k) => s.kappa * old + W("out/bias")[k]! + dotColumn(last, W("out/kernel"), m, k));
      error.push(y.map((value, k) => (value - data.wanted[(sample * steps + t) * m + k]!) / batch));
    }
    return { z, psi, error };
  });
  const seconds = batch * steps * 1e-3;
  const rate = zeros(n).map((_, j) => history.reduce((sum, { z }) => sum + z.reduce((a, row) => a + row[j]!, 0), 0) / seconds);
  history.forEach(({ z, psi, error }, sample) => {
    let gy = zeros(m), dv = zeros(n), db = zeros(n);
    for (let t = steps - 1; t >= 0; t--) {
      gy = gy.map((later, k) => error[t]![k]! + s.kappa * later);
      const dz = zeros(n).map((_, j) => gy.reduce((sum, g, k) => sum + g * W("out/kernel")[j * m + k]!, db[j]!)
        + (rates ? (rates.strength * (rate[j]! - rates.target)) / seconds : 0));
      const dm = dz.map((g, j) => g * psi[t]![j]!);
      dv = dv.map((later, j) => dm[j]! + s.alpha * later);
      db = db.map((later, j) => -s.beta * dm[j]! + s.rho * later);
      const x = data.inputs.subarray((sample * steps + t) * inputs), before = t > 0 ? z[t - 1]! : zeros(n);
      gy.forEach((g, k) => { G("out/bias")[k]! += g; z[t]!.forEach((spike, j) => (G("out/kernel")[j * m + k]! += spike * g)); });
      dv.forEach((g, j) => {
        G("in/bias")[j]! += g;
        G("hidden/recurrentBias")[j]! += g;
        for (let i = 0; i < inputs; i++) G("in/kernel")[i * n + j]! += x[i]! * g;
        for (let i = 0; i < n; i++) if (i !== j) G("hidden/recurrent")[i * n + j]! += before[i]! * g;
      });
    }
  });
  return { gradient, spikes: history.reduce((sum, { z }) => sum + z.flat().reduce((a, b) => a + b), 0) };
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0);
const dotColumn = (x: ArrayLike<number>, kernel: ArrayLike<number>, columns: number, j: number): number =>
  Array.from(x).reduce((sum, value, i) => sum + value * kernel[i * columns + j]!, 0);

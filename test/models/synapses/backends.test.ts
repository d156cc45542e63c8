/** Transmission, rate rules, homeostasis and devices act alike on both back-ends and in both precisions. */
import { expect, test } from "vitest";
import { outcome } from "./versatile.ts";

const names = ["gapJunction", "gradedSynapse", "nmda", "stochasticRelease", "quantalRelease", "rateSynapse", "hebbRate", "oja", "bcm", "covariance",
  "sangerFeedback", "synapticScaling", "heterosynaptic", "deviceConductance", "deviceSoftBounds", "deviceDiscrete"] as const;

test.each(names)("%s: both back-ends give the same weights and neurons in double precision, and nearly so in single precision", async (name) => {
  const [compiled, interpreted, single] = await Promise.all([
    outcome(name, { backend: "wasm", precision: "f64" }), outcome(name, { backend: "interpreter", precision: "f64" }),
    outcome(name, { backend: "wasm", precision: "f32" }),
  ]);
  for (const [variable, values] of Object.entries(compiled)) {
    const scale = Math.max(...values.map(Math.abs), 1e-12);
    values.forEach((value, k) => {
      expect(Math.abs(value - interpreted[variable]![k]!), variable).toBeLessThan(1e-12 * scale);
      expect(Math.abs(value - single[variable]![k]!), variable).toBeLessThan(2e-4 * scale);
    });
  }
  const alone = await outcome(name, { backend: "wasm", precision: "f64", probability: 0 });
  expect(["v", "r", "received"].some((variable) => compiled[variable]!.some((value, k) => value !== alone[variable]![k]))).toBe(true);
});

/** Transmission, rate rules, homeostasis and devices act alike on both back-ends and in both precisions. */
import { expect, test } from "vitest";
import { compile, fixedProbability, Network, neuron } from "synfire";
import type { SynapseModel } from "synfire";
import * as models from "synfire/models";

/** Neurons with every variable that these synapses read or write, driven by noise of their own. */
const versatile = neuron({
  name: "versatile",
  parameters: { i_ext: "0 pA", drive: 0, a_goal: "30 Hz", tau: "10 ms", bias: 0 },
  state: { v: "-60 mV", r: 0.2, r_mean: 0.2, r_square: 0.04, a: "10 Hz", deficit: 0, kick: 0, received: 0 },
  receptors: { kick: "kick", received: "received" },
  equations: `
    dv/dt = (-60*mV - v)/tau + i_ext/(100*pF) : volt
    dr/dt = (drive + bias - r)/tau : 1
    dr_mean/dt = (r - r_mean)/(100*ms) : 1
    dr_square/dt = (r^2 - r_square)/(100*ms) : 1
    da/dt = (20*Hz - a)/(50*ms) : hertz
    ddeficit/dt = a_goal - a : 1
    kick : 1 (impulse)
    received : 1`,
  threshold: "kick > 0", reset: "v = -55*mV + 10*mV*bias; a += 10*Hz",
});

const own = { gapJunction: "1 nS", gradedSynapse: "1 nS", nmda: "1 nS" } as const;
const names = ["gapJunction", "gradedSynapse", "nmda", "stochasticRelease", "quantalRelease", "rateSynapse", "hebbRate", "oja", "bcm", "covariance",
  "sangerFeedback", "synapticScaling", "heterosynaptic", "deviceConductance", "deviceSoftBounds", "deviceDiscrete"] as const;

async function outcome(
  name: (typeof names)[number], backend: "wasm" | "interpreter", precision: "f32" | "f64", probability = 0.6,
): Promise<Record<string, Float64Array>> {
  const model = Object.entries(models).find(([n]) => n === name)![1] as SynapseModel;
  const net = new Network({ seed: 8 });
  const cells = ["a", "b"].map((label) => net.population(label, 13, versatile, { bias: "rand() - 0.5", v: "-70*mV + 30*mV*rand()" }));
  for (const population of cells) net.poissonInput(population, { receptor: "kick", rate: "60 Hz", weight: 1 });
  const [a, b] = cells as [typeof cells[number], typeof cells[number]];
  const noise = "cycle" in model.parameters ? { cycle: 0.05 } : {};
  const projection = net.projection(a, b, model, {
    connect: fixedProbability(probability), weight: name in own ? own[name as keyof typeof own] : "0.2 + 0.2*rand()", delay: "1 ms",
    ...(model.usesReceptor ? { receptor: "received" } : {}), ...noise,
  } as never);
  await using sim = await compile(net, { dt: "0.5 ms", backend, precision });
  await sim.run("100 ms");
  const ends = Object.fromEntries((["v", "r", "received"] as const).map((variable) => [variable, sim.get(b, variable)]));
  return { ...ends, w: sim.get(projection, "w" as never) };
}

test.each(names)("%s: both back-ends give the same weights and neurons in double precision, and nearly so in single precision", async (name) => {
  const [compiled, interpreted, single] = await Promise.all([
    outcome(name, "wasm", "f64"), outcome(name, "interpreter", "f64"), outcome(name, "wasm", "f32"),
  ]);
  for (const [variable, values] of Object.entries(compiled)) {
    const scale = Math.max(...values.map(Math.abs), 1e-12);
    values.forEach((value, k) => {
      expect(Math.abs(value - interpreted[variable]![k]!), variable).toBeLessThan(1e-12 * scale);
      expect(Math.abs(value - single[variable]![k]!), variable).toBeLessThan(2e-4 * scale);
    });
  }
  const alone = await outcome(name, "wasm", "f64", 0);
  expect(["v", "r", "received"].some((variable) => compiled[variable]!.some((value, k) => value !== alone[variable]![k]))).toBe(true);
});

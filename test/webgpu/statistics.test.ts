/**
 * Networks whose weights fixed point rounds fire on the GPU as they do in WebAssembly: rates, irregularity and correlations differ no more than
 * between seeds.
 */
import { describe, expect, test } from "vitest";
import { coefficientOfVariation, pairwiseCorrelation, variance } from "synfire";
import type { Network, Quantity } from "synfire";
import * as brunel from "../../models/networks/brunel.ts";
import * as brunelPlastic from "../../models/networks/brunelPlastic.ts";
import * as coba from "../../models/networks/coba.ts";
import * as izhikevichSparse from "../../models/networks/izhikevichSparse.ts";
import * as microcircuit from "../../models/networks/microcircuit.ts";
import { gpuSkipped, noGpu } from "../support/gpu.ts";
import { record } from "./runs.ts";

interface Case {
  readonly name: string;
  readonly net: (seed: number) => Network;
  readonly seeds: readonly number[];
  readonly dt: Quantity;
  readonly duration: Quantity;
}

const cases: readonly Case[] = [
  // Most other seeds of COBA let the activity die.
  { name: "COBA (A)", net: (seed) => coba.build({ ...coba.settings, seed }), seeds: [6], dt: "0.1 ms", duration: "150 ms" },
  { name: "Brunel's network (C), 1250 neurons", net: (seed) => brunel.build({ ...brunel.settings, scale: 0.1, seed }), seeds: [1, 2, 3, 4],
    dt: "0.1 ms", duration: "200 ms" },
  { name: "the sparse Izhikevich network (D2), 2000 neurons", seeds: [1, 2, 3, 4], dt: "1 ms", duration: "400 ms",
    net: (seed) => izhikevichSparse.build({ ...izhikevichSparse.settings, scale: 0.02, seed }) },
  { name: "Brunel's network that learns (E), 1000 neurons", net: (seed) => brunelPlastic.build({ ...brunelPlastic.settings, scale: 0.1, seed }),
    seeds: [1, 2, 3, 4], dt: "0.1 ms", duration: "100 ms" },
  { name: "the microcircuit (F0.1)", net: (seed) => microcircuit.build({ ...microcircuit.settings, seed }), seeds: [1], dt: "0.1 ms",
    duration: "60 ms" },
];

/** Rate, irregularity and correlation of the neurons of a network. */
async function measures({ net, dt, duration }: Case, seed: number, backend: "wasm" | "webgpu"): Promise<readonly number[]> {
  const { spikes, rate, count } = await record(net(seed), { dt, backend }, duration);
  expect(count).toBeGreaterThan(100);
  return [rate, coefficientOfVariation(spikes), pairwiseCorrelation(spikes, undefined, { bin: 0.005 })];
}

const names = ["rate", "variation of intervals", "correlation"] as const;

describe.skipIf(noGpu)(`statistics of spikes${gpuSkipped}`, () => {
  test.each(cases)("$name: rate, CV and correlation are those of WebAssembly within the spread over seeds", { timeout: 240_000 }, async (of) => {
    const wasm: (readonly number[])[] = [];
    for (const seed of of.seeds) wasm.push(await measures(of, seed, "wasm"));
    const gpu = await measures(of, of.seeds[0]!, "webgpu");
    names.forEach((name, k) => {
      const values = wasm.map((m) => m[k]!);
      // The same seed has the same connections and inputs: no more than four standard deviations apart, and 3 % where there are few seeds.
      const spread = values.length > 1 ? Math.sqrt(variance(values) * (values.length / (values.length - 1))) : 0;
      const bound = Math.max(4 * spread, 0.03 * Math.abs(values[0]!), name === "correlation" ? 0.005 : 0);
      expect(Math.abs(gpu[k]! - values[0]!), `${name}: ${gpu[k]} on the GPU, ${values.join(", ")} in WebAssembly`).toBeLessThan(bound);
    });
  });
});

import { describe, expect, it } from "vitest";

import { compile, explicit, neuron, Network } from "../../../src/index.ts";
import * as models from "../../../models/index.ts";
import { naturalScale } from "../../../src/lower/system.ts";
import type { Method } from "../../../src/model/checked.ts";
import type { NeuronModel } from "../../../src/model/neuron.ts";
import type { Cell } from "../../../src/train/cells/cell.ts";
import { derive } from "../../../src/train/cells/derive.ts";
import { cellFromModel } from "../../../src/train/cells/fromModel.ts";
import { CellRun } from "../../../src/train/cells/referenceCells.ts";
import { WasmCellRun } from "../../../src/train/cells/wasmRun.ts";
import { atan } from "../../../src/train/surrogates.ts";
import { dimensionName } from "../../../src/units/dimension.ts";
import { randomNumbers } from "./conventionCases.ts";

interface Case { readonly model: NeuronModel; readonly receptor: string; readonly strength: number; readonly method?: Method }

/** Strengths of random inputs in natural units: mV, pA, nS. */
const cases: readonly (readonly [string, Case])[] = [
  ["lifDelta", { model: models.lifDelta, receptor: "v", strength: 14 }],
  ["lifExpCurrent", { model: models.lifExpCurrent, receptor: "exc", strength: 900 }],
  ["lifAlphaCurrent", { model: models.lifAlphaCurrent, receptor: "exc", strength: 900 }],
  ["lifExpConductance", { model: models.lifExpConductance, receptor: "exc", strength: 40, method: "exponential-euler" }],
  ["lifAdaptiveThreshold", { model: models.lifAdaptiveThreshold, receptor: "v", strength: 14 }],
  ["izhikevich", { model: models.izhikevich, receptor: "v", strength: 14 }],
  ["adExCurrent", { model: models.adExCurrent, receptor: "ex", strength: 600, method: "euler" }],
  ["quadraticIf", { model: models.quadraticIf, receptor: "v", strength: 14 }],
  ["glif", { model: models.glif, receptor: "exc", strength: 400 }],
];

const steps = 60, units = 5;

function made({ model, receptor, strength, method }: Case) {
  const cell = cellFromModel(model, { dt: "1 ms", receptor, ...(method && { method }) });
  const target = model.checked.variables.find((v) => v.name === model.checked.receptors[receptor])!;
  const random = randomNumbers(5), unit = naturalScale(target.dimension);
  // Nothing arrives in the first step, in which a spike that is emitted at its end is under way.
  const input = Float64Array.from({ length: steps * units }, (_, k) => (k < units || random() < 0.4 ? 0 : unit * strength * random()));
  return { cell, input, dimension: target.dimension };
}

function reference(cell: Cell, input: Float64Array): CellRun {
  const run = new CellRun(derive(cell, atan()), { batch: 1, steps, units, precision: "f64" });
  run.forward(input, false);
  return run;
}

describe("a cell made from a model", () => {
  it.each(cases)("%s spikes as the simulator's neurons do, and has their membrane", async (_, given) => {
    const { model, receptor, method } = given, { cell, input, dimension } = made(given);
    const run = reference(cell, input);
    const net = new Network({ seed: 1 });
    const neurons = net.population("neurons", units, model, {}, method ? { method } : {});
    const pairs = Array.from({ length: (steps - 1) * units }, (_, k) => [Math.floor(k / units), k % units] as const);
    const source = net.spikeSource("input", steps - 1, {
      times: { values: Array.from({ length: steps - 1 }, (_, t) => t + 1), unit: "ms" }, indices: Array.from({ length: steps - 1 }, (_, t) => t),
    });
    net.projection(source, neurons, models.staticSynapse, {
      connect: explicit(pairs.map(([t]) => t), pairs.map(([, n]) => n)), receptor, delay: "1 ms",
      weight: dimension.every((d) => d === 0) ? input.slice(units) : { values: input.slice(units), unit: dimensionName(dimension) },
    });
    const spikes = net.spikeMonitor(neurons), trace = net.stateMonitor(neurons, ["v"], { every: "1 ms" });
    const sim = await compile(net, { dt: "1 ms", precision: "f64" });
    await sim.run(`${steps} ms`);
    const wanted = new Float64Array(steps * units);
    spikes.times.forEach((t, k) => (wanted[(Math.round(t * 1000) - 1) * units + spikes.indices[k]!] = 1));
    expect(wanted).toContain(1);
    expect([...run.spikes]).toEqual([...wanted]);
    const v = trace.get("v");
    for (let k = 0; k < wanted.length; k++) expect(Math.abs(run.membrane[k]! - v[k]!)).toBeLessThan(1e-12);
  });

  it.each(cases)("%s gives the same spikes and gradients in WebAssembly", async (_, given) => {
    const { cell, input } = made(given);
    const learn = cell.parameters.slice(0, 4).map((p) => p.name);
    const derived = derive(cell, atan(), { learn });
    const [plain, wasm] = [new CellRun(derived, { batch: 1, steps, units, precision: "f64" }),
      await WasmCellRun.create(derived, { batch: 1, steps, units, precision: "f64", checkpoint: 7 })];
    const random = randomNumbers(9), d = Float64Array.from({ length: steps * units }, () => random() - 0.4);
    const [a, b] = [new Float64Array(steps * units), new Float64Array(steps * units)];
    for (const [run, out] of [[plain, a], [wasm, b]] as const) {
      run.forward(input, false);
      run.backward(d, undefined, input, false, out);
    }
    expect([...wasm.spikes]).toEqual([...plain.spikes]);
    const largest = Math.max(...a.map(Math.abs));
    expect(Math.max(...a.map((x, k) => Math.abs(x - b[k]!))) / largest).toBeLessThan(1e-9);
    for (const [n, [g]] of plain.gradients) expect(Math.abs(g! - wasm.gradients.get(n)![0]!)).toBeLessThanOrEqual(1e-8 * Math.abs(g!));
  });

  it("spikes as the one it came from when its reset acts one step late, while input is weak", () => {
    const lif = neuron({
      name: "lif", parameters: { tau: "10 ms" }, state: { v: 0 }, receptors: { v: "v" },
      equations: "dv/dt = -v/tau : 1", threshold: "v > 1", reset: "v = 0",
    });
    const input = Float64Array.from({ length: steps * units }, (_, k) => 0.2 + 0.01 * (k % units));
    const [now, late] = (["immediate", "oneStepLate"] as const).map((reset) => reference(cellFromModel(lif, { dt: "1 ms", reset }), input));
    expect([...late!.spikes]).toEqual([...now!.spikes]);
    expect(Math.max(...late!.membrane)).toBeGreaterThan(1);
    expect(Math.max(...now!.membrane)).toBeLessThanOrEqual(1);
  });

  it("takes its distance from threshold in units of what a reset takes off", () => {
    expect(cellFromModel(models.lifDelta, { dt: "1 ms" }).threshold?.scale).toBeCloseTo(0.01, 12);
    expect(cellFromModel(models.lifDelta, { dt: "1 ms", values: { v_reset: "5 mV" } }).threshold?.scale).toBeCloseTo(0.015, 12);
  });

  it("names what it does not know", () => {
    expect(() => cellFromModel(models.lifDelta, { dt: "1 ms", values: { taum: "5 ms" } })).toThrow("Did you mean tau_m?");
    expect(() => cellFromModel(models.lifDelta, { dt: "1 ms", values: { tau_m: 5 } })).toThrow(/without a unit/);
    expect(() => cellFromModel(models.lifDelta, { dt: 0 })).toThrow("dt is 0 s");
  });
});

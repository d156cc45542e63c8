import { describe, expect, it } from "vitest";

import { leaky, lif } from "../../../src/train/cells/conventions.ts";
import { derive } from "../../../src/train/cells/derive.ts";
import { CellRun } from "../../../src/train/cells/referenceCells.ts";
import { WasmCellRun } from "../../../src/train/cells/wasmRun.ts";
import { atan, fastSigmoid } from "../../../src/train/surrogates.ts";
import { compare, hasReference, readReference } from "./referenceNetwork.ts";

const cases = [
  ["snntorch_leaky_atan2_subtract", leaky({ beta: 0.875 }), atan(2)],
  ["snntorch_leaky_fastsigmoid25_zero", leaky({ beta: 0.875, reset: "zero" }), fastSigmoid(25)],
  ["spikingjelly_lifnode_atan2_nodecayinput_hard_nodetach", lif({ tau: 8, decayInput: false }), atan(2)],
] as const;

describe.skipIf(!hasReference)("cells against snnTorch and SpikingJelly", () => {
  it.each(cases)("%s: traces, losses and gradients agree to 1e-9 in f64", (name, cell, surrogate) => {
    const reference = readReference(name);
    const derived = derive(cell, surrogate);
    const make = (units: number, batch: number, steps: number) => new CellRun(derived, { units, batch, steps, precision: "f64" });
    expect(compare(reference, reference.float64, make, (x) => x)).toBeLessThan(1e-9);
  });

  it.each(cases)("%s: the same in WebAssembly, in f64 and f32", async (name, cell, surrogate) => {
    const reference = readReference(name);
    const derived = derive(cell, surrogate);
    const { batch, T: steps, hidden, outputs } = reference.network;
    for (const precision of ["f64", "f32"] as const) {
      const runs = [await WasmCellRun.create(derived, { units: hidden, batch, steps, precision }),
        await WasmCellRun.create(derived, { units: outputs, batch, steps, precision })];
      const make = (units: number) => (units === hidden ? runs[0]! : runs[1]!);
      const [result, round] = precision === "f64" ? [reference.float64, (x: number) => x] : [reference.float32, Math.fround];
      expect(compare(reference, result, make, round)).toBeLessThan(precision === "f64" ? 1e-9 : 1e-5);
    }
  });

  it.each(cases)("%s: traces, losses and gradients agree to 1e-5 in f32", (name, cell, surrogate) => {
    const reference = readReference(name);
    const derived = derive(cell, surrogate);
    const make = (units: number, batch: number, steps: number) => new CellRun(derived, { units, batch, steps, precision: "f32" });
    expect(compare(reference, reference.float32, make, Math.fround)).toBeLessThan(1e-5);
  });
});

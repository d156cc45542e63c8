import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hold } from "../../plasticity/apparatus.ts";
import { families } from "../../plasticity/models.ts";
import { settings } from "../../plasticity/settings.ts";
import { gpuSkipped, noGpu } from "../../support/gpu.ts";

describe.skipIf(noGpu)(`random rules on the GPU${gpuSkipped}`, () => {
  for (const [family, models] of Object.entries(families)) {
    test(`${family}: whatever the spikes and delays, synapses hold the same bits as with the WebAssembly back-end`, async () => {
      let events = 0;
      const numRuns = 6;
      await fc.assert(
        fc.asyncProperty(settings(models), async (setting) => {
          const right = await hold(setting, "wasm"), got = await hold(setting, "webgpu");
          events += right.events;
          for (const [name, values] of right.values) expect([...got.values.get(name)!], name).toEqual([...values]);
          const size = Math.max(1, ...right.received.map(Math.abs));
          got.received.forEach((g, k) => expect(Math.abs(g - right.received[k]!), `received, ${k}`).toBeLessThan(1e-5 * size));
        }),
        { numRuns, seed: 20261124, endOnFailure: true },
      );
      expect(events).toBeGreaterThan(4 * numRuns);
    }, 300_000);
  }
});

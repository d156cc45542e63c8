import fc from "fast-check";
import { expect, test } from "vitest";
import { compare } from "./apparatus.ts";
import { families } from "./models.ts";
import { settings } from "./settings.ts";

const ways = [["wasm", false], ["wasm", true], ["interpreter", false]] as const;
for (const [backend, waits] of ways) {
  for (const [family, models] of Object.entries(families)) {
    const way = waits ? `${backend} back-end, where events may wait,` : `${backend} back-end`;
    test(`${family}: whatever the spikes and delays, the ${way} agrees with brute force to 1e-12`, async () => {
      const numRuns = backend === "wasm" ? 25 : 12;
      let events = 0;
      await fc.assert(
        fc.asyncProperty(settings(models), async (setting) => {
          const result = await compare(setting, backend, waits);
          events += result.events;
          for (const [name, error] of result.errors) expect(error, name).toBeLessThan(1e-12);
        }),
        { numRuns, seed: 20261124 },
      );
      expect(events).toBeGreaterThan(4 * numRuns);
    }, 120_000);
  }
}

// What `synfire bench` says of networks that learn.
import { expect, test } from "vitest";
import { synfire } from "../cli/synfire.ts";

test("bench E reports 6.4 million plastic synapses of at most 14 bytes each, and weights that have begun to move", () => {
  const { status, stdout } = synfire(["bench", "E", "--seconds", "0.05", "--json"]);
  expect(status).toBe(0);
  const measured = JSON.parse(stdout) as Record<string, number>;
  expect(Math.abs(measured["n_plastic"]! - 6_400_000)).toBeLessThan(12_000);
  expect(measured["bytes_per_plastic_syn"]).toBeGreaterThan(6);
  expect(measured["bytes_per_plastic_syn"]).toBeLessThanOrEqual(14);
  // Depression is a little stronger than potentiation, and a pair changes a weight by at most 0.0021 mV.
  expect(measured["mean_weight_mV"]).toBeLessThan(0.1);
  expect(measured["mean_weight_mV"]).toBeGreaterThan(0.099);
});

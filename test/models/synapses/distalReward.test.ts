import { expect, test } from "vitest";
import { compile } from "synfire";
import { settings, wire } from "../../../models/networks/distalReward.ts";

const small = { ...settings, neurons: 200, synapses: 20, seed: 2 };
const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

test("the synapse whose spikes lead to a reward 1 to 3 s later reaches the maximum within an hour, the others keep their mean (Fig. 2)", async () => {
  const { net, tagged, others } = wire(small);
  await using sim = await compile(net, { dt: "1 ms" });
  let reached = 0;
  for (let minute = 0; minute < 60 && reached < 3.9e-3; minute++) {
    await sim.run("60 s");
    reached = sim.get(tagged, "w")[0]!;
  }
  expect(reached).toBeGreaterThan(3.9e-3);
  expect(meanOf(sim.get(others, "w"))).toBeGreaterThan(0.5e-3);
  expect(meanOf(sim.get(others, "w"))).toBeLessThan(1.5e-3);
}, 180_000);

test("rewards at times that have nothing to do with the synapse leave it near where it began", async () => {
  const { net, tagged, others } = wire({ ...small, contingent: false });
  await using sim = await compile(net, { dt: "1 ms" });
  let sum = 0;
  for (let minute = 0; minute < 20; minute++) {
    await sim.run("60 s");
    sum += sim.get(tagged, "w")[0]! / 20;
  }
  expect(sum).toBeLessThan(1.5e-3);
  expect(meanOf(sim.get(others, "w"))).toBeLessThan(1.5e-3);
}, 180_000);

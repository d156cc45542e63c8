// Equations of synapses that are advanced in every step.
import { expect, test } from "vitest";
import { compile, Network, oneToOne, synapse } from "synfire";
import { rateNeuron } from "synfire/models";

const clocks = synapse({
  name: "clocks", parameters: { tau: "20 ms" }, state: { steps: 0, decaying: 2 }, onPre: {},
  equations: `
    dsteps/dt = 1/dt : 1 (clock-driven)
    ddecaying/dt = -decaying/tau : 1 (clock-driven)
    dw/dt = 3*Hz : 1 (clock-driven)
    drive_post = steps + 1 : 1 (summed)`,
});

for (const backend of ["wasm", "interpreter"] as const) {
  test(`${backend}: a clock-driven equation advances one step in each step, from the value it was given`, async () => {
    const net = new Network({ seed: 1 });
    const cells = net.population("cells", 5, rateNeuron);
    const projection = net.projection(cells, cells, clocks, { connect: oneToOne(), weight: 0.5 });
    await using sim = await compile(net, { dt: "1 ms", precision: "f64", backend });
    let passed = 0;
    for (const more of [1, 1, 5, 13, 180]) {
      await sim.run(`${more} ms`);
      passed += more;
      for (const value of sim.get(projection, "steps")) expect(value).toBe(passed);
      for (const value of sim.get(projection, "decaying")) expect(value / (2 * Math.exp(-passed / 20))).toBeCloseTo(1, 12);
      for (const value of sim.get(projection, "w")) expect(value).toBeCloseTo(0.5 + 0.003 * passed, 12);
    }
  });

  test(`${backend}: what is summed is there in the first step, from the values at the start`, async () => {
    const net = new Network({ seed: 1 });
    const cells = net.population("cells", 5, rateNeuron, { tau: "0.01 ms" });
    net.projection(cells, cells, clocks, { connect: oneToOne(), weight: 0 });
    await using sim = await compile(net, { dt: "1 ms", precision: "f64", backend });
    for (const expected of [1, 2, 3]) {
      await sim.run("1 ms");
      for (const r of sim.get(cells, "r")) expect(r).toBeCloseTo(expected, 12);
    }
  });
}

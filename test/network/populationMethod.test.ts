import { expect, test } from "vitest";
import { compile, Network, neuron } from "synfire";

/** dv/dt = −v/τ after one step of dt = τ/2, by method. */
const decay = neuron({ name: "decay", parameters: { tau: "10 ms" }, state: { v: "1 mV" }, equations: "dv/dt = -v/tau : volt" });

async function afterOneStep(net: Network): Promise<{ readonly v: number; readonly method: string }> {
  await using sim = await compile(net, { dt: "5 ms", precision: "f64" });
  await sim.run("5 ms");
  return { v: sim.get(net.group("n"), "v")[0]! * 1e3, method: sim.report().integrators[0]!.method };
}

test("a population is integrated by the method it asks for, and by its model's without one", async () => {
  const plain = new Network(),
    euler = new Network(),
    heun = new Network();
  plain.population("n", 3, decay);
  euler.population("n", 3, decay, {}, { method: "euler" });
  heun.population("n", 3, decay, {}, { method: "heun" });
  expect((await afterOneStep(plain)).v).toBeCloseTo(Math.exp(-0.5), 12);
  expect((await afterOneStep(euler)).v).toBeCloseTo(0.5, 12);
  expect((await afterOneStep(heun)).v).toBeCloseTo(0.625, 12);
});

test("the method of a population survives JSON", async () => {
  const net = new Network();
  net.population("n", 3, decay, {}, { method: "euler" });
  const again = await afterOneStep(Network.fromJSON(JSON.stringify(net)));
  expect(again.method).toBe("euler");
  expect(again.v).toBeCloseTo(0.5, 12);
});

test("an unknown method of a population is refused with the nearest known one", () => {
  const net = new Network();
  expect(() => net.population("n", 3, decay, {}, { method: "eulr" as "euler" })).toThrow(/integration method "eulr"[\s\S]*Did you mean "euler"/);
});

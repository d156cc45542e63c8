/** Nonlinear neurons stay finite, and the same, where a simulator could slip: single precision, strong currents, both back-ends. */
import { expect, test } from "vitest";
import { compile, Network } from "synfire";
import type { NeuronModel, Quantity } from "synfire";
import { adExConductance, adExCurrent, fitzHughNagumo, hodgkinHuxley, izhikevich, izhikevich2007, morrisLecar, traubMiles } from "synfire/models";

/** A current well above rheobase, and one that silences, for each model; and the step its equations want. */
const cases: readonly (readonly [model: NeuronModel, strong: Quantity, silencing: Quantity, dt: Quantity])[] = [
  [izhikevich, "40 mV", "-20 mV", "0.5 ms"], [izhikevich2007, "2 nA", "-1 nA", "0.1 ms"],
  [adExConductance, "5 nA", "-2 nA", "0.1 ms"], [adExCurrent, "5 nA", "-2 nA", "0.1 ms"],
  [hodgkinHuxley, "40 uA/cm^2", "-40 uA/cm^2", "0.05 ms"], [traubMiles, "3 nA", "-2 nA", "0.05 ms"],
  [morrisLecar, "120 uA/cm^2", "-50 uA/cm^2", "0.1 ms"], [fitzHughNagumo, 0.8, -1, "0.05 ms"],
];

async function spikesOf(
  model: NeuronModel, current: Quantity, dt: Quantity, precision: "f32" | "f64", backend: "wasm" | "interpreter", duration: Quantity,
): Promise<number[]> {
  const net = new Network();
  const n = net.population("n", 3, model, { i_ext: current });
  const monitor = net.spikeMonitor(n.slice(0, 1));
  await using sim = await compile(net, { dt, precision, backend });
  await sim.run(duration);
  for (const variable of model.checked.variables) expect(Number.isFinite(sim.get(n, variable.name)[0]), `${model.name}.${variable.name}`).toBe(true);
  return Array.from(monitor.times, (t) => Math.round(t * 1e6));
}

test("single and double precision fire the same number of spikes within 2 %, under a strong current; none under a silencing one", async () => {
  for (const [model, strong, silencing, dt] of cases) {
    const single = await spikesOf(model, strong, dt, "f32", "wasm", "500 ms"), double = await spikesOf(model, strong, dt, "f64", "wasm", "500 ms");
    expect(double.length, model.name).toBeGreaterThan(3);
    expect(Math.abs(single.length - double.length), model.name).toBeLessThanOrEqual(Math.max(1, 0.02 * double.length));
    for (const precision of ["f32", "f64"] as const) expect(
      (await spikesOf(model, silencing, dt, precision, "wasm", "500 ms")).length, model.name,
    ).toBe(0);
  }
});

test("the compiled kernels fire with the interpreter in double precision, each spike within one step", async () => {
  for (const [model, strong, , dt] of cases) {
    const compiled = await spikesOf(model, strong, dt, "f64", "wasm", "30 ms");
    const interpreted = await spikesOf(model, strong, dt, "f64", "interpreter", "30 ms");
    expect(compiled.length, model.name).toBe(interpreted.length);
    const step = Number(String(dt).split(" ")[0]) * 1e3;
    compiled.forEach((t, k) => expect(Math.abs(t - interpreted[k]!), model.name).toBeLessThanOrEqual(step + 1));
  }
});

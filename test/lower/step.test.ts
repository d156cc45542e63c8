/** The order of events within a step. */
import { expect, test } from "vitest";
import { name, number } from "../../src/ir/expr.ts";
import { methods } from "../../src/model/checked.ts";
import { neuron } from "../../src/model/neuron.ts";
import { lower, runner } from "./runKernel.ts";

const dt = 1e-4;
/** v climbs by 1 in each step of 0.1 ms. */
const climbing = (refractory: string | undefined, threshold = "v > 2.5") =>
  neuron({
    name: "climbing",
    state: { v: 0 },
    equations: `dv/dt = 10/ms : 1${refractory === undefined ? "" : " (unless refractory)"}`,
    threshold,
    reset: "v = 0",
    ...(refractory !== undefined && { refractory }),
  }).checked;

function trace(
  model: ReturnType<typeof climbing>,
  steps: number,
  options: Partial<Parameters<typeof runner>[1]> = {},
): { v: number[]; spikes: number[] } {
  const run = runner(model, { dt, ...options });
  const result: { v: number[]; spikes: number[] } = { v: [], spikes: [] };
  for (let k = 1; k <= steps; k++) {
    if (run.step()) result.spikes.push(k);
    result.v.push(Math.round(run.state.get("v")! * 1e6) / 1e6);
  }
  return result;
}

for (const method of methods) {
  test(`after a spike in step k, a refractory time of 2 dt freezes the steps k+1 and k+2 (${method})`, () => {
    const { v, spikes } = trace(climbing("0.2*ms"), 11, { method });
    // rkf45 resets within the step, and v is then frozen for the rest of it.
    expect(v).toEqual([1, 2, 0, 0, 0, 1, 2, 0, 0, 0, 1]);
    expect(spikes).toEqual([3, 8]);
  });

  test(`what arrives while refractory is lost for a frozen variable and kept by another (${method})`, () => {
    const model = neuron({
      name: "two",
      state: { v: 0, g: 0 },
      equations: "dv/dt = 10/ms : 1 (unless refractory); dg/dt = 0/ms : 1",
      threshold: "v > 2.5",
      reset: "v = 0",
      refractory: "0.2*ms",
    }).checked;
    const run = runner(model, { dt, method, inputs: ["in"], arrivals: { v: name("in"), g: name("in") }, input: () => ({ in: 0.25 }) });
    const v: number[] = [];
    for (let k = 0; k < 6; k++) {
      run.step();
      v.push(run.state.get("v")!);
    }
    [1.25, 2.5, 0, 0, 0, 1.25].forEach((expected, k) => expect(v[k]).toBeCloseTo(expected, 10));
    expect(run.state.get("g")).toBeCloseTo(1.5, 12);
  });
}

test("a refractory time of no step lets the next step integrate", () => {
  expect(trace(climbing("0*ms"), 7)).toEqual({ v: [1, 2, 0, 1, 2, 0, 1], spikes: [3, 6] });
});

test.each([
  ["0.149*ms", 1],
  ["0.15*ms", 2],
  ["0.25*ms", 3],
  ["0.249*ms", 2],
  ["0.35*ms", 4],
])("a refractory time of %s is %i steps of 0.1 ms: halves round up", (refractory, steps) => {
  const { spikes } = trace(climbing(refractory), 12);
  expect(spikes.slice(0, 2)).toEqual([3, 6 + steps]);
});

test("a model without refractoriness has no counter", () => {
  const { kernel, initial } = lower(climbing(undefined), { dt });
  expect(kernel.state).toEqual(["v"]);
  expect(initial).toEqual([]);
  expect(trace(climbing(undefined), 7)).toEqual({ v: [1, 2, 0, 1, 2, 0, 1], spikes: [3, 6] });
});

test("a refractory time may depend on the state after reset and on a draw", () => {
  const model = neuron({
    name: "growing",
    state: { v: 0, spikes: 0 },
    equations: "dv/dt = 10/ms : 1 (unless refractory); spikes : 1",
    threshold: "v > 2.5",
    reset: "v = 0; spikes += 1",
    refractory: "spikes*(0.05 + 0.1*rand())*ms",
  }).checked;
  // rand() = 0.5: the first spike is followed by 1 step, the second by 2, the third by 3.
  expect(trace(model, 17, { uniform: () => 0.5 }).spikes).toEqual([3, 7, 12]);
});

test("a refractory condition holds from the spike until it is false after a step, and then the threshold is tested at once", () => {
  const model = neuron({
    name: "wave",
    state: { v: 0, phase: 0 },
    equations: "v : 1; dphase/dt = 1/ms : 1",
    threshold: "phase % 1 > 0.45",
    reset: "v += 1",
    refractory: "phase % 1 > 0.15",
  }).checked;
  // Above 0.45 in the steps 5–9, 15–19, …; the condition is false from the steps 10 and 20 on.
  expect(trace(model, 26).spikes).toEqual([5, 15, 25]);
});

test("a frozen variable is a constant for the others, which integrate on exactly", () => {
  const model = neuron({
    name: "coupled",
    state: { v: 3, x: 0 },
    equations: "dv/dt = -v/ms : 1 (unless refractory); dx/dt = (v - x)/(2*ms) : 1",
    threshold: "v > 2",
    reset: "v = 2",
    refractory: "1*ms",
  }).checked;
  const run = runner(model, { dt: 0.5e-3 });
  expect(run.lowered.integrator.method).toBe("exact");
  expect(run.step()).toBe(false);
  const spike = runner(model, { dt: 0.5e-3, state: { v: 4 } });
  expect(spike.step()).toBe(true);
  const x = spike.state.get("x")!;
  spike.step();
  spike.step();
  // Two steps with v = 2, held: x relaxes to 2 over 1 ms.
  expect(spike.state.get("v")).toBe(2);
  expect(spike.state.get("x")).toBeCloseTo(2 + (x - 2) * Math.exp(-0.5), 13);
  spike.step();
  expect(spike.state.get("v")).toBeCloseTo(2 * Math.exp(-0.5), 13);
});

test("an impulse holds the sum of this step's arrivals, is seen by this step's equations, and is zero when nothing arrives", () => {
  const model = neuron({ name: "relay", state: { v: 0, p: 0 }, equations: "dv/dt = (p - v)/ms : 1; p : 1 (impulse)", threshold: "p > 0.5" }).checked;
  const run = runner(model, { dt, inputs: ["in"], arrivals: { p: name("in") }, input: (k) => ({ in: k === 1 ? 2 : 0 }) });
  expect(run.step()).toBe(false);
  expect(run.step()).toBe(true);
  expect(run.state.get("p")).toBe(2);
  // The impulse is an input that lasts for the step.
  expect(run.state.get("v")).toBeCloseTo(2 * -Math.expm1(-0.1), 14);
  expect(run.step()).toBe(false);
  expect(run.state.get("p")).toBe(0);
  expect(lower(model, { dt }).kernel.body[0]).toEqual({ kind: "assign", name: "p", value: number(0) });
});

test("other arrivals are added after the equations have advanced and before the threshold is tested", () => {
  const model = neuron({ name: "lif", state: { v: 1 }, equations: "dv/dt = -v/ms : 1", threshold: "v > 1.5", reset: "v = 0" }).checked;
  const run = runner(model, { dt, inputs: ["in"], arrivals: { v: name("in") }, input: (k) => ({ in: k === 0 ? 0.5 : 1 }) });
  expect(run.step()).toBe(false);
  expect(run.state.get("v")).toBeCloseTo(Math.exp(-0.1) + 0.5, 14);
  expect(run.step()).toBe(true);
  expect(run.state.get("v")).toBe(0);
});

test("each reset statement sees the values that the ones before it have changed", () => {
  const model = neuron({
    name: "order",
    state: { a: 1, b: 10 },
    equations: "a : 1; b : 1",
    threshold: "a > 0",
    reset: "a = b + 1; b = 2*a; a -= 1",
  }).checked;
  const run = runner(model, { dt });
  run.step();
  expect([run.state.get("a"), run.state.get("b")]).toEqual([10, 22]);
});

test("new values are made of old ones, whatever the order of the equations", () => {
  const swap = neuron({
    name: "swap",
    method: "euler",
    state: { x: 1, y: 2, z: 3 },
    equations: "dx/dt = (y - x)/dt : 1; dy/dt = (z - y)/dt : 1; dz/dt = (x - z)/dt : 1",
  }).checked;
  const run = runner(swap, { dt });
  run.step();
  ["x", "y", "z"].forEach((n, k) => expect(run.state.get(n)).toBeCloseTo([2, 3, 1][k]!, 12));
});

test("t is the start of the step in equations and its end, the time of the spike, in threshold and reset", () => {
  const model = neuron({
    name: "clock",
    state: { seen: "-1 s", last: "-1 s" },
    equations: "dseen/dt = (t - seen)/dt : second; last : second",
    threshold: "t > 0.25*ms",
    reset: "last = t",
    method: "euler",
  }).checked;
  const run = runner(model, { dt });
  expect([run.step(), run.step()]).toEqual([false, false]);
  expect(run.step()).toBe(true);
  expect(run.state.get("seen")).toBeCloseTo(0.2e-3, 12);
  expect(run.state.get("last")).toBeCloseTo(0.3e-3, 12);
});

test("one draw has one value in a step, and two draws are two names with the model's numbers", () => {
  const model = neuron({
    name: "noisy",
    method: "rk4",
    state: { x: 0 },
    equations: "a = rand() : 1; dx/dt = (a - a + randn())/ms : 1",
    threshold: "rand() < 0.5",
  }).checked;
  const { kernel } = lower(model, { dt });
  const draws = kernel.draws.map((d) => [d.draw, d.distribution]);
  expect(new Set(draws.map(([k]) => k)).size).toBe(draws.length);
  expect(draws.filter(([, distribution]) => distribution === "normal").length).toBe(1);
  let given = 0;
  const run = runner(model, { dt, uniform: () => 0.7, normal: () => (given++, 2) });
  run.step();
  expect(given).toBe(1);
  expect(run.state.get("x")).toBeCloseTo(0.2, 12);
});

test("with rkf45 a neuron that spikes early in a step integrates on from its reset value for the rest of it", () => {
  const model = neuron({
    name: "early",
    method: "rkf45",
    state: { v: 1 },
    equations: "dv/dt = exp(min(v, 5))/ms : 1",
    threshold: "v >= 5",
    reset: "v = -3",
  }).checked;
  const run = runner(model, { dt: 1e-3 });
  expect(run.step()).toBe(true);
  // exp(-v) falls by 1 a millisecond: 5 is reached after exp(-1) - exp(-5), and the rest of the step starts at -3.
  const rest = 1 - (Math.exp(-1) - Math.exp(-5));
  expect(run.state.get("v")).toBeCloseTo(-Math.log(Math.exp(3) - rest), 3);
});

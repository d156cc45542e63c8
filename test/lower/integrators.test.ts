import fc from "fast-check";
import { expect, test } from "vitest";
import { EquationError } from "../../src/errors.ts";
import { add, apply, mul, name, number } from "../../src/ir/expr.ts";
import type { Expr } from "../../src/ir/expr.ts";
import type { CheckedNeuron, Method } from "../../src/model/checked.ts";
import { neuron } from "../../src/model/neuron.ts";
import { lower, perElement, runner } from "./runKernel.ts";

/** Non-linear, yet each equation is linear in its own variable; driven by the time. */
const problem = neuron({
  name: "problem",
  state: { x: 0.3, y: 1.2 },
  equations: `
    dx/dt = (sin(2*t/ms) - x*(1 + y**2))/ms : 1
    dy/dt = (x + 1 - y*exp(-x))/ms : 1`,
}).checked;

/** The same without the time, for methods that hold it over a step. */
const autonomous = neuron({
  name: "autonomous",
  state: { x: 0.3, y: 1.2 },
  equations: `
    dx/dt = (1 - x*(1 + y**2))/ms : 1
    dy/dt = (x + 1 - y*exp(-x))/ms : 1`,
}).checked;

function endState(model: typeof problem, method: Method, steps: number, tolerance?: number): number[] {
  const run = runner(model, { dt: 2e-3 / steps, method, ...(tolerance !== undefined && { tolerance }) });
  for (let k = 0; k < steps; k++) run.step();
  return [run.state.get("x")!, run.state.get("y")!];
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((v, k) => v - b[k]!));

test.each<[Method, number, typeof problem, number]>([
  ["euler", 1, problem, 256],
  ["half-step-euler", 1, problem, 256],
  ["exponential-euler", 1, autonomous, 256],
  ["heun", 2, problem, 64],
  ["rk4", 4, problem, 32],
  ["rkf45", 5, problem, 64],
])("the error of %s falls by 2^%i when the step is halved", (method, order, model, steps) => {
  const reference = endState(model, "rk4", 4096);
  // A tolerance that every step meets leaves the step of rkf45 at dt.
  const [coarse, fine] = [steps, 2 * steps].map((n) => distance(endState(model, method, n, method === "rkf45" ? 1e12 : undefined), reference));
  const slope = Math.log2(coarse! / fine!);
  expect(Math.abs(slope - order)).toBeLessThan(0.2);
});

test("rkf45 meets its tolerance whatever dt is: one step of 2 ms is as good as a hundred", () => {
  const reference = endState(problem, "rk4", 4096);
  for (const steps of [1, 4, 100]) {
    expect(distance(endState(problem, "rkf45", steps, 1e-6), reference)).toBeLessThan(2e-5);
    expect(distance(endState(problem, "rkf45", steps, 1e-9), reference)).toBeLessThan(2e-8);
  }
});

test("rkf45 carries its step from one dt to the next", () => {
  const run = runner(problem, { dt: 1e-3, method: "rkf45" });
  run.step();
  expect(run.state.get("integration_step")).toBeLessThan(1e-3);
  expect(run.state.get("integration_step")).toBeGreaterThan(1e-6);
});

test("rkf45 turns a state that blows up within a step into NaN instead of inventing a value", () => {
  const explosion = neuron({ name: "explosion", state: { x: 1 }, equations: "dx/dt = x**2/ms : 1" }).checked;
  const run = runner(explosion, { dt: 2e-3, method: "rkf45" });
  run.step();
  expect(run.state.get("x")).toBeNaN();
  const early = runner(explosion, { dt: 0.5e-3, method: "rkf45" });
  early.step();
  expect(early.state.get("x")).toBeCloseTo(2, 5);
});

const membrane = (tauM: string, tauS: string) =>
  neuron({
    name: "membrane",
    parameters: { tau_m: tauM as "1 ms", tau_s: tauS as "1 ms", C: "250 pF", E: "-70 mV" },
    state: { v: "-70 mV", i_s: "500 pA" },
    equations: "dv/dt = (E - v)/tau_m + i_s/C : volt; di_s/dt = -i_s/tau_s : amp",
  }).checked;

test.each([
  ["10 ms", "2 ms"],
  ["2 ms", "2 ms"],
  ["2 ms", "2.000000001 ms"],
])("exact follows the post-synaptic potential of tau_m = %s, tau_s = %s at any dt", (tauM, tauS) => {
  const [m, s] = [parseFloat(tauM) * 1e-3, parseFloat(tauS) * 1e-3];
  for (const dt of [1e-4, 1e-3, 5e-3]) {
    for (const options of [{}, perElement(membrane(tauM, tauS))]) {
      const run = runner(membrane(tauM, tauS), { dt, ...options });
      expect(run.lowered.integrator.method).toBe("exact");
      const steps = Math.round(20e-3 / dt);
      for (let k = 0; k < steps; k++) run.step();
      const t = steps * dt;
      const rate = 1 / m - 1 / s;
      const psp = (500e-12 / 250e-12) * Math.exp(-t / m) * t * (Math.abs(rate * t) < 1e-12 ? 1 : Math.expm1(rate * t) / (rate * t));
      expect(Math.abs((run.state.get("v")! + 70e-3) / psp - 1)).toBeLessThan(1e-10);
      expect(Math.abs(run.state.get("i_s")! / (500e-12 * Math.exp(-t / s)) - 1)).toBeLessThan(1e-12);
    }
  }
});

test("exact integrates a coupled oscillator over many periods without loss", () => {
  const oscillator = neuron({ name: "oscillator", state: { x: 1, y: 0 }, equations: "dx/dt = y/ms : 1; dy/dt = -x/ms : 1" }).checked;
  const run = runner(oscillator, { dt: 0.7e-3 });
  for (let k = 0; k < 1000; k++) run.step();
  expect(run.state.get("x")).toBeCloseTo(Math.cos(700), 10);
  expect(run.state.get("y")).toBeCloseTo(-Math.sin(700), 10);
});

test("an input that is constant over the step enters an exact step exactly", () => {
  const driven = neuron({
    name: "driven",
    parameters: { tau: "10 ms", i_ext: 0 },
    state: { x: 0 },
    equations: "dx/dt = (i_ext - x)/tau : 1",
  }).checked;
  const run = runner(driven, {
    dt: 1e-3,
    parameters: { i_ext: add(name("i_ext"), name("stimulus")) },
    constants: ["i_ext"],
    constantValues: { i_ext: 2 },
    inputs: ["stimulus"],
    input: (k) => ({ stimulus: k < 5 ? 3 : 0 }),
  });
  for (let k = 0; k < 10; k++) run.step();
  const afterFive = 5 * -Math.expm1(-0.5);
  expect(run.state.get("x")).toBeCloseTo(2 + (afterFive - 2) * Math.exp(-0.5), 13);
});

const systems = fc.integer({ min: 1, max: 4 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    rates: fc.array(fc.oneof(fc.constant(0), fc.double({ min: -3, max: 1, noNaN: true })), { minLength: n * n, maxLength: n * n }),
    inputs: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
    initial: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n }),
    frozen: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
  }),
);

test("exact gives what rkf45 gives at a tolerance of 1e-10, for any linear system, also while some of its variables are frozen", () => {
  fc.assert(
    fc.property(systems, fc.boolean(), ({ n, rates, inputs, initial, frozen }, refractory) => {
      const one = [0, 0, 0, 0, 0, 0, 0] as const;
      const model: CheckedNeuron = {
        name: "linear",
        parameters: [],
        subexpressions: [],
        receptors: {},
        draws: 0,
        reset: [],
        threshold: apply("gt", name("x0"), number(1e9)),
        refractory: { kind: "time", value: number(1) },
        variables: initial.map((value, k) => ({
          name: `x${k}`,
          dimension: one,
          initial: value,
          impulse: false,
          unlessRefractory: frozen[k]!,
          derivative: initial
            .map((_, j) => mul(number(1000 * rates[k * n + j]!), name(`x${j}`)))
            .reduce(add, mul(number(1000), number(inputs[k]!)) as Expr),
        })),
      };
      const [exact, fine] = (["exact", "rkf45"] as const).map((method) => {
        const run = runner(model, { dt: 1e-3, method, tolerance: 1e-10 });
        if (refractory) run.state.set("refractory_steps", 10);
        for (let k = 0; k < 3; k++) run.step();
        return run.state;
      }) as [Map<string, number>, Map<string, number>];
      for (let k = 0; k < n; k++) {
        expect(Math.abs(exact.get(`x${k}`)! - fine.get(`x${k}`)!)).toBeLessThan(1e-6);
        if (refractory && frozen[k]) expect(exact.get(`x${k}`)).toBe(initial[k]);
      }
    }),
    { numRuns: 60 },
  );
});

test("a coefficient that a stimulus changes from step to step rules out exact integration, and exponential Euler takes its place", () => {
  const model = neuron({ name: "gated", parameters: { gate: 1 }, state: { x: 1 }, equations: "dx/dt = -gate*x/ms : 1" }).checked;
  const options = { dt: 1e-4, parameters: { gate: name("stimulus") }, scalars: [{ name: "stimulus", value: name("t") }] };
  expect(lower(model, options).integrator.method).toBe("exponential-euler");
  expect(() => lower(model, { ...options, method: "exact" })).toThrow(/dx\/dt has a coefficient that changes from step to step/);
});

test("exponential Euler advances decaying conductances exactly and the membrane by its own rate", () => {
  const conductance = neuron({
    name: "conductance",
    parameters: { tau_s: "5 ms", E_e: "0 mV", C: "200 pF", g_L: "10 nS", E_L: "-60 mV" },
    state: { v: "-60 mV", g: "6 nS" },
    equations: "dv/dt = (g_L*(E_L - v) + g*(E_e - v))/C : volt; dg/dt = -g/tau_s : siemens",
  }).checked;
  const run = runner(conductance, { dt: 1e-4 });
  expect(run.lowered.integrator.method).toBe("exponential-euler");
  expect(run.lowered.integrator.perVariable).toEqual({ v: "exponential-euler", g: "exact" });
  run.step();
  const total = 16e-9;
  const target = (10e-9 * -60e-3) / total;
  expect(run.state.get("v")).toBeCloseTo(target + (-60e-3 - target) * Math.exp((-total / 200e-12) * 1e-4), 15);
  expect(run.state.get("g")! / (6e-9 * Math.exp(-1 / 50))).toBeCloseTo(1, 14);
});

test("half-step Euler is the scheme of Izhikevich (2003): v in two half steps, then u from the new v", () => {
  const model = neuron({
    name: "izhikevich",
    method: "half-step-euler",
    state: { v: -60, u: -12 },
    equations: "dv/dt = (0.04*v**2 + 5*v + 140 - u)/ms : 1; du/dt = 0.02*(0.2*v - u)/ms : 1",
  }).checked;
  const run = runner(model, { dt: 1e-3 });
  run.step();
  let [v, u] = [-60, -12];
  v += 0.5 * (0.04 * v * v + 5 * v + 140 - u);
  v += 0.5 * (0.04 * v * v + 5 * v + 140 - u);
  u += 0.02 * (0.2 * v - u);
  expect(run.state.get("v")).toBeCloseTo(v, 10);
  expect(run.state.get("u")).toBeCloseTo(u, 10);
});

test.each<[string, string, Method, RegExp]>([
  ["linear equations", "dx/dt = (1 - x + y)/ms : 1; dy/dt = -y/ms : 1", "exact", /linear with constant coefficients/],
  [
    "equations linear in their own variable",
    "dx/dt = (1 - x*y)/ms : 1; dy/dt = -y/ms : 1",
    "exponential-euler",
    /dx\/dt is not linear in the state variables: x\s?\*\s?y, but each equation is linear in its own variable/,
  ],
  ["a square", "dx/dt = (1 - x**2)/ms : 1; dy/dt = -y/ms : 1", "rk4", /dx\/dt is not linear in x itself: x\^2/],
  ["linear equations with noise", "dx/dt = -x/ms + xi/ms**0.5 : 1; dy/dt = -y/ms : 1", "exact", /mean and variance are exact/],
  ["noise that grows with the state", "dx/dt = -x/ms + x*xi/ms**0.5 : 1; dy/dt = -y/ms : 1", "euler", /white noise/],
])("without a method, %s are integrated by the method that fits, and the reason says so", (_, equations, method, reason) => {
  const { integrator } = lower(neuron({ name: "m", state: { x: 0, y: 0 }, equations }).checked, { dt: 1e-4 });
  expect(integrator.method).toBe(method);
  expect(integrator.reason).toMatch(reason);
});

test.each<[Method, string, RegExp]>([
  ["exact", "dx/dt = (1 - x**2)/ms : 1", /neuron "m": method "exact" cannot be used, because dx\/dt is not linear in the state variables: x\^2\n/],
  ["exponential-euler", "dx/dt = exp(-x)/ms : 1", /method "exponential-euler" cannot be used, because dx\/dt is not linear in x itself: exp\(-x\)\n/],
  [
    "heun",
    "dx/dt = -x/ms + x*xi/ms**0.5 : 1",
    /method "heun" cannot be used, because dx\/dt has noise whose amplitude depends on the state: .*x.*\n.*Itô/,
  ],
  ["rk4", "dx/dt = -x/ms + xi/ms**0.5 : 1", /method "rk4" cannot be used, because dx\/dt holds white noise/],
])("%s refuses %s and names variable and term", (method, equations, message) => {
  const model = neuron({ name: "m", state: { x: 0 }, equations }).checked;
  expect(() => lower(model, { dt: 1e-4, method })).toThrow(EquationError);
  expect(() => lower(model, { dt: 1e-4, method })).toThrow(message);
});

/** What the kernel computes itself, and what it gets ready-made. */
import { expect, test } from "vitest";
import { add, isCondition, name, visitExpr } from "../../src/ir/expr.ts";
import type { Expr } from "../../src/ir/expr.ts";
import type { Statement } from "../../src/ir/kernel.ts";
import { printExpr } from "../../src/ir/print.ts";
import { methods } from "../../src/model/checked.ts";
import type { Method } from "../../src/model/checked.ts";
import { neuron } from "../../src/model/neuron.ts";
import { lower, perElement, runner } from "./runKernel.ts";
import type { RunOptions } from "./runKernel.ts";

const lif = neuron({
  name: "lif",
  parameters: { tau_m: "20 ms", tau_s: "5 ms", R: "100 Mohm", E: "-65 mV", i_ext: "0 pA", v_th: "-50 mV", v_reset: "-65 mV", t_ref: "2 ms" },
  state: { v: "-65 mV", i_s: "0 pA" },
  equations: "i_tot = i_s + i_ext : amp; dv/dt = (E - v + R*i_tot)/tau_m : volt (unless refractory); di_s/dt = -i_s/tau_s : amp",
  threshold: "v > v_th",
  reset: "v = v_reset",
  refractory: "t_ref",
}).checked;

const text = (body: readonly Statement[]): string[] =>
  body.flatMap((s) => (s.kind === "while" ? [`while ${printExpr(s.condition)}`, ...text(s.body)] : [`${s.kind} ${s.name} = ${printExpr(s.value)}`]));
const rounded = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/\d+\.\d{6,}/g, (x) => Number(x).toPrecision(6)));

test("a leaky integrate-and-fire neuron with exponential currents becomes these three lines", () => {
  const { kernel, derived } = lower(lif, { dt: 1e-4, inputs: ["in_exc"], arrivals: { i_s: name("in_exc") } });
  expect(rounded(text(kernel.body))).toMatchInlineSnapshot(`
    [
      "assign refractory_steps = refractory_steps - 1",
      "assign v = select(refractory_steps > 0, v, 0.995012 * v + 493794 * i_s + (-0.000324189))",
      "assign i_s = 0.980199 * i_s + in_exc",
    ]
  `);
  expect(text(kernel.spike!.reset)).toEqual(["assign v = -0.065", "assign refractory_steps = 21"]);
  expect(printExpr(kernel.spike!.condition)).toBe("not (refractory_steps > 0) and v > (-0.05)");
  expect(derived).toEqual([]);
  expect({ ...kernel, body: 0, spike: 0 }).toEqual({
    name: "update_test",
    state: ["v", "i_s", "refractory_steps"],
    constants: [],
    scalars: [],
    inputs: ["in_exc"],
    draws: [],
    body: 0,
    spike: 0,
    finite: ["v", "i_s"],
    flush: ["i_s"],
  });
});

test("with a parameter per neuron, only what depends on it becomes an array", () => {
  const { kernel, derived } = lower(lif, { dt: 1e-4, parameters: { tau_s: name("tau_s"), v_th: name("v_th") }, constants: ["tau_s", "v_th"] });
  expect(kernel.constants).toEqual(["v_th", "P_v_i_s", "P_i_s_i_s"]);
  expect(derived.map((d) => d.inputs)).toEqual([["tau_s"], ["tau_s"]]);
});

/** A model with one of everything, whose equations any method takes. */
const everything = neuron({
  name: "everything",
  parameters: { tau: "10 ms", g: 0.5, k: 2, rate: "30 Hz", c: 1.5 },
  state: { x: 0.2, y: 0.1, p: 0 },
  equations: `
    drive = c*sin(2*3.14159*rate*t) + exp(-k) : 1
    dx/dt = (drive - x*(1 + g*y**2/k) + p)/tau : 1 (unless refractory)
    dy/dt = (tanh(g/k)*x - y*exp(-x))/tau : 1
    p : 1 (impulse)`,
  threshold: "x > 0.25*c/1.5 and t > 1*ms*k",
  reset: "x = x/(k + g); y += log(k)",
  refractory: "tau/(5*k)",
}).checked;

const run = (method: Method, options: Partial<RunOptions>): { states: number[][]; spikes: number } => {
  const r = runner(everything, {
    dt: 5e-4,
    method,
    inputs: ["in"],
    arrivals: { p: name("in") },
    input: (k) => ({ in: k % 7 === 0 ? 0.8 : 0 }),
    ...options,
  });
  const states: number[][] = [];
  let spikes = 0;
  for (let k = 0; k < 60; k++) {
    if (r.step()) spikes++;
    states.push([r.state.get("x")!, r.state.get("y")!]);
  }
  return { states, spikes };
};

test.each(methods.filter((m) => m !== "exact"))("parameters per neuron give what the same numbers give, to rounding (%s)", (method) => {
  const [numbers, arrays] = [run(method, {}), run(method, perElement(everything))];
  expect(arrays.spikes).toBe(numbers.spikes);
  expect(numbers.spikes).toBeGreaterThan(1);
  arrays.states.forEach((state, k) => state.forEach((value, j) => expect(Math.abs(value - numbers.states[k]![j]!)).toBeLessThan(1e-11)));
});

function everyExpr(body: readonly Statement[]): Expr[] {
  return body.flatMap((s) => (s.kind === "while" ? [s.condition, ...everyExpr(s.body)] : [s.value]));
}

test.each(methods.filter((m) => m !== "exact"))("no division by, and no function of, constants is left in the kernel (%s)", (method) => {
  const { kernel } = lower(everything, { dt: 5e-4, method, ...perElement(everything) });
  const constants = new Set(kernel.constants);
  for (const e of [...everyExpr(kernel.body), kernel.spike!.condition, ...everyExpr(kernel.spike!.reset)]) {
    visitExpr(e, (part) => {
      if (part.kind !== "apply" || !["div", "exp", "log", "tanh", "sin", "exprel", "pow", "sqrt"].includes(part.op)) return;
      let varies = false;
      visitExpr(part, (leaf) => leaf.kind === "name" && !constants.has(leaf.name) && (varies = true));
      // 0/0 is how rkf45 writes NaN.
      if (!varies) expect(printExpr(part)).toBe("0/0".replace("/", printExpr(part).includes(" ") ? " / " : "/"));
    });
  }
});

test("what depends on the time alone is computed once a step for all neurons, in one piece", () => {
  const model = neuron({ name: "sine", state: { x: 0 }, equations: "dx/dt = 3*sin(2*t/ms)**2/ms - x*x/ms : 1", method: "euler" }).checked;
  const { kernel } = lower(model, { dt: 1e-4 });
  expect(kernel.scalars.length).toBe(1);
  for (const e of everyExpr(kernel.body)) visitExpr(e, (part) => expect(part.kind === "apply" && part.op === "sin").toBe(false));
});

test("a condition on the time alone comes as a number", () => {
  const model = neuron({
    name: "late",
    state: { x: 0 },
    equations: "dx/dt = int(t > 1*ms)*x*x/ms : 1",
    threshold: "x > 1 and t > 2*ms",
    reset: "x = 0",
    method: "euler",
  }).checked;
  for (const s of lower(model, { dt: 1e-4 }).kernel.scalars) expect(isCondition(s.value)).toBe(false);
});

test("a given scalar that meets the time is put in, so that the host computes both", () => {
  const model = neuron({ name: "driven", parameters: { i_ext: 0 }, state: { x: 0 }, equations: "dx/dt = (exp(i_ext) - x)/ms : 1" }).checked;
  const { kernel } = lower(model, {
    dt: 1e-4,
    parameters: { i_ext: add(name("stimulus"), name("t")) },
    scalars: [{ name: "stimulus", value: name("t") }],
  });
  expect(kernel.scalars.map((s) => printExpr(s.value))).toEqual([expect.stringMatching(/exp\(t \+ t\)/)]);
});

test("only the constants, scalars, inputs and draws that are used are handed to the kernel, with what draws need", () => {
  const { kernel } = lower(lif, {
    dt: 1e-4,
    constants: ["unused", "rate_array"],
    scalars: [
      { name: "unused_scalar", value: name("t") },
      { name: "rate_scalar", value: name("t") },
    ],
    inputs: ["unused_input"],
    draws: [
      { name: "events", draw: 0, distribution: "poisson", meanArray: "rate_array", meanScalar: "rate_scalar" },
      { name: "unused_draw", draw: 1, distribution: "normal" },
    ],
    arrivals: { i_s: name("events") },
  });
  expect([kernel.constants, kernel.scalars.map((s) => s.name), kernel.inputs, kernel.draws.map((d) => d.name)]).toEqual([
    ["rate_array"],
    ["rate_scalar"],
    [],
    ["events"],
  ]);
});

test("a computation that an equation holds twice is done once", () => {
  const model = neuron({
    name: "twice",
    method: "euler",
    state: { x: 1, y: 1 },
    equations: "a = exp(-x*y) : 1; dx/dt = (a - x*a*a)/ms : 1; dy/dt = a/ms : 1",
  }).checked;
  let exponentials = 0;
  for (const e of everyExpr(lower(model, { dt: 1e-4 }).kernel.body))
    visitExpr(e, (part) => part.kind === "apply" && part.op === "exp" && exponentials++);
  expect(exponentials).toBe(1);
});

test("subexpressions that double at each line are refused, not expanded", () => {
  const lines = Array.from({ length: 40 }, (_, k) => `s${k + 1} = s${k}*s${k} + 1 : 1`);
  const model = neuron({ name: "doubling", state: { x: 0 }, equations: ["s0 = x : 1", ...lines, "dx/dt = s40/ms : 1"].join("\n") }).checked;
  expect(() => lower(model, { dt: 1e-4 })).toThrow(/neuron "doubling": an equation has \d+ terms once its subexpressions are put in/);
});

test.each<[string, string[]]>([
  ["di/dt = -i/ms : 1", ["i"]],
  ["di/dt = (j - i)/ms : 1; dj/dt = -j/ms : 1", ["i", "j"]],
  ["di/dt = (1 - i)/ms : 1; dj/dt = -j/ms : 1", ["j"]],
  ["di/dt = (1 - i)/ms : 1; dj/dt = (i - j)/ms : 1", []],
  ["di/dt = -i/ms + xi/ms**0.5 : 1", []],
])("of %s, the variables that decay to zero by themselves are %j", (equations, expected) => {
  const state = Object.fromEntries([...equations.matchAll(/d(\w)\/dt/g)].map((m) => [m[1]!.replace("i", "a").replace("j", "b"), 0]));
  const renamed = equations.replaceAll(/\bi\b/g, "a").replaceAll(/\bj\b/g, "b").replaceAll("di/dt", "da/dt").replaceAll("dj/dt", "db/dt");
  const { kernel } = lower(neuron({ name: "decay", state, equations: renamed }).checked, { dt: 1e-4 });
  expect(kernel.flush).toEqual(expected.map((n) => (n === "i" ? "a" : "b")));
});

/** White noise: the variance of what one step adds, without any statistics, because the draws are ours to choose. */
import { expect, test } from "vitest";
import { neuron } from "../../src/model/neuron.ts";
import type { Method } from "../../src/model/checked.ts";
import { lower, perElement, runner } from "./runKernel.ts";
import type { RunOptions } from "./runKernel.ts";

const process = neuron({
  name: "ou",
  parameters: { tau: "10 ms", sigma: 2 },
  state: { x: 0 },
  equations: "dx/dt = -x/tau + sigma*sqrt(2/tau)*xi : 1",
}).checked;

/** State after one step from a given state and given normal numbers, in the order of the kernel's draws. */
function oneStep(model: typeof process, options: RunOptions, normals: readonly number[]): Map<string, number> {
  let k = 0;
  const run = runner(model, { ...options, normal: () => normals[k++] ?? 0 });
  run.step();
  return run.state;
}

test.each([1e-4, 1e-3, 1e-2, 1])(
  "exact noise has the variance σ²·(1 − exp(−2dt/τ)) at dt = %f s, for numbers and for parameters per neuron",
  (dt) => {
    for (const options of [{}, perElement(process)]) {
      const x = oneStep(process, { dt, ...options }, [1]).get("x")!;
      expect(x * x).toBeCloseTo(4 * -Math.expm1((-2 * dt) / 10e-3), 12);
    }
  },
);

test("exact noise that reaches a second variable keeps variance and covariance at their stationary values, at any dt", () => {
  const model = neuron({
    name: "filtered",
    state: { x: 0, y: 0 },
    equations: "dx/dt = -x/(8*ms) + y/ms : 1; dy/dt = -y/(3*ms) + xi/ms**0.5 : 1",
  }).checked;
  const [a, b] = [1 / 8, 1 / 3];
  const yy = 1 / (2 * b);
  const xy = yy / (a + b);
  const xx = xy / a;
  for (const dt of [1e-4, 3e-3, 50e-3]) {
    expect(lower(model, { dt }).integrator.method).toBe("exact");
    const column = (state: Record<string, number>, normals: number[]): [number, number] => {
      const after = oneStep(model, { dt, state }, normals);
      return [after.get("x")!, after.get("y")!];
    };
    const columns = [column({}, [1, 0]), column({}, [0, 1])];
    const [fromX, fromY] = [column({ x: 1 }, []), column({ y: 1 }, [])];
    const covariance = (i: 0 | 1, j: 0 | 1): number =>
      columns.reduce((sum, c) => sum + c[i] * c[j], 0) +
      fromX[i] * fromX[j] * xx +
      fromY[i] * fromY[j] * yy +
      (fromX[i] * fromY[j] + fromY[i] * fromX[j]) * xy;
    expect(covariance(0, 0)).toBeCloseTo(xx, 9);
    expect(covariance(0, 1)).toBeCloseTo(xy, 10);
    expect(covariance(1, 1)).toBeCloseTo(yy, 10);
  }
});

test.each<[Method, number]>([
  ["euler", 2 * Math.sqrt(2 / 10e-3) * Math.sqrt(1e-3)],
  // The predictor sees the noise too: increment·(1 − dt/2τ).
  ["heun", 2 * Math.sqrt(2 / 10e-3) * Math.sqrt(1e-3) * (1 - 1e-3 / 20e-3)],
  ["exponential-euler", 2 * Math.sqrt(-Math.expm1(-2e-3 / 10e-3))],
])("%s adds amplitude·√dt of a standard normal number, filtered as the method does", (method, expected) => {
  expect(oneStep(process, { dt: 1e-3, method }, [1]).get("x")).toBeCloseTo(expected, 12);
});

test("Euler–Maruyama takes a state-dependent amplitude at the old state (Itô)", () => {
  const model = neuron({ name: "geometric", method: "euler", state: { x: 3 }, equations: "dx/dt = x*xi/second**0.5 : 1" }).checked;
  expect(oneStep(model, { dt: 1e-2 }, [2]).get("x")).toBeCloseTo(3 + 3 * 0.1 * 2, 12);
});

test("one xi in two equations is one draw, xi_1 and xi_2 are two", () => {
  const shared = neuron({
    name: "shared",
    method: "euler",
    state: { x: 0, y: 0 },
    equations: "dx/dt = xi/second**0.5 : 1; dy/dt = 2*xi/second**0.5 : 1",
  }).checked;
  const apart = neuron({
    name: "apart",
    method: "euler",
    state: { x: 0, y: 0 },
    equations: "dx/dt = xi_1/second**0.5 : 1; dy/dt = xi_2/second**0.5 : 1",
  }).checked;
  expect(lower(shared, { dt: 1e-4 }).kernel.draws.length).toBe(1);
  expect(new Set(lower(apart, { dt: 1e-4 }).kernel.draws.map((d) => d.draw)).size).toBe(2);
});

test("noise does not move a variable that is frozen, and its covariance is that of the others alone", () => {
  const model = neuron({
    name: "frozen",
    state: { v: 1, w: 0 },
    equations: "dv/dt = -v/ms + xi/ms**0.5 : 1 (unless refractory); dw/dt = (v - w)/ms : 1",
    threshold: "v > 0.5",
    reset: "v = 5",
    refractory: "1*ms",
  }).checked;
  let noise = 0;
  const run = runner(model, { dt: 1e-4, normal: () => noise });
  expect(run.step()).toBe(true);
  const w = run.state.get("w")!;
  noise = 3;
  run.step();
  expect(run.state.get("v")).toBe(5);
  expect(run.state.get("w")).toBeCloseTo(5 + (w - 5) * Math.exp(-0.1), 12);
});

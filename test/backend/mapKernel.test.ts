import { expect, test } from "vitest";
import { interpretMapKernel } from "../../src/backend/interpreter/mapKernel.ts";
import { add, apply, div, mul, name, number, select, sub } from "../../src/ir/expr.ts";
import type { MapKernel } from "../../src/ir/kernel.ts";
import { compiled, padded } from "./harness.ts";
import { lif } from "./lif.ts";

/** Runs the kernel on both back-ends from the same start for some steps and returns their spikes and final state. */
function both(
  kernel: MapKernel, size: number, precision: "f32" | "f64", steps: number,
  start: (name: string, e: number) => number, arrivals: (e: number, step: number) => number, unroll?: number,
) {
  const wasm = compiled(kernel, size, precision, unroll ? { unroll } : {});
  const tables = new Map<string, Float64Array>();
  for (const array of [...kernel.state, ...kernel.constants, ...kernel.inputs, ...kernel.draws.map((d) => d.name)]) {
    const given = !kernel.inputs.includes(array);
    const values = Float64Array.from({ length: padded(size) }, (_, e) => (e < size && given ? Math.fround(start(array, e)) : 0));
    tables.set(array, values);
    wasm.view(array).set(values);
  }
  const result = { wasm: [] as number[][], oracle: [] as number[][] };
  for (let step = 0; step < steps; step++) {
    for (const input of kernel.inputs) for (let e = 0; e < size; e++) wasm.view(input)[e] = tables.get(input)![e] = Math.fround(arrivals(e, step));
    const { spikes } = wasm.step();
    const list: number[] = [];
    const table = (array: string) => tables.get(array)!;
    interpretMapKernel(kernel, { size, array: table, input: table, draw: table, scalars: [...wasm.scalars], list }, 0, padded(size));
    result.wasm.push(spikes);
    result.oracle.push(list);
  }
  return {
    ...result,
    wasmState: (array: string) => [...wasm.view(array)].slice(0, size),
    oracleState: (array: string) => [...tables.get(array)!].slice(0, size),
  };
}

const startOfLif = (array: string, e: number): number => ({ v: (e * 7.3) % 20, I: (e % 5) * 0.3, left: 0, v_th: 19 + (e % 3) * 0.25 })[array] ?? 0;
const drive = (e: number, step: number): number => (((e * 131 + step * 17) % 23) === 0 ? 3.7 : 0.21);

for (const precision of ["f32", "f64"] as const) {
  for (const unroll of [1, 2, 4]) {
    test(`a leaky integrate-and-fire kernel in ${precision} with ${unroll} vectors a turn spikes as the interpreter does`, () => {
      const run = both(lif, 1003, precision, 300, startOfLif, drive, unroll);
      const count = run.oracle.flat().length;
      expect(count).toBeGreaterThan(1000);
      if (precision === "f64") expect(run.wasm).toEqual(run.oracle);
      else expect(Math.abs(run.wasm.flat().length - count)).toBeLessThan(0.01 * count);
      const tolerance = precision === "f64" ? 1e-12 : 2e-4;
      run.wasmState("I").forEach((x, e) => expect(x).toBeCloseTo(run.oracleState("I")[e]!, precision === "f64" ? 11 : 3));
      const close = run.wasmState("v").filter((x, e) => Math.abs(x - run.oracleState("v")[e]!) <= tolerance * 20).length;
      expect(close).toBeGreaterThan(precision === "f64" ? 1002 : 950);
    });
  }
}

test("inputs are cleared once read, for every element of the tile and no other", () => {
  const k = compiled(lif, 64, "f32");
  k.view("exc").fill(2);
  k.view("v_th").fill(1e9);
  k.step(16, 48);
  expect([...k.view("exc")]).toEqual(Array.from({ length: 64 }, (_, e) => (e >= 16 && e < 48 ? 0 : 2)));
  expect([...k.view("I")]).toEqual(Array.from({ length: 64 }, (_, e) => (e >= 16 && e < 48 ? 2 : 0)));
});

test("padding never spikes and never stops a run, whatever it holds", () => {
  for (const size of [1, 3, 15, 17, 33]) {
    const k = compiled(lif, size, "f32");
    k.view("v_th").fill(-1);
    k.view("v").fill(NaN, size);
    expect(k.step()).toEqual({ result: size, spikes: Array.from({ length: size }, (_, e) => e) });
  }
});

for (const precision of ["f32", "f64"] as const) {
  test(`a value that is not finite names the first such element and leaves its memory alone (${precision})`, () => {
    const k = compiled(lif, 100, precision);
    k.view("v_th").fill(1e9);
    k.view("v").fill(1);
    k.view("exc").set([Infinity], 70);
    k.view("exc").set([NaN], 83);
    expect(k.step().result).toBe(-1 - 70);
    expect(k.view("I")[70]).toBe(0);
    expect(k.view("v")[70]).toBe(1);
    expect(k.view("v")[0]).not.toBe(1);
  });
}

test("a sum that overflows although every value is finite is a false alarm", () => {
  const k = compiled(lif, 32, "f32");
  k.view("v_th").fill(3.4e38);
  k.view("v").fill(3e38);
  expect(k.step().result).toBe(0);
  expect(k.view("v")[31]).toBeGreaterThan(2.9e38);
});

test("a spike whose reset makes a value finite again does not stop the run", () => {
  const k = compiled(lif, 32, "f32");
  k.view("v_th").fill(10);
  k.view("I").fill(0);
  k.view("v").fill(3.4e38);
  k.view("v").set([Infinity], 5);
  expect(k.step().result).toBe(32);
  expect(k.view("v")[5]).toBe(0);
});

test("a value that only a reset changes is checked where it was reset", () => {
  const reset = [
    { kind: "assign", name: "w", value: div(number(1), name("v")) }, { kind: "assign", name: "v", value: number(-1) },
  ] as const;
  const jump: MapKernel = {
    name: "jump", state: ["v", "w"], constants: [], scalars: [], inputs: [], draws: [], finite: ["v", "w"],
    body: [{ kind: "assign", name: "v", value: add(name("v"), number(1)) }],
    spike: { condition: apply("ge", name("v"), number(0)), reset },
  };
  const k = compiled(jump, 40, "f32");
  k.view("v").fill(1);
  expect(k.step().result).toBe(40);
  k.view("v").fill(-5).set([-1], 37);
  expect(k.step().result).toBe(-1 - 37);
  expect(k.view("w")[37]).toBe(0.5);
  expect(k.view("v")[37]).toBe(-1);
});

const counter: MapKernel = {
  name: "halve", state: ["x", "turns"], constants: ["stop"], scalars: [], inputs: [], draws: [],
  body: [
    { kind: "let", name: "h", value: mul(name("stop"), number(2)) },
    { kind: "assign", name: "turns", value: number(0) },
    {
      kind: "while", condition: apply("gt", name("x"), name("h")), limit: 12,
      body: [
        { kind: "let", name: "half", value: div(name("x"), number(2)) },
        { kind: "assign", name: "x", value: name("half") },
        { kind: "assign", name: "turns", value: add(name("turns"), number(1)) },
      ],
    },
    { kind: "assign", name: "x", value: add(name("x"), name("h")) },
  ],
  finite: ["x"],
};

for (const precision of ["f32", "f64"] as const) {
  test(`a while loop runs per element until its own condition fails or the limit is reached (${precision})`, () => {
    const run = both(counter, 45, precision, 1, (array, e) => (array === "x" ? 2 ** (e % 21) : array === "stop" ? 1 + (e % 2) : 0), () => 0);
    expect(run.wasmState("x")).toEqual(run.oracleState("x"));
    expect(run.wasmState("turns")).toEqual(run.oracleState("turns"));
    expect(new Set(run.wasmState("turns")).size).toBeGreaterThan(1);
  });
}

const nested: MapKernel = {
  name: "nested", state: ["x", "sum"], constants: [], scalars: [], inputs: [], draws: [],
  body: [{
    kind: "while", condition: apply("gt", name("x"), number(0)), limit: 50,
    body: [
      { kind: "let", name: "y", value: name("x") },
      { kind: "while", condition: apply("gt", name("y"), number(0)), limit: 50, body: [
        { kind: "assign", name: "sum", value: add(name("sum"), name("y")) },
        { kind: "assign", name: "y", value: sub(name("y"), number(1)) },
      ] },
      { kind: "assign", name: "x", value: sub(name("x"), number(2)) },
    ],
  }],
  finite: [],
};

test("a loop inside a loop leaves the lanes alone whose outer condition is false", () => {
  const run = both(nested, 16, "f64", 1, (array, e) => (array === "x" ? e : 0), () => 0);
  expect(run.wasmState("sum")).toEqual(run.oracleState("sum"));
  expect(run.wasmState("x")).toEqual(run.oracleState("x"));
});

const adaptive: MapKernel = {
  name: "adaptive", state: ["v", "last", "w"], constants: [], scalars: [{ name: "t", value: number(0) }], inputs: [],
  draws: [{ name: "xi", draw: 0, distribution: "normal" }],
  body: [{ kind: "assign", name: "v", value: add(name("v"), add(name("xi"), name("w"))) }],
  spike: {
    condition: apply("gt", name("v"), number(1)),
    reset: [
      { kind: "let", name: "gain", value: mul(name("v"), number(0.5)) },
      { kind: "assign", name: "w", value: add(name("w"), name("gain")) },
      { kind: "assign", name: "last", value: add(name("t"), name("i")) },
      { kind: "assign", name: "v", value: select(apply("gt", name("w"), number(1)), number(-1), number(0)) },
    ],
  },
  finite: ["v", "w"],
};

for (const precision of ["f32", "f64"] as const) {
  test(`a reset may use its own lets, the index, scalars and arrays that only it changes (${precision})`, () => {
    const run = both(adaptive, 77, precision, 6, (array, e) => (array === "xi" ? (e % 9) / 8 : array === "last" ? -1 : 0), () => 0);
    expect(run.wasm).toEqual(run.oracle);
    for (const array of adaptive.state) run.wasmState(array).forEach((x, e) => expect(x).toBeCloseTo(run.oracleState(array)[e]!, 5));
    expect(run.wasmState("last").some((x) => x > 0)).toBe(true);
  });
}

test("flushed state goes to zero instead of through subnormal numbers, and NaN is not mistaken for small", () => {
  const decay: MapKernel = {
    name: "decay", state: ["g"], constants: [], scalars: [], inputs: [], draws: [], flush: ["g"],
    body: [{ kind: "assign", name: "g", value: mul(name("g"), number(0.5)) }], finite: ["g"],
  };
  const k = compiled(decay, 16, "f32");
  k.view("g").set([1, 1.5e-30, -1.5e-30, 2.5e-30, NaN]);
  expect(k.step().result).toBe(-1 - 4);
  k.view("g").set([1, 1.5e-30, -1.5e-30, 2.5e-30, 0]);
  expect(k.step().result).toBe(0);
  k.flush();
  expect([...k.view("g")].slice(0, 4)).toEqual([0.5, 0, 0, Math.fround(1.25e-30)]);
});

test("the WebAssembly text of a leaky integrate-and-fire kernel is the golden one", async () => {
  await expect(compiled(lif, 100, "f32", { unroll: 1 }).module.print()).toMatchFileSnapshot("../golden/update_E_lif.wat");
});

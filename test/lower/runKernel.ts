/** Runs one lowered neuron in f64, statement by statement: a loop that is easy to believe. */
import { evaluate } from "../../src/ir/evaluate.ts";
import { name, number } from "../../src/ir/expr.ts";
import type { Expr } from "../../src/ir/expr.ts";
import type { Statement } from "../../src/ir/kernel.ts";
import type { Lowered, LowerOptions } from "../../src/lower/lowered.ts";
import { lowerNeuron } from "../../src/lower/lowerNeuron.ts";
import type { CheckedNeuron } from "../../src/model/checked.ts";

export interface RunOptions extends Partial<Omit<LowerOptions, "dt" | "kernelName">> {
  readonly dt: number;
  /** Values of per-element constants. */
  readonly constantValues?: Readonly<Record<string, number>>;
  /** Inputs of a step (0 is the first), by name. */
  readonly input?: (step: number) => Readonly<Record<string, number>>;
  readonly normal?: () => number;
  readonly uniform?: () => number;
  readonly state?: Readonly<Record<string, number>>;
}

export interface Runner {
  readonly lowered: Lowered;
  readonly state: Map<string, number>;
  /** Advances one step; whether the neuron spiked. */
  readonly step: () => boolean;
}

export function lower(model: CheckedNeuron, options: RunOptions): Lowered {
  return lowerNeuron(model, {
    kernelName: "update_test",
    size: 1,
    parameters: {},
    constants: [],
    scalars: [],
    inputs: [],
    draws: [],
    arrivals: {},
    ...options,
  });
}

export function runner(model: CheckedNeuron, options: RunOptions): Runner {
  const lowered = lower(model, options);
  const { kernel } = lowered;
  const constants = new Map(Object.entries(options.constantValues ?? {}));
  for (const d of lowered.derived) {
    const values = d.compute(Float64Array.from(d.inputs, (n) => constants.get(n)!));
    d.names.forEach((n, k) => constants.set(n, values[k]!));
  }
  const state = new Map([
    ...model.variables.map((v) => [v.name, options.state?.[v.name] ?? v.initial] as const),
    ...lowered.initial.map((s) => [s.name, s.value] as const),
  ]);
  let count = 0;
  const step = (): boolean => {
    const t = count * options.dt;
    const values = new Map<string, number>([["i", 0]]);
    for (const n of kernel.constants) values.set(n, constants.get(n)!);
    for (const s of kernel.scalars) values.set(s.name, Number(evaluate(s.value, (n) => ({ t, dt: options.dt })[n]!)));
    const inputs = options.input?.(count) ?? {};
    for (const n of kernel.inputs) values.set(n, inputs[n] ?? 0);
    for (const d of kernel.draws) values.set(d.name, d.distribution === "normal" ? options.normal!() : options.uniform!());
    const lookup = (n: string): number => {
      const value = state.get(n) ?? values.get(n);
      if (value === undefined) throw new Error(`the kernel uses ${n}, which it does not declare`);
      return value;
    };
    const execute = (s: Statement): void => {
      if (s.kind === "while") {
        for (let k = 0; k < s.limit && evaluate(s.condition, lookup); k++) s.body.forEach(execute);
        return;
      }
      const value = evaluate(s.value, lookup);
      if (typeof value !== "number") throw new Error(`${s.name} is a condition`);
      if (s.kind === "assign" && state.has(s.name)) {
        if (!kernel.state.includes(s.name)) throw new Error(`${s.name} is not a state array of the kernel`);
        state.set(s.name, value);
      } else {
        if (s.kind === "assign" && !values.has(s.name)) throw new Error(`${s.name} is assigned before its let`);
        values.set(s.name, value);
      }
    };
    kernel.body.forEach(execute);
    const spiked = kernel.spike !== undefined && Boolean(evaluate(kernel.spike.condition, lookup));
    if (spiked) kernel.spike!.reset.forEach(execute);
    count++;
    return spiked;
  };
  return { lowered, state, step };
}

/** Every parameter of a model as a per-element array of the same name. */
export function perElement(model: CheckedNeuron): Pick<RunOptions, "parameters" | "constants" | "constantValues"> {
  const names = model.parameters.map((p) => p.name);
  return {
    parameters: Object.fromEntries(names.map((n) => [n, name(n)])),
    constants: names,
    constantValues: Object.fromEntries(model.parameters.map((p) => [p.name, p.value])),
  };
}

/** Python-like building of expressions in tests: ex`(E_L - v)/tau` would need a parser, so a few short functions do. */
export const n = (x: string | number | Expr): Expr => (typeof x === "string" ? name(x) : typeof x === "number" ? number(x) : x);

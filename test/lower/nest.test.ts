/** Against NEST 3.10: state after every step and spike times of ../shared/reference/neurons, in f64. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { add, name } from "../../src/ir/expr.ts";
import type { Method } from "../../src/model/checked.ts";
import { neuron } from "../../src/model/neuron.ts";
import { perElement, runner } from "./runKernel.ts";
import type { RunOptions } from "./runKernel.ts";

const folder = new URL("../../../shared/reference/neurons/", import.meta.url);
const present = existsSync(new URL("iaf_psc_exp.json", folder));
const referenceTest = test.skipIf(!present);
if (!present) test.skip("NEST references are not beside this checkout (../shared/reference/neurons)");

interface Stimulus {
  readonly dc_generator?: { readonly amplitude: number; readonly start: number; readonly stop: number; readonly delay: number };
  readonly exc?: { readonly spike_times: readonly number[]; readonly weight: number; readonly delay: number };
  readonly inh?: { readonly spike_times: readonly number[]; readonly weight: number; readonly delay: number };
}
type Drive = "dc" | "spikes" | "dc+spikes";
const drives: readonly Drive[] = ["dc", "spikes", "dc+spikes"];
type Run = { readonly stimulus: Stimulus; readonly spike_times: readonly number[]; readonly trace_csv?: string };

const dt = 1e-4;
const stepOf = (ms: number): number => Math.round(ms * 10);

/** Spike steps and the deviation of each recorded variable from NEST's trace, largest over the run. */
function compare(
  file: string,
  drive: Drive,
  model: ReturnType<typeof neuron>["checked"],
  setup: {
    readonly columns: Readonly<Record<string, readonly [variable: string, unit: number]>>;
    readonly into: string;
    readonly unit: { readonly current: number; readonly weight: number };
    readonly ports: { readonly exc: string; readonly inh: string };
    readonly method?: Method;
    readonly away?: number;
    readonly inhibitorySign?: number;
    readonly options?: Partial<RunOptions>;
  },
): { readonly ours: number[]; readonly nest: number[]; readonly deviation: Record<string, number> } {
  const data = JSON.parse(readFileSync(new URL(`${file}.json`, folder), "utf8")) as Readonly<Record<Drive, Run>>;
  const { stimulus, spike_times, trace_csv } = data[drive];
  const arrivals = new Map<number, { exc: number; inh: number }>();
  for (const port of ["exc", "inh"] as const) {
    for (const ms of stimulus[port]?.spike_times ?? []) {
      // A spike at t through a delay d changes the state in the row t + d: the step that ends there.
      const step = stepOf(ms + stimulus[port]!.delay) - 1;
      const sum = arrivals.get(step) ?? { exc: 0, inh: 0 };
      sum[port] += stimulus[port]!.weight * (port === "inh" ? (setup.inhibitorySign ?? 1) : 1) * setup.unit.weight;
      arrivals.set(step, sum);
    }
  }
  const dc = stimulus.dc_generator;
  const current = (step: number): number =>
    dc && step >= stepOf(dc.start + dc.delay) && step < stepOf(dc.stop + dc.delay) ? dc.amplitude * setup.unit.current : 0;
  const same = setup.ports.exc === setup.ports.inh;
  const run = runner(model, {
    dt,
    parameters: { ...setup.options?.parameters, [setup.into]: name("stimulus") },
    ...(setup.options?.constants && { constants: setup.options.constants, constantValues: setup.options.constantValues! }),
    inputs: ["stimulus", "from_exc", "from_inh"],
    arrivals: same
      ? { [setup.ports.exc]: add(name("from_exc"), name("from_inh")) }
      : { [setup.ports.exc]: name("from_exc"), [setup.ports.inh]: name("from_inh") },
    ...(setup.method && { method: setup.method }),
    input: (step) => ({ stimulus: current(step), from_exc: arrivals.get(step)?.exc ?? 0, from_inh: arrivals.get(step)?.inh ?? 0 }),
  });
  // Of some runs only the spike times are given.
  const trace = trace_csv === undefined ? undefined : new URL(trace_csv, folder);
  const rows =
    trace && existsSync(trace)
      ? readFileSync(trace, "utf8")
          .trim()
          .split("\n")
          .map((line) => line.split(","))
      : undefined;
  const header = rows?.[0] ?? [];
  const nest = spike_times.map(stepOf);
  const ours: number[] = [];
  const deviation: Record<string, number> = {};
  for (let step = 0; step < (rows?.length ?? 5001) - 1; step++) {
    if (run.step()) ours.push(step + 1);
    const near = nest.some((s) => Math.abs(s - (step + 1)) <= (setup.away ?? -1));
    for (const [column, [variable, unit]] of near ? [] : Object.entries(setup.columns)) {
      if (!rows) continue;
      const expected = Number(rows[step + 1]![header.indexOf(column)]);
      const scale = setup.away === undefined ? Math.max(Math.abs(expected), 1e-3) : 1;
      deviation[column] = Math.max(deviation[column] ?? 0, Math.abs(run.state.get(variable)! / unit - expected) / scale);
    }
  }
  return { ours, nest, deviation };
}

const expCurrent = neuron({
  name: "iaf_psc_exp",
  parameters: {
    C_m: "250 pF",
    E_L: "-70 mV",
    tau_m: "10 ms",
    tau_ex: "2 ms",
    tau_in: "2 ms",
    I_e: "0 pA",
    V_th: "-55 mV",
    V_reset: "-70 mV",
    t_ref: "2 ms",
  },
  state: { v: "-70 mV", i_ex: "0 pA", i_in: "0 pA" },
  equations: `
    dv/dt = (E_L - v)/tau_m + (i_ex + i_in + I_e)/C_m : volt (unless refractory)
    di_ex/dt = -i_ex/tau_ex : amp
    di_in/dt = -i_in/tau_in : amp`,
  threshold: "v >= V_th",
  reset: "v = V_reset",
  refractory: "t_ref",
}).checked;

const delta = neuron({
  name: "iaf_psc_delta",
  parameters: { C_m: "250 pF", E_L: "-70 mV", tau_m: "10 ms", I_e: "0 pA", V_th: "-55 mV", V_reset: "-70 mV", t_ref: "2 ms" },
  state: { v: "-70 mV" },
  equations: "dv/dt = (E_L - v)/tau_m + I_e/C_m : volt (unless refractory)",
  threshold: "v >= V_th",
  reset: "v = V_reset",
  refractory: "t_ref",
}).checked;

const izhikevich = neuron({
  name: "izhikevich",
  method: "euler",
  parameters: { a: 0.02, b: 0.2, c: -65, d: 8, I_e: 0 },
  state: { v: -65, u: -13 },
  equations: `
    dv/dt = (0.04*v**2 + 5*v + 140 - u + I_e)/ms : 1
    du/dt = a*(b*v - u)/ms : 1`,
  threshold: "v >= 30",
  reset: "v = c; u += d",
}).checked;

const conductance = neuron({
  name: "iaf_cond_exp",
  method: "rkf45",
  parameters: {
    C_m: "250 pF",
    g_L: "16.6667 nS",
    E_L: "-70 mV",
    E_ex: "0 mV",
    E_in: "-85 mV",
    tau_ex: "0.2 ms",
    tau_in: "2 ms",
    I_e: "0 pA",
    V_th: "-55 mV",
    V_reset: "-60 mV",
    t_ref: "2 ms",
  },
  state: { v: "-70 mV", g_ex: "0 nS", g_in: "0 nS" },
  equations: `
    dv/dt = (g_L*(E_L - v) + g_ex*(E_ex - v) + g_in*(E_in - v) + I_e)/C_m : volt (unless refractory)
    dg_ex/dt = -g_ex/tau_ex : siemens
    dg_in/dt = -g_in/tau_in : siemens`,
  threshold: "v >= V_th",
  reset: "v = V_reset",
  refractory: "t_ref",
}).checked;

const adaptive = neuron({
  name: "aeif_cond_exp",
  method: "rkf45",
  parameters: {
    C_m: "281 pF",
    g_L: "30 nS",
    E_L: "-70.6 mV",
    V_T: "-50.4 mV",
    Delta_T: "2 mV",
    V_peak: "0 mV",
    V_reset: "-60 mV",
    a: "4 nS",
    b: "80.5 pA",
    tau_w: "144 ms",
    E_ex: "0 mV",
    E_in: "-85 mV",
    tau_ex: "0.2 ms",
    tau_in: "2 ms",
    I_e: "0 pA",
  },
  state: { v: "-70.6 mV", g_ex: "0 nS", g_in: "0 nS", w: "0 pA" },
  equations: `
    u = min(v, V_peak) : volt
    dv/dt = (g_L*(E_L - u) + g_L*Delta_T*exp((u - V_T)/Delta_T) + g_ex*(E_ex - u) + g_in*(E_in - u) - w + I_e)/C_m : volt
    dg_ex/dt = -g_ex/tau_ex : siemens
    dg_in/dt = -g_in/tau_in : siemens
    dw/dt = (a*(u - E_L) - w)/tau_w : amp`,
  threshold: "v >= V_peak",
  reset: "v = V_reset; w += b",
}).checked;

for (const drive of drives) {
  referenceTest(`exact integration follows NEST's iaf_psc_exp to 1e-9 and spikes in the same steps (${drive})`, () => {
    const { ours, nest, deviation } = compare("iaf_psc_exp", drive, expCurrent, {
      columns: { V_m: ["v", 1e-3], I_syn_ex: ["i_ex", 1e-12], I_syn_in: ["i_in", 1e-12] },
      into: "I_e",
      unit: { current: 1e-12, weight: 1e-12 },
      ports: { exc: "i_ex", inh: "i_in" },
    });
    expect(ours).toEqual(nest);
    for (const value of Object.values(deviation)) expect(value).toBeLessThan(1e-9);
  });

  referenceTest(`exact integration follows NEST's iaf_psc_delta to 1e-9 and spikes in the same steps (${drive})`, () => {
    const { ours, nest, deviation } = compare("iaf_psc_delta", drive, delta, {
      columns: { V_m: ["v", 1e-3] },
      into: "I_e",
      unit: { current: 1e-12, weight: 1e-3 },
      ports: { exc: "v", inh: "v" },
    });
    expect(ours).toEqual(nest);
    for (const value of Object.values(deviation)) expect(value).toBeLessThan(1e-9);
  });

  referenceTest(`parameters per neuron give NEST's iaf_psc_exp as plain numbers do (${drive})`, () => {
    const { ours, nest, deviation } = compare("iaf_psc_exp", drive, expCurrent, {
      columns: { V_m: ["v", 1e-3] },
      into: "I_e",
      unit: { current: 1e-12, weight: 1e-12 },
      ports: { exc: "i_ex", inh: "i_in" },
      options: perElement(expCurrent),
    });
    expect(ours).toEqual(nest);
    for (const value of Object.values(deviation)) expect(value).toBeLessThan(1e-9);
  });

  referenceTest(`euler follows NEST's izhikevich to 1e-9 and spikes in the same steps (${drive})`, () => {
    const { ours, nest, deviation } = compare("izhikevich", drive, izhikevich, {
      columns: { V_m: ["v", 1], U_m: ["u", 1] },
      into: "I_e",
      unit: { current: 1, weight: 1 },
      ports: { exc: "v", inh: "v" },
    });
    expect(ours).toEqual(nest);
    for (const value of Object.values(deviation)) expect(value).toBeLessThan(1e-9);
  });

  referenceTest(`rkf45 follows NEST's iaf_cond_exp within 0.01 mV and spikes within one step (${drive})`, () => {
    const { ours, nest, deviation } = compare("iaf_cond_exp", drive, conductance, {
      columns: { V_m: ["v", 1e-3], g_ex: ["g_ex", 1e-9], g_in: ["g_in", 1e-9] },
      into: "I_e",
      unit: { current: 1e-12, weight: 1e-9 },
      ports: { exc: "g_ex", inh: "g_in" },
      away: 2,
      inhibitorySign: -1,
    });
    expect(ours.length).toBe(nest.length);
    ours.forEach((step, k) => expect(Math.abs(step - nest[k]!)).toBeLessThanOrEqual(1));
    for (const value of Object.values(deviation)) expect(value).toBeLessThan(0.01);
  });

  referenceTest(`rkf45 follows NEST's aeif_cond_exp within 0.01 mV and spikes within one step (${drive})`, () => {
    const { ours, nest, deviation } = compare("aeif_cond_exp", drive, adaptive, {
      columns: { V_m: ["v", 1e-3], g_ex: ["g_ex", 1e-9], g_in: ["g_in", 1e-9], w: ["w", 1e-12] },
      into: "I_e",
      unit: { current: 1e-12, weight: 1e-9 },
      ports: { exc: "g_ex", inh: "g_in" },
      away: 2,
      inhibitorySign: -1,
    });
    expect(ours.length).toBe(nest.length);
    ours.forEach((step, k) => expect(Math.abs(step - nest[k]!)).toBeLessThanOrEqual(1));
    for (const value of Object.values(deviation)) expect(value).toBeLessThan(0.01);
  });
}

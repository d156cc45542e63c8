/** Izhikevich and AdEx neurons against NEST 3.10 through the public API, in f64: traces and spike times of ../shared/reference/neurons. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile, Network, oneToOne, stepCurrent } from "synfire";
import type { NeuronModel, Quantity, Value } from "synfire";
import { adExConductance, izhikevich, staticSynapse } from "synfire/models";
import type { Method } from "../../src/model/checked.ts";

const folder = new URL("../../../shared/reference/neurons/", import.meta.url);
const present = existsSync(new URL("izhikevich.json", folder));
const referenceTest = test.skipIf(!present);
if (!present) test.skip("NEST references are not beside this checkout (../shared/reference/neurons)");

interface Train { readonly spike_times: readonly number[]; readonly weight: number; readonly delay: number }
interface Stimulus {
  readonly dc_generator?: { readonly amplitude: number; readonly start: number; readonly stop: number; readonly delay: number };
  readonly exc?: Train;
  readonly inh?: Train;
}
interface Reference { readonly stimulus: Stimulus; readonly spike_times: readonly number[]; readonly trace_csv?: string }
const drives = ["dc", "spikes", "dc+spikes"] as const;

interface Compared {
  readonly ours: readonly number[];
  readonly nest: readonly number[];
  /** Largest deviation of a column, away from spikes by more than `away` steps. */
  readonly deviation: (column: string, ours: string, unit: number, options: { readonly away: number; readonly relative: boolean }) => number;
}

/** Runs the model under the stimulus of the file; spike times in steps of 0.1 ms. */
async function compare(file: string, drive: (typeof drives)[number], model: NeuronModel, setup: {
  readonly values: Readonly<Record<string, Value>>; readonly method?: Method; readonly record: readonly string[];
  readonly current: (amplitude: number) => Quantity; readonly weight: (weight: number) => Quantity;
  readonly receptors: { readonly exc: string; readonly inh: string };
}): Promise<Compared> {
  const runs = JSON.parse(readFileSync(new URL(`${file}.json`, folder), "utf8")) as Readonly<Record<string, Reference>>;
  const { stimulus, spike_times, trace_csv } = runs[drive]!;
  const net = new Network();
  const n = net.population("n", 1, model, setup.values, setup.method ? { method: setup.method } : {});
  const dc = stimulus.dc_generator;
  if (dc) net.currentInput(n, {
    into: "i_ext",
    current: stepCurrent({ amplitude: setup.current(dc.amplitude), from: `${dc.start + dc.delay} ms`, to: `${dc.stop + dc.delay} ms` }),
  });
  for (const port of ["exc", "inh"] as const) {
    const train = stimulus[port];
    if (!train) continue;
    const source = net.spikeSource(port, 1, { times: { values: train.spike_times, unit: "ms" } });
    net.projection(source, n, staticSynapse, {
      connect: oneToOne(), receptor: setup.receptors[port], weight: setup.weight(train.weight), delay: `${train.delay} ms`,
    });
  }
  const spikes = net.spikeMonitor(n), state = net.stateMonitor(n, setup.record);
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run("500 ms");
  const steps = (times: ArrayLike<number>, perUnit: number): number[] => Array.from(times, (t) => Math.round(t * perUnit));
  const ours = steps(spikes.times, 1e4), nest = steps(spike_times, 10);
  const deviation: Compared["deviation"] = (column, name, unit, { away, relative }) => {
    const trace = trace_csv === undefined ? undefined : new URL(trace_csv, folder);
    if (!trace || !existsSync(trace)) return 0; // Of some runs NEST's spike times are given alone.
    const [head, ...rows] = readFileSync(trace, "utf8").trim().split("\n").map((line) => line.split(","));
    expect(rows.length).toBeGreaterThan(4900);
    const at = head!.indexOf(column), values = state.get(name);
    let largest = 0;
    rows.forEach((row, k) => {
      if (nest.some((s) => Math.abs(s - (k + 1)) <= away)) return;
      const expected = Number(row[at]), scale = relative ? Math.max(Math.abs(expected), 1e-3) : 1;
      largest = Math.max(largest, Math.abs(values[k]! / unit - expected) / scale);
    });
    return largest;
  };
  return { ours, nest, deviation };
}

for (const drive of drives) {
  referenceTest(`izhikevich by Euler follows NEST's izhikevich to 1e-9 and spikes in the same steps (${drive})`, async () => {
    const { ours, nest, deviation } = await compare("izhikevich", drive, izhikevich, {
      values: {}, method: "euler", record: ["v", "u"], current: (i) => `${i} mV`, weight: (w) => `${w} mV`, receptors: { exc: "v", inh: "v" },
    });
    expect(ours).toEqual(nest);
    expect(deviation("V_m", "v", 1e-3, { away: -1, relative: true })).toBeLessThan(1e-9);
    expect(deviation("U_m", "u", 1e-3, { away: -1, relative: true })).toBeLessThan(1e-9);
  });

  referenceTest(`adExConductance follows NEST's aeif_cond_exp within 0.01 mV away from spikes and spikes within one step (${drive})`, async () => {
    const { ours, nest, deviation } = await compare("aeif_cond_exp", drive, adExConductance, {
      values: { V_reset: "-60 mV", tau_ex: "0.2 ms", tau_in: "2 ms" }, record: ["v", "w", "g_ex", "g_in"],
      current: (i) => `${i} pA`, weight: (w) => `${Math.abs(w)} nS`, receptors: { exc: "ex", inh: "in" },
    });
    expect(ours.length).toBe(nest.length);
    ours.forEach((step, k) => expect(Math.abs(step - nest[k]!)).toBeLessThanOrEqual(1));
    expect(deviation("V_m", "v", 1e-3, { away: 2, relative: false })).toBeLessThan(0.01);
    expect(deviation("w", "w", 1e-12, { away: 2, relative: false })).toBeLessThan(0.05);
    expect(deviation("g_ex", "g_ex", 1e-9, { away: -1, relative: false })).toBeLessThan(1e-4);
    expect(deviation("g_in", "g_in", 1e-9, { away: -1, relative: false })).toBeLessThan(1e-4);
  });
}

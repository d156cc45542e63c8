/** Weight changes and released currents of NEST 3.10, to 1e-9. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile, Network, oneToOne } from "synfire";
import type { Quantity, SynapseModel } from "synfire";
import { lifExpCurrent, stdpPair, stdpPowerLaw, stdpTriplet, tsodyksMarkram } from "synfire/models";
import { finalWeights } from "../models/synapses/protocols.ts";

const folder = new URL("../../../shared/reference/plasticity/", import.meta.url);
const missing = existsSync(new URL("stdp_pair_additive.json", folder)) ? undefined
  : "NEST references are not beside this checkout (../shared/reference/plasticity)";
const title = (text: string): string => (missing ? `${text} (skipped: ${missing})` : text);
const load = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

interface Curve {
  readonly data: readonly (readonly [difference: number, before: number, after: number, change: number])[];
  readonly syn_params: Readonly<Record<string, number>>;
  readonly post_params: Readonly<Record<string, number>>;
}

/** Largest error of the weights, relative to them, and of the changes, relative to the largest of them. */
async function curveError(file: string, model: SynapseModel, values: (c: Curve) => Readonly<Record<string, unknown>>): Promise<[number, number]> {
  const curve = load(file) as Curve;
  const protocols = curve.data.map(([d]) => ({ pre: [200, 600], post: [200 + d] }));
  const weights = await finalWeights(model, protocols, { weight: curve.data[0]![1], values: values(curve), dendritic: 1 });
  const largest = Math.max(...curve.data.map(([, , , change]) => Math.abs(change)));
  expect(weights.length).toBeGreaterThan(50);
  return [
    Math.max(...curve.data.map(([, , after], k) => Math.abs(weights[k]! / after - 1))),
    Math.max(...curve.data.map(([, before, , change], k) => Math.abs(weights[k]! - before - change))) / largest,
  ];
}

describe.skipIf(missing)("NEST", () => {
  const pair = ({ syn_params: s, post_params: p }: Curve) => ({
    tau_plus: `${s["tau_plus"]} ms`, tau_minus: `${p["tau_minus"]} ms`, w_max: s["Wmax"],
  });

  test(title("the window of stdpPowerLaw with exponents 0 is that of stdp_synapse to 1e-9"), async () => {
    const errors = await curveError("stdp_pair_additive.json", stdpPowerLaw, (c) =>
      ({ ...pair(c), lambda: c.syn_params["lambda"], alpha: c.syn_params["alpha"], mu_plus: 0, mu_minus: 0 }));
    for (const error of errors) expect(error).toBeLessThan(1e-9);
  });

  test(title("the window of stdpPair is that of stdp_synapse without weight dependence to 1e-9"), async () => {
    const errors = await curveError("stdp_pair_additive.json", stdpPair, (c) =>
      ({ ...pair(c), a_plus: c.syn_params["lambda"], a_minus: c.syn_params["alpha"]! * c.syn_params["lambda"]! }));
    for (const error of errors) expect(error).toBeLessThan(1e-9);
  });

  test(title("the window of stdpTriplet is that of stdp_triplet_synapse to 1e-9"), async () => {
    const errors = await curveError("stdp_triplet_singlepair.json", stdpTriplet, (c) => ({
      ...pair(c), tau_x: `${c.syn_params["tau_plus_triplet"]} ms`, tau_y: `${c.post_params["tau_minus_triplet"]} ms`,
      a2_plus: c.syn_params["Aplus"], a3_plus: c.syn_params["Aplus_triplet"],
      a2_minus: c.syn_params["Aminus"], a3_minus: c.syn_params["Aminus_triplet"],
    }));
    for (const error of errors) expect(error).toBeLessThan(1e-9);
  });

  test(title("currents and voltages behind tsodyksMarkram are those behind tsodyks2_synapse to 1e-9"), async () => {
    const reference = load("tsodyks2_depressing.json") as {
      readonly syn: Readonly<Record<string, number>>; readonly event_times: readonly number[]; readonly psc_amplitudes: readonly number[];
    };
    const { syn, event_times: times, psc_amplitudes: amplitudes } = reference;
    const net = new Network({ seed: 1 });
    const source = net.spikeSource("source", 1, { times: { values: times, unit: "ms" } });
    const cell = net.population("cell", 1, lifExpCurrent, {
      tau_m: "40 ms", C_m: "250 pF", tau_exc: "3 ms", E_L: "-70 mV", v_th: "1000 V", v: "-70 mV",
    });
    net.projection(source, cell, tsodyksMarkram, {
      connect: oneToOne(), receptor: "exc", weight: `${syn["weight"]} pA` as Quantity, delay: "1 ms",
      U: syn["U"]!, tau_rec: `${syn["tau_rec"]} ms` as Quantity, tau_fac: `${syn["tau_fac"]} ms` as Quantity,
    });
    const monitor = net.stateMonitor(cell, ["v", "i_exc"]);
    await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
    const lines = readFileSync(new URL("tsodyks2_depressing.csv", folder), "utf8").trim().split("\n");
    const rows = lines.slice(1).map((line) => line.split(",").map(Number));
    await sim.run(`${rows.at(-1)![0]!} ms`);
    const v = monitor.trace("v"), current = monitor.trace("i_exc");
    let worstV = 0, worstCurrent = 0;
    for (const [k, [, nestV, nestCurrent]] of rows.entries()) {
      worstV = Math.max(worstV, Math.abs(v[k]! * 1e3 / nestV! - 1));
      // Of a current that has all but vanished, relative errors say nothing.
      worstCurrent = Math.max(worstCurrent, Math.abs(current[k]! * 1e12 - nestCurrent!) / Math.max(nestCurrent!, 1e-3));
    }
    expect(rows.length).toBeGreaterThan(16_000);
    expect(worstV).toBeLessThan(1e-9);
    expect(worstCurrent).toBeLessThan(1e-9);
    const released = times.map((t, k) => {
      const step = Math.round((t + 1) * 10) - 1;
      return (current[step]! - current[step - 1]! * Math.exp(-0.1 / 3)) * 1e12 / amplitudes[k]!;
    });
    expect(amplitudes.length).toBe(21);
    for (const ratio of released) expect(Math.abs(ratio - 1)).toBeLessThan(1e-9);
  });
});

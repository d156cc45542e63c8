/** NEST 3.10's neurons, step by step, against ours through the public API in f64. */
import { expect, test } from "vitest";
import { lifDelta, lifExpConductance, lifExpCurrent } from "synfire/models";
import { compareWithNest, drives, missing } from "./nestRun.ts";

const nestTest = test.skipIf(missing !== undefined);
if (missing !== undefined) test.skip(missing);
const pA = 1e-12, mV = 1e-3, nS = 1e-9;

for (const drive of drives) {
  nestTest(`lifDelta is NEST's iaf_psc_delta to 1e-9, with the same spikes (${drive})`, async () => {
    const { ours, nest, difference } = await compareWithNest("iaf_psc_delta", drive, lifDelta, {
      values: { tau_m: "10 ms", v_rest: "-70 mV", v_th: "-55 mV", v_reset: "-70 mV", t_ref: "2 ms", R: "40 Mohm", v: "-70 mV" },
      into: "i_ext", current: "pA", receptors: { exc: "v", inh: "v" }, weight: "mV", columns: { V_m: ["v", mV] },
    });
    expect(ours).toEqual(nest);
    for (const { relative } of Object.values(difference)) expect(relative).toBeLessThan(1e-9);
  });

  nestTest(`lifExpCurrent is NEST's iaf_psc_exp to 1e-9, with the same spikes (${drive})`, async () => {
    const { ours, nest, difference } = await compareWithNest("iaf_psc_exp", drive, lifExpCurrent, {
      values: {}, into: "i_ext", current: "pA", receptors: { exc: "exc", inh: "inh" }, weight: "pA",
      columns: { V_m: ["v", mV], I_syn_ex: ["i_exc", pA], I_syn_in: ["i_inh", pA] },
    });
    expect(ours).toEqual(nest);
    for (const { relative } of Object.values(difference)) expect(relative).toBeLessThan(1e-9);
  });

  nestTest(`lifExpConductance is NEST's iaf_cond_exp within 0.01 mV, with spikes within one step (${drive})`, async () => {
    const { ours, nest, difference } = await compareWithNest("iaf_cond_exp", drive, lifExpConductance, {
      values: {}, into: "i_ext", current: "pA", receptors: { exc: "exc", inh: "inh" }, weight: "nS", absolute: true, away: 2,
      columns: { V_m: ["v", mV], g_ex: ["g_exc", nS], g_in: ["g_inh", nS] },
    });
    expect(ours.length).toBe(nest.length);
    ours.forEach((step, k) => expect(Math.abs(step - nest[k]!)).toBeLessThanOrEqual(1));
    for (const { absolute } of Object.values(difference)) expect(absolute).toBeLessThan(0.01);
  });
}

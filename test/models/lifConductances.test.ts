/** Conductance-based integrate-and-fire neurons against closed forms and an independent fine integration. */
import { expect, test } from "vitest";
import { neuron } from "synfire";
import { lifAlphaConductance, lifBetaConductance, lifExpConductance } from "synfire/models";
import { integrate, run } from "./lifRun.ts";

const C = 250e-12, g_L = 16.6667e-9, E_L = -70e-3, E_exc = 0, E_inh = -85e-3;
const ms = (t: number): number => t * 1e-3;
const arrivals = [{ receptor: "exc", at: [ms(2)], weight: "40 nS" }, { receptor: "inh", at: [ms(2)], weight: "30 nS" }] as const;

/** Conductances as functions of the time since the spikes. */
const alpha = (w: number, tau: number) => (t: number): number => ((w * Math.E * t) / tau) * Math.exp(-t / tau);
const exponential = (w: number, tau: number) => (t: number): number => w * Math.exp(-t / tau);
function beta(w: number, rise: number, decay: number): (t: number) => number {
  const at = (Math.log(decay / rise) * decay * rise) / (decay - rise), shape = (t: number): number => Math.exp(-t / decay) - Math.exp(-t / rise);
  return (t) => (w * shape(t)) / shape(at);
}

const cases = [
  { model: lifExpConductance, exc: exponential(40e-9, 0.2e-3), inh: exponential(30e-9, 2e-3) },
  { model: lifAlphaConductance, exc: alpha(40e-9, 0.2e-3), inh: alpha(30e-9, 2e-3) },
  { model: lifBetaConductance, exc: beta(40e-9, 0.2e-3, 2e-3), inh: beta(30e-9, 0.5e-3, 5e-3) },
] as const;

for (const { model, exc, inh } of cases) {
  test(`conductances of ${model.name} follow their closed form, with a peak of the weight, to 1e-4 nS`, async () => {
    const { trace } = await run(model, { duration: "40 ms", record: ["g_exc", "g_inh"], values: { v_th: "100 mV" }, arrivals });
    for (let k = 20; k < 400; k++) {
      const t = (k - 19) * 1e-4;
      expect(Math.abs(trace("g_exc")[k]! - exc(t))).toBeLessThan(1e-13);
      expect(Math.abs(trace("g_inh")[k]! - inh(t))).toBeLessThan(1e-13);
    }
  });

  test(`the potential of ${model.name} agrees with an integration in steps of 1 µs within 1e-4 mV`, async () => {
    const { trace, method } = await run(model, { duration: "40 ms", record: ["v"], values: { v_th: "100 mV" }, arrivals });
    expect(method).toBe("rkf45");
    const slope = ([v, t]: readonly number[]): number[] => [(g_L * (E_L - v!) + exc(t!) * (E_exc - v!) + inh(t!) * (E_inh - v!)) / C, 1];
    for (const at of [0.1, 0.5, 1, 2, 5, 10, 30]) {
      const [v] = integrate(slope, [E_L, 0], ms(at), Math.round(at * 1000));
      expect(Math.abs(trace("v")[19 + Math.round(at * 10)]! - v!)).toBeLessThan(1e-7);
    }
  });
}

test("a steady conductance makes the time constant C / (g_L + g), and v rest at the weighted mean of the reversal potentials", async () => {
  // The high-conductance state of Meffin, Burkitt & Grayden (2004), eqs. 6 and 7, with a conductance that does not decay.
  const g = 50e-9, h = 20e-9;
  const { trace } = await run(lifExpConductance, {
    duration: "30 ms", record: ["v"], values: { g_exc: "50 nS", g_inh: "20 nS", tau_exc: "1e6 s", tau_inh: "1e6 s", v_th: "100 mV" },
  });
  const total = g_L + g + h, rest = (g_L * E_L + g * E_exc + h * E_inh) / total;
  trace("v").forEach((v, k) => expect(Math.abs(v - (rest + (E_L - rest) * Math.exp((-total / C) * (k + 1) * 1e-4)))).toBeLessThan(1e-8));
});

test("an inhibitory conductance at its reversal potential shunts: alone it does nothing, beside excitation it divides", async () => {
  const values = { v_th: "100 mV", E_inh: "-70 mV", tau_exc: "1 ms" } as const;
  const peak = async (which: readonly ("exc" | "inh")[]): Promise<number> => {
    const { trace } = await run(lifAlphaConductance, {
      duration: "30 ms", record: ["v"], values, arrivals: which.map((receptor) => ({ receptor, at: [ms(2)], weight: "20 nS" })),
    });
    return trace("v").reduce((a, b) => Math.max(a, b)) - E_L;
  };
  const [both, exc, inh] = [await peak(["exc", "inh"]), await peak(["exc"]), await peak(["inh"])];
  expect(Math.abs(inh)).toBeLessThan(1e-15);
  expect(both).toBeLessThan(0.95 * exc);
  expect(both).toBeGreaterThan(0.7 * exc);
});

test("with conductances of 5 and 10 ms, exponential Euler in steps of 0.1 ms stays within 0.05 mV of rkf45", async () => {
  const options = {
    duration: "60 ms", record: ["v"], values: { v_th: "100 mV", tau_exc: "5 ms", tau_inh: "10 ms" },
    arrivals: [{ ...arrivals[0], weight: "6 nS" }, { ...arrivals[1], weight: "20 nS" }],
  } as const;
  const exact = await run(lifExpConductance, options), fast = await run(neuron({ ...lifExpConductance, method: "exponential-euler" }), options);
  expect(fast.method).toBe("exponential-euler");
  const worst = exact.trace("v").reduce((most, v, k) => Math.max(most, Math.abs(v - fast.trace("v")[k]!)), 0);
  expect(worst).toBeLessThan(0.05e-3);
});

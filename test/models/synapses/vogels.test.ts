import { expect, test } from "vitest";
import { allToAll, compile, Network } from "synfire";
import { lifExpCurrent, vogelsInhibitory } from "synfire/models";
import { meanOf, poissonWeights } from "./poisson.ts";
import { finalWeights, pairs } from "./protocols.ts";

test("the window is symmetric, and each presynaptic spike costs eta·alpha (Fig. 1)", async () => {
  const differences = [-60, -20, -5, -0.1, 0.1, 5, 20, 60];
  const weights = await finalWeights(vogelsInhibitory, pairs(differences), { weight: 0.5, values: { eta: 0.01, w_max: 1 } });
  for (const [k, d] of differences.entries()) expect(weights[k]! - 0.5).toBeCloseTo(0.01 * (Math.exp(-Math.abs(d) / 20) - 0.12), 13);
});

test("weights stand still at the postsynaptic rate alpha/(2·tau), which the presets name", async () => {
  for (const [preset, rate] of [["target3Hz", 3], ["target5Hz", 5], ["target10Hz", 10]] as const) {
    const drift = async (postRate: number): Promise<number> => meanOf(await poissonWeights(vogelsInhibitory, {
      synapses: 2000, preRate: "20 Hz", postRate: `${postRate} Hz`, duration: "5 s", weight: 0.5,
      values: { eta: 1e-4, w_max: 1, ...vogelsInhibitory.presets[preset] },
    })) - 0.5;
    const scale = 5 * 20 * 1e-4 * (2 * rate * 0.02);
    expect(Math.abs(await drift(rate)) / scale).toBeLessThan(0.06);
    expect(await drift(rate * 1.5)).toBeGreaterThan(0.3 * scale);
    expect(await drift(rate * 0.5)).toBeLessThan(-0.3 * scale);
  }
});

test("plastic inhibition brings neurons of unequal excitation to the same target rate", async () => {
  const net = new Network({ seed: 7 });
  const cells = net.population("cells", 20, lifExpCurrent, {
    C_m: "200 pF", tau_m: "20 ms", E_L: "-60 mV", v: "-60 mV", v_th: "-50 mV", v_reset: "-60 mV", t_ref: "5 ms", tau_exc: "5 ms", tau_inh: "10 ms",
  });
  const rates = Array.from({ length: 20 }, (_, k) => 2000 + 100 * k);
  net.poissonInput(cells, { receptor: "exc", rate: { values: rates, unit: "Hz" }, weight: "25 pA" });
  const inhibition = net.poissonSource("inhibition", 100, { rate: "20 Hz" });
  net.projection(inhibition, cells, vogelsInhibitory, {
    connect: allToAll(), receptor: "inh", weight: "0 pA", delay: "1 ms", eta: "0.4 pA", w_max: "-100 pA", ...vogelsInhibitory.presets.target5Hz,
  });
  const spikes = net.spikeMonitor(cells);
  await using sim = await compile(net, { dt: "0.5 ms" });
  await sim.run("3 s");
  const first = perNeuron(spikes, 0, 1);
  await sim.run("117 s");
  const last = perNeuron(spikes, 60, 120);
  expect(Math.min(...first)).toBeGreaterThan(15);
  for (const rate of last) expect(Math.abs(rate - 5)).toBeLessThan(1);
});

function perNeuron({ times, indices }: { readonly times: Float64Array; readonly indices: Uint32Array }, from: number, to: number): number[] {
  const counts = new Array<number>(20).fill(0);
  times.forEach((t, k) => { if (t >= from && t < to) counts[indices[k]!]!++; });
  return counts.map((n) => n / (to - from));
}

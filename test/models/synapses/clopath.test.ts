import { expect, test } from "vitest";
import { allToAll, compile, Network, neuron, oneToOne } from "synfire";
import { adExClopath, clopath, staticSynapse } from "synfire/models";

/** Spike trains (ms) of NEST's test of its Clopath synapse: pairs at 10, 30 and 50 Hz, post before pre by 10 ms and the other way round. */
const trains = [
  [[29, 129, 229, 329, 429], [19, 119, 219, 319, 419]],
  [[29, 62.3, 95.7, 129, 162.3], [19, 52.3, 85.7, 119, 152.3]],
  [[29, 49, 69, 89, 109], [19, 39, 59, 79, 99]],
  [[129, 229, 329, 429, 529, 629], [139, 239, 339, 439, 539, 639]],
  [[62.3, 95.6, 129, 162.3, 195.6, 229], [72.3, 105.6, 139, 172.3, 205.6, 239]],
  [[49, 69, 89, 109, 129, 149], [59, 79, 99, 119, 139, 159]],
] as const;

/** The numbers which that test expects of clopath_synapse with aeif_psc_delta_clopath: percent of the initial weight after 15 repetitions. */
const nest = [57.82638722, 72.16730112, 149.43359357, 103.30408341, 124.03640668, 157.02882555];

const cellValues = { V_reset: "-49.6 mV", b: "0.0805 pA", t_filter: "4 ms" } as const;

async function percent(pre: readonly number[], post: readonly number[], values: object = {}): Promise<number> {
  const net = new Network({ seed: 1 });
  const cell = net.population("cell", 1, adExClopath, cellValues);
  const source = net.spikeSource("source", 1, { times: { values: pre, unit: "ms" } });
  const driver = net.spikeSource("driver", 1, { times: { values: post, unit: "ms" } });
  net.projection(driver, cell, staticSynapse, { connect: oneToOne(), receptor: "v", weight: "80 mV", delay: "0.1 ms" });
  const projection = net.projection(source, cell, clopath, {
    connect: oneToOne(), receptor: "v", weight: "0.5 mV", dendriticDelay: "0.1 ms", delay: "0.1 ms", w_ref: "1 mV", w_max: "100 mV", ...values,
  });
  const spikes = net.spikeMonitor(cell);
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run(`${Math.max(...pre) + 1} ms`);
  const expected = post.filter((t) => t < Math.max(...pre) + 1);
  if (spikes.times.length !== expected.length) throw new Error(`the cell fired ${spikes.times.length} times instead of ${expected.length}`);
  return (100 * 15 * (sim.get(projection, "w")[0]! - 0.5e-3)) / 0.5e-3 + 100;
}

test("pairs of ±10 ms at 10, 30 and 50 Hz change the weight as in Fig. 2b, within 2.5 percent points of NEST's numbers", async () => {
  const got = await Promise.all(trains.map(([pre, post]) => percent(pre, post)));
  for (const [k, right] of nest.entries()) expect(Math.abs(got[k]! - right)).toBeLessThan(2.5);
  const [postPre10, postPre30, postPre50, prePost10, prePost30, prePost50] = got as [number, number, number, number, number, number];
  expect(postPre10 < 70 && postPre30 < 85 && postPre50 > 130).toBe(true);
  expect(prePost10 > 95 && prePost30 > prePost10 && prePost50 > prePost30).toBe(true);
}, 120_000);

/** A neuron whose voltage is held: what voltage clamp makes of the postsynaptic cell. */
const clamped = neuron({
  name: "clamped", parameters: { v: "-70.6 mV", V_clamp: "33 mV" },
  state: { held: "0 ms", u_plus: "0 mV", u_minus: "0 mV", u_mean: "0 mV", g: "0 mV" },
  receptors: { g: "g" }, equations: "held : second; u_plus : volt; u_minus : volt; u_mean : volt; g : volt",
});

test("under voltage clamp, spikes depress above theta_minus and potentiate above theta_plus, by the amounts of the equations (Fig. 1h)", async () => {
  const voltages = [-80, -70.6, -65, -55, -45.3, -40, -30, -10];
  const times = Array.from({ length: 50 }, (_, k) => 10 + 40 * k);
  const net = new Network({ seed: 1 });
  const held = { values: voltages, unit: "mV" } as const;
  const cells = net.population("cells", voltages.length, clamped, { v: held, u_plus: held, u_minus: held, u_mean: held });
  const source = net.spikeSource("source", 1, { times: { values: times, unit: "ms" } });
  const projection = net.projection(source, cells, clopath, {
    connect: allToAll(), receptor: "g", weight: "5 mV", delay: "0.1 ms", w_ref: "1 mV", w_max: "100 mV",
  });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run("3 s");
  const weights = sim.get(projection, "w");
  for (const [k, v] of voltages.entries()) {
    const over = Math.max(v + 70.6, 0);
    const depression = times.length * 1.4e-4 * over;
    // The trace of a spike, 1/15 ms, integrates to 1; the sum over steps of 0.1 ms is a little larger.
    const potentiation = times.length * 8e-5 * Math.max(v + 45.3, 0) * over;
    expect(Math.abs((weights[k]! - 5e-3) * 1e3 - (potentiation - depression))).toBeLessThan(0.005 * potentiation + 1e-9);
  }
});

test("with homeostasis, depression scales with the square of the mean depolarisation over u_ref", async () => {
  const means = [-70.6, -65, -60, -40];
  const net = new Network({ seed: 1 });
  const cells = net.population("cells", means.length, clamped, {
    v: "-50 mV", u_plus: "-50 mV", u_minus: "-50 mV", u_mean: { values: means, unit: "mV" },
  });
  const source = net.spikeSource("source", 1, { times: [0.01] });
  const projection = net.projection(source, cells, clopath, {
    connect: allToAll(), receptor: "g", weight: "5 mV", delay: "0.1 ms", w_ref: "1 mV", w_max: "100 mV", homeostasis: 1, u_ref: "10 mV",
  });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run("20 ms");
  const weights = sim.get(projection, "w");
  for (const [k, u] of means.entries()) expect((5e-3 - weights[k]!) * 1e3).toBeCloseTo(1.4e-4 * 20.6 * ((u + 70.6) / 10) ** 2, 12);
});

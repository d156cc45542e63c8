import { expect, test } from "vitest";
import { allToAll, compile, Network, oneToOne } from "synfire";
import type { Quantity } from "synfire";
import { calciumDelays, calciumGraupnerBrunel, staticSynapse } from "synfire/models";
import { relay } from "./protocols.ts";
import { deviationOf, meanOf } from "./poisson.ts";

type Preset = keyof typeof calciumGraupnerBrunel.presets;

type Numbers = Readonly<Record<"tau_ca" | "pre_calcium" | "post_calcium" | "theta_d" | "theta_p" | "gamma_d" | "gamma_p" | "tau", number>>;

const numbersOf = (preset: Preset): Numbers => {
  const all = { ...calciumGraupnerBrunel.parameters, ...calciumGraupnerBrunel.presets[preset] } as Readonly<Record<string, string | number>>;
  return Object.fromEntries(Object.entries(all).map(([k, v]) => [k, Number.parseFloat(String(v))])) as never;
};

/** Fractions of time that calcium spends above both thresholds while pairs repeat at a rate; the times on the grid of the simulation, 0.1 ms. */
function above(preset: Preset, rate: number, difference: number): [depression: number, potentiation: number] {
  const p = numbersOf(preset), period = 1000 / rate, h = 0.1, steps = Math.round(period / h);
  const wrap = (t: number): number => ((Math.round(t / h) % steps) + steps) % steps;
  const pre = wrap(Number.parseFloat(calciumDelays[preset])), post = wrap(difference);
  const decay = Math.exp(-h / p.tau_ca);
  let c = 0, low = 0, high = 0;
  for (let n = 0; n < 20 * steps; n++) {
    const phase = n % steps;
    c = c * decay + (phase === pre ? p.pre_calcium : 0) + (phase === post ? p.post_calcium : 0);
    if (n < 19 * steps) continue;
    low += c > p.theta_d ? 1 / steps : 0;
    high += c > p.theta_p ? 1 / steps : 0;
  }
  return [low, high];
}

/** Mean efficacy after pairs at a rate, from rho: equation 3 of the paper, the cubic term left out. */
function theory(preset: Preset, rate: number, difference: number, count: number, start: number): number {
  const { gamma_d, gamma_p, tau } = numbersOf(preset);
  const [low, high] = above(preset, rate, difference);
  const up = gamma_p * high, down = gamma_d * low;
  if (up + down === 0) return start;
  const goal = up / (up + down);
  return goal - (goal - start) * Math.exp((-count / rate) * ((up + down) / tau));
}

interface Pairs { readonly rate: number; readonly count: number; readonly start: number; readonly copies?: number; readonly noise?: boolean }

/** Efficacies after pairs (rate in Hz), one list of `copies` synapses for each difference of times; dt 0.1 ms. */
async function simulated(preset: Preset, differences: readonly number[], protocol: Pairs): Promise<Float64Array[]> {
  const { rate, count, start, copies = 1, noise = false } = protocol;
  const net = new Network({ seed: 2 });
  const size = differences.length;
  const starts = Array.from({ length: count }, (_, k) => 100 + (1000 / rate) * k);
  const trains = (shift: (d: number) => number) => {
    const spikes = differences.flatMap((d, k) => starts.map((t) => [Math.round((t + shift(d) - 0.1) * 10) / 10, k] as const))
      .sort((a, b) => a[0] - b[0]);
    return { times: { values: spikes.map(([t]) => t), unit: "ms" }, indices: spikes.map(([, k]) => k) } as const;
  };
  const source = net.spikeSource("source", size, trains(() => 0));
  const driver = net.spikeSource("driver", size, trains((d) => d));
  const targets = differences.map((_, k) => net.population(`target${k}`, copies, relay));
  const projections = targets.map((target, k) => {
    net.projection(driver.slice(k, k + 1), target, staticSynapse, { connect: allToAll(), receptor: "spike", weight: 1, delay: "0.1 ms" });
    return net.projection(source.slice(k, k + 1), target, calciumGraupnerBrunel, {
      connect: allToAll(), receptor: "received", weight: 0.1, rho: start, ...calciumGraupnerBrunel.presets[preset], ...(noise ? {} : { sigma: 0 }),
      delay: { transmit: "0.1 ms", calcium: `${Math.round((Number.parseFloat(calciumDelays[preset]) + 0.1) * 10) / 10} ms` as Quantity },
    });
  });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run(`${100 + (1000 / rate) * count} ms`);
  return projections.map((p) => sim.get(p, "rho"));
}

/** What each parameter set does for post before pre and pre before post, at 1 Hz, from an efficacy of 0.5. */
const shapes: Readonly<Record<string, readonly (readonly [difference: number, sign: number])[]>> = {
  DP: [[-30, -1], [-10, -1], [20, 1], [40, 1]],
  DPD: [[-20, -1], [5, 1], [30, -1]],
  DPDprime: [[-60, -1], [5, 1], [60, -1]],
  P: [[-40, 1], [0, 1], [40, 1]],
  D: [[-5, -1], [0, -1], [5, -1]],
  Dprime: [[-40, -1], [40, -1]],
};

test("the equation for the mean efficacy gives the six shapes of Fig. 2: which differences depress, which potentiate", () => {
  for (const [preset, points] of Object.entries(shapes)) {
    for (const [difference, sign] of points) {
      const change = theory(preset as Preset, 1, difference, 60, 0.5) - 0.5;
      expect([preset, difference, Math.sign(Math.round(change * 100))]).toEqual([preset, difference, sign]);
    }
  }
});

for (const preset of ["DP", "DPD", "DPDprime", "P", "D", "Dprime"] as const) {
  test(`without noise, pairs bring the efficacy of ${preset} where the equation for its mean says (Fig. 2)`, async () => {
    const differences = shapes[preset]!.map(([d]) => d);
    const protocol = { rate: 1, count: 15, start: 0.5 };
    const got = await simulated(preset, differences, protocol);
    for (const [k, d] of differences.entries()) {
      const expected = theory(preset, 1, d, 15, 0.5);
      // One sample of 0.1 ms more or less above a threshold, for each of two spikes.
      const { gamma_d, gamma_p, tau } = numbersOf(preset);
      expect(Math.abs(got[k]![0]! - expected)).toBeLessThan((15 * 2 * 1e-4 * Math.max(gamma_d, gamma_p) * 0.5) / tau);
      expect(Math.sign(got[k]![0]! - 0.5)).toBe(shapes[preset]![k]![1]);
    }
  });
}

test("75 pairs in cortical slices: post before pre depresses up to 20 Hz and potentiates at 50 Hz, as pre before post does (Fig. 4B)", async () => {
  expect(theory("corticalSlices", 1, -10, 75, 0.5)).toBeLessThan(0.45);
  const [prePost20, postPre20] = (await simulated("corticalSlices", [10, -10], { rate: 20, count: 75, start: 0.5 })).map((r) => r[0]!);
  const [prePost50, postPre50] = (await simulated("corticalSlices", [10, -10], { rate: 50, count: 75, start: 0.5 })).map((r) => r[0]!);
  expect(prePost20).toBeGreaterThan(0.53);
  expect(postPre20).toBeLessThan(0.45);
  expect(Math.min(prePost50!, postPre50!)).toBeGreaterThan(0.65);
});

test("noise spreads the efficacies of equal synapses by sigma·sqrt((1 − exp(−2T/tau_eff))·(alpha_d + alpha_p)/(2·(Gamma_d + Gamma_p)))", async () => {
  const protocol = { rate: 50, count: 75, start: 0.5, copies: 400, noise: true };
  const [efficacies] = await simulated("corticalSlices", [10], protocol);
  const [low, high] = above("corticalSlices", 50, 10), { gamma_d, gamma_p, tau } = numbersOf("corticalSlices");
  const rate = gamma_d * low + gamma_p * high;
  const expected = 3.3501 * Math.sqrt(((low + high) / (2 * rate)) * (1 - Math.exp((-2 * (75 / 50) * rate) / tau)));
  expect(Math.abs(deviationOf(efficacies!) / expected - 1)).toBeLessThan(0.12);
  expect(Math.abs(meanOf(efficacies!) - theory("corticalSlices", 50, 10, 75, 0.5))).toBeLessThan(3 * expected / 20);
});

test("left alone, the efficacy settles at 0 or 1, on the side of rho_star where it was, and spikes send w·(1 + rho·(b − 1))", async () => {
  const net = new Network({ seed: 1 });
  const starts = [0.2, 0.45, 0.55, 0.9];
  const source = net.spikeSource("source", 4, { times: starts.map(() => 1.5), indices: [0, 1, 2, 3] });
  const target = net.population("target", 4, relay);
  const projection = net.projection(source, target, calciumGraupnerBrunel, {
    connect: oneToOne(), receptor: "received", weight: 0.1, rho: Float64Array.from(starts), tau: "50 ms", pre_calcium: 0,
    delay: { transmit: "1 ms", calcium: "1 ms" },
  });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run("1.6 s");
  const rho = sim.get(projection, "rho"), received = sim.get(target, "received");
  for (const [k, start] of starts.entries()) {
    expect(Math.abs(rho[k]! - (start < 0.5 ? 0 : 1))).toBeLessThan(0.01);
    expect(received[k]!).toBeCloseTo(start < 0.5 ? 0.1 : 0.5, 2);
  }
});

// Competition of the inputs of a neuron. Song, Miller & Abbott (2000), Figs. 2 and 3.
import { compile } from "synfire";
import type { Quantity } from "synfire";
import { expect, test } from "vitest";
import { assemble, settings } from "../../models/networks/songMillerAbbott.ts";

interface Learnt {
  /** Output in Hz before anything is learnt and at the end. */
  readonly naive: number; readonly learnt: number;
  /** Fractions of the synapses below 0.2, between, and above 0.8 of the largest weight. */
  readonly low: number; readonly middle: number; readonly high: number;
}

/** Two neurons learn at twice the paper's speed for 150 s. */
async function learn(input_rate: Quantity): Promise<Learnt> {
  const { net, plastic, output } = assemble({ ...settings, neurons: 2, input_rate, a_plus: 0.01, a_minus: 0.0105 });
  await using sim = await compile(net, { dt: settings.dt });
  sim.setPlasticity(plastic, false);
  await sim.run("5 s");
  const naive = output.rate();
  sim.setPlasticity(plastic, true);
  await sim.run("150 s");
  const weights = sim.get(plastic, "w"), w_max = 0.15e-9;
  const fraction = (from: number, to: number) => weights.filter((w) => w >= from * w_max && w < to * w_max).length / weights.length;
  return {
    naive, learnt: output.times.filter((t) => t >= 105).length / 2 / 50,
    low: fraction(-0.001, 0.2), middle: fraction(0.2, 0.8), high: fraction(0.8, 1.001),
  };
}

test("weights become bimodal, and the output varies less than 2.5-fold while the input goes from 10 to 40 Hz", async () => {
  const [at10, at20, at40] = [await learn("10 Hz"), await learn("20 Hz"), await learn("40 Hz")];
  // The weights begin evenly spread: 0.2 below, 0.6 between, 0.2 above.
  for (const { low, middle, high } of [at20, at40]) {
    expect(low + high).toBeGreaterThan(0.7);
    // Per unit of weight, both ends hold more than the middle.
    expect(low / 0.2).toBeGreaterThan(2 * (middle / 0.6));
    expect(high / 0.2).toBeGreaterThan(middle / 0.6 / 2);
  }
  expect(at10.high + at10.low).toBeGreaterThan(0.5);
  // The more input, the fewer synapses win.
  expect(at10.high).toBeGreaterThan(at20.high);
  expect(at20.high).toBeGreaterThan(at40.high);

  const rates = [at10, at20, at40].map(({ learnt }) => learnt);
  expect(Math.max(...rates) / Math.min(...rates)).toBeLessThan(2.5);
  expect(Math.max(...rates)).toBeLessThan(25);
  // Before, four times the input meant more than ten times the output.
  expect(at40.naive / at10.naive).toBeGreaterThan(10);
});

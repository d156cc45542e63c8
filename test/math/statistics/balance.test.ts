import { currentBalance, synapticCurrent } from "synfire";
import { expect, test } from "vitest";

const samples = 1000;
/** Neuron by neuron, a course in time → [samples × neurons]. */
const table = (...courses: ((k: number) => number)[]) => Float64Array.from({ length: samples * courses.length },
  (_, at) => courses[at % courses.length]!(Math.floor(at / courses.length)));
/** Over 1000 samples: 10 and 25 whole periods, hence uncorrelated. */
const slow = (k: number) => Math.sin((2 * Math.PI * k) / 100), fast = (k: number) => Math.sin((2 * Math.PI * k) / 40);

test("inhibition that mirrors excitation has correlation −1 and the ratio of the amplitudes; one of its own course has 0", () => {
  const excitatory = table((k) => 2 + slow(k), (k) => 2 + slow(k), (k) => 3 + slow(k));
  const inhibitory = table((k) => -2 - slow(k), (k) => -4 * (2 + slow(k)), (k) => -1 - fast(k));
  const balance = currentBalance(excitatory, inhibitory, 3);
  for (const [neuron, ratio, correlation] of [[0, 1, -1], [1, 1 / 4, -1], [2, 3, 0]] as const) {
    expect(balance.ratio[neuron]).toBeCloseTo(ratio, 12);
    expect(balance.correlation[neuron]).toBeCloseTo(correlation, 12);
  }
  expect(balance.excitatory[2]).toBeCloseTo(3, 12);
  expect(balance.inhibitory[1]).toBeCloseTo(-8, 12);
});

test("a neuron without inhibition has an infinite ratio and no correlation", () => {
  const { ratio, correlation } = currentBalance(table((k) => 1 + slow(k)), table(() => 0), 1);
  expect(ratio[0]).toBe(Infinity);
  expect(correlation[0]).toBeNaN();
});

test("a conductance of 2 nS carries 100 pA inward at −50 mV when its reversal is 0 mV, and 60 pA outward when it is −80 mV", () => {
  const at = (reversal: number) => synapticCurrent([2e-9, 0], [-0.05, -0.05], reversal);
  expect(at(0)[0]).toBeCloseTo(100e-12, 20);
  expect(at(-0.08)[0]).toBeCloseTo(-60e-12, 20);
  expect(at(0)[1]).toBe(0);
});

test("tables that do not fit each other or the number of neurons are refused with what was given", () => {
  expect(() => currentBalance([1, 2, 3, 4], [1, 2], 2)).toThrow("currentBalance: 4 excitatory and 2 inhibitory values are no rows of 2 neurons");
  expect(() => currentBalance([1, 2, 3], [1, 2, 3], 2)).toThrow("no rows of 2 neurons");
  expect(() => synapticCurrent([1], [1, 2], 0)).toThrow("1 conductances, but 2 potentials");
});

/** Cell types of Izhikevich (2007), chapter 8, by what the book says of them. */
import { expect, test } from "vitest";
import { stepCurrent } from "synfire";
import { izhikevich2007 } from "synfire/models";
import { between, bursts, intervals, stimulate } from "./simulateOne.ts";

type CellType = keyof typeof izhikevich2007.presets;
const fire = async (preset: CellType, pA: number, duration: `${number} ms` = "1000 ms", from = 0): Promise<number[]> =>
  [
    ...(await stimulate(izhikevich2007, {
      values: izhikevich2007.presets[preset], dt: "0.05 ms", duration, currents: [stepCurrent({ amplitude: `${pA} pA`, from: `${from} ms` })],
    })).spikes[0]!,
  ];

test("the rheobase of the regular spiking neuron is (b + k·(v_t − v_r))²/4k = 51.4 pA, and its rate grows smoothly from there", async () => {
  const rheobase = (-2 + 0.7 * 20) ** 2 / (4 * 0.7);
  expect(rheobase).toBeCloseTo(51.43, 2);
  expect(await fire("regularSpiking", rheobase - 0.1, "3000 ms")).toEqual([]);
  const rates = [];
  for (const more of [0.5, 10, 50, 200]) rates.push(1e3 / intervals(await fire("regularSpiking", rheobase + more, "3000 ms")).at(-1)!);
  expect(rates[0]).toBeLessThan(4);
  for (let k = 1; k < rates.length; k++) expect(rates[k]).toBeGreaterThan(1.3 * rates[k - 1]!);
});

test("the regular spiking neuron adapts", async () => {
  const found = intervals(await fire("regularSpiking", 300));
  expect(found.at(-1)! / found[0]!).toBeGreaterThan(1.3);
  for (let k = 1; k < 5; k++) expect(found[k]).toBeGreaterThan(found[k - 1]!);
  expect(Math.abs(found.at(-1)! / found.at(-2)! - 1)).toBeLessThan(0.02);
});

test("the intrinsically bursting neuron answers a strong step with a burst, then single spikes", async () => {
  const found = bursts(await fire("intrinsicallyBursting", 600), 20);
  expect(found[0]!.length).toBeGreaterThanOrEqual(3);
  expect(found.length).toBeGreaterThan(10);
  expect(found.slice(1).every((b) => b.length === 1)).toBe(true);
});

test("the chattering neuron fires bursts all along, the spikes in them less than 10 ms apart", async () => {
  const found = bursts(await fire("chattering", 600), 10);
  expect(found.length).toBeGreaterThan(20);
  expect(found.slice(0, -1).every((b) => b.length >= 3)).toBe(true);
});

test("the fast spiking neuron goes on firing from 73 pA, at once above 18 Hz, and fires above 100 Hz without adaptation", async () => {
  expect((await fire("fastSpiking", 72)).length).toBeLessThanOrEqual(1);
  const onset = intervals(await fire("fastSpiking", 73.2));
  expect(1e3 / Math.max(...onset)).toBeGreaterThan(18);
  const found = intervals(await fire("fastSpiking", 400)).slice(2);
  expect(1e3 / found.at(-1)!).toBeGreaterThan(100);
  expect(Math.max(...found) / Math.min(...found)).toBeLessThan(1.25);
});

test("the low-threshold spiking neuron fires when strong inhibition ends, the regular spiking neuron does not", async () => {
  expect((await afterInhibition("lowThresholdSpiking", -1000)).length).toBeGreaterThanOrEqual(1);
  expect((await afterInhibition("regularSpiking", -1000)).length).toBe(0);
});

test("the thalamocortical neuron fires tonically from rest, and bursts when released from hyperpolarisation", async () => {
  const tonic = intervals(between(await fire("thalamocortical", 100), 300, 1000));
  expect(tonic.length).toBeGreaterThan(5);
  expect(Math.max(...tonic) / Math.min(...tonic)).toBeLessThan(1.05);
  const rebound = bursts(await afterInhibition("thalamocortical", -1200), 20);
  expect(rebound[0]!.length).toBeGreaterThanOrEqual(4);
  expect(intervals(rebound[0]!)[0]).toBeLessThan(10);
});

/** Spikes within 0.5 s after a current from 100 to 500 ms. */
async function afterInhibition(preset: CellType, pA: number): Promise<number[]> {
  const run = await stimulate(izhikevich2007, {
    values: izhikevich2007.presets[preset], dt: "0.05 ms", duration: "1 s",
    currents: [stepCurrent({ amplitude: `${pA} pA`, from: "100 ms", to: "500 ms" })],
  });
  return between(run.spikes[0]!, 500, 1000);
}

import { expect, test } from "vitest";
import { bandsOf, Sampler } from "../../examples/browser/src/sampler.ts";

const chunk = (from: number, to: number, spikes: readonly (readonly [number, number])[]) => ({
  from, to, times: Float64Array.from(spikes, ([time]) => time), indices: Uint32Array.from(spikes, ([, neuron]) => neuron),
});

test("populations share the rows by their sizes, and small ones keep some", () => {
  const rows = (...sizes: number[]) => bandsOf(sizes.map((size, k) => ({ name: `${k}`, size })), 240).map((band) => band.rows);
  expect(rows(80_000, 20_000)).toEqual([192, 48]);
  expect(rows(100_000, 100)).toEqual([240, 20]);
  expect(rows(12, 5)).toEqual([12, 5]);
});

test("every neuron with a row of its own shows every spike, in the order of neurons", () => {
  const sampler = new Sampler([{ name: "a", size: 3, rows: 3 }, { name: "b", size: 2, rows: 2 }]);
  sampler.add(chunk(0, 0.002, [[0.001, 0], [0.001, 4], [0.002, 2]]));
  const { times, rows, from, to } = sampler.take(0);
  expect([...rows]).toEqual([0, 4, 2]);
  expect([...times]).toEqual([0.001, 0.001, 0.002].map(Math.fround));
  expect([from, to]).toEqual([0, 0.002]);
});

test("the shown neurons of a large population are evenly spread", () => {
  const sampler = new Sampler([{ name: "a", size: 1000, rows: 10 }]);
  sampler.add(chunk(0, 0.001, Array.from({ length: 1000 }, (_, neuron) => [0.001, neuron] as const)));
  expect([...sampler.take(0).rows]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  sampler.add(chunk(0, 0.001, [[0.001, 100], [0.001, 101], [0.001, 900]]));
  expect([...sampler.take(0).rows]).toEqual([1, 9]);
});

test("counts hold the spikes of all neurons, and a spike at the end of a millisecond belongs to it", () => {
  const sampler = new Sampler([{ name: "a", size: 1000, rows: 1 }, { name: "b", size: 10, rows: 1 }]);
  sampler.add(chunk(0.7, 0.702, [[0.7001, 5], [0.7001, 1000], [0.701, 6], [0.7011, 7], [0.702, 1009]]));
  sampler.add(chunk(0.702, 0.703, [[0.703, 8]]));
  expect([...sampler.take(0).counts]).toEqual([2, 1, 1, 1, 1, 0]);
  // What was taken does not come again.
  sampler.add(chunk(0.703, 0.704, [[0.704, 9]]));
  expect(sampler.take(0)).toMatchObject({ from: 0.703, to: 0.704, counts: Uint32Array.of(1, 0) });
});

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadHeidelberg } from "synfire/data";
import { halfPrecision } from "../../src/data/heidelberg.ts";
import type { Hdf5Package } from "../../src/io/hdf5.ts";

const file = fileURLToPath(new URL("files/shd_like.h5", import.meta.url)), optional = "h5wasm/node";
const hdf5 = (await import(optional).catch(() => undefined)) as Hdf5Package | undefined;
const why = hdf5 ? "" : " (skipped: the optional package h5wasm is not installed)";

test("numbers of 16 bits are what IEEE 754 says, at both ends of their range", () => {
  const known: readonly (readonly [number, number])[] = [
    [0x3c00, 1], [0xc000, -2], [0x7bff, 65_504], [0x0001, 2 ** -24], [0x0400, 2 ** -14], [0x3555, 0.333251953125], [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ];
  for (const [word, value] of known) expect(halfPrecision(word)).toBe(value);
  expect(halfPrecision(0x7e00)).toBeNaN();
});

test.skipIf(!hdf5)(`trials of a file laid out as the Heidelberg digits are read${why}`, async () => {
  const trials = await loadHeidelberg(file);
  expect([trials.length, trials.channels, [...trials.labels]]).toEqual([5, 700, [0, 1, 2, 3, 4]]);
  expect(Array.from({ length: 5 }, (_, k) => trials.events(k).times.length)).toEqual([12, 8, 9, 13, 19]);
  // 0.0275574 s and 0.9506836 s as numbers of 16 bits, in whole microseconds.
  const { times } = trials.events(0);
  expect([times[0], times.at(-1)]).toEqual([0.027557, 0.950683]);
  expect((await loadHeidelberg(file, { count: 2, duration: 0.5 })).length).toBe(2);
});

test.skipIf(hdf5)("without the package the message says which to install", async () => {
  await expect(loadHeidelberg(file)).rejects.toThrow(/needs the package h5wasm[^]*npm install h5wasm/);
});

test("a file that is missing or of another kind is refused by name", async () => {
  await expect(loadHeidelberg("no/such.h5")).rejects.toThrow("cannot read no/such.h5: there is no such file");
  await expect(loadHeidelberg(fileURLToPath(import.meta.url))).rejects.toThrow("heidelberg.test.ts is no HDF5 file");
});

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadHeidelberg } from "synfire/data";
import { halfPrecision } from "../../src/data/heidelberg.ts";
import { installed } from "../../src/io/hdf5.ts";
import type { Hdf5Package } from "../../src/io/hdf5.ts";

const file = fileURLToPath(new URL("../../../shared/data/formats/synthetic/shd_like.h5", import.meta.url)), absent = !existsSync(file);

test("numbers of 16 bits are what IEEE 754 says, at both ends of their range", () => {
  const known: readonly (readonly [number, number])[] = [
    [0x3c00, 1], [0xc000, -2], [0x7bff, 65_504], [0x0001, 2 ** -24], [0x0400, 2 ** -14], [0x3555, 0.333251953125], [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ];
  for (const [word, value] of known) expect(halfPrecision(word)).toBe(value);
  expect(halfPrecision(0x7e00)).toBeNaN();
});

test.skipIf(absent)("trials of a file laid out as the Heidelberg digits are read", async () => {
  const trials = await loadHeidelberg(file);
  expect([trials.length, trials.channels, [...trials.labels]]).toEqual([5, 700, [0, 1, 2, 3, 4]]);
  expect(Array.from({ length: 5 }, (_, k) => trials.events(k).times.length)).toEqual([12, 8, 9, 13, 19]);
  // 0.0275574 s and 0.9506836 s as numbers of 16 bits, in whole microseconds.
  const { times } = trials.events(0);
  expect([times[0], times.at(-1)]).toEqual([0.027557, 0.950683]);
  expect((await loadHeidelberg(file, { count: 2, duration: 0.5 })).length).toBe(2);
});

test("without the package the message says which to install", async () => {
  const missing = () => import("no-such-package" as string) as Promise<Hdf5Package>;
  await expect(installed(missing)).rejects.toThrow(/needs the package h5wasm[^]*npm install h5wasm/);
});

test("a file that is missing or of another kind is refused by name", async () => {
  await expect(loadHeidelberg("no/such.h5")).rejects.toThrow("cannot read no/such.h5: there is no such file");
  await expect(loadHeidelberg(fileURLToPath(import.meta.url))).rejects.toThrow("heidelberg.test.ts is no HDF5 file");
});

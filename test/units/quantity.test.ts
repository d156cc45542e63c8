import fc from "fast-check";
import { expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import {
  dimensionless, dimensionName, dimensions, divideDimensions, findUnit, formatQuantity, looksLikeQuantity, multiplyDimensions, parseQuantity,
  powerDimension, readQuantity, sameDimension, unitNames,
} from "../../src/units/index.ts";
import type { Dimension, Quantity } from "../../src/units/index.ts";

test.each([
  ["20 ms", 0.02, "second"], ["0.3 ms", 3e-4, "second"], ["-65 mV", -0.065, "volt"], ["450 pA", 4.5e-10, "ampere"], ["30 nS", 3e-8, "siemens"],
  ["281 pF", 2.81e-10, "farad"],
  ["40 Mohm", 4e7, "ohm"], ["20 kHz", 2e4, "hertz"], ["0.03 1/ms", 30, "hertz"], ["1 uF/cm^2", 0.01, "farad/metre^2"],
  ["36 mS/cm**2", 360, "siemens/metre^2"],
  ["0.7 nS/mV", 7e-7, "siemens/volt"], ["2 mM", 2, "mmolar"], ["3 mV/ms", 3, "volt/second"], ["5 nA*ms", 5e-12, "coulomb"],
  ["1 um^2", 1e-12, "metre^2"], ["1e3 um", 1e-3, "metre"],
  ["-65mV", -0.065, "volt"], ["  2   ms ", 0.002, "second"], ["7", 7, "1"], ["+1.5e-3", 0.0015, "1"], ["1 mV^2", 1e-6, "volt^2"],
  ["2 mV*s", 0.002, "volt*second"],
] as const)("%s is %d in %s", (text, value, name) => {
  const read = readQuantity(text, "x");
  expect(read.value).toBe(value);
  expect(dimensionName(read.dimension)).toBe(name);
});

test("a quantity is rounded once: n and a prefix give the double nearest to the decimal number", () => {
  fc.assert(fc.property(fc.integer({ min: -9999, max: 9999 }), fc.constantFrom(["ms", -3], ["pA", -12], ["Mohm", 6], ["um", -6], ["nS", -9]),
    (n, [unit, exponent]) => {
    expect(readQuantity(`${n / 10} ${unit}`, "x").value).toBe(Number(`${n}e${Number(exponent) - 1}`));
  }));
});

test("a formatted quantity reads back as the same value to twelve digits, for every named dimension", () => {
  const anyDimension = fc.constantFrom<Dimension>(...Object.values(dimensions), dimensionless);
  fc.assert(fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-18), anyDimension,
    (value, dimension) => {
    const back = parseQuantity(formatQuantity(value, dimension), dimension, "x");
    expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-11 * Math.abs(value));
  }));
});

test("the name of a dimension is a unit of that dimension, of size one", () => {
  const exponents = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 7, maxLength: 7 }).map((d) => d as unknown as Dimension);
  const products = fc.tuple(fc.constantFrom<Dimension>(...Object.values(dimensions)), fc.constantFrom<Dimension>(...Object.values(dimensions)),
    fc.constantFrom(-2, -1, 1, 2)).map(([a, b, p]) => multiplyDimensions(a, powerDimension(b, p)));
  fc.assert(fc.property(fc.oneof(exponents, products), (dimension) => {
    const name = dimensionName(dimension);
    const read = readQuantity(name === "1" ? "1" : `1 ${name}`, "x");
    expect(sameDimension(read.dimension, dimension)).toBe(true);
    expect(read.value).toBe(1);
  }), { numRuns: 500 });
});

test.each([
  [0.02, "second", "20 ms"], [-0.065, "volt", "-65 mV"], [4.5e-10, "ampere", "450 pA"], [0, "volt", "0 V"], [1e-4, "second", "100 us"],
  [1, "second", "1 s"], [1e7, "ohm", "10 Mohm"],
  [2, "mmolar", "2 mM"], [3e-16, "second", "0.3 fs"], [1e15, "hertz", "1000000 GHz"],
] as const)("%d in %s is written %s", (value, name, text) => {
  expect(formatQuantity(value, dimensions[name])).toBe(text);
});

test("every unit name is known to mathjs and is a power of ten of SI", () => {
  for (const name of unitNames) {
    const unit = findUnit(name)!;
    expect(Number.isInteger(unit.exponent), name).toBe(true);
    expect(readQuantity(`1 ${name}`, "x").value).toBe(Number(`1e${unit.exponent}`));
  }
});

test.each([
  ["ohm", "volt", "ampere"], ["siemens", "ampere", "volt"], ["farad", "coulomb", "volt"], ["coulomb", "ampere", "hertz"], ["watt", "joule", "second"],
] as const)("%s is %s per %s", (quotient, above, below) => {
  expect(sameDimension(dimensions[quotient], divideDimensions(dimensions[above], dimensions[below]))).toBe(true);
});

test.each<[number | string, Dimension, string]>([
  [20, dimensions.second, 'delay is 20 without a unit, but a quantity in second is needed\n  Write "20 ms" if that is what you mean.'],
  ["20", dimensions.volt, 'delay is "20" without a unit, but a quantity in volt is needed\n  Write "20 mV" if that is what you mean.'],
  ["20 mV", dimensions.second, 'delay is "20 mV", which is in volt, but a quantity in second is needed\n  Write a quantity such as "20 ms".'],
  ["20 mV", dimensionless, 'delay is "20 mV", which is in volt, but a number without a unit is needed\n  Write the bare number.'],
  ["20 msec", dimensions.second, 'delay is "20 msec": there is no unit "msec"\n  Did you mean ms?'],
  ["20 mss", dimensions.second, 'delay is "20 mss": there is no unit "mss"\n  Did you mean ms?'],
  ["20 µs", dimensions.second, 'delay is "20 µs", not a quantity\n  Write u for micro and ohm for Ω.'],
  ["1e999 ms", dimensions.second, 'delay is "1e999 ms", which is too large a number\n  Give a finite number.'],
  [Number.NaN, dimensions.second, "delay is NaN\n  Give a finite number."],
  [Infinity, dimensionless, "delay is Infinity\n  Give a finite number."],
  ["", dimensions.second, 'delay is "", not a quantity\n  Write a number, a space and a unit, e.g. "20 ms".'],
  ["rand()*ms", dimensions.second, 'delay is "rand()*ms", not a quantity\n  Write a number, a space and a unit, e.g. "20 ms".'],
])("%j is refused where %j is wanted, with the right form in the hint", (quantity, dimension, message) => {
  expect(() => parseQuantity(quantity, dimension, "delay")).toThrow(expect.objectContaining({ name: "ArgumentError", message }));
});

test("no text makes reading a quantity fail in another way than by an ArgumentError, and it never hangs", () => {
  const pieces = fc.array(fc.constantFrom("1", "20", " ", "ms", "mV", "/", "*", "^", "**", "2", ".", "e", "-", "cm", "\n", "constructor",
    "__proto__"), { maxLength: 40 }).map((p) => p.join(""));
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), pieces), (text) => {
    looksLikeQuantity(text);
    try {
      expect(Number.isFinite(readQuantity(text, "x").value)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(ArgumentError);
    }
  }), { numRuns: 3000 });
});

test("a misspelt unit is an error of the type checker", () => {
  const good: Quantity[] = [3, "20 ms", "-65 mV", "1 uF/cm^2", "0.7 nS/mV", "0.03 1/ms"];
  // @ts-expect-error there is no unit msec
  const bad: Quantity = "20 msec";
  expect([...good, bad]).toHaveLength(7);
});

import { expect, test } from "vitest";
import { EquationError } from "../../src/errors.ts";
import { printExpr } from "../../src/ir/print.ts";
import { parseValue } from "../../src/lang/value.ts";
import { dimensionless, dimensions } from "../../src/units/dimension.ts";
import type { Dimension } from "../../src/units/dimension.ts";

const names = new Map<string, Dimension>([["v_th", dimensions.volt], ["tau_m", dimensions.second], ["i", dimensionless], ["N", dimensionless],
  ["m", dimensionless], ["distance", dimensions.metre]]);
const volt = (value: number | string): ReturnType<typeof parseValue> =>
  parseValue(value, { names, dimension: dimensions.volt, what: 'v of population "E"' });

test.each([
  ["-60*mV + rand()*10*mV", "-0.06 + rand() * 10 * 0.001", 1], ["rand() * v_th", "rand() * v_th", 1], ["20 mV", "0.02", 0], ["-65*mV", "-0.065", 0],
  ["0.3*mV", "0.0003", 0],
  ["v_th*i/N", "v_th * i / N", 0], ["0.1*mV*(1 + 0.1*randn())", "0.0001 * (1 + 0.1 * randn())", 1],
  ["v_th*exp(-distance**2/(2*(100*um)**2))", "v_th * exp(-distance^2 / (2 * 0.0001^2))", 0],
  ["m * volt", "m * 1", 0], ["select(i < N/2, v_th, 2*v_th)", "select(i < N / 2, v_th, 2 * v_th)", 0], ["v_th * True", "", -1], ["0", "", -1],
])("a voltage written %s means %s with %i draws", (text, printed, draws) => {
  if (draws < 0) {
    expect(() => volt(text)).toThrow(text === "0" ? "without a unit" : "a condition stands where a number is needed");
    return;
  }
  const value = volt(text);
  expect([printExpr(value.expr), value.draws]).toEqual([printed, draws]);
});

test("a single letter is the unit unless it is a name: m is the model's m, and metre stays a length", () => {
  expect(printExpr(parseValue("m", { names, dimension: dimensionless, what: "x" }).expr)).toBe("m");
  expect(parseValue("3*m", { names: new Map(), dimension: dimensions.metre, what: "x" }).expr).toEqual({ kind: "number", value: 3 });
});

test("draws are numbered from 0 in the order of the text", () => {
  const { expr, draws } = parseValue("rand() + randn()", { names, dimension: dimensionless, what: "x" });
  expect(draws).toBe(2);
  expect(expr).toMatchObject({ args: [{ distribution: "uniform", draw: 0 }, { distribution: "normal", draw: 1 }] });
});

test("a bare number where a voltage is wanted names the population and shows the right form", () => {
  expect(() => volt(-65)).toThrow(expect.objectContaining({ name: "ArgumentError",
    message: 'v of population "E" is -65 without a unit, but a quantity in volt is needed\n  Write "-65 mV" if that is what you mean.' }));
});

test("an expression in another dimension is shown with a caret", () => {
  expect(() => volt("rand() * tau_m")).toThrow(expect.objectContaining({ name: "EquationError", code: "units-mismatch",
    message: 'units do not match in v of population "E": it must be in volt, not second\n  1 | rand() * tau_m\n'
      + "    | ^^^^^^^^^^^^^^\n  Bring it to volt, e.g. multiply by a quantity in volt/second." }));
});

test("all mistakes of an expression are shown", () => {
  expect(() => volt("v_ht + exp(v_th)*mV")).toThrow(/has 2 problems[^]*Did you mean v_th\?[^]*the argument of exp/);
});

test("white noise has no place in a value", () => {
  expect(() => volt("xi*mV*second**0.5")).toThrow(EquationError);
});

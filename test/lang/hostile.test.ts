import fc from "fast-check";
import { expect, test } from "vitest";
import { ArgumentError, EquationError } from "../../src/errors.ts";
import { printExpr } from "../../src/ir/print.ts";
import { parseValue } from "../../src/lang/value.ts";
import { neuron } from "../../src/model/neuron.ts";
import type { NeuronSpec } from "../../src/model/neuron.ts";
import { dimensionless } from "../../src/units/dimension.ts";

/** Runs it; anything but an answer or a user's error is a fault. Fails, too, when it took ten seconds, which only a hang does. */
function survives(run: () => unknown): void {
  const start = performance.now();
  try {
    run();
  } catch (error) {
    if (!(error instanceof EquationError) && !(error instanceof ArgumentError)) throw error;
    expect(error.message.length).toBeLessThan(20_000);
  }
  expect(performance.now() - start).toBeLessThan(10_000);
}

const words = fc.constantFrom(
  "v", "u", "tau_m", "mV", "ms", "t", "dt", "i", "N", "xi", "xi_1", "exp", "rand", "randn", "min", "clip", "int", "and", "or", "not", "True", "pi",
  "inf", "0", "1", "2.5", "1e3", ".5", "5.", "1e999",
  "+", "-", "*", "/", "^", "**", "%", "<", "<=", "==", "!=", "(", ")", ",", "=", "+=", "*=", ":", ";", "\n", " ", "#", "dv/dt = ", " : volt", " : 1",
  "(unless refractory)", "(impulse)", "volt", "amp",
  "constructor", "prototype", "__proto__", "toString", "import", "import('fs')", "createUnit('x')", "f(x) = x", "eval", "Function", "this",
  "globalThis", "process", "[", "]", "{", "}", "'", "\"", "`", "$", "\\",
  "?", "!", "&", "|", "~", "@", ".", "..", "=>", "end", "null", "undefined", "NaN", "Infinity", "unit", "to", "in", "mod", "xor", "𝛕", "µ", "\u0000",
  "\u2028", "e", "E", "0x10", "1_000", "1n");
const text = fc.oneof(fc.array(words, { maxLength: 40 }).map((w) => w.join(" ")), fc.array(words, { maxLength: 40 }).map((w) => w.join("")),
  fc.string({ unit: "binary", maxLength: 200 }));

test("no text in any field of a model does anything but give a model or a user's error", () => {
  fc.assert(fc.property(text, text, text, text, (equations, threshold, reset, refractory) => {
    const sound = { name: "m", parameters: { tau_m: "20 ms" }, state: { v: "0 mV", u: 0 }, equations: "dv/dt = -v/tau_m : volt" } as const;
    survives(() => neuron({ ...sound, equations }));
    survives(() => neuron({ ...sound, threshold, reset, refractory }));
    survives(() => neuron({ ...sound, equations: `dv/dt = ${threshold} : volt` }));
  }), { numRuns: 1500 });
});

test("no text as a value does anything but give an expression or a user's error", () => {
  const names = new Map([["v", dimensionless]]);
  fc.assert(fc.property(text, (value) => survives(() => parseValue(value, { names, dimension: dimensionless, what: "x" }))), { numRuns: 3000 });
});

test("no data from a file does anything but give a model or a user's error", () => {
  const field = fc.constantFrom("name", "parameters", "state", "receptors", "equations", "threshold", "reset", "refractory", "method", "presets",
    "checked", "__proto__", "constructor", "foo");
  const json = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text, fc.dictionary(fc.oneof(words, fc.string()),
    fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant("1 mV"))));
  fc.assert(fc.property(fc.array(fc.tuple(field, json)), fc.jsonValue(), (fields, whole) => {
    const base: [string, unknown][] = [["name", "m"], ["equations", "dv/dt = -v/ms : volt"], ["state", { v: "0 mV" }]];
    survives(() => neuron(JSON.parse(JSON.stringify(Object.fromEntries([...base, ...fields]))) as NeuronSpec));
    survives(() => neuron(whole as unknown as NeuronSpec));
  }), { numRuns: 1500 });
});

test.each([
  "constructor", "constructor.constructor('return process')()", "v.constructor", "__proto__", "import('node:fs')", "import(1)", "f(x) = x + 1",
  "v = 3", "[1, 2, 3]", "{a: 1}", "'text'", "\"text\"", "`text`",
  "v[1]", "v[constructor]", "createUnit(1)", "createUnit(\"foo\")", "unit(3)", "eval(1)", "parse(1)", "evaluate(1)", "compile(1)", "help(1)", "1:10",
  "v'", "5!", "a ? 1 : 2", "null", "undefined", "NaN", "Infinity",
  "this", "globalThis", "process", "require(1)", "toString()", "valueOf()", "hasOwnProperty(1)", "sqrt.call(1)", "rand().x", "i", "complex(1, 2)",
  "2 i", "0x10", "0b1", "1 to mm", "v ?? 1", "v?.x", "v;v", "\n\nv\n=\n3",
])("%s is no value and runs nothing", (value) => {
  expect(() => parseValue(value, { names: new Map([["v", dimensionless]]), dimension: dimensionless,
    what: "x" })).toThrow(expect.objectContaining({ name: expect.stringMatching(/^(Equation|Argument)Error$/) as string }));
});

test("long texts are refused or read in a moment", () => {
  const read = (value: string): void => survives(() => parseValue(value,
    { names: new Map([["v", dimensionless]]), dimension: dimensionless, what: "x" }));
  const sizes = 99_000;
  for (const piece of ["(", ")", "-", "v+", "v^", "v ", "1", ".", "1e", "not ", "max(", "v,", " ", "\n", "#", "v<", "v and ", "5%", "((", "a",
    "**"]) read(piece.repeat(Math.floor(sizes / piece.length)));
  for (const piece of [";", "\n", "v : 1\n", "dv/dt = 1\n(", "(", "x = ", "# (\n", ": ", "a b ", "v=v+1;", " (", "( ", "dv/dt=(\n"]) {
    const lines = piece.repeat(Math.floor(sizes / piece.length));
    survives(() => neuron({ name: "m", state: { v: 1 }, equations: lines, threshold: "v > 1", reset: lines }));
  }
  survives(() => parseValue("v".repeat(200_000), { names: new Map(), dimension: dimensionless, what: "x" }));
});

test("an expression of 190 levels is read: the limit is on nesting, not on length", () => {
  const sum = Array.from({ length: 190 }, () => "v").join(" + ");
  expect(printExpr(parseValue(sum, { names: new Map([["v", dimensionless]]), dimension: dimensionless, what: "x" }).expr)).toBe(sum);
  const arguments_ = Array.from({ length: 20 }, () => `(${Array.from({ length: 150 }, () => "v").join(" * ")})`).join(" + ");
  expect(parseValue(arguments_, { names: new Map([["v", dimensionless]]), dimension: dimensionless, what: "x" }).draws).toBe(0);
});

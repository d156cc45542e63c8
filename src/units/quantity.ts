/** Quantities: numbers with a unit, as a user writes them ("20 ms") and as the simulator holds them (SI base units). */
import { ArgumentError, didYouMean } from "../errors.ts";
import { dimensionless, dimensionName, dimensions, isDimensionless, multiplyDimensions, powerDimension, sameDimension } from "./dimension.ts";
import type { Dimension } from "./dimension.ts";
import { findUnit, unitNames } from "./names.ts";

type SimpleUnit =
  | "s" | "ms" | "us" | "ns" | "V" | "mV" | "uV" | "A" | "mA" | "uA" | "nA" | "pA" | "S" | "mS" | "uS" | "nS" | "pS" | "F" | "uF" | "nF" | "pF"
  | "ohm" | "kohm" | "Mohm" | "Gohm" | "Hz" | "kHz" | "MHz" | "m" | "cm" | "mm" | "um" | "nm" | "mol" | "mmol" | "umol" | "mM" | "uM" | "nM"
  | "C" | "mC" | "uC" | "nC" | "pC" | "K";
type Below = "s" | "ms" | "V" | "mV" | "A" | "pA" | "nA" | "m" | "cm" | "mm" | "um" | "m^2" | "cm^2" | "mm^2" | "um^2" | "mV^2" | "ms^2";

/** Units that TypeScript accepts in a quantity; more compound units are understood at run time, where a plain string is accepted. */
export type Unit = SimpleUnit | `${SimpleUnit}/${Below}` | `1/${Below}` | `${"m" | "cm" | "mm" | "um" | "mV" | "pA"}^2`;

/** A bare number is dimensionless. */
export type Quantity = number | `${number} ${Unit}`;

/** Units beside the named ones, each one of its dimension: in a synapse model, `weight`. */
export type ExtraUnits = ReadonlyMap<string, Dimension>;

const quantityPattern = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z1].*?)?\s*$/;
const unitPattern = /^(?:1|[A-Za-z]+[23]?)(?:(?:\^|\*\*)[+-]?[\d.]+)?(?:\s*[*/]\s*[A-Za-z]+[23]?(?:(?:\^|\*\*)[+-]?[\d.]+)?)*$/;
const longestQuantity = 200;

/** Whether the text is a number with or without a unit (even a misspelt one), as opposed to an expression. */
export function looksLikeQuantity(text: string): boolean {
  if (text.length > longestQuantity) return false;
  const match = quantityPattern.exec(text);
  return match !== null && (match[2] === undefined || unitPattern.test(match[2]));
}

/**
 * Reads a quantity, taking its dimension from its unit.
 *
 * @param what  the object and the field, for the message: `tau_m of neuron "lif"`
 * @throws {ArgumentError} when it is not a finite number with a known unit
 */
export function readQuantity(quantity: number | string, what: string, extra?: ExtraUnits): { readonly value: number; readonly dimension: Dimension } {
  if (typeof quantity === "number") {
    if (!Number.isFinite(quantity)) throw new ArgumentError("not-finite", `${what} is ${quantity}`, "Give a finite number.");
    return { value: quantity, dimension: dimensionless };
  }
  if (typeof quantity !== "string") {
    throw new ArgumentError("not-a-quantity", `${what} is ${describeValue(quantity)}, not a quantity`, 'Give a number or a text such as "20 ms".');
  }
  const match = quantity.length > longestQuantity ? null : quantityPattern.exec(quantity);
  if (!match) {
    const hint = /[µμΩ]/.test(quantity) ? "Write u for micro and ohm for Ω." : 'Write a number, a space and a unit, e.g. "20 ms".';
    throw new ArgumentError("not-a-quantity", `${what} is ${describeValue(quantity)}, not a quantity`, hint);
  }
  const { dimension, exponent } = match[2] === undefined ? { dimension: dimensionless, exponent: 0 } : readUnit(match[2], quantity, what, extra);
  const value = scaleByTen(match[1]!, exponent);
  if (!Number.isFinite(value)) throw new ArgumentError("not-finite", `${what} is ${describeValue(quantity)}, which is too large a number`,
    "Give a finite number.");
  return { value, dimension };
}

/**
 * Reads a quantity of a given dimension.
 *
 * @returns the value in SI base units
 * @throws {ArgumentError} for a bare number where a unit is wanted, another dimension, or a misspelt unit; the hint shows the right form
 */
export function parseQuantity(quantity: number | string, dimension: Dimension, what: string, extra?: ExtraUnits): number {
  const read = readQuantity(quantity, what, extra);
  if (sameDimension(read.dimension, dimension)) return read.value;
  const shown = typeof quantity === "number" ? String(quantity) : `"${quantity.trim()}"`;
  const wanted = isDimensionless(dimension) ? "a number without a unit" : `a quantity in ${dimensionName(dimension)}`;
  if (isDimensionless(read.dimension)) {
    const example = `${String(quantity).trim()} ${exampleUnit(dimension)}`;
    throw new ArgumentError("missing-unit", `${what} is ${shown} without a unit, but ${wanted} is needed`,
      `Write "${example}" if that is what you mean.`);
  }
  const hint = isDimensionless(dimension) ? "Write the bare number." : `Write a quantity such as "${formatExample(dimension)}".`;
  throw new ArgumentError("wrong-unit", `${what} is ${shown}, which is in ${dimensionName(read.dimension)}, but ${wanted} is needed`, hint);
}

/** A value in SI base units with the prefix that reads best: (0.02, second) → "20 ms". `parseQuantity` reads it back. */
export function formatQuantity(value: number, dimension: Dimension): string {
  const digits = (x: number): string => String(Number(x.toPrecision(12)));
  if (isDimensionless(dimension)) return digits(value);
  const symbol = symbols.find(([name]) => sameDimension(dimensions[name], dimension));
  if (!symbol) return `${digits(value)} ${dimensionName(dimension)}`;
  const [, base, prefixes] = symbol;
  const size = Math.abs(value);
  const units = prefixes.map((prefix) => findUnit(prefix + base)!);
  const unit = size === 0 ? units[prefixes.includes("") ? prefixes.indexOf("") : 0]!
    : (units.find((u) => size >= 10 ** u.exponent * (1 - 1e-12)) ?? units.at(-1)!);
  return `${digits(value / 10 ** unit.exponent)} ${unit.name}`;
}

/** The unit a person would use for such a quantity in a network of neurons: ms, mV, pA, … */
export function exampleUnit(dimension: Dimension): string {
  const found = Object.entries(usual).find(([name]) => sameDimension(dimensions[name as keyof typeof usual], dimension));
  return found ? found[1] : dimensionName(dimension);
}

/** The number text times a power of ten, rounded once: "0.3" with −3 is 3e-4 exactly as written. */
export function scaleByTen(text: string, exponent: number): number {
  const [mantissa, power] = text.toLowerCase().split("e");
  return Number(`${mantissa}e${Number(power ?? 0) + exponent}`);
}

function readUnit(text: string, quantity: string, what: string, extra?: ExtraUnits): { dimension: Dimension; exponent: number } {
  if (!unitPattern.test(text)) {
    throw new ArgumentError("unknown-unit", `${what} is ${describeValue(quantity)}: "${text}" is not a unit`,
      'Write a unit such as ms, mV, nS/cm^2 or 1/ms after the number.');
  }
  let dimension = dimensionless, exponent = 0, sign = 1;
  for (const part of text.replaceAll("**", "^").split(/([*/])/)) {
    if (part === "*" || part === "/") {
      sign = part === "/" ? -1 : 1;
      continue;
    }
    const [name = "", power = "1"] = part.trim().split("^");
    if (name === "1") continue;
    const own = extra?.get(name);
    const unit = own ? { dimension: own, exponent: 0 } : findUnit(name);
    const factor = sign * Number(power);
    if (!unit) throw unknownUnit(name, quantity, what);
    if (!Number.isFinite(factor) || Math.abs(factor) > 12 || !Number.isInteger(factor * unit.exponent)) {
      throw new ArgumentError("unknown-unit", `${what} is ${describeValue(quantity)}: ${power} is not a usable exponent of ${name}`,
        "Use a whole exponent, e.g. um^2.");
    }
    dimension = multiplyDimensions(dimension, powerDimension(unit.dimension, factor));
    exponent += factor * unit.exponent;
  }
  return { dimension, exponent };
}

/** The unit that a misspelt or foreign name probably means. */
export function nearestUnit(name: string): string | undefined {
  return longSpellings.get(name.toLowerCase()) ?? didYouMean(name, unitNames);
}

function unknownUnit(name: string, quantity: string, what: string): ArgumentError {
  const near = nearestUnit(name);
  const hint = near ? `Did you mean ${near}?`
    : "Known units are s ms us, V mV uV, A mA uA nA pA, S mS uS nS, F uF nF pF, ohm kohm Mohm, Hz kHz, m mm um, mol mM.";
  return new ArgumentError("unknown-unit", `${what} is ${describeValue(quantity)}: there is no unit "${name}"`, hint);
}

function formatExample(dimension: Dimension): string {
  return `20 ${exampleUnit(dimension)}`;
}

function describeValue(value: unknown): string {
  if (typeof value === "string") return value.length > 60 ? `"${value.slice(0, 57)}…"` : `"${value}"`;
  return value === null ? "null" : Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : typeof value === "function"
    ? "a function" : String(value);
}

/** Spellings in use elsewhere that edit distance would not find. */
const longSpellings: ReadonlyMap<string, string> = new Map(Object.entries({
  msec: "ms", msecs: "ms", millisecond: "ms", milliseconds: "ms", sec: "s", secs: "s", seconds: "s", usec: "us", microsecond: "us",
  microseconds: "us",
  millivolt: "mV", millivolts: "mV", volts: "V", picoampere: "pA", picoamp: "pA", nanoampere: "nA", nanoamp: "nA", amps: "A", amperes: "A",
  nanosiemens: "nS", microsiemens: "uS", millisiemens: "mS", picofarad: "pF", nanofarad: "nF", microfarad: "uF", megaohm: "Mohm", ohms: "ohm",
  kilohertz: "kHz", micrometer: "um", micrometre: "um", micron: "um", millimeter: "mm", centimeter: "cm",
}));

const usual = {
  second: "ms", volt: "mV", ampere: "pA", siemens: "nS", farad: "pF", ohm: "Mohm", hertz: "Hz", metre: "um", mole: "mol", mmolar: "mM", coulomb: "pC",
} as const satisfies Partial<Record<keyof typeof dimensions, string>>;

const symbols: readonly (readonly [keyof typeof dimensions, string, readonly string[]])[] = [
  ["second", "s", ["", "m", "u", "n", "p", "f"]], ["volt", "V", ["k", "", "m", "u", "n", "p"]], ["ampere", "A", ["k", "", "m", "u", "n", "p", "f"]],
  ["siemens", "S", ["k", "", "m", "u", "n", "p", "f"]], ["farad", "F", ["", "m", "u", "n", "p", "f"]], ["ohm", "ohm", ["G", "M", "k", "", "m"]],
  ["hertz", "Hz", ["G", "M", "k", ""]], ["metre", "m", ["k", "", "m", "u", "n", "p"]], ["mole", "mol", ["", "m", "u", "n", "p", "f"]],
  // One mM (mmolar) is one mol/m^3, the SI unit of concentration.
  ["mmolar", "M", ["m", "u", "n"]], ["coulomb", "C", ["", "m", "u", "n", "p", "f"]],
];

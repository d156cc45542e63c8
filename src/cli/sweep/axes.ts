/** What `--set name=values` of a sweep means: values, lists of values and ranges, each value as `--set` of a run takes it. */
import { ArgumentError } from "../../errors.ts";
import { looksLikeQuantity } from "../../units/index.ts";
import { applyChanges } from "../settings.ts";
import type { Settings, SettingValue } from "../settings.ts";

/** A setting and the values it takes; with one value it is fixed. */
export interface Axis { readonly name: string; readonly values: readonly SettingValue[] }

/** A range longer than this is a misprint. */
const longestRange = 1_000_000;

/**
 * Reads `g=3:8:0.5`, `eta=0.5,1,2`, `J=0.1:0.5:0.1 mV`, `rule=a,b`, or mixtures such as `g=1,2,4:8:2`. A range is start:stop:step; it includes
 * its stop when a whole number of steps leads there, and its values are the decimal numbers that the text says. A unit after the last value holds
 * for all that have none.
 *
 * @param defaults  the settings of the network file; a value keeps the type and dimension of its default
 * @throws {ArgumentError} for an unknown setting, an empty list, a range that leads nowhere, or a value of another type
 */
export function readAxis(text: string, defaults: Settings): Axis {
  const split = text.indexOf("=");
  const name = text.slice(0, Math.max(0, split)).trim();
  // Says what is wrong with the name or its value as a run does.
  if (split < 1 || !(Object.hasOwn(defaults, name) || name === "seed")) applyChanges(defaults, [text], {});
  const known = name === "seed" && !Object.hasOwn(defaults, name) ? { ...defaults, seed: 1 } : defaults;
  const texts = readValues(name, text.slice(split + 1), known[name]!);
  const values = texts.map((value) => applyChanges(known, [`${name}=${value}`], {})[name]!);
  const twice = values.find((value, k) => values.indexOf(value) !== k);
  if (twice === undefined) return { name, values };
  const hint = "Name each value once; --seeds n repeats points with other seeds.";
  throw new ArgumentError("sweep-twice", `--set ${text}: the value ${twice} comes twice`, hint);
}

function readValues(name: string, text: string, before: SettingValue): readonly string[] {
  const items = atTopLevel(text).map((item) => item.trim());
  const empty = items.includes("");
  if (empty) throw new ArgumentError("sweep-empty", `--set ${name}=${text}: ${items.length === 1 ? "no value" : "a value of the list is empty"}`,
    `Write e.g. --set ${name}=1,2,3 or --set ${name}=1:3:0.5.`);
  if (typeof before === "number") return items.flatMap((item) => (item.includes(":") ? rangeOf(name, item, "") : [item]));
  if (typeof before === "boolean" || !looksLikeQuantity(before)) return items;
  const unit = /^[^:]*$|:[^:]*$/.exec(items.at(-1)!) && unitOf(items.at(-1)!.split(":").at(-1)!);
  return items.flatMap((item) => (item.includes(":") ? rangeOf(name, item, unit ?? "") : [unitOf(item) === "" && unit ? `${item} ${unit}` : item]));
}

/** The items of a list; commas within brackets belong to an expression. */
function atTopLevel(text: string): string[] {
  const items = [""];
  let depth = 0;
  for (const character of text) {
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    if (character === "," && depth <= 0) items.push("");
    else items[items.length - 1] += character;
  }
  return items;
}

const numberAndUnit = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$/;
const unitOf = (text: string): string => numberAndUnit.exec(text)?.[2] ?? "";

function rangeOf(name: string, text: string, unitOfList: string): string[] {
  const wrong = (problem: string, hint: string) => new ArgumentError("sweep-range", `--set ${name}=${text}: ${problem}`, hint);
  const parts = text.split(":").map((part) => numberAndUnit.exec(part));
  const form = "A range is start:stop:step, e.g. 3:8:0.5 or 0.1:0.5:0.1 mV.";
  if (parts.length !== 3) throw wrong(parts.length === 2 ? "the step of the range is missing" : "a range has three parts", form);
  const unread = text.split(":").find((_, k) => parts[k] === null);
  if (unread !== undefined) throw wrong(`"${unread.trim()}" is not a number`, form);
  const own = parts.map((part) => part![2]!);
  const unit = own[2] || unitOfList;
  const other = own.find((part) => part !== "" && part !== unit);
  if (other !== undefined) throw wrong(`its parts are in ${other} and ${unit || "no unit"}`, "Write one unit, after the step: 0.1:0.5:0.1 mV.");
  const [start, stop, step] = toCommonScale(parts.map((part) => part![1]!), (part) => wrong(`${part} has too many digits`, form));
  const swapped = isSwapped(start!, stop!, step!) ? `: ${[0, 2, 1].map((k) => parts[k]![1]).join(":")}${unit && ` ${unit}`}` : "";
  const order = `Write start:stop:step${swapped}.`;
  if (step!.value === 0n) throw wrong("the step is 0", form);
  const span = stop!.value - start!.value;
  if (span !== 0n && span > 0n !== step!.value > 0n) throw wrong("the step leads away from the stop", order);
  if (span !== 0n && absolute(step!.value) > absolute(span)) throw wrong("the step is larger than the range", order);
  const count = span / step!.value + 1n;
  if (count > BigInt(longestRange)) throw wrong(`a range of ${count} values`, `Take a larger step; at most ${longestRange} values are possible.`);
  return Array.from({ length: Number(count) }, (_, k) =>
    `${decimalText(start!.value + BigInt(k) * step!.value, start!.decimals)}${unit && ` ${unit}`}`);
}

/** start:step:stop, as in other languages, was probably meant. */
function isSwapped(start: Decimal, stop: Decimal, step: Decimal): boolean {
  return stop.value !== 0n && step.value !== start.value && step.value > start.value === stop.value > 0n;
}

/** A decimal number, value · 10^−decimals. */
interface Decimal { readonly value: bigint; readonly decimals: number }

function toCommonScale(texts: readonly string[], tooLong: (text: string) => Error): Decimal[] {
  const read = texts.map((text) => {
    const [mantissa = "", power = "0"] = text.toLowerCase().split("e");
    const [whole = "", fraction = ""] = mantissa.split(".");
    const decimals = fraction.length - Number(power);
    if (Math.abs(decimals) > 60) throw tooLong(text);
    return { value: BigInt(`${whole.replace(/^\+/, "")}${fraction}` === "-" ? "0" : `${whole.replace(/^\+/, "")}${fraction}`), decimals };
  });
  const decimals = Math.max(0, ...read.map((one) => one.decimals));
  return read.map((one) => ({ value: one.value * 10n ** BigInt(decimals - one.decimals), decimals }));
}

function decimalText(value: bigint, decimals: number): string {
  const digits = absolute(value).toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  const whole = decimals === 0 ? digits : digits.slice(0, digits.length - decimals);
  return `${value < 0n ? "-" : ""}${whole}${decimals > 0 && fraction !== "" ? `.${fraction}` : ""}`;
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

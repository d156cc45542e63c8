/** Settings of a network file: what `--set name=value` may change, checked against the defaults that the file declares. */
import { ArgumentError, didYouMean } from "../errors.ts";
import { dimensions, looksLikeQuantity, parseQuantity, readQuantity } from "../units/index.ts";

export type SettingValue = number | string | boolean;
export type Settings = Readonly<Record<string, SettingValue>>;

export const isSettingValue = (value: unknown): value is SettingValue => ["number", "string", "boolean"].includes(typeof value);

/** Names with a meaning of their own, the same as options of the command line. */
export const reservedDefaults = { duration: "1 s", dt: "0.1 ms", warmup: "0 ms" } as const;

/**
 * The declared defaults, checked: a flat object of numbers, texts and booleans.
 * @param file  for the message
 */
export function readDeclared(declared: unknown, file: string): Settings {
  if (declared === undefined) return {};
  if (typeof declared !== "object" || declared === null || Array.isArray(declared)) {
    throw new ArgumentError("settings", `${file}: its settings are not an object`, 'Write e.g. export const settings = { g: 5, duration: "1 s" };');
  }
  for (const [name, value] of Object.entries(declared)) {
    if (!isSettingValue(value)) {
      throw new ArgumentError("settings", `${file}: setting ${name} is ${typeof value}`, "Settings are numbers, texts (quantities) or booleans.");
    }
  }
  return declared as Settings;
}

/**
 * Applies changes, each `name=value`; the value keeps the type of its default.
 * @param given  values of options such as --dt, which win over `--set`
 * @throws {ArgumentError} for an unknown name or a value of another type
 */
export function applyChanges(declared: Settings, changes: readonly string[], given: Readonly<Record<string, SettingValue | undefined>>): Settings {
  const settings: Record<string, SettingValue> = { ...reservedDefaults, ...declared };
  for (const change of changes) {
    const split = change.indexOf("=");
    if (split < 1) throw new ArgumentError("setting", `--set ${change}: no value`, "Write --set name=value.");
    const name = change.slice(0, split).trim();
    settings[name] = convert(name, change.slice(split + 1).trim(), defaultOf(name, settings));
  }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) settings[name] = value;
  for (const name of ["duration", "dt", "warmup"] as const) checkTime(name, settings[name]);
  return settings;
}

function defaultOf(name: string, settings: Settings): SettingValue {
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (value !== undefined) return value;
  const known = Object.keys(settings);
  const near = didYouMean(name, known);
  throw new ArgumentError("setting", `--set ${name}: there is no such setting`, near ? `Did you mean "${near}"?` : `Known: ${known.join(", ")}.`);
}

function convert(name: string, text: string, before: SettingValue): SettingValue {
  const wrong = (wanted: string) => new ArgumentError("setting", `--set ${name}=${text}: ${wanted}`, `Its default is ${JSON.stringify(before)}.`);
  if (typeof before === "number") {
    const value = text === "" ? NaN : Number(text);
    if (!Number.isFinite(value)) throw wrong("a number is wanted");
    return value;
  }
  if (typeof before === "boolean") {
    if (text !== "true" && text !== "false") throw wrong("true or false is wanted");
    return text === "true";
  }
  // An expression may stand for a quantity; another quantity must have the same dimension.
  if (looksLikeQuantity(before) && looksLikeQuantity(text)) {
    parseQuantity(text, readQuantity(before, `default of ${name}`).dimension, `--set ${name}`);
  }
  return text;
}

function checkTime(name: "duration" | "dt" | "warmup", value: SettingValue | undefined): void {
  const seconds = parseQuantity(value as string, dimensions.second, name);
  if (name === "warmup" ? seconds >= 0 : seconds > 0) return;
  const example = name === "dt" ? "0.1 ms" : "500 ms";
  throw new ArgumentError("setting", `${name} ${value} is ${name === "warmup" ? "negative" : "not positive"}`, `Write e.g. --${name} "${example}".`);
}

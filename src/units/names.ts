/** Names of units: the symbols of quantities ("mV") and the words of equations ("volt", "msecond"), each defined by mathjs. */
import type { Dimension } from "./dimension.ts";
import { unitOfMathjs } from "./mathjs.ts";

export interface NamedUnit {
  readonly name: string;
  readonly dimension: Dimension;
  /** One of the unit is 10^exponent in SI base units. */
  readonly exponent: number;
}

/** Symbol, words, and the prefixes it takes. mathjs's symbol is the same unless given. */
const bases: readonly { symbol: string; words: readonly string[]; prefixes: string; mathjs?: string }[] = [
  { symbol: "s", words: ["second"], prefixes: "mun pf" },
  { symbol: "V", words: ["volt"], prefixes: "munk p" },
  { symbol: "A", words: ["ampere", "amp"], prefixes: "munpfk" },
  { symbol: "S", words: ["siemens"], prefixes: "munpfk" },
  { symbol: "F", words: ["farad"], prefixes: "munpf" },
  { symbol: "", words: ["ohm"], prefixes: "mukMG", mathjs: "ohm" },
  { symbol: "Hz", words: ["hertz"], prefixes: "mkMG" },
  { symbol: "m", words: ["metre", "meter"], prefixes: "cmunpk" },
  { symbol: "mol", words: ["mole"], prefixes: "munpf" },
  { symbol: "M", words: ["molar"], prefixes: "mun", mathjs: "mol/L" },
  { symbol: "C", words: ["coulomb"], prefixes: "munpf" },
  { symbol: "K", words: ["kelvin"], prefixes: "m" },
  { symbol: "g", words: ["gram", "gramme"], prefixes: "kmun" },
  { symbol: "", words: ["kilogram"], prefixes: "", mathjs: "kg" },
  { symbol: "J", words: ["joule"], prefixes: "kmunpf" },
  { symbol: "W", words: ["watt"], prefixes: "kmunpf" },
  { symbol: "N", words: ["newton"], prefixes: "kmunp" },
  { symbol: "Pa", words: ["pascal"], prefixes: "kM" },
  { symbol: "T", words: ["tesla"], prefixes: "mun" },
  { symbol: "Wb", words: ["weber"], prefixes: "m" },
  { symbol: "H", words: ["henry"], prefixes: "mun" },
  { symbol: "cd", words: ["candela"], prefixes: "m" },
];

/** Every accepted name and how mathjs writes it. `mM`, `cm2` and `mmolar` are here; a bare `M` is not (too easily a typing slip for `Mohm`). */
const spellings: ReadonlyMap<string, string> = new Map(bases.flatMap(({ symbol, words, prefixes, mathjs }) => {
  const of = (prefix: string): string => `${prefix}${mathjs ?? symbol}`;
  const entries: [string, string][] = [];
  for (const prefix of ["", ...prefixes.replaceAll(" ", "")]) {
    for (const word of words) entries.push([prefix + word, of(prefix)]);
    if (symbol !== "" && !(symbol === "M" && prefix === "")) entries.push([prefix + symbol, of(prefix)]);
    if (symbol === "m") for (const power of [2, 3]) entries.push([`${prefix}m${power}`, `${of(prefix)}^${power}`]);
  }
  return entries;
}));

/** All names, for hints. */
export const unitNames: readonly string[] = [...spellings.keys()];

/** The unit of that name, or undefined. */
export function findUnit(name: string): NamedUnit | undefined {
  const spelling = spellings.get(name);
  if (spelling === undefined) return undefined;
  const { scale, dimensions: d } = unitOfMathjs(spelling);
  // mathjs orders its dimensions mass, length, time, current, temperature, luminous intensity, amount of substance, angle, bit.
  const dimension: Dimension = [d[1]!, d[0]!, d[2]!, d[3]!, d[4]!, d[6]!, d[5]!];
  return { name, dimension, exponent: Math.round(Math.log10(scale)) };
}

/** Single letters (`m`, `s`, `V`, `C`) and capitals may be a model's own names; longer unit names may not. */
export function isReservedUnitName(name: string): boolean {
  return name.length > 1 && spellings.has(name);
}

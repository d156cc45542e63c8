/** Physical dimensions as exponents of the SI base units, and their names. */

/** Exponents of the seven SI base units, in the order m, kg, s, A, K, mol, cd. All zero: dimensionless. */
export type Dimension = readonly [number, number, number, number, number, number, number];

export const dimensionless: Dimension = [0, 0, 0, 0, 0, 0, 0];

/**
 * Named dimensions, in the order in which a name is looked for; the first nine also combine into names such as siemens/metre^2. Names
 * that would only surprise here (a volt-second is a weber) are left out.
 */
export const dimensions = {
  second: [0, 0, 1, 0, 0, 0, 0],
  volt: [2, 1, -3, -1, 0, 0, 0],
  ampere: [0, 0, 0, 1, 0, 0, 0],
  siemens: [-2, -1, 3, 2, 0, 0, 0],
  farad: [-2, -1, 4, 2, 0, 0, 0],
  ohm: [2, 1, -3, -2, 0, 0, 0],
  hertz: [0, 0, -1, 0, 0, 0, 0],
  metre: [1, 0, 0, 0, 0, 0, 0],
  mole: [0, 0, 0, 0, 0, 1, 0],
  coulomb: [0, 0, 1, 1, 0, 0, 0],
  kelvin: [0, 0, 0, 0, 1, 0, 0],
  kilogram: [0, 1, 0, 0, 0, 0, 0],
  mmolar: [-3, 0, 0, 0, 0, 1, 0],
  joule: [2, 1, -2, 0, 0, 0, 0],
  watt: [2, 1, -3, 0, 0, 0, 0],
  candela: [0, 0, 0, 0, 0, 0, 1],
} as const satisfies Record<string, Dimension>;

export function multiplyDimensions(a: Dimension, b: Dimension): Dimension {
  return a.map((x, k) => x + b[k]!) as unknown as Dimension;
}

export function powerDimension(a: Dimension, exponent: number): Dimension {
  return a.map((x) => x * exponent + 0) as unknown as Dimension;
}

export function divideDimensions(a: Dimension, b: Dimension): Dimension {
  return multiplyDimensions(a, powerDimension(b, -1));
}

/** Exponents are sums of a few fractions, so equality allows rounding. */
export function sameDimension(a: Dimension, b: Dimension): boolean {
  return a.every((x, k) => Math.abs(x - b[k]!) < 1e-9);
}

export function isDimensionless(a: Dimension): boolean {
  return sameDimension(a, dimensionless);
}

/** The dimension in words: "volt", "siemens/metre^2", "1" when dimensionless. A unit that equations and quantities accept. */
export function dimensionName(dimension: Dimension): string {
  if (isDimensionless(dimension)) return "1";
  const known = Object.entries(dimensions);
  const direct = known.find(([, d]) => sameDimension(d, dimension));
  if (direct) return direct[0];
  const common = known.slice(0, 9);
  // A volt-second is not called a volt per hertz.
  const combining = common.filter(([name]) => name !== "hertz");
  for (const power of [2, 3, 0.5, -1, -2, -0.5]) {
    const found = common.find(([, d]) => sameDimension(powerDimension(d, power), dimension));
    if (found) return power > 0 ? `${found[0]}^${power}` : `1/${found[0]}${power === -1 ? "" : `^${-power}`}`;
  }
  for (const power of [1, 2, 0.5, 3]) {
    for (const [below, b] of combining) {
      const above = common.find(([, a]) => sameDimension(divideDimensions(a, powerDimension(b, power)), dimension));
      if (above) return `${above[0]}/${below}${power === 1 ? "" : `^${power}`}`;
    }
  }
  for (const [second, b] of combining) {
    const first = combining.find(([, a]) => sameDimension(multiplyDimensions(a, b), dimension));
    if (first) return `${first[0]}*${second}`;
  }
  return withCandela(dimension) ?? baseUnits(dimension);
}

/** Candela stands for the unit of a weight while nothing is known of it, so that it is named apart: "candela/second", "volt*candela". */
function withCandela(dimension: Dimension): string | undefined {
  const power = dimension[6];
  const rest: Dimension = [...dimension.slice(0, 6), 0] as unknown as Dimension;
  if (power === 0 || isDimensionless(rest)) return undefined;
  const symbol = `candela${Math.abs(power) === 1 ? "" : `^${Math.abs(power)}`}`;
  if (power < 0) return `${dimensionName(rest)}/${symbol}`;
  const inverse = dimensionName(powerDimension(rest, -1));
  return /[/*]/.test(inverse) ? `${dimensionName(rest)}*${symbol}` : `${symbol}/${inverse}`;
}

function baseUnits(dimension: Dimension): string {
  const names = ["metre", "kilogram", "second", "ampere", "kelvin", "mole", "candela"];
  const part = (sign: number): string[] =>
    dimension.flatMap((x, k) => {
      const power = Number((x * sign).toPrecision(6));
      return power > 0 ? [power === 1 ? names[k]! : `${names[k]}^${power}`] : [];
    });
  const above = part(1), below = part(-1);
  return [above.length === 0 ? "1" : above.join("*"), ...below].join("/");
}

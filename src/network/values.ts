/**
 * What a user may write for a value of a neuron or a synapse: a quantity, an expression, a distribution, or one number for each.
 * `resolveValue` turns any of them into a checked expression or an array in SI units.
 */
import { ArgumentError } from "../errors.ts";
import type { Expr } from "../ir/expr.ts";
import { add, apply, div, mul, number, select, sub } from "../ir/expr.ts";
import { dimensionOfValue, parseValue } from "../lang/value.ts";
import type { Dimension } from "../model/checked.ts";
import { dimensionless, isDimensionless } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";

/** A random value drawn once for each neuron or synapse. */
export type Distribution =
  | { readonly distribution: "normal"; readonly mean: Quantity; readonly sd: Quantity }
  | { readonly distribution: "truncatedNormal"; readonly mean: Quantity; readonly sd: Quantity; readonly low: Quantity; readonly high: Quantity }
  | { readonly distribution: "clippedNormal"; readonly mean: Quantity; readonly sd: Quantity; readonly low: Quantity; readonly high: Quantity }
  | { readonly distribution: "uniform"; readonly low: Quantity; readonly high: Quantity }
  | { readonly distribution: "lognormal"; readonly median: Quantity; readonly sigma: number }
  | { readonly distribution: "exponential"; readonly mean: Quantity };

/** Normal distribution with a mean and a standard deviation. */
export const normal = (mean: Quantity, sd: Quantity): Distribution => ({ distribution: "normal", mean, sd });
/** Normal distribution restricted to [low, high]: values outside are never drawn. */
export const truncatedNormal = (mean: Quantity, sd: Quantity, low: Quantity, high: Quantity): Distribution => ({
  distribution: "truncatedNormal",
  mean,
  sd,
  low,
  high,
});
/** Normal distribution whose values outside [low, high] are set to the nearer bound. */
export const clippedNormal = (mean: Quantity, sd: Quantity, low: Quantity, high: Quantity): Distribution => ({
  distribution: "clippedNormal",
  mean,
  sd,
  low,
  high,
});
/** Uniform distribution on [low, high). */
export const uniform = (low: Quantity, high: Quantity): Distribution => ({ distribution: "uniform", low, high });
/** Lognormal distribution: median · exp(sigma · normal). */
export const lognormal = (median: Quantity, sigma: number): Distribution => ({ distribution: "lognormal", median, sigma });
/** Exponential distribution with a mean. */
export const exponential = (mean: Quantity): Distribution => ({ distribution: "exponential", mean });

/** One number for each neuron or synapse. A list of bare numbers is dimensionless; give `{ values, unit }` where a unit is wanted. */
export type ArrayValue =
  | readonly Quantity[]
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | { readonly values: ArrayLike<number>; readonly unit: string };

export type Value = Quantity | string | Distribution | ArrayValue;

export type ResolvedValue =
  | { readonly kind: "expr"; readonly expr: Expr; readonly draws: number }
  | { readonly kind: "array"; readonly values: Float64Array };

/**
 * @param value     what the user wrote
 * @param dimension what it must have
 * @param scope     names an expression may use, with their dimensions
 * @param what      how errors call it, e.g. `population "E": tau_m`
 * @throws {ArgumentError | EquationError} for a wrong unit, name, size or distribution
 */
export function resolveValue(value: Value, dimension: Dimension, scope: ReadonlyMap<string, Dimension>, what: string): ResolvedValue {
  if (typeof value === "number" || typeof value === "string") {
    const parsed = parseValue(value, { names: scope, dimension, what });
    return { kind: "expr", expr: parsed.expr, draws: parsed.draws };
  }
  if (typeof value !== "object" || value === null) throw unusable(value, what);
  if ("distribution" in value) return { kind: "expr", ...distributionExpr(value, dimension, what) };
  return { kind: "array", values: arrayOf(value, dimension, what) };
}

/**
 * The dimension of a value whose unit nothing else decides.
 *
 * @throws {ArgumentError | EquationError} for a value that cannot be read
 */
export function valueDimension(value: Value, scope: ReadonlyMap<string, Dimension>, what: string): Dimension {
  if (typeof value === "number" || typeof value === "string") return dimensionOfValue(value, scope, what);
  if (typeof value !== "object" || value === null) throw unusable(value, what);
  if ("distribution" in value) return dimensionOfValue("mean" in value ? value.mean : "low" in value ? value.low : value.median, scope, what);
  if ("unit" in value) return dimensionOfValue(`1 ${value.unit}`, scope, what);
  return Array.isArray(value) && value.length > 0 ? dimensionOfValue(value[0] as Quantity, scope, what) : dimensionless;
}

function arrayOf(value: ArrayValue, dimension: Dimension, what: string): Float64Array {
  if ("values" in value && "unit" in value) {
    const scale = parseQuantity(`1 ${value.unit}`, dimension, what);
    return finite(
      Float64Array.from(value.values, (v) => v * scale),
      what,
    );
  }
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) throw unusable(value, what);
  const list = value as ArrayLike<Quantity>;
  if (isDimensionless(dimension) && typeof list[0] === "number") return finite(Float64Array.from(list as ArrayLike<number>), what);
  if (ArrayBuffer.isView(value))
    throw new ArgumentError(
      "unit",
      `${what}: an array of bare numbers where a unit is wanted`,
      `Write { values: array, unit: "ms" } with the array's unit.`,
    );
  return finite(
    Float64Array.from(list, (v, k) => parseQuantity(v, dimension, `${what}[${k}]`)),
    what,
  );
}

function finite(values: Float64Array, what: string): Float64Array {
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw new ArgumentError("not-finite", `${what}: element ${bad} is ${values[bad]}`, "Every value must be a finite number.");
  return values;
}

function unusable(value: unknown, what: string): ArgumentError {
  return new ArgumentError(
    "value",
    `${what}: cannot use ${JSON.stringify(value) ?? String(value)} as a value`,
    'Use a quantity ("20 ms"), an expression, a distribution such as normal("1 ms", "0.1 ms"), or an array.',
  );
}

function distributionExpr(d: Distribution, dimension: Dimension, what: string): { expr: Expr; draws: number } {
  const q = (value: Quantity, part: string) => parseQuantity(value, dimension, `${what}: ${part} of the ${d.distribution} distribution`);
  const u: Expr = { kind: "random", distribution: "uniform", draw: 0 };
  const z: Expr = { kind: "random", distribution: "normal", draw: 0 };
  const order = (low: number, high: number) => {
    if (!(low <= high)) throw new ArgumentError("value", `${what}: the ${d.distribution} distribution has low above high`, "Swap the two bounds.");
  };
  const positive = (sd: number) => {
    if (!(sd >= 0)) throw new ArgumentError("value", `${what}: the standard deviation ${sd} is negative`, "Use zero or a positive number.");
    return sd;
  };
  switch (d.distribution) {
    case "normal":
      return { expr: add(number(q(d.mean, "mean")), mul(number(positive(q(d.sd, "sd"))), z)), draws: 1 };
    case "clippedNormal": {
      const low = q(d.low, "low"),
        high = q(d.high, "high");
      order(low, high);
      return {
        expr: apply("min", apply("max", add(number(q(d.mean, "mean")), mul(number(positive(q(d.sd, "sd"))), z)), number(low)), number(high)),
        draws: 1,
      };
    }
    case "truncatedNormal": {
      const low = q(d.low, "low"),
        high = q(d.high, "high"),
        mean = q(d.mean, "mean"),
        sd = positive(q(d.sd, "sd"));
      order(low, high);
      if (sd === 0) return { expr: number(Math.min(high, Math.max(low, mean))), draws: 0 };
      const below = normalCdf((low - mean) / sd),
        inside = normalCdf((high - mean) / sd) - below;
      if (!(inside > 1e-12))
        throw new ArgumentError(
          "value",
          `${what}: the truncated normal distribution has no mass between its bounds`,
          "Move the bounds towards the mean.",
        );
      const p = add(number(below), mul(number(inside), u));
      return { expr: apply("min", apply("max", add(number(mean), mul(number(sd), probit(p))), number(low)), number(high)), draws: 1 };
    }
    case "uniform": {
      const low = q(d.low, "low"),
        high = q(d.high, "high");
      order(low, high);
      return { expr: add(number(low), mul(number(high - low), u)), draws: 1 };
    }
    case "lognormal":
      return { expr: mul(number(q(d.median, "median")), apply("exp", mul(number(positive(d.sigma)), z))), draws: 1 };
    case "exponential":
      return { expr: mul(number(-q(d.mean, "mean")), apply("log", sub(number(1), u))), draws: 1 };
    default:
      d satisfies never;
      throw unusable(d, what);
  }
}

/** Standard normal distribution function, to 1e-15 near 0 and 1e-12 relative in the tails (continued fraction beyond 3). */
export function normalCdf(x: number): number {
  if (x < -38) return 0;
  if (x > 38) return 1;
  if (Math.abs(x) < 3) {
    let term = x,
      sum = x;
    for (let k = 1; Math.abs(term) > 1e-18; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  }
  const y = Math.abs(x);
  let fraction = 0;
  for (let k = 120; k > 0; k--) fraction = k / (y + fraction);
  const tail = Math.exp((-y * y) / 2) / Math.sqrt(2 * Math.PI) / (y + fraction);
  return x < 0 ? tail : 1 - tail;
}

/**
 * Inverse of the standard normal distribution function as an expression, relative error about 1e-9.
 * @source Acklam's rational approximation (2003); the central and tail pieces are joined by selects so that it vectorises.
 */
function probit(p: Expr): Expr {
  const polynomial = (x: Expr, coefficients: readonly number[]): Expr =>
    coefficients.slice(1).reduce<Expr>((sum, c) => add(mul(sum, x), number(c)), number(coefficients[0]!));
  const a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
  const c = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
  const tiny = number(1e-300);
  const q = sub(p, number(0.5)),
    r = mul(q, q);
  const central = div(mul(polynomial(r, a), q), polynomial(r, b));
  const tail = (mass: Expr): Expr => {
    const t = apply("sqrt", mul(number(-2), apply("log", apply("max", mass, tiny))));
    return div(polynomial(t, c), polynomial(t, d));
  };
  const low = 0.02425;
  return select(apply("lt", p, number(low)), tail(p), select(apply("gt", p, number(1 - low)), apply("neg", tail(sub(number(1), p))), central));
}

/** Names an expression for a neuron's value may use beside the model's parameters. */
export const neuronNames = ["i", "N", "x", "y", "z"] as const;
/** Names an expression for a synapse's value may use. */
export const synapseNames = ["i", "j", "N_pre", "N_post", "distance", "x_pre", "y_pre", "z_pre", "x_post", "y_post", "z_post"] as const;

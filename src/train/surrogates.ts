/**
 * The derivatives that take the place of a spike's, over x = (v − threshold)/scale. Defaults of other libraries beside ours:
 *
 * | here | dS/dx | default | snnTorch | SpikingJelly | Norse |
 * | --- | --- | --- | --- | --- | --- |
 * | fastSigmoid(slope) | 1/(1 + slope·abs(x))² | 25 | fast_sigmoid, 25 | SoftSign(α): slope α, times α/2 | super, 100 |
 * | superSpike(slope) | 1/(1 + slope·abs(x))² | 100 | SFS-like, 25 | SuperSpike(α): slope 1, times α = 1 | super, 100 |
 * | atan(alpha) | (α/2)/(1 + (π·α·x/2)²) | 2 | atan, 2 (its default surrogate) | ATan, 2 | — |
 * | sigmoid(slope) | slope·σ(slope·x)·(1 − σ(slope·x)) | 25 | sigmoid, 25 | Sigmoid, 4 (LIFNode's default) | — |
 * | triangular(height, width) | height·max(0, 1 − abs(x)/width) | 1, 1 | (1) | PiecewiseQuadratic(α): α, 1/α; α = 1 | triangle(α): α, 1; α = 0.3 |
 * | boxcar(width) | 1/(2·width) where abs(x) < width | 0.5 | — | Rect(α): width 1/(2α); α = 1 | — |
 * | gaussian(sigma) | exp(−x²/(2σ²))/(σ·√(2π)) | 0.5 | — | Erf(α): σ = 1/(α·√2); α = 2 | erfc |
 * | multiGaussian(sigma, height, spread) | three Gaussians, negative beyond the middle one | 0.5, 0.15, 6 | — | — | — |
 * | straightThrough(width) | 1 (where abs(x) < width, when given) | no width | straight_through_estimator | — | — |
 * | sine(omega) | ω·cos(ω·x) where abs(x) < π/(2ω) | 1 | — | — | — |
 * | expression(text, …) | the user's | | custom_surrogate | — | — |
 *
 * (1) snnTorch's triangular is no triangle: threshold below it and −threshold above.
 *
 * @source Neftci, Mostafa & Zenke (2019), IEEE Signal Process. Mag. 36(6):51–63. doi:10.1109/MSP.2019.2931595
 */
import { ArgumentError } from "../errors.ts";
import { number, substitute, visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { simplify } from "../ir/simplify.ts";
import { parseValue } from "../lang/index.ts";
import { dimensionless } from "../units/dimension.ts";
import type { Surrogate } from "./surrogate.ts";

/** Derivative of the fast sigmoid x/(1 + slope·|x|). */
export const fastSigmoid = (slope = 25): Surrogate => build("fastSigmoid", { slope }, "1/(1 + slope*abs(x))^2", "x/(1 + slope*abs(x))");

/** SuperSpike: the fast sigmoid with a slope of 100. @source Zenke & Ganguli (2018), Neural Comput. 30:1514–1541. doi:10.1162/neco_a_01086 */
export const superSpike = (slope = 100): Surrogate => build("superSpike", { slope }, "1/(1 + slope*abs(x))^2", "x/(1 + slope*abs(x))");

/** Arctangent. @source Fang et al. (2021), ICCV, 2661–2671. doi:10.1109/ICCV48922.2021.00266 */
export const atan = (alpha = 2): Surrogate => build("atan", { alpha }, "(alpha/2)/(1 + (pi/2*alpha*x)^2)", "arctan(pi/2*alpha*x)/pi");

/** Logistic function; written for |x|, where nothing overflows or cancels. */
export const sigmoid = (slope = 25): Surrogate =>
  build("sigmoid", { slope }, "slope*exp(-slope*abs(x))/(1 + exp(-slope*abs(x)))^2", "(1 + tanh(slope*x/2))/2");

/** Triangle, or piecewise linear. @source Esser et al. (2016), PNAS 113:11441–11446; Bellec et al. (2018), arXiv:1803.09574 (height 0.3) */
export const triangular = (height = 1, width = 1): Surrogate => build("triangular", { height, width },
  "height*max(0, 1 - abs(x)/width)", "height*clip(x, -width, width)*(1 - abs(clip(x, -width, width))/(2*width))", width);

/** Rectangle of area 1. @source Wu et al. (2018), Front. Neurosci. 12:331. doi:10.3389/fnins.2018.00331 */
export const boxcar = (width = 0.5): Surrogate =>
  build("boxcar", { width }, "int(abs(x) < width)/(2*width)", "clip(x, -width, width)/(2*width)", width);

/** Gaussian of area 1. Its primitive, the error function, is not a function of the language. */
export const gaussian = (sigma = 0.5): Surrogate => build("gaussian", { sigma }, "exp(-(x/sigma)^2/2)/(sigma*sqrt(2*pi))");

/** Gaussian with two wide negative ones at ±sigma. @source Yin, Corradi & Bohté (2021), Nat. Mach. Intell. 3:905–913, arXiv:2103.12593 */
export const multiGaussian = (sigma = 0.5, height = 0.15, spread = 6): Surrogate => {
  const wide = (x: string): string => `height*exp(-(${x}/(spread*sigma))^2/2)/(spread*sigma*sqrt(2*pi))`;
  return build("multiGaussian", { sigma, height, spread },
    `(1 + height)*exp(-(x/sigma)^2/2)/(sigma*sqrt(2*pi)) - ${wide("(x - sigma)")} - ${wide("(x + sigma)")}`);
};

/** The gradient passes as if the spike were x; within `width` of the threshold only, when given. @source Bengio et al. (2013), arXiv:1308.3432 */
export const straightThrough = (width?: number): Surrogate => (width === undefined ? build("straightThrough", {}, "1", "x")
  : build("straightThrough", { width }, "int(abs(x) < width)", "clip(x, -width, width)", width));

/** Half a period of a sine. @source Vargas et al. (2024), BiPer, CVPR, 5684–5693. arXiv:2404.01278 */
export const sine = (omega = 1): Surrogate => build("sine", { omega }, "select(abs(x) < pi/(2*omega), omega*cos(omega*x), 0)",
  "sin(omega*clip(x, -pi/(2*omega), pi/(2*omega)))", Math.PI / (2 * omega));

export interface ExpressionOptions {
  /** A function of x whose derivative is the text, for gradient checks. */
  readonly primitive?: string;
  /** Beyond this |x| the derivative is taken for 0. */
  readonly support?: number;
  /** Numbers that the text names. */
  readonly parameters?: Readonly<Record<string, number>>;
}

/**
 * A derivative of one's own over `x`, in the language of equations: `expression("exp(-k*abs(x))", { parameters: { k: 5 } })`.
 *
 * @throws {ArgumentError | EquationError} when the text cannot be read, names something unknown or draws random numbers
 */
export function expression(derivative: string, { primitive, support, parameters = {} }: ExpressionOptions = {}): Surrogate {
  if (support !== undefined && !(support > 0)) {
    throw new ArgumentError("value", `the support of a surrogate is ${support}`, "Give a positive number, or none.");
  }
  const text = support === undefined ? derivative : `select(abs(x) < ${support}, ${derivative}, 0)`;
  return build("expression", parameters, text, primitive, support);
}

function build(name: string, parameters: Readonly<Record<string, number>>, derivative: string, primitive?: string, support?: number): Surrogate {
  for (const [key, value] of Object.entries(parameters)) {
    if (Number.isFinite(value) && (name === "expression" || value > 0 || key === "height")) continue;
    throw new ArgumentError("value", `${key} of the surrogate ${name} is ${value}`, "Give a positive number.");
  }
  return {
    name, parameters, derivative: read(derivative, parameters, name),
    ...(primitive === undefined ? {} : { primitive: read(primitive, parameters, name) }),
    ...(support === undefined ? {} : { support }),
  };
}

function read(text: string, parameters: Readonly<Record<string, number>>, surrogate: string): Expr {
  const names = new Map(["x", ...Object.keys(parameters)].map((n) => [n, dimensionless] as const));
  const { expr, draws } = parseValue(text, { names, dimension: dimensionless, what: `the surrogate ${surrogate}` });
  if (draws > 0) throw new ArgumentError("random", `the surrogate ${surrogate} draws random numbers`, "Write it as a function of x.");
  const folded = simplify(substitute(expr, new Map(Object.entries(parameters).map(([n, value]) => [n, number(value)]))));
  visitExpr(folded, (e) => {
    if (e.kind !== "number" || Number.isFinite(e.value)) return;
    throw new ArgumentError("not-finite", `the surrogate ${surrogate} holds ${e.value}`, "Give finite numbers.");
  });
  return folded;
}

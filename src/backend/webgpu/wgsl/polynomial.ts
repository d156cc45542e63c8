/** Polynomials with coefficients as literals. */
import { decimal } from "./literal.ts";

/** c0 + c1·x + c2·x² + … as ((c2·x + c1)·x + c0); x is an identifier. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  const [last, ...rest] = coefficients.map(decimal).reverse() as [string, ...string[]];
  return rest.reduce((sum, c) => `(${sum} * ${x} + ${c})`, last);
}

/** The same as even and odd half: a shorter chain of dependent operations; `square` is an identifier that holds x². */
export function splitPolynomial(x: string, square: string, coefficients: readonly number[]): string {
  const half = (odd: 0 | 1): string => polynomial(square, coefficients.filter((_, k) => k % 2 === odd));
  return `${half(0)} + ${half(1)} * ${x}`;
}

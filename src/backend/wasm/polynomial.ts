/** Polynomials in vector lanes. All coefficients in Synfire are minimax fits by Remez exchange at 200 bits, rounded to the lane type. */
import type { Node } from "./assembler.ts";
import type { Code } from "./code.ts";
import type { Lanes } from "./lanes.ts";

/** c0 + c1·x + c2·x² + …; `x` must be cheap to repeat (a local). */
export function polynomial(lanes: Lanes, x: Node, coefficients: readonly number[]): Node {
  let sum = lanes.const(coefficients.at(-1)!);
  for (let k = coefficients.length - 2; k >= 0; k--) sum = lanes.add(lanes.mul(sum, x), lanes.const(coefficients[k]!));
  return sum;
}

/** The same as even and odd half: twice as short a chain of dependent operations for one more multiplication. */
export function splitPolynomial(code: Code, lanes: Lanes, x: Node, coefficients: readonly number[]): Node {
  const square = code.let("square", lanes.mul(x, x));
  const even = polynomial(lanes, square, coefficients.filter((_, k) => k % 2 === 0));
  const odd = polynomial(lanes, square, coefficients.filter((_, k) => k % 2 === 1));
  return lanes.add(even, lanes.mul(odd, x));
}

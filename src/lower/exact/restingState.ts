/** Where the variables of a neuron stand still: A·x + b = 0. */
import type { Matrix } from "../../math/matrixExponential.ts";

/**
 * Gaussian elimination with scaled pivots. A variable that nothing changes rests at zero.
 *
 * @param a n × n, row by row @param b [n]
 * @returns undefined when there is no such state: something grows or shrinks forever
 */
export function restingState(a: Matrix, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n + 1 }, (_, j) => (j < n ? a[i * n + j]! : -b[i]!)));
  rows.forEach((row, i) => {
    if (!row.every((x) => x === 0)) return;
    row[i] = 1;
  });
  const largest = (values: readonly number[]): number => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const scale = rows.map((row) => largest([...row.subarray(0, n)]));
  const columns = rows.map((_, j) => largest(rows.map((row) => row[j]!)));
  if (scale.includes(0) || columns.includes(0)) return undefined;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    // The row in its place is kept where it can be: then triangular systems are solved by plain substitution.
    if (Math.abs(rows[k]![k]!) < 1e-3 * scale[k]!)
      for (let i = k; i < n; i++) if (Math.abs(rows[i]![k]!) / scale[i]! > Math.abs(rows[pivot]![k]!) / scale[pivot]!) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    [scale[k], scale[pivot]] = [scale[pivot]!, scale[k]!];
    const at = rows[k]![k]!;
    if (Math.abs(at) < 1e-14 * Math.min(scale[k]!, columns[k]!)) return undefined;
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / at;
      if (factor !== 0) for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const x = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let sum = rows[k]![n]!;
    for (let j = k + 1; j < n; j++) sum -= rows[k]![j]! * x[j]!;
    x[k] = sum / rows[k]![k]!;
  }
  return x;
}

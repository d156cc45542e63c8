/** Products of matrices in plain loops. Rows of zeros and zeros in rows cost nothing, so spikes are cheap. */
import type { Reals } from "../sequence.ts";

/** Y[r, :] += X[r, :]·W, with X [rows, inputs], W [inputs, units]. Sums run over the inputs in ascending order. */
export function multiplyInto(y: Reals, x: Reals, w: Reals, rows: number, inputs: number, units: number): void {
  for (let r = 0; r < rows; r++) for (let i = 0; i < inputs; i++) {
    const a = x[r * inputs + i]!;
    if (a === 0) continue;
    const from = i * units, to = r * units;
    if (a === 1) for (let j = 0; j < units; j++) y[to + j]! += w[from + j]!;
    else for (let j = 0; j < units; j++) y[to + j]! += a * w[from + j]!;
  }
}

/** DW[i, :] += Σ_r X[r, i]·DY[r, :]. */
export function multiplyTransposedInto(dw: Reals, x: Reals, dy: Reals, rows: number, inputs: number, units: number): void {
  for (let r = 0; r < rows; r++) for (let i = 0; i < inputs; i++) {
    const a = x[r * inputs + i]!;
    if (a === 0) continue;
    const from = r * units, to = i * units;
    for (let j = 0; j < units; j++) dw[to + j]! += a * dy[from + j]!;
  }
}

/** DX[r, i] += Σ_j DY[r, j]·W[i, j]. */
export function multiplyByTransposeInto(dx: Reals, dy: Reals, w: Reals, rows: number, inputs: number, units: number): void {
  for (let r = 0; r < rows; r++) for (let i = 0; i < inputs; i++) {
    let sum = 0;
    for (let j = 0; j < units; j++) sum += dy[r * units + j]! * w[i * units + j]!;
    dx[r * inputs + i]! += sum;
  }
}

/** Each row of `y` begins as `bias`. */
export function fillRows(y: Reals, bias: Reals | undefined, rows: number, units: number): void {
  if (bias) for (let r = 0; r < rows; r++) y.set(bias, r * units);
}

/** DB[j] += Σ_r DY[r, j]. */
export function addColumnSums(db: Reals, dy: Reals, rows: number, units: number): void {
  for (let r = 0; r < rows; r++) for (let j = 0; j < units; j++) db[j]! += dy[r * units + j]!;
}

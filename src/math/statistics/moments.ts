/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Variance of the values themselves (divided by their number, not one less); NaN of nothing. Two passes, so that a large mean costs no digits. */
export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return sum / values.length;
}

/** Pearson's correlation coefficient of two series of equal length; NaN when one is constant. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let product = 0;
  for (let i = 0; i < a.length; i++) product += (a[i]! - meanA) * (b[i]! - meanB);
  const scale = a.length * Math.sqrt(variance(a) * variance(b));
  return scale > 0 ? product / scale : Number.NaN;
}

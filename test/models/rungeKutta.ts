/** The classical Runge–Kutta method, to hold models to: plain, and with steps as small as a test likes. */
export function rungeKutta(slope: (t: number, x: readonly number[]) => readonly number[], t: number, x: readonly number[], h: number): number[] {
  const moved = (k: readonly number[], f: number): number[] => x.map((v, j) => v + f * k[j]!);
  const k1 = slope(t, x), k2 = slope(t + h / 2, moved(k1, h / 2)), k3 = slope(t + h / 2, moved(k2, h / 2)), k4 = slope(t + h, moved(k3, h));
  return x.map((v, j) => v + (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!));
}

/** The root of f between two points of different sign. */
export function bisect(f: (x: number) => number, low: number, high: number): number {
  const sign = Math.sign(f(low));
  for (let k = 0; k < 80; k++) {
    const middle = (low + high) / 2;
    if (Math.sign(f(middle)) === sign) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

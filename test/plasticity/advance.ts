/** One step of the equations of a synapse, to the last digits of f64, whatever they are. */
export interface Equation {
  readonly name: string;
  /** Names that the rate depends on. */
  readonly reads: ReadonlySet<string>;
  /** d(name)/dt at these values of the variables. */
  readonly rate: (value: (name: string) => number | undefined) => number;
}

type Values = ReadonlyMap<string, number>;

/** The variables after a time h: those that are linear and alone exactly, all others together by extrapolation. */
export function advance(equations: readonly Equation[], start: Values, h: number): Map<string, number> {
  const end = new Map(start);
  const together = equations.filter((e) => !aloneAndLinear(e, start));
  for (const e of equations) if (!together.includes(e)) end.set(e.name, exactly(e, start, h));
  if (together.length > 0) {
    // Those that others drive need their drivers on the way, so all are followed, but only the ones that are not alone are taken over.
    const increments = extrapolated(equations, start, h);
    for (const e of together) end.set(e.name, start.get(e.name)! + increments.get(e.name)!);
  }
  return end;
}

const rateAt = (e: Equation, start: Values, x: number): number => e.rate((n) => (n === e.name ? x : start.get(n)));

function aloneAndLinear(e: Equation, start: Values): boolean {
  if ([...e.reads].some((n) => n !== e.name && start.has(n))) return false;
  const [zero, one, two] = [0, 1, 2].map((x) => rateAt(e, start, x)) as [number, number, number];
  return Math.abs(two - 2 * one + zero) <= 1e-14 * (Math.abs(two) + Math.abs(one) + Math.abs(zero));
}

/** dx/dt = a·x + b: x(h) = x·e^(a·h) + b·(e^(a·h) − 1)/a. */
function exactly(e: Equation, start: Values, h: number): number {
  const b = rateAt(e, start, 0);
  // Far from zero b does not blur a, whatever the sizes of both; a power of two blurs nothing.
  const far = 2 ** 60;
  const a = b === 0 ? rateAt(e, start, 1) : (rateAt(e, start, far) - b) / far;
  const x = start.get(e.name)!;
  return a === 0 ? x + b * h : x + (x + b / a) * Math.expm1(a * h);
}

/**
 * What a time h adds to the variables, by Gragg (1965), doi:10.1137/0702030: the midpoint rule with 2, 4, 6 … substeps, whose error holds
 * even powers only, extrapolated to none. Increments are followed, not values: so rounding is relative to them.
 */
function extrapolated(equations: readonly Equation[], start: Values, h: number): Values {
  const columns = 8;
  let row: Values[] = [];
  for (let k = 1; k <= columns; k++) {
    const next = [midpoints(equations, start, h, 2 * k)];
    for (let m = 1; m < k; m++) {
      const ratio = (k / (k - m)) ** 2 - 1;
      next.push(new Map(equations.map((e) => {
        const better = next[m - 1]!.get(e.name)!;
        return [e.name, better + (better - row[m - 1]!.get(e.name)!) / ratio];
      })));
    }
    row = next;
  }
  return row.at(-1)!;
}

function midpoints(equations: readonly Equation[], start: Values, h: number, n: number): Values {
  const part = h / n;
  const none: Values = new Map(equations.map((e) => [e.name, 0]));
  const move = (from: Values, at: Values, by: number): Values => {
    const value = (name: string): number | undefined => (start.has(name) ? start.get(name)! + at.get(name)! : undefined);
    return new Map(equations.map((e) => [e.name, from.get(e.name)! + by * e.rate(value)]));
  };
  let before = none;
  let now = move(none, none, part);
  for (let k = 1; k < n; k++) [before, now] = [now, move(before, now, 2 * part)];
  // The smoothing of the last step: half of z(n) + z(n − 1) + part·f(z(n)).
  const ahead = move(now, now, part);
  return new Map(equations.map((e) => [e.name, (before.get(e.name)! + ahead.get(e.name)!) / 2]));
}

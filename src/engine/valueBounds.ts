/** Between which numbers an expression surely lies, by interval arithmetic. */
import type { Expr } from "../ir/expr.ts";

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Normal numbers are made of 33 bits: √(2·log 2^33) = 6.7637. */
const largestNormal = 6.77;
const anything: Bounds = { low: -Infinity, high: Infinity };

/** @param boundsOf of a name */
export function boundsOf(e: Expr, of: (name: string) => Bounds | undefined): Bounds {
  switch (e.kind) {
    case "number": return { low: e.value, high: e.value };
    case "boolean": return anything;
    case "name": return of(e.name) ?? anything;
    case "random": return e.distribution === "uniform" ? { low: 0, high: 1 } : { low: -largestNormal, high: largestNormal };
    case "apply": {
      if (e.op === "select") return hull(boundsOf(e.args[1]!, of), boundsOf(e.args[2]!, of));
      return orAnything(apply(e.op, e.args.map((a) => boundsOf(a, of))));
    }
    default: return e satisfies never;
  }
}

const hull = (a: Bounds, b: Bounds): Bounds => ({ low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) });

/** An indefinite bound (∞ − ∞, 0 · ∞) says nothing. */
const orAnything = ({ low, high }: Bounds): Bounds => ({ low: Number.isNaN(low) ? -Infinity : low, high: Number.isNaN(high) ? Infinity : high });

const monotone = (f: (x: number) => number) => ({ low, high }: Bounds): Bounds => ({ low: f(low), high: f(high) });

function apply(op: Extract<Expr, { kind: "apply" }>["op"], args: readonly Bounds[]): Bounds {
  const [a, b] = args as [Bounds, Bounds];
  switch (op) {
    case "add": return { low: a.low + b.low, high: a.high + b.high };
    case "sub": return { low: a.low - b.high, high: a.high - b.low };
    case "neg": return { low: -a.high, high: -a.low };
    case "mul": return ofCorners(a, b, (x, y) => x * y);
    case "div": return b.low > 0 || b.high < 0 ? ofCorners(a, b, (x, y) => x / y) : anything;
    case "min": return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case "max": return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case "exp": return monotone(Math.exp)(a);
    case "expm1": return monotone(Math.expm1)(a);
    case "log": return a.low >= 0 ? monotone(Math.log)(a) : anything;
    case "log10": return a.low >= 0 ? monotone(Math.log10)(a) : anything;
    case "sqrt": return a.low >= 0 ? monotone(Math.sqrt)(a) : anything;
    case "floor": return monotone(Math.floor)(a);
    case "ceil": return monotone(Math.ceil)(a);
    case "round": return { low: Math.floor(a.low), high: Math.ceil(a.high) };
    case "tanh": return monotone(Math.tanh)(a);
    case "arctan": return monotone(Math.atan)(a);
    case "abs": {
      const high = Math.max(Math.abs(a.low), Math.abs(a.high));
      return { low: a.low <= 0 && a.high >= 0 ? 0 : Math.min(Math.abs(a.low), Math.abs(a.high)), high };
    }
    case "pow": return a.low > 0 ? ofCorners(a, b, (x, y) => x ** y) : anything;
    case "sin": case "cos": return { low: -1, high: 1 };
    case "sign": return { low: -1, high: 1 };
    case "int": return { low: 0, high: 1 };
    default: return anything;
  }
}

function ofCorners(a: Bounds, b: Bounds, f: (x: number, y: number) => number): Bounds {
  const corners = [f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)];
  if (corners.some(Number.isNaN)) return anything;
  return { low: Math.min(...corners), high: Math.max(...corners) };
}

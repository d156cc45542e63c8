/**
 * Expressions in the f64 of doubles.ts, operation by operation with the bits of the WebAssembly back-end: for what is rounded to whole steps.
 * They become a list of instructions that a function of the module follows: drivers put every called function in its place, and a hundred
 * additions of 80 instructions would take them minutes.
 */
import { UnsupportedError } from "../../errors.ts";
import type { Expr, Op } from "../../ir/expr.ts";
import type { ProceduralColumn } from "../procedural.ts";
import { folded } from "./wgsl/folding.ts";

/** Operations of an instruction; see `proceduralMachine.ts` for what they do. */
export const codes = {
  number: 0, add: 1, mul: 2, div: 3, sqrt: 4, less: 5, select: 6, xor: 7, and: 8, source: 9, goal: 10, uniform: 11, even: 12, rest: 13, turned: 14,
  sign: 15, exponent: 16, mantissa: 17, scale: 18,
} as const;

/** Values that an expression may have at a time. */
export const registers = 48;

type Value = number;

interface Instruction {
  readonly code: keyof typeof codes;
  readonly operands: readonly number[];
  /** Operands are words, not values. */
  readonly words: boolean;
}

/** Whether all operations of an expression are among those that are exact here. */
export const isExact = (e: Expr): boolean => e.kind !== "apply" || (e.op in operations && e.args.every(isExact));

/**
 * The instructions of an expression, four words each: operation + 2^8 · place of the result, and three operands. The last one's result is the
 * value.
 *
 * @param holds what a name holds
 * @param what how errors call it
 * @throws {UnsupportedError} for a function that is not among those of this file
 */
export function instructionsOf(e: Expr, holds: (name: string) => ProceduralColumn, stream: number, what: string): number[] {
  const made = new Instructions();
  const visit = (node: Expr): Value => {
    switch (node.kind) {
      case "number": return made.number(node.value);
      case "boolean": return made.number(node.value ? 1 : 0);
      case "name": return column(made, holds(node.name), stream);
      case "random": return column(made, { kind: node.distribution, draw: node.draw }, stream);
      case "apply": {
        const operation = operations[node.op];
        if (!operation)
          throw new UnsupportedError("webgpu",
            `${what}: ${node.op} is not computed to the last bit on the GPU, so that a delay could be rounded to another step`,
            "Write the delay without it, or use store: true: delays of stored synapses come from the CPU.");
        return operation(made, ...node.args.map(visit));
      }
      default: return node satisfies never;
    }
  };
  return made.words(visit(folded(e)), what);
}

class Instructions {
  readonly #list: Instruction[] = [];
  readonly #known = new Map<string, Value>();

  number(x: number): Value {
    const [low, high] = new Uint32Array(Float64Array.of(x).buffer) as unknown as [number, number];
    return this.of("number", [low, high], true);
  }

  of(code: keyof typeof codes, operands: readonly number[], words = false): Value {
    const key = `${code} ${operands.join(" ")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#list.length);
    return this.#list.push({ code, operands, words }) - 1;
  }

  /** Places of results are used again once nobody reads them any more. */
  words(result: Value, what: string): number[] {
    const last = this.#list.map((_, k) => k);
    this.#list.forEach(({ operands, words }, k) => {
      if (!words) for (const v of operands) last[v] = k;
    });
    last[result] = this.#list.length;
    const places: number[] = [], free: number[] = [];
    let used = 0;
    const all = this.#list.flatMap(({ code, operands, words }, k) => {
      const given = words ? operands : operands.map((v) => places[v]!);
      if (!words) for (const v of new Set(operands)) if (last[v] === k) free.push(places[v]!);
      const place = free.pop() ?? used++;
      places.push(place);
      return [codes[code] + 256 * place, ...[0, 1, 2].map((n) => given[n] ?? 0)];
    });
    if (used > registers)
      throw new UnsupportedError("webgpu", `${what}: its expression needs ${used} values at a time, and ${registers} are kept on the GPU`,
        "Write it in fewer terms, or use store: true.");
    // The value need not be that of the last instruction: x and x is x.
    const place = places[result]!;
    return [...all, codes.and + 256 * place, place, place, 0];
  }
}

type Operation = (made: Instructions, ...args: readonly Value[]) => Value;

const instruction = (code: keyof typeof codes): Operation => (made, ...args) => made.of(code, args);
const negative: Operation = (made, a) => made.of("xor", [a!, made.number(-0)]);
const add: Operation = (made, a, b) => made.of("add", [a!, b!]);
const sub: Operation = (made, a, b) => made.of("add", [a!, negative(made, b!)]);
const mul: Operation = (made, a, b) => made.of("mul", [a!, b!]);
const less: Operation = (made, a, b) => made.of("less", [a!, b!]);
const select: Operation = (made, condition, a, b) => made.of("select", [condition!, a!, b!]);
/** Conditions are the numbers 0 and 1. */
const not: Operation = (made, a) => made.of("xor", [a!, made.number(1)]);
const both: Operation = (made, a, b) => made.of("and", [a!, b!]);
const either: Operation = (made, a, b) => not(made, both(made, not(made, a!), not(made, b!)));

const operations: Readonly<Partial<Record<Op, Operation>>> = {
  add, sub, mul, div: instruction("div"), neg: negative, select, and: both, or: either, not, int: (_, a) => a!,
  abs: (made, a) => select(made, less(made, a!, made.number(0)), negative(made, a!), a!),
  // As in the WebAssembly back-end the first operand stays when both are equal.
  min: (made, a, b) => select(made, less(made, b!, a!), b!, a!),
  max: (made, a, b) => select(made, less(made, a!, b!), b!, a!),
  lt: less, gt: (made, a, b) => less(made, b!, a!),
  le: (made, a, b) => not(made, less(made, b!, a!)), ge: (made, a, b) => not(made, less(made, a!, b!)),
  eq: (made, a, b) => not(made, either(made, less(made, a!, b!), less(made, b!, a!))),
  ne: (made, a, b) => either(made, less(made, a!, b!), less(made, b!, a!)),
  sqrt: instruction("sqrt"), exp: (made, a) => exponential(made, a!), log: (made, a) => logarithm(made, a!),
};

/** c0 + c1·x + c2·x² + … from the highest power on. */
function polynomial(made: Instructions, x: Value, coefficients: readonly number[]): Value {
  const [last, ...rest] = [...coefficients].reverse();
  return rest.reduce((sum, c) => add(made, mul(made, sum, x), made.number(c)), made.number(last!));
}

function splitPolynomial(made: Instructions, x: Value, coefficients: readonly number[]): Value {
  const square = mul(made, x, x);
  const half = (odd: 0 | 1): Value => polynomial(made, square, coefficients.filter((_, k) => k % 2 === odd));
  return add(made, half(0), mul(made, half(1), x));
}

const magic = 6755399441055744;
const ln2High = 0.6931471803691238, ln2Low = 1.9082149292705877e-10;

/** As backend/wasm/exponential.ts. */
function exponential(made: Instructions, x: Value): Value {
  const [smallest, largest] = [made.number(-708.396418532264), made.number(709.782712893384)];
  const above = select(made, less(made, largest, x), largest, x);
  const clamped = select(made, less(made, above, smallest), smallest, above);
  const shifted = add(made, mul(made, clamped, made.number(Math.LOG2E)), made.number(magic));
  const n = sub(made, shifted, made.number(magic));
  const r = sub(made, sub(made, clamped, mul(made, n, made.number(ln2High))), mul(made, n, made.number(ln2Low)));
  const series = splitPolynomial(made, r, [0.5, 0.1666666666666667, 0.041666666666666685, 0.008333333333326025, 0.0013888888888874177,
    0.0001984126987520655, 2.4801587347863205e-5, 2.7557254911859576e-6, 2.7557252406588966e-7, 2.5105419792683684e-8, 2.0921760350080757e-9]);
  const fraction = add(made, mul(made, series, mul(made, r, r)), r);
  const scaled = made.of("scale", [add(made, fraction, made.number(1)), shifted]);
  return select(made, less(made, x, smallest), made.number(0), scaled);
}

/** Of a positive number, as backend/wasm/logarithm.ts. */
function logarithm(made: Instructions, x: Value): Value {
  const e = made.of("exponent", [x]);
  const f = sub(made, made.of("mantissa", [x]), made.number(1));
  const s = made.of("div", [f, add(made, f, made.number(2))]);
  const z = mul(made, s, s);
  const series = splitPolynomial(made, z,
    [0.6666666666666735, 0.3999999999940137, 0.28571428746903293, 0.2222219798375126, 0.18183600466761027, 0.15313002865231973, 0.14807534743003356]);
  const halfSquare = mul(made, mul(made, f, f), made.number(0.5));
  const correction = add(made, mul(made, s, add(made, halfSquare, mul(made, z, series))), mul(made, e, made.number(ln2Low)));
  return add(made, sub(made, f, sub(made, halfSquare, correction)), mul(made, e, made.number(ln2High)));
}

function column(made: Instructions, holds: ProceduralColumn, stream: number): Value {
  switch (holds.kind) {
    case "source": return made.of("source", []);
    case "target": return made.of("goal", []);
    case "constant": return made.number(holds.value);
    case "uniform": return made.of("uniform", [stream >>> 0, holds.draw], true);
    case "normal": return normal(made, [stream >>> 0, holds.draw]);
    default: return holds satisfies never;
  }
}

/** By the transform of Box and Muller, as backend/wasm/continuousDraws.ts. */
function normal(made: Instructions, draw: readonly [number, number]): Value {
  const u = add(made, made.of("even", draw, true), made.number(2 ** -33));
  const radius = made.of("sqrt", [mul(made, logarithm(made, u), made.number(-2))]);
  const r = made.of("rest", draw, true);
  const z = mul(made, r, r);
  const sine = mul(made, r, polynomial(made, z, [6.283185307179586, -41.34170224039976, 81.60524927607493, -76.70585975299812, 42.05869392898699,
    -15.094640403669107, 3.81978810729418, -0.7116355277456573]));
  const cosine = add(made, mul(made, z, polynomial(made, z, [-19.739208802178716, 64.9393940226683, -85.45681720669359, 60.24464137182459,
    -26.426256773352424, 7.903535251483592, -1.7143182929616814, 0.2794907326471596])), made.number(1));
  const value = select(made, made.of("turned", draw, true), cosine, sine);
  return mul(made, radius, made.of("xor", [value, made.of("sign", draw, true)]));
}

/** One vector of numbers in either precision, so that an emitter is written once: four f32 or two f64 in a v128. */
import { f32x4, f64x2, i32x4, i64x2, v128, type Node } from "./assembler.ts";

export type Precision = "f32" | "f64";

type Unary = (a: Node) => Node;
type Binary = (a: Node, b: Node) => Node;

export interface Lanes {
  readonly precision: Precision;
  readonly count: 4 | 2;
  /** Bytes of one number. */
  readonly bytes: 4 | 8;
  /** Bits left of the mantissa's end: where the exponent starts. */
  readonly mantissaBits: 23 | 52;
  const(value: number): Node;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly pmin: Binary;
  readonly pmax: Binary;
  readonly lt: Binary;
  readonly le: Binary;
  readonly gt: Binary;
  readonly ge: Binary;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly sqrt: Unary;
  readonly floor: Unary;
  readonly ceil: Unary;
  readonly nearest: Unary;
  /** One bit a lane. */
  readonly bitmask: Unary;
  /** A number in memory, in every lane. */
  readonly loadSplat: (address: Node, offset?: number) => Node;
  /** Integer lanes of the same width, for bits of floating-point numbers. */
  readonly integer: {
    const(value: bigint): Node;
    readonly add: Binary;
    readonly sub: Binary;
    readonly shl: Binary;
    readonly shr_s: Binary;
  };
}

const f32Lanes: Lanes = {
  ...f32x4, precision: "f32", count: 4, bytes: 4, mantissaBits: 23, bitmask: i32x4.bitmask, loadSplat: v128.load32_splat,
  integer: { const: (value) => i32x4.const(Number(BigInt.asIntN(32, value))), add: i32x4.add, sub: i32x4.sub, shl: i32x4.shl, shr_s: i32x4.shr_s },
};

const f64Lanes: Lanes = {
  ...f64x2, precision: "f64", count: 2, bytes: 8, mantissaBits: 52, bitmask: i64x2.bitmask, loadSplat: v128.load64_splat,
  integer: { const: (value) => i64x2.const(value), add: i64x2.add, sub: i64x2.sub, shl: i64x2.shl, shr_s: i64x2.shr_s },
};

export const lanesOf = (precision: Precision): Lanes => (precision === "f32" ? f32Lanes : f64Lanes);

/**
 * A WebAssembly assembler that reads like the text format: `f32x4.add(a, b)` builds a node, `Module.encode()` gives the bytes and
 * `Module.print()` folded WAT. Only what Synfire's kernels use is here.
 */
import { invariant } from "../../errors.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";
export interface Node {
  readonly op: string;
  readonly type: ValueType | "void";
  readonly args: readonly Node[];
  /** Bytes of the opcode and, for memory instructions, offset and alignment. */
  readonly code: readonly number[];
  readonly memory?: { readonly offset: number; readonly align: number };
  readonly lane?: number;
  readonly immediate?: readonly number[];
  readonly body?: readonly Node[];
  readonly otherwise?: readonly Node[];
  readonly label?: Label;
  readonly index?: number;
  readonly callee?: Func;
  readonly text?: string;
}
export interface Label { readonly label: true }
export interface Local { readonly index: number; readonly type: ValueType; readonly name: string }

const typeCode = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 128 : low);
  } while (value > 0);
  return bytes;
}

function signedLeb(value: bigint): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = Number(value & 127n);
    value >>= 7n;
    if ((value === 0n && (low & 64) === 0) || (value === -1n && (low & 64) !== 0)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const f32Bytes = (v: number) => [...new Uint8Array(new Float32Array([v]).buffer)];
const f64Bytes = (v: number) => [...new Uint8Array(new Float64Array([v]).buffer)];
const simd = (code: number) => [0xfd, ...unsignedLeb(code)];

type Unary = (a: Node) => Node;
type Binary = (a: Node, b: Node) => Node;
const unary = (op: string, code: readonly number[], type: ValueType): Unary => (a) => ({ op, type, code, args: [a] });
const binary = (op: string, code: readonly number[], type: ValueType): Binary => (a, b) => ({ op, type, code, args: [a, b] });
const load = (op: string, code: readonly number[], type: ValueType, align: number) => (address: Node, offset = 0): Node =>
  ({ op, type, code, args: [address], memory: { offset, align } });
const store = (op: string, code: readonly number[], align: number) => (address: Node, value: Node, offset = 0): Node =>
  ({ op, type: "void", code, args: [address, value], memory: { offset, align } });
/** One lane of a vector, from or to memory. */
const loadLane = (op: string, code: readonly number[], align: number) => (address: Node, vector: Node, lane: number, offset = 0): Node =>
  ({ op, type: "v128", code, args: [address, vector], memory: { offset, align }, lane });
const storeLane = (op: string, code: readonly number[], align: number) => (address: Node, vector: Node, lane: number, offset = 0): Node =>
  ({ op, type: "void", code, args: [address, vector], memory: { offset, align }, lane });
const extract = (op: string, code: readonly number[], type: ValueType) => (a: Node, lane: number): Node => ({ op, type, code, args: [a], lane });
const replace = (op: string, code: readonly number[]) => (a: Node, lane: number, b: Node): Node => ({ op, type: "v128", code, args: [a, b], lane });

export const local = {
  get: (l: Local): Node => ({ op: "local.get", type: l.type, code: [0x20], args: [], index: l.index, text: l.name }),
  set: (l: Local, value: Node): Node => ({ op: "local.set", type: "void", code: [0x21], args: [value], index: l.index, text: l.name }),
  tee: (l: Local, value: Node): Node => ({ op: "local.tee", type: l.type, code: [0x22], args: [value], index: l.index, text: l.name }),
};

export const i32 = {
  const: (v: number): Node => ({ op: "i32.const", type: "i32", code: [0x41], args: [], immediate: signedLeb(BigInt(v | 0)), text: String(v | 0) }),
  load: load("i32.load", [0x28], "i32", 2), load8_u: load("i32.load8_u", [0x2d], "i32", 0), load16_u: load("i32.load16_u", [0x2f], "i32", 1),
  load16_s: load("i32.load16_s", [0x2e], "i32", 1),
  store: store("i32.store", [0x36], 2), store8: store("i32.store8", [0x3a], 0), store16: store("i32.store16", [0x3b], 1),
  eqz: unary("i32.eqz", [0x45], "i32"), eq: binary("i32.eq", [0x46], "i32"), ne: binary("i32.ne", [0x47], "i32"),
  lt_s: binary("i32.lt_s", [0x48], "i32"), lt_u: binary("i32.lt_u", [0x49], "i32"), gt_s: binary("i32.gt_s", [0x4a], "i32"), gt_u: binary("i32.gt_u", [0x4b], "i32"),
  le_s: binary("i32.le_s", [0x4c], "i32"), le_u: binary("i32.le_u", [0x4d], "i32"), ge_s: binary("i32.ge_s", [0x4e], "i32"), ge_u: binary("i32.ge_u", [0x4f], "i32"),
  clz: unary("i32.clz", [0x67], "i32"), ctz: unary("i32.ctz", [0x68], "i32"), popcnt: unary("i32.popcnt", [0x69], "i32"),
  add: binary("i32.add", [0x6a], "i32"), sub: binary("i32.sub", [0x6b], "i32"), mul: binary("i32.mul", [0x6c], "i32"),
  div_s: binary("i32.div_s", [0x6d], "i32"), div_u: binary("i32.div_u", [0x6e], "i32"), rem_u: binary("i32.rem_u", [0x70], "i32"),
  and: binary("i32.and", [0x71], "i32"), or: binary("i32.or", [0x72], "i32"), xor: binary("i32.xor", [0x73], "i32"),
  shl: binary("i32.shl", [0x74], "i32"), shr_s: binary("i32.shr_s", [0x75], "i32"), shr_u: binary("i32.shr_u", [0x76], "i32"),
  wrap_i64: unary("i32.wrap_i64", [0xa7], "i32"), trunc_f64_u: unary("i32.trunc_f64_u", [0xab], "i32"), trunc_f64_s: unary("i32.trunc_f64_s", [0xaa], "i32"),
  reinterpret_f32: unary("i32.reinterpret_f32", [0xbc], "i32"),
};

export const i64 = {
  const: (v: bigint): Node => ({ op: "i64.const", type: "i64", code: [0x42], args: [], immediate: signedLeb(BigInt.asIntN(64, v)), text: String(v) }),
  load: load("i64.load", [0x29], "i64", 3), store: store("i64.store", [0x37], 3), load32_u: load("i64.load32_u", [0x35], "i64", 2),
  extend_i32_u: unary("i64.extend_i32_u", [0xad], "i64"), mul: binary("i64.mul", [0x7e], "i64"), add: binary("i64.add", [0x7c], "i64"),
  shr_u: binary("i64.shr_u", [0x88], "i64"), shl: binary("i64.shl", [0x86], "i64"), and: binary("i64.and", [0x83], "i64"), or: binary("i64.or", [0x84], "i64"),
};

export const f32 = {
  const: (v: number): Node => ({ op: "f32.const", type: "f32", code: [0x43], args: [], immediate: f32Bytes(v), text: String(Math.fround(v)) }),
  load: load("f32.load", [0x2a], "f32", 2), store: store("f32.store", [0x38], 2),
  eq: binary("f32.eq", [0x5b], "i32"), lt: binary("f32.lt", [0x5d], "i32"), gt: binary("f32.gt", [0x5e], "i32"), le: binary("f32.le", [0x5f], "i32"), ge: binary("f32.ge", [0x60], "i32"),
  add: binary("f32.add", [0x92], "f32"), sub: binary("f32.sub", [0x93], "f32"), mul: binary("f32.mul", [0x94], "f32"), div: binary("f32.div", [0x95], "f32"),
  convert_i32_s: unary("f32.convert_i32_s", [0xb2], "f32"), convert_i32_u: unary("f32.convert_i32_u", [0xb3], "f32"), demote_f64: unary("f32.demote_f64", [0xb6], "f32"),
};

export const f64 = {
  const: (v: number): Node => ({ op: "f64.const", type: "f64", code: [0x44], args: [], immediate: f64Bytes(v), text: String(v) }),
  load: load("f64.load", [0x2b], "f64", 3), store: store("f64.store", [0x39], 3),
  eq: binary("f64.eq", [0x61], "i32"), lt: binary("f64.lt", [0x63], "i32"), gt: binary("f64.gt", [0x64], "i32"), le: binary("f64.le", [0x65], "i32"), ge: binary("f64.ge", [0x66], "i32"),
  floor: unary("f64.floor", [0x9c], "f64"), nearest: unary("f64.nearest", [0x9e], "f64"), sqrt: unary("f64.sqrt", [0x9f], "f64"),
  add: binary("f64.add", [0xa0], "f64"), sub: binary("f64.sub", [0xa1], "f64"), mul: binary("f64.mul", [0xa2], "f64"), div: binary("f64.div", [0xa3], "f64"),
  min: binary("f64.min", [0xa4], "f64"), max: binary("f64.max", [0xa5], "f64"),
  convert_i32_s: unary("f64.convert_i32_s", [0xb7], "f64"), convert_i32_u: unary("f64.convert_i32_u", [0xb8], "f64"), promote_f32: unary("f64.promote_f32", [0xbb], "f64"),
};

const v = (op: string, code: number) => binary(op, simd(code), "v128");
const v1 = (op: string, code: number) => unary(op, simd(code), "v128");

export const v128 = {
  const: (bytes: readonly number[], text: string): Node => {
    invariant(bytes.length === 16, "v128.const takes 16 bytes");
    return { op: "v128.const", type: "v128", code: simd(0x0c), args: [], immediate: bytes, text };
  },
  load: load("v128.load", simd(0x00), "v128", 4), load32_splat: load("v128.load32_splat", simd(0x09), "v128", 2), load64_splat: load("v128.load64_splat", simd(0x0a), "v128", 3),
  load32_zero: load("v128.load32_zero", simd(0x5c), "v128", 2), load64_zero: load("v128.load64_zero", simd(0x5d), "v128", 3),
  load32_lane: loadLane("v128.load32_lane", simd(0x56), 2), load64_lane: loadLane("v128.load64_lane", simd(0x57), 3),
  store32_lane: storeLane("v128.store32_lane", simd(0x5a), 2), store64_lane: storeLane("v128.store64_lane", simd(0x5b), 3), store: store("v128.store", simd(0x0b), 4),
  not: v1("v128.not", 0x4d), and: v("v128.and", 0x4e), andnot: v("v128.andnot", 0x4f), or: v("v128.or", 0x50), xor: v("v128.xor", 0x51),
  /** Bits of a where mask is 1, of b where it is 0. */
  bitselect: (a: Node, b: Node, mask: Node): Node => ({ op: "v128.bitselect", type: "v128", code: simd(0x52), args: [a, b, mask] }),
  any_true: unary("v128.any_true", simd(0x53), "i32"),
};

/** Lane order of `i8x16.shuffle`, 16 byte indices into the 32 bytes of a and b. */
export const i8x16 = {
  shuffle: (a: Node, b: Node, lanes: readonly number[]): Node => ({ op: "i8x16.shuffle", type: "v128", code: simd(0x0d), args: [a, b], immediate: lanes, text: lanes.join(" ") }),
};

export const i16x8 = {
  splat: unary("i16x8.splat", simd(0x10), "v128"), bitmask: unary("i16x8.bitmask", simd(0x84), "i32"),
  eq: v("i16x8.eq", 0x2d), ne: v("i16x8.ne", 0x2e), lt_s: v("i16x8.lt_s", 0x2f), lt_u: v("i16x8.lt_u", 0x30), gt_s: v("i16x8.gt_s", 0x31), gt_u: v("i16x8.gt_u", 0x32),
  ge_s: v("i16x8.ge_s", 0x37), ge_u: v("i16x8.ge_u", 0x38),
  shl: binary("i16x8.shl", simd(0x8b), "v128"), shr_s: binary("i16x8.shr_s", simd(0x8c), "v128"), shr_u: binary("i16x8.shr_u", simd(0x8d), "v128"),
  add: v("i16x8.add", 0x8e), sub: v("i16x8.sub", 0x91), extract_lane_u: extract("i16x8.extract_lane_u", simd(0x19), "i32"),
  const: (value: number): Node => v128.const(Array.from({ length: 16 }, (_, k) => (k % 2 === 0 ? value & 255 : (value >> 8) & 255)), `i16x8 ${value}`),
};

export const i32x4 = {
  splat: unary("i32x4.splat", simd(0x11), "v128"), extract_lane: extract("i32x4.extract_lane", simd(0x1b), "i32"), replace_lane: replace("i32x4.replace_lane", simd(0x1c)),
  eq: v("i32x4.eq", 0x37), ne: v("i32x4.ne", 0x38), lt_s: v("i32x4.lt_s", 0x39), lt_u: v("i32x4.lt_u", 0x3a), gt_s: v("i32x4.gt_s", 0x3b), gt_u: v("i32x4.gt_u", 0x3c),
  le_s: v("i32x4.le_s", 0x3d), ge_s: v("i32x4.ge_s", 0x3f),
  abs: v1("i32x4.abs", 0xa0), neg: v1("i32x4.neg", 0xa1), all_true: unary("i32x4.all_true", simd(0xa3), "i32"), bitmask: unary("i32x4.bitmask", simd(0xa4), "i32"),
  extend_low_i16x8_s: v1("i32x4.extend_low_i16x8_s", 0xa7), extend_high_i16x8_s: v1("i32x4.extend_high_i16x8_s", 0xa8),
  extend_low_i16x8_u: v1("i32x4.extend_low_i16x8_u", 0xa9), extend_high_i16x8_u: v1("i32x4.extend_high_i16x8_u", 0xaa),
  shl: binary("i32x4.shl", simd(0xab), "v128"), shr_s: binary("i32x4.shr_s", simd(0xac), "v128"), shr_u: binary("i32x4.shr_u", simd(0xad), "v128"),
  add: v("i32x4.add", 0xae), sub: v("i32x4.sub", 0xb1), mul: v("i32x4.mul", 0xb5), min_s: v("i32x4.min_s", 0xb6), max_s: v("i32x4.max_s", 0xb8),
  trunc_sat_f32x4_s: v1("i32x4.trunc_sat_f32x4_s", 0xf8), trunc_sat_f64x2_s_zero: v1("i32x4.trunc_sat_f64x2_s_zero", 0xfc), trunc_sat_f64x2_u_zero: v1("i32x4.trunc_sat_f64x2_u_zero", 0xfd),
  const: (a: number, b = a, c = a, d = a): Node => v128.const([...new Uint8Array(new Int32Array([a, b, c, d]).buffer)], `i32x4 ${a | 0} ${b | 0} ${c | 0} ${d | 0}`),
};

export const i64x2 = {
  splat: unary("i64x2.splat", simd(0x12), "v128"), extract_lane: extract("i64x2.extract_lane", simd(0x1d), "i64"),
  shl: binary("i64x2.shl", simd(0xcb), "v128"), shr_s: binary("i64x2.shr_s", simd(0xcc), "v128"), shr_u: binary("i64x2.shr_u", simd(0xcd), "v128"),
  add: v("i64x2.add", 0xce), sub: v("i64x2.sub", 0xd1), mul: v("i64x2.mul", 0xd5), bitmask: unary("i64x2.bitmask", simd(0xc4), "i32"),
  extend_low_i32x4_s: v1("i64x2.extend_low_i32x4_s", 0xc7), extend_low_i32x4_u: v1("i64x2.extend_low_i32x4_u", 0xc9),
  extmul_low_i32x4_u: v("i64x2.extmul_low_i32x4_u", 0xde), extmul_high_i32x4_u: v("i64x2.extmul_high_i32x4_u", 0xdf),
  const: (a: bigint, b = a): Node => v128.const([...new Uint8Array(new BigInt64Array([BigInt.asIntN(64, a), BigInt.asIntN(64, b)]).buffer)], `i64x2 ${a} ${b}`),
};

export const f32x4 = {
  splat: unary("f32x4.splat", simd(0x13), "v128"), extract_lane: extract("f32x4.extract_lane", simd(0x1f), "f32"),
  eq: v("f32x4.eq", 0x41), ne: v("f32x4.ne", 0x42), lt: v("f32x4.lt", 0x43), gt: v("f32x4.gt", 0x44), le: v("f32x4.le", 0x45), ge: v("f32x4.ge", 0x46),
  ceil: v1("f32x4.ceil", 0x67), floor: v1("f32x4.floor", 0x68), trunc: v1("f32x4.trunc", 0x69), nearest: v1("f32x4.nearest", 0x6a),
  abs: v1("f32x4.abs", 0xe0), neg: v1("f32x4.neg", 0xe1), sqrt: v1("f32x4.sqrt", 0xe3),
  add: v("f32x4.add", 0xe4), sub: v("f32x4.sub", 0xe5), mul: v("f32x4.mul", 0xe6), div: v("f32x4.div", 0xe7), pmin: v("f32x4.pmin", 0xea), pmax: v("f32x4.pmax", 0xeb),
  convert_i32x4_s: v1("f32x4.convert_i32x4_s", 0xfa), convert_i32x4_u: v1("f32x4.convert_i32x4_u", 0xfb), demote_f64x2_zero: v1("f32x4.demote_f64x2_zero", 0x5e),
  const: (value: number): Node => v128.const([...new Uint8Array(new Float32Array(4).fill(value).buffer)], `f32x4 ${Math.fround(value)}`),
};

export const f64x2 = {
  splat: unary("f64x2.splat", simd(0x14), "v128"), extract_lane: extract("f64x2.extract_lane", simd(0x21), "f64"),
  eq: v("f64x2.eq", 0x47), ne: v("f64x2.ne", 0x48), lt: v("f64x2.lt", 0x49), gt: v("f64x2.gt", 0x4a), le: v("f64x2.le", 0x4b), ge: v("f64x2.ge", 0x4c),
  ceil: v1("f64x2.ceil", 0x74), floor: v1("f64x2.floor", 0x75), trunc: v1("f64x2.trunc", 0x7a), nearest: v1("f64x2.nearest", 0x94),
  abs: v1("f64x2.abs", 0xec), neg: v1("f64x2.neg", 0xed), sqrt: v1("f64x2.sqrt", 0xef),
  add: v("f64x2.add", 0xf0), sub: v("f64x2.sub", 0xf1), mul: v("f64x2.mul", 0xf2), div: v("f64x2.div", 0xf3), pmin: v("f64x2.pmin", 0xf6), pmax: v("f64x2.pmax", 0xf7),
  convert_low_i32x4_s: v1("f64x2.convert_low_i32x4_s", 0xfe), convert_low_i32x4_u: v1("f64x2.convert_low_i32x4_u", 0xff), promote_low_f32x4: v1("f64x2.promote_low_f32x4", 0x5f),
  const: (value: number): Node => v128.const([...new Uint8Array(new Float64Array(2).fill(value).buffer)], `f64x2 ${value}`),
};

export const memory = {
  copy: (to: Node, from: Node, bytes: Node): Node => ({ op: "memory.copy", type: "void", code: [0xfc, 0x0a, 0x00, 0x00], args: [to, from, bytes] }),
  fill: (address: Node, value: Node, bytes: Node): Node => ({ op: "memory.fill", type: "void", code: [0xfc, 0x0b, 0x00], args: [address, value, bytes] }),
};

export const drop = (a: Node): Node => ({ op: "drop", type: "void", code: [0x1a], args: [a] });
export const select = (whenTrue: Node, whenFalse: Node, condition: Node): Node =>
  ({ op: "select", type: whenTrue.type, code: whenTrue.type === "v128" ? [0x1c, 1, typeCode.v128] : [0x1b], args: [whenTrue, whenFalse, condition] });
export const label = (): Label => ({ label: true });
export const block = (target: Label, ...body: readonly Node[]): Node => ({ op: "block", type: "void", code: [0x02, 0x40], args: [], label: target, body });
export const loop = (target: Label, ...body: readonly Node[]): Node => ({ op: "loop", type: "void", code: [0x03, 0x40], args: [], label: target, body });
export const br = (target: Label): Node => ({ op: "br", type: "void", code: [0x0c], args: [], label: target });
export const br_if = (target: Label, condition: Node): Node => ({ op: "br_if", type: "void", code: [0x0d], args: [condition], label: target });
export const if_ = (condition: Node, body: readonly Node[], otherwise: readonly Node[] = []): Node =>
  ({ op: "if", type: "void", code: [0x04, 0x40], args: [condition], body, otherwise });
export const call = (callee: Func, ...args: readonly Node[]): Node => ({ op: "call", type: callee.result, code: [0x10], args, callee });
export const return_ = (value?: Node): Node => ({ op: "return", type: "void", code: [0x0f], args: value ? [value] : [] });

/** `for (let v = from; v < to; v += step)` over unsigned integers. */
export function forLoop(variable: Local, from: Node, to: Node, step: number, body: readonly Node[]): Node {
  const again = label(), done = label();
  return block(done, local.set(variable, from), br_if(done, i32.ge_u(local.get(variable), to)),
    loop(again, ...body, local.set(variable, i32.add(local.get(variable), i32.const(step))), br_if(again, i32.lt_u(local.get(variable), to))));
}

export class Func {
  readonly locals: Local[] = [];
  readonly body: Node[] = [];
  readonly name: string;
  readonly params: readonly Local[];
  readonly result: ValueType | "void";
  readonly exported: boolean;
  index = -1;

  constructor(name: string, params: Readonly<Record<string, ValueType>>, result: ValueType | "void", exported: boolean) {
    this.name = name;
    this.result = result;
    this.exported = exported;
    this.params = Object.entries(params).map(([text, type], index) => ({ index, type, name: text }));
  }

  param(text: string): Local {
    const found = this.params.find((p) => p.name === text);
    invariant(found, `${this.name} has no parameter ${text}`);
    return found;
  }

  local(text: string, type: ValueType): Local {
    const made = { index: this.params.length + this.locals.length, type, name: text };
    this.locals.push(made);
    return made;
  }

  emit(...nodes: readonly Node[]): void {
    for (const node of nodes) this.body.push(node);
  }
}

/** One module with one imported memory (`env.memory`). */
export class Module {
  readonly functions: Func[] = [];

  func(name: string, params: Readonly<Record<string, ValueType>>, result: ValueType | "void" = "void", exported = true): Func {
    const made = new Func(name, params, result, exported);
    made.index = this.functions.length;
    this.functions.push(made);
    return made;
  }

  encode(options: { readonly pages: number; readonly maximumPages: number; readonly shared: boolean }): Uint8Array<ArrayBuffer> {
    const types: number[][] = [];
    const typeIndex = new Map<string, number>();
    const signatures = this.functions.map((f) => {
      const key = `${f.params.map((p) => p.type).join(",")}:${f.result}`;
      if (!typeIndex.has(key)) {
        typeIndex.set(key, types.length);
        types.push([0x60, ...vector(f.params.map((p) => [typeCode[p.type]])), ...vector(f.result === "void" ? [] : [[typeCode[f.result]]])]);
      }
      return typeIndex.get(key)!;
    });
    const out = new Bytes();
    out.push(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const section = (id: number, content: readonly number[]) => out.push(id, ...unsignedLeb(content.length)).append(content);
    section(1, vector(types));
    section(2, vector([[...string("env"), ...string("memory"), 2, options.shared ? 3 : 1, ...unsignedLeb(options.pages), ...unsignedLeb(options.maximumPages)]]));
    section(3, vector(signatures.map(unsignedLeb)));
    section(7, vector(this.functions.filter((f) => f.exported).map((f) => [...string(f.name), 0, ...unsignedLeb(f.index)])));
    const code = new Bytes();
    code.push(...unsignedLeb(this.functions.length));
    for (const f of this.functions) {
      const body = encodeFunction(f);
      code.push(...unsignedLeb(body.length)).append(body.view());
    }
    out.push(10, ...unsignedLeb(code.length)).append(code.view());
    // Names make profilers and traps readable.
    const names = vector(this.functions.map((f) => [...unsignedLeb(f.index), ...string(f.name)]));
    const custom = [...string("name"), 1, ...unsignedLeb(names.length), ...names];
    section(0, custom);
    return out.view().slice();
  }

  /** Folded WAT of all functions, for people. */
  print(): string {
    return this.functions.map(printFunction).join("\n\n") + "\n";
  }
}

/** A byte array that grows by doubling; a plain array of numbers is several times slower for large modules. */
class Bytes {
  #bytes = new Uint8Array(4096);
  length = 0;

  #reserve(extra: number): void {
    if (this.length + extra <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + extra));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  push(...bytes: readonly number[]): this {
    return this.append(bytes);
  }

  append(bytes: ArrayLike<number>): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsignedLeb(items.length), ...items.flat()];
const string = (text: string): number[] => {
  const bytes = new TextEncoder().encode(text);
  return [...unsignedLeb(bytes.length), ...bytes];
};

function encodeFunction(f: Func): Bytes {
  const out = new Bytes();
  const runs: [number, ValueType][] = [];
  for (const l of f.locals) {
    const last = runs.at(-1);
    if (last?.[1] === l.type) last[0]++;
    else runs.push([1, l.type]);
  }
  out.push(...unsignedLeb(runs.length));
  for (const [count, type] of runs) out.push(...unsignedLeb(count), typeCode[type]);
  for (const node of f.body) encodeNode(node, [], out);
  return out.push(0x0b);
}

function encodeNode(node: Node, labels: readonly (Label | undefined)[], out: Bytes): void {
  if (node.op === "block" || node.op === "loop") {
    out.append(node.code);
    for (const child of node.body!) encodeNode(child, [node.label, ...labels], out);
    out.push(0x0b);
    return;
  }
  for (const arg of node.args) encodeNode(arg, labels, out);
  out.append(node.code);
  if (node.op === "if") {
    for (const child of node.body!) encodeNode(child, [undefined, ...labels], out);
    if (node.otherwise!.length > 0) {
      out.push(0x05);
      for (const child of node.otherwise!) encodeNode(child, [undefined, ...labels], out);
    }
    out.push(0x0b);
  } else if (node.label) {
    const depth = labels.indexOf(node.label);
    invariant(depth >= 0, "branch to a label that does not enclose it");
    out.push(...unsignedLeb(depth));
  } else if (node.memory) {
    out.push(...unsignedLeb(node.memory.align), ...unsignedLeb(node.memory.offset));
    if (node.lane !== undefined) out.push(node.lane);
  } else if (node.lane !== undefined) out.push(node.lane);
  else if (node.immediate) out.append(node.immediate);
  else if (node.index !== undefined) out.push(...unsignedLeb(node.index));
  else if (node.callee) out.push(...unsignedLeb(node.callee.index));
}

function printFunction(f: Func): string {
  const header = [`(func $${f.name}`, ...f.params.map((p) => `(param $${p.name} ${p.type})`), ...(f.result === "void" ? [] : [`(result ${f.result})`])].join(" ");
  const locals = f.locals.map((l) => `  (local $${l.name}_${l.index} ${l.type})`);
  const paramCount = f.params.length;
  return [header, ...locals, ...f.body.map((n) => printNode(n, "  ", new Map(), paramCount)), ")"].join("\n");
}

function printNode(node: Node, indent: string, labels: Map<Label, string>, paramCount: number): string {
  const target = node.label ? (labels.get(node.label) ?? labels.set(node.label, `$L${labels.size}`).get(node.label)!) : "";
  const immediate = [
    target,
    node.index === undefined ? (node.text ?? "") : `$${node.text}${node.index < paramCount ? "" : `_${node.index}`}`,
    node.callee ? `$${node.callee.name}` : "",
    node.memory && node.memory.offset > 0 ? `offset=${node.memory.offset}` : "",
    node.lane === undefined ? "" : String(node.lane),
  ].filter((t) => t !== "").join(" ");
  const head = `(${node.op}${immediate === "" ? "" : ` ${immediate}`}`;
  const inner = `${indent}  `;
  const show = (child: Node) => printNode(child, inner, labels, paramCount);
  if (node.op === "if") {
    const otherwise = node.otherwise!.length > 0 ? [`${inner}(else`, ...node.otherwise!.map(show), `${inner})`] : [];
    return [`${indent}${head}`, ...node.args.map(show), `${inner}(then`, ...node.body!.map(show), `${inner})`, ...otherwise, `${indent})`].join("\n");
  }
  const children = [...node.args, ...(node.body ?? [])];
  if (children.length === 0) return `${indent}${head})`;
  const shown = children.map(show);
  const short = `${indent}${head} ${shown.map((s) => s.trim()).join(" ")})`;
  return !node.body && short.length <= 140 && !short.includes("\n") ? short : [`${indent}${head}`, ...shown, `${indent})`].join("\n");
}

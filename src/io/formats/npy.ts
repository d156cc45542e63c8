import { FileError } from "../../errors.ts";
import { asciiText } from "./fields.ts";
import { parsePythonLiteral, type PythonValue } from "./pythonLiteral.ts";

/** Columns `encodeNpy` takes and `decodeNpy` returns; strings are numpy's `U` and `S` kinds, booleans read as 0 and 1. */
export type NpyData = Float64Array | Float32Array | Uint32Array | Int32Array | Uint16Array | Int16Array | Uint8Array | readonly string[];

export interface NpyArray {
  readonly shape: readonly number[];
  /** Elements in C order; of a structured array, its first field. */
  readonly data: NpyData;
  /** Fields of a structured array by name; a field that is an array itself holds its elements row after row. */
  readonly fields?: ReadonlyMap<string, NpyData>;
}

/**
 * An array as a .npy file (format version 1.0 or, with long headers, 2.0), little-endian.
 *
 * @param shape default one dimension; [] writes a single number
 * @source https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy(data: NpyData, shape: readonly number[] = [data.length]): Uint8Array {
  const { descr, bytes } = columnBytes(data);
  return join(npyHeader(`'${descr}'`, shape), bytes);
}

/** Columns of equal length as one structured array, rows packed: what `numpy.load` gives as `a["time_s"]`. */
export function encodeNpyTable(columns: Readonly<Record<string, NpyData>>): Uint8Array {
  const parts = Object.entries(columns).map(([name, data]) => ({ name, length: data.length, ...columnBytes(data) }));
  const rows = parts[0]?.length ?? 0;
  return join(
    npyTableHeader(
      parts.map(({ name, descr }) => [name, descr] as const),
      rows,
    ),
    interleave(
      parts.map(({ bytes }) => bytes),
      rows,
    ),
  );
}

/**
 * The rows of a structured array without a header, to append to a file that grows. The first column has one element a row, others may have more.
 */
export function npyTableRows(columns: readonly NpyData[]): Uint8Array {
  return interleave(
    columns.map((data) => columnBytes(data).bytes),
    columns[0]?.length ?? 0,
  );
}

/**
 * The header of a structured array, padded so that any later number of rows fits in the same place. Fields with a `length` are arrays of so many
 * elements in each row.
 */
export function npyTableHeader(fields: readonly (readonly [name: string, descr: string, length?: number])[], rows: number): Uint8Array {
  const described = fields.map(([name, descr, length]) => `('${name}', '${descr}'${length === undefined ? "" : `, (${length},)`})`);
  return npyHeader(`[${described.join(", ")}]`, [rows], 16);
}

function npyHeader(descr: string, shape: readonly number[], room = 0): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${tuple}, }`;
  const spare = Math.max(0, room - tuple.length);
  const long = text.length + spare > 65000;
  const prefix = long ? 12 : 10;
  const length = Math.ceil((prefix + text.length + spare + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(32);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, long ? 2 : 1, 0]);
  new DataView(bytes.buffer)[long ? "setUint32" : "setUint16"](8, length - prefix, true);
  for (let i = 0; i < text.length; i++) bytes[prefix + i] = text.charCodeAt(i);
  bytes[length - 1] = 10;
  return bytes;
}

function join(header: Uint8Array, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(header.length + body.length);
  whole.set(header);
  whole.set(body, header.length);
  return whole;
}

function interleave(columns: readonly Uint8Array[], rows: number): Uint8Array {
  const widths = columns.map((bytes) => (rows === 0 ? 0 : bytes.length / rows));
  const stride = widths.reduce((sum, width) => sum + width, 0);
  const body = new Uint8Array(stride * rows);
  let offset = 0;
  columns.forEach((bytes, c) => {
    const width = widths[c]!;
    for (let row = 0, to = offset, from = 0; row < rows; row++, to += stride) for (let k = 0; k < width; k++) body[to + k] = bytes[from++]!;
    offset += width;
  });
  return body;
}

/** An array's elements as numpy stores them. Machines that run this are little-endian, as every JavaScript engine in use is. */
function columnBytes(data: NpyData): { descr: string; bytes: Uint8Array } {
  if (ArrayBuffer.isView(data)) {
    const kind =
      data instanceof Float64Array || data instanceof Float32Array ? "f" : data instanceof Int32Array || data instanceof Int16Array ? "i" : "u";
    const size = data.BYTES_PER_ELEMENT;
    return { descr: `${size === 1 ? "|" : "<"}${kind}${size}`, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  }
  const points = data.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = Math.max(1, ...points.map((codes) => codes.length));
  const cells = new Uint32Array(width * data.length);
  points.forEach((codes, row) => cells.set(codes, row * width));
  return { descr: `<U${width}`, bytes: new Uint8Array(cells.buffer) };
}

/** Whether bytes begin as a .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= 10 && bytes[0] === 0x93 && asciiText(bytes, 1, 6) === "NUMPY";
}

/**
 * Reads a .npy file: booleans, integers, floats and strings of either byte order, structured arrays of them, C or Fortran order. Pickled objects
 * are refused. Nothing is allocated before the header's sizes are found to agree with the bytes that are there.
 *
 * @throws {FileError}
 */
export function decodeNpy(bytes: Uint8Array, source: string): NpyArray {
  const { descr, fortran, shape, start } = readHeader(bytes, source);
  const fields = readDescr(descr, source);
  const stride = fields.reduce((sum, { bytes: size }) => sum + size, 0);
  const count = shape.reduce((product, length) => product * length, 1);
  const present = bytes.length - start;
  if (!Number.isSafeInteger(count * stride) || count * stride > present || (stride === 0 && count > present)) {
    const problem = `${source} announces ${count} elements of ${stride} bytes but holds ${present} bytes`;
    throw new FileError("npy-truncated", problem, "The file is cut short or damaged; copy or save it again.");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, present);
  const columns = fields.map((field) => [field.name, readColumn(view, field, count, stride)] as const);
  let data = columns[0]?.[1] ?? new Float64Array(0);
  if (fortran && shape.length > 1) data = cOrder(data, shape);
  return fields.some(({ name }) => name !== "") ? { shape, data, fields: new Map(columns) } : { shape, data };
}

interface Field {
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  readonly bytes: number;
  readonly at: number;
  readonly little: boolean;
  /** Elements in each row: more than one when the field is an array itself. */
  readonly length: number;
}

function readHeader(bytes: Uint8Array, source: string) {
  const broken = (what: string) =>
    new FileError("npy-header", `${source} is no .npy file Synfire reads: ${what}`, "Save plain arrays with numpy.save(path, array).");
  if (!isNpy(bytes)) throw broken("it does not begin with NumPy's signature");
  const version = bytes[6]!;
  const prefix = version === 1 ? 10 : 12;
  if (version < 1 || version > 3 || bytes.length < prefix) throw broken(`version ${version}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = prefix + length;
  if (start > bytes.length || length > 2 ** 20) throw broken(`a header of ${length} bytes`);
  const header = parsePythonLiteral(new TextDecoder().decode(bytes.subarray(prefix, start)));
  if (!(header instanceof Map)) throw broken("its header is no dictionary");
  const shape = header.get("shape");
  const descr = header.get("descr");
  if (!Array.isArray(shape) || shape.length > 32 || !shape.every((n) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0))
    throw broken("its shape makes no sense");
  if (descr === undefined) throw broken("its header has no element type");
  return { descr, fortran: header.get("fortran_order") === true, shape: shape as number[], start };
}

const SIZES: Readonly<Record<string, readonly number[]>> = { b: [1], i: [1, 2, 4, 8], u: [1, 2, 4, 8], f: [4, 8] };

function readDescr(descr: PythonValue, source: string): Field[] {
  const entries = typeof descr === "string" ? [["", descr]] : Array.isArray(descr) ? descr : [];
  let at = 0;
  const fields = entries.map((entry): Field => {
    const [title, type, shape] = Array.isArray(entry) && (entry.length === 2 || entry.length === 3) ? entry : [undefined, undefined];
    const length = elementsOf(shape);
    const name = Array.isArray(title) ? title[1] : title;
    const match = typeof type === "string" ? /^([<>|=])([biufUS])(\d{1,6})$/.exec(type) : null;
    const [, order, kind, digits] = match ?? [];
    const size = Number(digits);
    const text = kind === "U" || kind === "S";
    if (typeof name !== "string" || kind === undefined || length === undefined || !(text || SIZES[kind]!.includes(size))) {
      const what = typeof type === "string" ? `elements of type "${type.slice(0, 20)}"` : "a type that is not a list of plain fields";
      throw new FileError("npy-type", `${source} has ${what}`, "Save numbers or plain text, not objects: array.astype(float).");
    }
    const bytes = length * (kind === "U" ? 4 * size : size);
    const field = { name, kind, size, bytes, at, little: order !== ">", length };
    at += bytes;
    return field;
  });
  if (fields.length > 0) return fields;
  throw new FileError("npy-type", `${source} has no element type Synfire reads`, "Save numbers or plain text with numpy.save(path, array).");
}

/** Number of elements of a field whose shape is given: 1 without one, undefined when it is no shape. */
function elementsOf(shape: PythonValue | undefined): number | undefined {
  if (shape === undefined) return 1;
  const sides = typeof shape === "number" ? [shape] : Array.isArray(shape) ? shape : [Number.NaN];
  const product = sides.reduce<number>((elements, side) => elements * (typeof side === "number" && side >= 0 ? side : Number.NaN), 1);
  return Number.isInteger(product) && product <= 2 ** 31 ? product : undefined;
}

function readColumn(view: DataView, { kind, size, at, little, length, bytes }: Field, rows: number, stride: number): NpyData {
  const count = rows * length;
  const step = length === 0 ? 0 : bytes / length;
  const place = (k: number) => (length === 1 ? k * stride : Math.floor(k / length) * stride + (k % length) * step) + at;
  if (kind === "U" || kind === "S") {
    if (count > 2 ** 24) throw new FileError("npy-type", `a column of ${count} texts`, "Save numbers instead of text.");
    return Array.from({ length: count }, (_, k) => readText(view, place(k), kind, size, little));
  }
  const type = kind === "b" ? "u1" : kind + size;
  const column = makeColumn(type, count);
  // Aligned little-endian data is copied as it is; DataView handles the rest.
  const whole = stride === length * column.BYTES_PER_ELEMENT && little && type !== "i8" && type !== "u8";
  if (whole) new Uint8Array(column.buffer).set(new Uint8Array(view.buffer, view.byteOffset, rows * stride));
  else if (length === 1) {
    const get = READERS[type]!;
    for (let row = 0, p = at; row < count; row++, p += stride) column[row] = get(view, p, little);
  } else {
    const get = READERS[type]!;
    for (let k = 0; k < count; k++) column[k] = get(view, place(k), little);
  }
  return column;
}

const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

function makeColumn(type: string, count: number): Exclude<NpyData, readonly string[]> {
  if (type === "u1") return new Uint8Array(count);
  if (type === "u2") return new Uint16Array(count);
  if (type === "i2" || type === "i1") return new Int16Array(count);
  if (type === "u4") return new Uint32Array(count);
  if (type === "i4") return new Int32Array(count);
  return type === "f4" ? new Float32Array(count) : new Float64Array(count); // 64-bit integers become doubles, exact up to 2^53
}

function readText(view: DataView, at: number, kind: string, size: number, little: boolean): string {
  let text = "";
  for (let k = 0; k < size; k++) {
    const code = kind === "U" ? view.getUint32(at + 4 * k, little) : view.getUint8(at + k);
    text += code === 0 || code > 0x10ffff ? "\0" : String.fromCodePoint(code);
  }
  return text.replace(/\0+$/, "");
}

function cOrder(data: NpyData, shape: readonly number[]): NpyData {
  const result = data.slice() as { [index: number]: number | string } & NpyData;
  const position = shape.map(() => 0);
  for (let from = 0; from < data.length; from++) {
    let to = 0;
    for (let axis = 0; axis < shape.length; axis++) to = to * shape[axis]! + position[axis]!;
    result[to] = data[from]!;
    for (let axis = 0; axis < shape.length && ++position[axis]! === shape[axis]; axis++) position[axis] = 0;
  }
  return result;
}

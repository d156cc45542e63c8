/** IDX files, the format of MNIST and its relatives: an array of any shape behind a short header, often compressed with gzip. */
import { ArgumentError, FileError } from "../errors.ts";
import { inflate } from "../io/deflate.ts";
import { LARGEST_FILE, readBytes } from "../io/files.ts";

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** An array in C order: the last index runs fastest. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: IdxData;
}

/**
 * Reads an IDX file, compressed with gzip or not.
 *
 * @param source path of the file, or its bytes
 * @throws {FileError} when there is no such file, its compression is broken, it is no IDX file, or it is shorter or longer than its header says
 * @source http://yann.lecun.com/exdb/mnist (section "file formats")
 */
export async function readIdx(source: string | Uint8Array): Promise<IdxArray> {
  const what = typeof source === "string" ? source : "these bytes";
  const bytes = typeof source === "string" ? await readBytes(source) : source;
  return decode(isGzip(bytes) ? await unpack(bytes, what) : bytes, what);
}

/** An array as an IDX file, without compression. Numbers are stored as what they are: `Uint8Array` as bytes, `Float32Array` as floats. */
export function encodeIdx({ shape, data }: IdxArray): Uint8Array {
  const type = elementTypes.find(({ ArrayType }) => data instanceof ArrayType);
  const elements = shape.reduce((product, n) => product * n, 1);
  const usable = shape.length >= 1 && shape.length <= 255 && shape.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32);
  if (!type || !usable || elements !== data.length)
    throw new ArgumentError(
      "idx-shape",
      `${data.length} numbers cannot be written in the shape [${shape.join(", ")}]`,
      "Give as many numbers as it holds.",
    );
  const bytes = new Uint8Array(4 + 4 * shape.length + type.bytes * data.length), view = new DataView(bytes.buffer);
  bytes.set([0, 0, type.code, shape.length]);
  for (const [k, n] of shape.entries()) view.setUint32(4 + 4 * k, n);
  const start = 4 + 4 * shape.length;
  for (let k = 0; k < data.length; k++) type.write(view, start + type.bytes * k, data[k]!);
  return bytes;
}

interface ElementType {
  readonly code: number;
  readonly bytes: number;
  readonly ArrayType: new (length: number) => IdxData;
  readonly read: (view: DataView, at: number) => number;
  readonly write: (view: DataView, at: number, value: number) => void;
}

/** Numbers of more than one byte are stored with their highest byte first. */
const elementTypes: readonly ElementType[] = [
  { code: 0x08, bytes: 1, ArrayType: Uint8Array, read: (v, at) => v.getUint8(at), write: (v, at, x) => v.setUint8(at, x) },
  { code: 0x09, bytes: 1, ArrayType: Int8Array, read: (v, at) => v.getInt8(at), write: (v, at, x) => v.setInt8(at, x) },
  { code: 0x0b, bytes: 2, ArrayType: Int16Array, read: (v, at) => v.getInt16(at), write: (v, at, x) => v.setInt16(at, x) },
  { code: 0x0c, bytes: 4, ArrayType: Int32Array, read: (v, at) => v.getInt32(at), write: (v, at, x) => v.setInt32(at, x) },
  { code: 0x0d, bytes: 4, ArrayType: Float32Array, read: (v, at) => v.getFloat32(at), write: (v, at, x) => v.setFloat32(at, x) },
  { code: 0x0e, bytes: 8, ArrayType: Float64Array, read: (v, at) => v.getFloat64(at), write: (v, at, x) => v.setFloat64(at, x) },
];

function decode(bytes: Uint8Array, what: string): IdxArray {
  const type = elementTypes.find(({ code }) => code === bytes[2]), dimensions = bytes[3] ?? 0;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) throw notIdx(what, bytes);
  if (!type) {
    const code = `0x${bytes[2]!.toString(16).padStart(2, "0")}`;
    const hint = "IDX knows 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e. Fetch the file again.";
    throw new FileError("idx-type", `${what}: numbers of the unknown type ${code}`, hint);
  }
  const start = 4 + 4 * dimensions;
  if (dimensions === 0) throw notIdx(what, bytes);
  if (bytes.length < start) throw wrongLength(what, `${bytes.length} bytes end inside a header of ${start}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, k) => view.getUint32(4 + 4 * k));
  const elements = shape.reduce((product, n) => product * n, 1), expected = start + elements * type.bytes;
  if (bytes.length !== expected) throw wrongLength(what, `a shape of [${shape.join(", ")}] takes ${expected} bytes, and there are ${bytes.length}`);
  if (type.code === 0x08) return { shape, data: bytes.subarray(start) };
  const data = new type.ArrayType(elements);
  for (let k = 0; k < elements; k++) data[k] = type.read(view, start + k * type.bytes);
  return { shape, data };
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function unpack(bytes: Uint8Array, what: string): Promise<Uint8Array> {
  try {
    return await inflate(bytes, "gzip", LARGEST_FILE);
  } catch (error) {
    throw new FileError("idx-gzip", `${what}: its gzip compression is broken: ${(error as Error).message}`, "Fetch the file again.");
  }
}

function notIdx(what: string, bytes: Uint8Array): FileError {
  const seen = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join(" ");
  return new FileError(
    "idx-magic",
    `${what}: no IDX file, it begins with ${seen === "" ? "nothing" : `the bytes ${seen}`}`,
    "An IDX file begins with two zero bytes, the type of its numbers and the number of its dimensions, e.g. 00 00 08 03.",
  );
}

const wrongLength = (what: string, problem: string): FileError =>
  new FileError("idx-length", `${what}: ${problem}`, "The file was cut short or something was added; fetch it again.");

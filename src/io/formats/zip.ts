import { FileError } from "../../errors.ts";
import { crc32 } from "../checksum.ts";
import { concatenate, deflate, inflate } from "../deflate.ts";

/**
 * A ZIP archive of small size (each entry and the whole under 4 GiB), entries deflated where that makes them smaller.
 *
 * @source PKWARE APPNOTE 6.3.10
 * @throws {FileError} when the archive would need the 64-bit extension
 */
export async function encodeZip(entries: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const packed = await deflate(content, "deflate-raw");
    const smaller = packed.length < content.length;
    const body = smaller ? packed : content;
    const entry = {
      name: new TextEncoder().encode(name),
      method: smaller ? 8 : 0,
      crc: crc32(content),
      packed: body.length,
      size: content.length,
      offset,
    };
    const header = entryRecord(entry, false);
    pieces.push(header, body);
    directory.push(entryRecord(entry, true));
    offset += header.length + body.length;
    if (offset > 0xfffffffe || content.length > 0xfffffffe) {
      throw new FileError(
        "zip-size",
        `the archive would be larger than 4 GiB at entry ${name}`,
        "Save the spikes as .npy or .csv, which have no such limit.",
      );
    }
  }
  const size = directory.reduce((sum, record) => sum + record.length, 0);
  return concatenate([...pieces, ...directory, endRecord(directory.length, size, offset)]);
}

interface Entry {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

function entryRecord({ name, method, crc, packed, size, offset }: Entry, central: boolean): Uint8Array {
  const fixed = central ? 46 : 30;
  const bytes = new Uint8Array(fixed + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, central ? 0x02014b50 : 0x04034b50, true);
  const at = central ? 6 : 4;
  if (central) view.setUint16(4, 20, true);
  view.setUint16(at, 20, true); // version needed: 2.0
  view.setUint16(at + 2, 0x800, true); // names are UTF-8
  view.setUint16(at + 4, method, true);
  view.setUint16(at + 8, 0x21, true); // 1 January 1980: the same spikes make the same file
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, packed, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name.length, true);
  if (central) view.setUint32(42, offset, true);
  bytes.set(name, fixed);
  return bytes;
}

function endRecord(count: number, size: number, offset: number): Uint8Array {
  const bytes = new Uint8Array(22);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return bytes;
}

/** Whether bytes begin as a ZIP archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * Reads the entries of a ZIP archive whose names pass a test. Sizes and checksums are verified; an archive that would unpack to more than
 * `limit` bytes in all is refused after at most that many.
 *
 * @throws {FileError}
 */
export async function decodeZip(
  bytes: Uint8Array,
  source: string,
  limit: number,
  wanted: (name: string) => boolean,
): Promise<Map<string, Uint8Array>> {
  const broken = (what: string) => new FileError("zip-damaged", `${source} is a damaged archive: ${what}`, "Copy or save it again.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view);
  if (end < 0) throw broken("its end is missing");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  let left = limit;
  const entries = new Map<string, Uint8Array>();
  for (let k = 0; k < count; k++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw broken(`entry ${k} of its list is missing`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const crc = view.getUint32(at + 16, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, Math.min(at + 46 + nameLength, end)));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (!wanted(name)) continue;
    if (flags & 1 || (method !== 0 && method !== 8)) throw broken(`entry "${name}" is encrypted or compressed in another way than deflate`);
    if (local + 30 > bytes.length || view.getUint32(local, true) !== 0x04034b50) throw broken(`entry "${name}" is missing`);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > bytes.length) throw broken(`entry "${name}" is cut short`);
    if (size > left) {
      const hint = "If you trust the file, pass a larger limit: loadSpikes(path, { maxBytes: 8e9 }).";
      throw new FileError("file-too-large", `${source} unpacks to more than ${limit} bytes`, hint);
    }
    const content = await unpack(bytes.subarray(start, start + packed), method, size);
    if (content?.length !== size || crc32(content) !== crc) throw broken(`entry "${name}" does not match its checksum`);
    left -= size;
    entries.set(name, content);
  }
  return entries;
}

async function unpack(body: Uint8Array, method: number, size: number): Promise<Uint8Array | undefined> {
  if (method === 0) return body;
  try {
    return await inflate(body, "deflate-raw", size);
  } catch {
    return undefined; // longer than stated or no deflate stream: either way not what the checksum is of
  }
}

/** The end record is the last 22 bytes, or earlier by the length of a comment of up to 64 KiB. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 0xffff; at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return -1;
}

/** AEDAT 4, what iniVation's DV writes: compressed packets of events of several streams. */
import { FileError } from "../../errors.ts";
import { LARGEST_FILE } from "../../io/files.ts";
import { EventCollector } from "./eventStream.ts";
import type { EventStream } from "./eventStream.ts";
import { FlatTable } from "./flatBuffer.ts";
import { decodeLz4Frame } from "./lz4.ts";

export const aedat4Magic = "#!AER-DAT4.0\r\n";
const lz4 = [1, 2], eventBytes = 16, packetHeaderBytes = 8;

/**
 * The events of the first stream of pixels, or of the stream of that number. Times are µs as the camera's clock gives them, often since 1970.
 *
 * @throws {FileError} when the file was cut short or damaged, is compressed with Zstandard, or has no events of pixels
 * @source https://docs.inivation.com/software/software-advanced-usage/file-formats/aedat-4.0.html
 */
export function decodeAedat4(bytes: Uint8Array, what: string, options: { readonly stream?: number } = {}): EventStream {
  try {
    return decode(bytes, what, options.stream);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FileError("aedat4-damaged", `${what}: ${error.message}`, "The file was cut short or damaged; fetch or record it again.");
  }
}

function decode(bytes: Uint8Array, what: string, wanted: number | undefined): EventStream {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), start = aedat4Magic.length;
  const headerEnd = start + 4 + view.getUint32(start, true);
  const header = FlatTable.root(bytes.subarray(start, headerEnd)), compression = header.int32(0), tableAt = header.int64(1, -1);
  const streams = streamsOf(header.text(2)).filter(({ type }) => type === "EVTS"), stream = streams.find(({ id }) => id === wanted) ?? streams[0];
  if (!stream || (wanted !== undefined && stream.id !== wanted)) {
    const has = streams.length === 0 ? "no stream of events" : `events in stream ${streams.map(({ id }) => id).join(", ")}`;
    const problem = `${what} has ${has}${wanted === undefined ? "" : `, not ${wanted}`}`;
    throw new FileError("aedat4-stream", problem, "Give a recording of an event camera.");
  }
  const unpack = unpackerOf(compression, what), events = new EventCollector(), end = tableAt > 0 ? Math.min(tableAt, bytes.length) : bytes.length;
  for (let at = headerEnd; at < end; ) {
    const id = view.getInt32(at, true), size = view.getUint32(at + 4, true), content = at + packetHeaderBytes;
    if (content + size > bytes.length) throw new RangeError(`the packet at byte ${at} is cut short`);
    if (id === stream.id) addEvents(unpack(bytes.subarray(content, content + size)), events);
    at = content + size;
  }
  return events.stream(stream.width && stream.height ? { width: stream.width, height: stream.height } : {});
}

/** Events are structures: time in 8 bytes, x and y in 2 each, then whether brighter. */
function addEvents(packet: Uint8Array, events: EventCollector): void {
  const table = FlatTable.root(packet), { view } = table, { start, count } = table.vector(0);
  if (start + eventBytes * count > packet.length) throw new RangeError("a packet has fewer events than it says");
  for (let k = 0, at = start; k < count; k++, at += eventBytes)
    events.add(Number(view.getBigInt64(at, true)), view.getInt16(at + 8, true), view.getInt16(at + 10, true), view.getUint8(at + 12));
}

function unpackerOf(compression: number, what: string): (bytes: Uint8Array) => Uint8Array {
  if (compression === 0) return (bytes) => bytes;
  if (lz4.includes(compression)) return (bytes) => decodeLz4Frame(bytes, LARGEST_FILE);
  const hint = "Convert it with DV to LZ4 or to no compression.";
  throw new FileError("aedat4-compression", `${what} is compressed in the way ${compression} (3 and 4 are Zstandard)`, hint);
}

interface StreamInfo { readonly id: number; readonly type: string; readonly width: number; readonly height: number }

/** The streams that the XML of the header lists: nodes named by a number inside `outInfo`, with nested `info` nodes. */
function streamsOf(description: string): StreamInfo[] {
  const [, info = ""] = /<node name="outInfo"[^>]*>([^]*)/.exec(description) ?? [];
  const pieces = info.split(/(?=<node name="\d+")/).slice(1);
  return pieces.map((piece) => {
    const attribute = (key: string) => new RegExp(`<attr key="${key}"[^>]*>([^<]*)<`).exec(piece)?.[1] ?? "";
    const id = Number(/<node name="(\d+)"/.exec(piece)?.[1]);
    return { id, type: attribute("typeIdentifier"), width: Number(attribute("sizeX")), height: Number(attribute("sizeY")) };
  });
}

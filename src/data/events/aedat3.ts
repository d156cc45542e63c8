/** AEDAT 3.1, what cAER writes: packets of events of one kind. */
import { FileError } from "../../errors.ts";
import { readAsciiHeader } from "./asciiHeader.ts";
import { EventCollector } from "./eventStream.ts";
import type { EventStream } from "./eventStream.ts";

const headerBytes = 28, polarityKind = 1;

/**
 * Events of pixels; packets of other kinds are skipped, and so are events that are marked as not valid. Times are µs.
 *
 * @throws {FileError} when a packet ends after the file, or its events are of another size
 * @source https://docs.inivation.com/software/software-advanced-usage/file-formats/aedat-3.1.html
 */
export function decodeAedat3(bytes: Uint8Array, what: string): EventStream {
  const { end } = readAsciiHeader(bytes, "#", (line) => line === "#!END-HEADER"), events = new EventCollector();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = (problem: string) => new FileError("aedat3-packet", `${what}: ${problem}`, "The file was cut short or damaged; fetch it again.");
  for (let at = end; at < bytes.length; ) {
    if (at + headerBytes > bytes.length) throw broken(`${bytes.length - at} bytes end inside the header of a packet of ${headerBytes}`);
    const kind = view.getUint16(at, true), overflow = view.getUint32(at + 12, true);
    const [size, capacity, count] = [4, 16, 20].map((offset) => view.getUint32(at + offset, true)) as [number, number, number];
    const start = at + headerBytes, next = start + size * Math.max(capacity, count);
    if (next > bytes.length) throw broken(`a packet of ${capacity} events of ${size} bytes at byte ${at} of ${bytes.length} is cut short`);
    if (kind === polarityKind) {
      if (size !== 8) throw broken(`events of ${size} bytes, where those of pixels have 8`);
      for (let k = 0; k < count; k++) {
        const data = view.getUint32(start + 8 * k, true), time = overflow * 2 ** 31 + view.getInt32(start + 8 * k + 4, true);
        if (data & 1) events.add(time, data >>> 17, (data >>> 2) & 0x7fff, (data >>> 1) & 1);
      }
    }
    at = next;
  }
  return events.stream();
}

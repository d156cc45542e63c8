/** Prophesee's .dat files, such as those of N-CARS. */
import { FileError } from "../../errors.ts";
import { readAsciiHeader } from "./asciiHeader.ts";
import { EventCollector } from "./eventStream.ts";
import type { EventStream } from "./eventStream.ts";

/**
 * After lines with `%` come the kind of the events and their size, one byte each, then events of a time in µs and an address: in version 2 14 bits
 * of x, 14 of y and the polarity; in version 1 9 bits of x, 8 of y and the polarity.
 *
 * @throws {FileError} when it holds no events of pixels, or no whole number of them
 * @source https://docs.prophesee.ai/stable/data/file_formats/dat.html
 */
export function decodeDat(bytes: Uint8Array, what: string): EventStream {
  const { lines, end } = readAsciiHeader(bytes, "%"), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (name: string) => lines.map((line) => new RegExp(`^% ${name} (\\d+)$`).exec(line)?.[1]).find((value) => value !== undefined);
  const kind = bytes[end], size = bytes[end + 1];
  if ((kind !== 0 && kind !== 12) || size !== 8) {
    const problem = `${what}: events of the kind ${kind ?? "(none)"} with ${size ?? 0} bytes`;
    throw new FileError("dat-kind", problem, "Events of pixels are of the kind 0 or 12 and have 8 bytes.");
  }
  if ((bytes.length - end - 2) % 8 !== 0)
    throw new FileError("dat-length", `${what}: ${bytes.length - end - 2} bytes are no whole number of events of 8 bytes`, "Fetch the file again.");
  const first = number("Version") === "1", events = new EventCollector();
  let before = 0, wrapped = 0;
  for (let at = end + 2; at < bytes.length; at += 8) {
    const time = view.getUint32(at, true), address = view.getUint32(at + 4, true);
    if (before - time > 2 ** 31) wrapped += 2 ** 32;
    before = time;
    if (first) events.add(wrapped + time, address & 0x1ff, (address >>> 9) & 0xff, (address >>> 17) & 1);
    else events.add(wrapped + time, address & 0x3fff, (address >>> 14) & 0x3fff, (address >>> 28) & 1);
  }
  const [width, height] = [number("Width"), number("Height")];
  return events.stream(width && height ? { width: Number(width), height: Number(height) } : {});
}

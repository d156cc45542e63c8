/** The files of N-MNIST and N-Caltech101: five bytes an event. */
import { FileError } from "../../errors.ts";
import { EventCollector } from "./eventStream.ts";
import type { EventStream } from "./eventStream.ts";

/**
 * Byte 0 is x, byte 1 y, the highest bit of byte 2 the polarity and the other 23 the time in µs, highest first. A record with y = 240 is no event:
 * the clock has run over, and all later times are 2^13 µs later.
 *
 * @throws {FileError} when the bytes are no whole number of events
 * @source Orchard, Jayawant, Cohen & Thakor (2015), doi:10.3389/fnins.2015.00437, and its readers in MATLAB
 */
export function decodeNmnist(bytes: Uint8Array, what: string): EventStream {
  if (bytes.length % 5 !== 0)
    throw new FileError("nmnist-length", `${what}: ${bytes.length} bytes are no whole number of events of 5 bytes`, "Fetch the file again.");
  const events = new EventCollector();
  let later = 0;
  for (let at = 0; at < bytes.length; at += 5) {
    const y = bytes[at + 1]!, high = bytes[at + 2]!;
    if (y === 240) later += 2 ** 13;
    else events.add(later + (((high & 0x7f) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!), bytes[at]!, y, high >> 7);
  }
  return events.stream();
}

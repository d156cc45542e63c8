/** AEDAT 2.0, what jAER writes: an address and a time an event, highest byte first. */
import { FileError } from "../../errors.ts";
import { readAsciiHeader } from "./asciiHeader.ts";
import { EventCollector } from "./eventStream.ts";
import type { EventStream } from "./eventStream.ts";

export interface Aedat2Options {
  /** Which camera made the addresses. Default: what the header names, else a DVS128. */
  readonly camera?: "dvs128" | "davis";
  /** A DVS128 counts columns from the right: true turns the picture as jAER shows it. Default false, the bits of the address as they are. */
  readonly mirror?: boolean;
}

/**
 * Address of a DVS128: bit 0 polarity, bits 1 to 7 and 8 to 14 the place, of which the upper are x here; of a DAVIS: bit 11 polarity, bits 12 to
 * 21 x, bits 22 to 30 y, and bit 31 marks what is no event of the pixels and is skipped. Times are µs; where the 32 bits run over, 2^32 is added.
 *
 * @throws {FileError} when the bytes after the header are no whole number of events
 * @source https://docs.inivation.com/software/software-advanced-usage/file-formats/aedat-2.0.html
 */
export function decodeAedat2(bytes: Uint8Array, what: string, options: Aedat2Options = {}): EventStream {
  const { lines, end } = readAsciiHeader(bytes, "#"), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if ((bytes.length - end) % 8 !== 0) {
    const problem = `${what}: ${bytes.length - end} bytes after the header are no whole number of events of 8 bytes`;
    throw new FileError("aedat2-length", problem, "Fetch the file again.");
  }
  const { camera = lines.some((line) => /davis/i.test(line)) ? "davis" : "dvs128", mirror = false } = options, events = new EventCollector();
  let before = 0, wrapped = 0;
  for (let at = end; at < bytes.length; at += 8) {
    const address = view.getUint32(at), time = view.getUint32(at + 4);
    // Times may run back a little; a step back by half of all there are is the clock running over.
    if (before - time > 2 ** 31) wrapped += 2 ** 32;
    before = time;
    if (camera === "davis") {
      if (address < 2 ** 31) events.add(wrapped + time, (address >>> 12) & 0x3ff, (address >>> 22) & 0x1ff, (address >>> 11) & 1);
      continue;
    }
    const x = (address >>> 8) & 0x7f;
    events.add(wrapped + time, mirror ? 127 - x : x, (address >>> 1) & 0x7f, address & 1);
  }
  return events.stream(camera === "dvs128" ? { width: 128, height: 128 } : {});
}

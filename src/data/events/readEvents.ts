/** Reads a file of an event camera, of whichever kind it is. */
import { FileError } from "../../errors.ts";
import { readBytes } from "../../io/files.ts";
import { decodeAedat2 } from "./aedat2.ts";
import type { Aedat2Options } from "./aedat2.ts";
import { decodeAedat3 } from "./aedat3.ts";
import { aedat4Magic, decodeAedat4 } from "./aedat4.ts";
import type { EventStream } from "./eventStream.ts";
import { decodeNmnist } from "./nmnist.ts";
import { decodeDat } from "./prophesee.ts";

export interface ReadEventsOptions extends Aedat2Options {
  /** Of AEDAT 4: which stream. Default: the first one with events of pixels. */
  readonly stream?: number;
}

/**
 * AEDAT 2.0, 3.1 and 4, told apart by their first line; Prophesee's .dat; the .bin files of N-MNIST, which have no mark and are told by their name.
 *
 * @throws {FileError} when there is no such file, it is none of these, or it is damaged
 */
export async function readEvents(path: string, options: ReadEventsOptions = {}): Promise<EventStream> {
  return decodeEvents(await readBytes(path), path, options);
}

/** @param name of the file, for messages and because .bin files tell nothing else */
export function decodeEvents(bytes: Uint8Array, name: string, options: ReadEventsOptions = {}): EventStream {
  const start = String.fromCharCode(...bytes.subarray(0, 14));
  if (start === aedat4Magic) return decodeAedat4(bytes, name, options.stream === undefined ? {} : { stream: options.stream });
  if (start.startsWith("#!AER-DAT3")) return decodeAedat3(bytes, name);
  if (start.startsWith("#!AER-DAT2") || start.startsWith("#")) return decodeAedat2(bytes, name, options);
  if (start.startsWith("% ")) return decodeDat(bytes, name);
  if (/\.bin$/i.test(name)) return decodeNmnist(bytes, name);
  const seen = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const hint = "Files that are read: AEDAT 2.0, 3.1 and 4 (.aedat, .aedat4), Prophesee's .dat, .bin of N-MNIST.";
  throw new FileError("events-kind", `${name}: no file of an event camera that is known; it begins with ${seen || "nothing"}`, hint);
}

/** Sound from WAV files: RIFF with PCM of 8, 16, 24 or 32 bits, or floating-point numbers. */
import { FileError } from "../errors.ts";
import { readBytes } from "../io/files.ts";

export interface Sound {
  /** Between −1 and 1; several channels are averaged. */
  readonly samples: Float32Array;
  /** Samples a second. */
  readonly rate: number;
}

/**
 * @param source path of the file, or its bytes
 * @throws {FileError} when there is no such file, or it is no WAV file of a kind that can be read, or was cut short
 * @source Multimedia Programming Interface and Data Specifications 1.0, IBM & Microsoft (1991); WAVE_FORMAT_EXTENSIBLE: Microsoft (2001)
 */
export async function readWav(source: string | Uint8Array): Promise<Sound> {
  return typeof source === "string" ? decodeWav(await readBytes(source), source) : decodeWav(source, "these bytes");
}

/** @throws {FileError} */
export function decodeWav(bytes: Uint8Array, what: string): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => (at + 4 <= bytes.length ? String.fromCharCode(...bytes.subarray(at, at + 4)) : "");
  if (tag(0) !== "RIFF" || tag(8) !== "WAVE")
    throw new FileError("wav-magic", `${what}: no WAV file, it begins with "${printable(tag(0))}"`, "Give a RIFF file of the kind WAVE.");
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true), start = at + 8;
    if (tag(at) === "fmt " && size >= 16 && start + size <= bytes.length) format = readFormat(view, start, size);
    if (tag(at) === "data") {
      if (!format) break;
      if (start + size > bytes.length)
        throw new FileError("wav-length", `${what}: its sound takes ${size} bytes, and ${bytes.length - start} are there`, "Fetch the file again.");
      return decodeSamples(view, start, size, format, what);
    }
    at = start + size + (size % 2);
  }
  throw new FileError("wav-parts", `${what}: a WAV file without ${format ? "sound" : "a description of its sound"}`, "Fetch or save the file again.");
}

/** A sound as a WAV file with 16 bits a sample. */
export function encodeWav({ samples, rate }: Sound): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples.length), view = new DataView(bytes.buffer);
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  put(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  put(8, "WAVEfmt ");
  for (const [at, value] of [[16, 16], [24, rate], [28, 2 * rate], [40, 2 * samples.length]] as const) view.setUint32(at, value, true);
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) view.setUint16(at, value, true);
  put(36, "data");
  samples.forEach((sample, k) => view.setInt16(44 + 2 * k, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true));
  return bytes;
}

interface Format { readonly code: number; readonly channels: number; readonly rate: number; readonly bits: number }

const PCM = 1, FLOAT = 3, EXTENSIBLE = 0xfffe;

/** The code of the extensible format stands in the first two bytes of its sub-format. */
function readFormat(view: DataView, at: number, size: number): Format {
  const code = view.getUint16(at, true);
  return {
    code: code === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : code, channels: view.getUint16(at + 2, true),
    rate: view.getUint32(at + 4, true), bits: view.getUint16(at + 14, true),
  };
}

function decodeSamples(view: DataView, start: number, size: number, { code, channels, rate, bits }: Format, what: string): Sound {
  const read = readers[`${code}/${bits}`];
  if (!read || channels < 1 || rate < 1) {
    const problem = `${what}: ${channels} channels of ${bits} bits at ${rate} Hz in the format ${code}`;
    const hint = `Convert it to PCM of 16 bits. Formats that are read: PCM (${PCM}) of 8, 16, 24 or 32 bits, floating point (${FLOAT}) of 32 or 64.`;
    throw new FileError("wav-format", problem, hint);
  }
  const width = bits / 8, samples = new Float32Array(Math.floor(size / (width * channels)));
  for (let k = 0; k < samples.length; k++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(view, start + (k * channels + channel) * width);
    samples[k] = sum / channels;
  }
  return { samples, rate };
}

/** By format and bits. Eight bits are without sign. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  [`${PCM}/8`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${PCM}/16`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${PCM}/24`]: (view, at) => (view.getUint8(at) + 256 * view.getUint8(at + 1) + 65_536 * view.getInt8(at + 2)) / 2 ** 23,
  [`${PCM}/32`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}/32`]: (view, at) => view.getFloat32(at, true),
  [`${FLOAT}/64`]: (view, at) => view.getFloat64(at, true),
};

const printable = (text: string): string => text.replace(/[^ -~]/g, ".");

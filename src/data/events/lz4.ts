/** Decompresses LZ4 frames. */
import { concatenate } from "../../io/deflate.ts";

const MAGIC = 0x184d2204;

/**
 * The content of one frame, whose blocks may refer to those before. Checksums are passed over.
 *
 * @param limit largest number of bytes to unpack
 * @throws {RangeError} when the frame is broken or unpacks to more
 * @source https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md
 */
export function decodeLz4Frame(bytes: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) throw new RangeError("it is no LZ4 frame");
  const flags = bytes[4]!, checksums = flags & 0x10 ? 4 : 0;
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0), history: Uint8Array = new Uint8Array(0), length = 0;
  const pieces: Uint8Array[] = [];
  for (;;) {
    if (at + 4 > bytes.length) throw new RangeError("a block is missing");
    const size = view.getUint32(at, true), stored = size >>> 31 === 1, packed = size & 0x7fffffff, block = bytes.subarray(at + 4, at + 4 + packed);
    if (size === 0) return concatenate(pieces);
    if (block.length < packed) throw new RangeError("a block is cut short");
    const piece = stored ? block : decodeBlock(block, history, limit - length);
    if ((length += piece.length) > limit) throw new RangeError(`it unpacks to more than ${limit} bytes`);
    pieces.push(piece);
    history = concatenate([history, piece]).subarray(-65_536);
    at += 4 + packed + checksums;
  }
}

/** Sequences of literals and copies; a copy may reach back into `history`. */
function decodeBlock(block: Uint8Array, history: Uint8Array, limit: number): Uint8Array {
  let out = new Uint8Array(history.length + Math.max(4096, 4 * block.length)), to = history.length, at = 0;
  out.set(history);
  const byte = (): number => {
    if (at >= block.length) throw new RangeError("a block ends inside a sequence");
    return block[at++]!;
  };
  const lengthOf = (nibble: number): number => {
    let total = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; total += more) more = byte();
    return total;
  };
  const room = (more: number) => {
    if (to + more - history.length > limit) throw new RangeError(`it unpacks to more than ${limit} bytes`);
    if (to + more <= out.length) return;
    const larger = new Uint8Array(Math.max(2 * out.length, to + more));
    larger.set(out);
    out = larger;
  };
  while (at < block.length) {
    const token = byte(), literals = lengthOf(token >> 4);
    if (at + literals > block.length) throw new RangeError("a block ends inside its literals");
    room(literals);
    out.set(block.subarray(at, at + literals), to);
    to += literals;
    at += literals;
    if (at >= block.length) break;
    const distance = byte() | (byte() << 8), copied = lengthOf(token & 15) + 4;
    if (distance === 0 || distance > to) throw new RangeError("a copy reaches back before the beginning");
    room(copied);
    for (let k = 0; k < copied; k++, to++) out[to] = out[to - distance]!;
  }
  return out.slice(history.length, to);
}

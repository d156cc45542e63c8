/**
 * Deflate and inflate through the platform's CompressionStream, which Node 20 and every current browser have: PNG and NPZ files are made and
 * read by the same code in both.
 */
export type DeflateFormat = "deflate" | "deflate-raw" | "gzip";

/** Compresses bytes; `deflate` is the zlib wrapping PNG uses, `deflate-raw` the bare stream of ZIP, `gzip` that of .gz files. */
export async function deflate(bytes: Uint8Array, format: DeflateFormat): Promise<Uint8Array> {
  return collect(through(bytes, new CompressionStream(format)), Number.POSITIVE_INFINITY);
}

/**
 * Decompresses bytes, giving up as soon as more than `limit` bytes have come out, so that a small hostile file cannot fill the memory.
 *
 * @throws {RangeError} when the result is longer than `limit`; whatever the platform throws when the stream is broken
 */
export async function inflate(bytes: Uint8Array, format: DeflateFormat, limit: number): Promise<Uint8Array> {
  return collect(through(bytes, new DecompressionStream(format)), limit);
}

function through(bytes: Uint8Array, transform: CompressionStream | DecompressionStream): ReadableStream<Uint8Array> {
  // In pieces, so that a hostile stream cannot unpack more than some megabytes before the limit is looked at.
  let at = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.subarray(at, (at += PIECE)));
      else controller.close();
    },
  });
  return source.pipeThrough(transform as unknown as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>);
}

const PIECE = 65_536;

async function collect(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new RangeError(`more than ${limit} bytes`);
    }
    chunks.push(value);
  }
  return concatenate(chunks);
}

/** Joins pieces into one array of bytes. */
export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

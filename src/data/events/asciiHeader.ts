/** Lines of text before binary data, each marked by its first character. */
export interface AsciiHeader {
  readonly lines: readonly string[];
  /** Where the data begin. */
  readonly end: number;
}

/** Lines that begin with `mark`; ends after the line that `isLast` accepts, or before the first line without the mark. */
export function readAsciiHeader(bytes: Uint8Array, mark: string, isLast: (line: string) => boolean = () => false): AsciiHeader {
  const lines: string[] = [];
  let at = 0;
  while (bytes[at] === mark.charCodeAt(0)) {
    const newline = bytes.indexOf(10, at);
    if (newline < 0) break;
    // Not decoded as UTF-8: data that happen to begin with the mark must not be taken for broken text.
    const line = Array.from(bytes.subarray(at, newline), (byte) => String.fromCharCode(byte)).join("").trimEnd();
    lines.push(line);
    at = newline + 1;
    if (isLast(line)) break;
  }
  return { lines, end: at };
}

/** A place in delimited ASCII text. Reading numbers straight from the bytes is several times faster than splitting into strings. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

export const NEWLINE = 10;
export const RETURN = 13;
export const COMMA = 44;
export const QUOTE = 34;

/**
 * Reads the decimal number at the cursor and moves past it; NaN, without moving, when there is none.
 *
 * @param shift power of ten the number is multiplied with, exactly: -3 reads milliseconds as seconds with a single rounding
 */
export function readNumber(cursor: Cursor, shift = 0): number {
  const { bytes } = cursor;
  const start = cursor.at;
  let at = start;
  let mantissa = 0;
  let digits = 0;
  let significant = 0;
  let exponent = shift;
  const negative = bytes[at] === 45;
  if (negative || bytes[at] === 43) at++;
  for (let fraction = false; at < bytes.length; at++) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) {
      digits++;
      if (significant > 0 || digit > 0) significant++;
      mantissa = mantissa * 10 + digit;
      if (fraction) exponent--;
    } else if (digit === -2 && !fraction) fraction = true;
    else break;
  }
  if (digits === 0) return Number.NaN;
  let written = 0;
  const mark = at;
  if (bytes[at] === 101 || bytes[at] === 69) {
    at++;
    const minus = bytes[at] === 45;
    if (minus || bytes[at] === 43) at++;
    const first = at;
    for (; at < bytes.length && bytes[at]! >= 48 && bytes[at]! <= 57; at++) written = Math.min(written * 10 + bytes[at]! - 48, 99999);
    if (at === first) at = mark; // an "e" that starts a word, not an exponent
    else if (minus) written = -written;
  }
  cursor.at = at;
  exponent += written;
  // Both factors are exact doubles here, so one multiplication or division rounds once, as parsing the text would (Clinger 1990).
  if (significant <= 15 && exponent >= -22 && exponent <= 22) {
    const value = exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent;
    return negative ? -value : value;
  }
  return Number(`${asciiText(bytes, start, mark)}e${written + shift}`);
}

/** The bytes from start to end as text, one character a byte. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

export function skipBlanks(cursor: Cursor): void {
  while (cursor.bytes[cursor.at] === 32 || cursor.bytes[cursor.at] === 9) cursor.at++;
}

/** Moves to the first byte of the next line, or to the end. */
export function skipLine(cursor: Cursor): void {
  const end = cursor.bytes.indexOf(NEWLINE, cursor.at);
  cursor.at = end < 0 ? cursor.bytes.length : end + 1;
}

/** Takes a line end (or the end of the text) at the cursor; false when something else is there. */
export function takeLineEnd(cursor: Cursor): boolean {
  const { bytes } = cursor;
  if (bytes[cursor.at] === RETURN) cursor.at++;
  if (bytes[cursor.at] === NEWLINE) {
    cursor.at++;
    return true;
  }
  return cursor.at >= bytes.length;
}

/** A bound on the number of lines left, to size arrays before reading. */
export function countLines(bytes: Uint8Array, from: number): number {
  let lines = 1;
  for (let at = bytes.indexOf(NEWLINE, from); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/** A few characters of the file for an error message, unprintable ones as dots. */
export function excerpt(bytes: Uint8Array, from: number): string {
  let end = from;
  while (end < bytes.length && end < from + 30 && bytes[end] !== NEWLINE && bytes[end] !== RETURN) end++;
  return `"${asciiText(bytes, from, end).replace(/[^\x20-\x7e]/g, "·")}"`;
}

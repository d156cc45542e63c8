/** Numbers and tables as people read them. */

/** 12500 → "12 500". */
export function thousands(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** Seconds → "3.5 µs", "0.1 ms", "4.56 s". */
export function time(seconds: number): string {
  if (seconds < 1e-5) return `${significant(seconds * 1e6)} µs`;
  return seconds < 1 ? `${significant(seconds * 1e3)} ms` : `${significant(seconds)} s`;
}

/** Bytes → "41 MB". */
export function bytes(value: number): string {
  if (value < 1e3) return `${value} bytes`;
  const [scale, unit] = value < 1e6 ? [1e3, "kB"] : value < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${significant(value / scale)} ${unit}`;
}

/** Three digits: 12.345 → "12.3". */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) >= 100 ? thousands(value) : Number(value.toPrecision(3)).toString();
}

/** Rows of cells in columns; cells of number columns are right-aligned. The first row is the head. */
export function table(rows: readonly (readonly string[])[], rightAligned: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) => row.map((cell, column) => pad(cell, widths[column]!, rightAligned.includes(column))).join("  ").trimEnd();
  return rows.map(line).join("\n");
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

/** A name as part of a file's name: "E→I" → "E-I". */
export function fileName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "") || "unnamed";
}

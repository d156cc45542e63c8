/** Tables as files: CSV, NPZ (numpy), Arrow. */
import { join } from "node:path";
import { encodeNpy, writeAtomically } from "../../io/index.ts";
import { encodeZip } from "../../io/formats/zip.ts";
import { loadArrow } from "./arrow.ts";
import type { Cell } from "./row.ts";
import type { Column } from "./table.ts";

export const tableFormats = ["csv", "npz", "arrow"] as const;
export type TableFormat = (typeof tableFormats)[number];

export const isFormat = (text: unknown): text is TableFormat => (tableFormats as readonly unknown[]).includes(text);

/** Found missing before a sweep rather than after it. @throws {UnsupportedError} */
export async function checkFormats(formats: readonly TableFormat[]): Promise<void> {
  if (formats.includes("arrow")) await loadArrow();
}

/** Writes results.csv, results.npz, results.arrow, each whole or not at all. @returns their names */
export async function saveTable(folder: string, columns: readonly Column[], formats: readonly TableFormat[]): Promise<string[]> {
  const names: string[] = [];
  for (const format of formats) {
    const name = `results.${format}`;
    await writeAtomically(join(folder, name), await encoders[format](columns));
    names.push(name);
  }
  return names;
}

const encoders: Readonly<Record<TableFormat, (columns: readonly Column[]) => Promise<Uint8Array | string>>> = {
  csv: async (columns) => encodeCsv(columns),
  npz: encodeNpz,
  arrow: encodeArrow,
};

/** An empty cell where there is no value. Numbers have the digits it takes to read the same number back. */
export function encodeCsv(columns: readonly Column[]): string {
  const rows = columns[0]?.cells.length ?? 0;
  const lines = [columns.map(({ name }) => csvCell(name)).join(",")];
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ cells }) => csvCell(cells[row]!)).join(","));
  return `${lines.join("\n")}\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  const text = String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An array for each column: float64 with NaN where there is no value, truth values as 0 and 1, texts. */
async function encodeNpz(columns: readonly Column[]): Promise<Uint8Array> {
  const arrays = columns.map((column) => {
    const [{ name, cells }, kind] = [column, kindOf(column)];
    if (kind === "number") return [`${name}.npy`, encodeNpy(Float64Array.from(cells, (cell) => (cell === null ? NaN : (cell as number))))] as const;
    if (kind === "boolean" && !cells.includes(null)) return [`${name}.npy`, encodeNpy(Uint8Array.from(cells, Number))] as const;
    return [`${name}.npy`, encodeNpy(cells.map((cell) => (cell === null ? "" : String(cell))))] as const;
  });
  return encodeZip(Object.fromEntries(arrays));
}

/** The file format of Arrow IPC: Float64, Bool and Utf8 columns with nulls. @throws {UnsupportedError} without the package apache-arrow */
async function encodeArrow(columns: readonly Column[]): Promise<Uint8Array> {
  const arrow = await loadArrow();
  const vectors = columns.map((column) => {
    const [{ name, cells }, kind] = [column, kindOf(column)];
    const values = kind === "text" ? cells.map((cell) => (cell === null ? null : String(cell))) : cells;
    const type = kind === "text" ? new arrow.Utf8() : kind === "boolean" ? new arrow.Bool() : new arrow.Float64();
    return [name, arrow.vectorFromArray(values, type)] as const;
  });
  return arrow.tableToIPC(new arrow.Table(Object.fromEntries(vectors)), "file");
}

/** A column without any value counts as one of numbers unless it says otherwise. */
function kindOf({ cells, text }: Column): "number" | "boolean" | "text" {
  if (text) return "text";
  const types = new Set(cells.filter((cell) => cell !== null).map((cell) => typeof cell));
  if (types.size === 0) return "number";
  return types.size > 1 ? "text" : types.has("number") ? "number" : types.has("boolean") ? "boolean" : "text";
}

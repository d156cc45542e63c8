/** Rows of a table arranged along one or two of its columns; rows that fall together (seeds) are averaged. */
import { ArgumentError } from "../../errors.ts";
import type { Cell } from "./row.ts";
import type { Column } from "./table.ts";

export type Mark = Exclude<Cell, null>;

/** Mean values, a row for each y; null where there is none. */
export interface Grid { readonly xs: readonly Mark[]; readonly ys: readonly Mark[]; readonly values: readonly (readonly (number | null)[])[] }

/** Means against x of the rows with one y, and each row by itself. */
export interface Line {
  readonly of: Mark | undefined;
  readonly xs: readonly number[];
  readonly means: readonly number[];
  readonly single: { readonly xs: readonly number[]; readonly values: readonly number[] };
}

export function gridOf(x: Column, y: Column, z: Column, rows: readonly number[]): Grid {
  const [xs, ys] = [marksOf(x, rows), marksOf(y, rows)];
  const placeOf = (marks: readonly Mark[]) => new Map(marks.map((mark, place) => [mark as Cell, place]));
  const [columnOf, rowOf] = [placeOf(xs), placeOf(ys)];
  const cells = ys.map(() => xs.map(() => [] as number[]));
  for (const row of rows) {
    const value = numberIn(z, row);
    if (value !== undefined) cells[rowOf.get(y.cells[row]!)!]![columnOf.get(x.cells[row]!)!]!.push(value);
  }
  return { xs, ys, values: cells.map((line) => line.map((values) => (values.length === 0 ? null : mean(values)))) };
}

/** @throws {ArgumentError} when x is no number */
export function linesOf(x: Column, y: Column | undefined, z: Column, rows: readonly number[]): Line[] {
  return (y ? marksOf(y, rows) : [undefined]).map((of) => {
    const own = rows.filter((row) => y === undefined || y.cells[row] === of);
    const points = own.flatMap((row) => {
      const [at, value] = [numberIn(x, row), numberIn(z, row)];
      return at === undefined || value === undefined ? [] : [{ at, value }];
    });
    const xs = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
    const means = xs.map((place) => mean(points.filter(({ at }) => at === place).map(({ value }) => value)));
    return { of, xs, means, single: { xs: points.map(({ at }) => at), values: points.map(({ value }) => value) } };
  });
}

/** Whether a cell is what a text on the command line says. */
export function sameValue(cell: Cell, text: string): boolean {
  return cell !== null && (String(cell) === text || (typeof cell === "number" && text !== "" && Number(text) === cell));
}

/** Numbers in their order, others in that of the table. */
function marksOf({ cells }: Column, rows: readonly number[]): Mark[] {
  const marks = [...new Set(rows.map((row) => cells[row]!))].filter((cell) => cell !== null);
  return marks.every((mark) => typeof mark === "number") ? marks.sort((a, b) => a - b) : marks;
}

function numberIn({ name, cells }: Column, row: number): number | undefined {
  const cell = cells[row] ?? null;
  if (cell === null) return undefined;
  if (typeof cell === "number") return cell;
  throw new ArgumentError("sweep-column", `column ${name} holds ${JSON.stringify(cell)}, which is no number`, "Choose a column of numbers.");
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

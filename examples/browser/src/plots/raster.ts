/** The raster: a dot for every spike of the rows shown. It fills from the left, then scrolls. */
import type { Band, Frame } from "../messages.ts";
import { Columns } from "./columns.ts";
import type { Theme } from "./theme.ts";

export class Raster {
  readonly #context: CanvasRenderingContext2D;
  readonly #ring: OffscreenCanvasRenderingContext2D;
  readonly #columns: Columns;
  /** Colour of each row. */
  readonly #colours: readonly string[];
  readonly #dot: number;

  /** @param seconds that the width of the canvas shows */
  constructor(canvas: HTMLCanvasElement, bands: readonly Band[], seconds: number, { series }: Theme) {
    const { width, height } = canvas;
    this.#context = canvas.getContext("2d")!;
    this.#ring = new OffscreenCanvas(width, height).getContext("2d")!;
    this.#columns = new Columns(width, seconds);
    this.#colours = bands.flatMap(({ rows }, k) => new Array<string>(rows).fill(series[k % series.length]!));
    // Two pixels of a plain screen, whole pixels of any other.
    this.#dot = Math.max(1, Math.round(2 * devicePixelRatio));
  }

  add({ from, to, times, rows }: Frame): void {
    const { height } = this.#ring.canvas;
    const columns = this.#columns, ring = this.#ring, dot = this.#dot;
    columns.advance(to, (first, end) => ring.clearRect(first, 0, end - first, height));
    const rowHeight = height / this.#colours.length;
    let colour = "";
    for (let k = 0; k < times.length; k++) {
      const column = columns.at(from + times[k]!), row = rows[k]!;
      if (!columns.holds(column)) continue;
      if (this.#colours[row] !== colour) ring.fillStyle = colour = this.#colours[row]!;
      // Dots reach to the left, where nothing will be cleared soon; the first row is the lowest.
      const x = columns.place(column) - dot + 1, y = Math.round(height - (row + 1) * rowHeight);
      ring.fillRect(x, y, dot, dot);
      // Before the first column there is nothing.
      if (x < 0 && column >= columns.count) ring.fillRect(x + columns.count, y, dot, dot);
    }
  }

  paint(): void {
    const { width, height } = this.#context.canvas;
    const { newest, count } = this.#columns;
    // What is shorter than the canvas begins at its left.
    const oldest = newest < count ? 0 : this.#columns.place(newest + 1);
    this.#context.clearRect(0, 0, width, height);
    this.#context.drawImage(this.#ring.canvas, -oldest, 0);
    this.#context.drawImage(this.#ring.canvas, width - oldest, 0);
  }
}

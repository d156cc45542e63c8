// What the examples that learn images say about themselves.
import { heatMapScene } from "synfire/io";
import type { Scene } from "synfire/io";

/** Weights of every neuron as a picture, side by side. @param weights [pixels × neurons] */
export function fieldsPicture(weights: Float64Array, neurons: number, rows: number, columns: number, title: string): Scene {
  const across = Math.ceil(Math.sqrt(neurons)), down = Math.ceil(neurons / across);
  const width = across * (columns + 1) - 1, height = down * (rows + 1) - 1;
  const tiled = new Float64Array(width * height).fill(NaN);
  for (let n = 0; n < neurons; n++) {
    const left = (n % across) * (columns + 1), top = Math.floor(n / across) * (rows + 1);
    for (let y = 0; y < rows; y++) {
      // The scene has row 0 at the bottom, images have it at the top.
      const to = (height - 1 - (top + y)) * width + left;
      for (let x = 0; x < columns; x++) tiled[to + x] = weights[(y * columns + x) * neurons + n]!;
    }
  }
  return heatMapScene(tiled, height, width, { title, width: 3 * width + 150, height: 3 * height + 80, label: "weight" });
}

/** Prints how far each phase is, every few seconds. */
export function progressLine(): (progress: { readonly phase: string; readonly done: number; readonly of: number }) => void {
  let last = performance.now();
  return ({ phase, done, of }) => {
    if (done < of && performance.now() - last < 10_000) return;
    last = performance.now();
    console.error(`${phase} ${done}/${of}`);
  };
}

/** "median, smallest … largest" */
export function spread(values: ArrayLike<number>): string {
  const sorted = Float64Array.from(values).sort();
  const short = (x: number) => x.toPrecision(3);
  return `${short(sorted[sorted.length >> 1]!)}, ${short(sorted[0]!)} … ${short(sorted.at(-1)!)}`;
}

// What the examples that learn images say about themselves.
import { fieldsScene } from "synfire/io";
import type { Scene } from "synfire/io";
import type { Images } from "../models/networks/imageStimulus.ts";

/** Weights of every neuron as a picture, side by side. @param weights [pixels × neurons] */
export function fieldsPicture(weights: Float64Array, neurons: number, rows: number, columns: number, title: string): Scene {
  const pixels = rows * columns, values = Float64Array.from(weights, (_, k) => weights[(k % pixels) * neurons + Math.floor(k / pixels)]!);
  return fieldsScene({ neurons: Uint32Array.from({ length: neurons }, (_, n) => n), of: neurons, rows, columns, values }, { title, label: "weight" });
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

/** Mean grey value of a pixel over all images. */
export function meanGrey({ pixels, rows, columns, count }: Images, pixel: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += pixels[k * rows * columns + pixel]!;
  return sum / count;
}

/**
 * Fraction of the neurons whose weights correlate more with the mean image of the class they stand for than with the mean of all images.
 *
 * @param weights [pixels × neurons] @param classes class of each neuron, −1: none
 */
export function prototypes(weights: Float64Array, classes: Int32Array, images: Images): number {
  const pixels = images.rows * images.columns, neurons = classes.length;
  const meanOf = (wanted: (label: number) => boolean): Float64Array => {
    const mean = new Float64Array(pixels);
    for (let k = 0; k < images.count; k++) if (wanted(images.labels[k]!)) for (let p = 0; p < pixels; p++) mean[p]! += images.pixels[k * pixels + p]!;
    return mean;
  };
  const all = meanOf(() => true), own = new Map<number, Float64Array>();
  let alike = 0;
  for (let j = 0; j < neurons; j++) {
    const label = classes[j]!, field = Float64Array.from({ length: pixels }, (_, p) => weights[p * neurons + j]!);
    if (!own.has(label)) own.set(label, meanOf((l) => l === label));
    if (label >= 0 && correlation(field, own.get(label)!) > correlation(field, all)) alike++;
  }
  return alike / neurons;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array) => x.reduce((sum, v) => sum + v, 0) / x.length, ma = mean(a), mb = mean(b);
  let ab = 0, aa = 0, bb = 0;
  for (let k = 0; k < a.length; k++) {
    ab += (a[k]! - ma) * (b[k]! - mb);
    aa += (a[k]! - ma) ** 2;
    bb += (b[k]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

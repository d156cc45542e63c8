/** Labelled images from a folder of IDX files, under the names that MNIST and Fashion-MNIST have. */
import { FileError } from "../errors.ts";
import { readIdx } from "./idx.ts";
import type { IdxData } from "./idx.ts";
import { checkKnown } from "./knownSets.ts";
import type { KnownSet } from "./knownSets.ts";

export interface LabelledImages {
  /** Grey values 0 … 255, image after image, row after row. [images × rows × columns] */
  readonly pixels: Uint8Array;
  /** Class of each image. [images] */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

const prefixes = { train: "train", test: "t10k" } as const;

/**
 * Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` (for the test set `t10k-…`) of a folder, each as it is or compressed as `….gz`;
 * `….idx3-ubyte`, as some archives write it, is found too.
 *
 * @param options.expect the data set it has to be, number for number
 * @throws {FileError} when one is missing or broken, is not what is expected, or the two do not belong together
 */
export async function loadImages(folder: string, set: "train" | "test", options: { readonly expect?: KnownSet } = {}): Promise<LabelledImages> {
  // One after the other, so that of two missing files the first is named.
  const images = await readFirst(folder, `${prefixes[set]}-images`, 3), labels = await readFirst(folder, `${prefixes[set]}-labels`, 1);
  const { expect } = options;
  if (expect) {
    await checkKnown(expect, `${prefixes[set]}-images`, images.path, images);
    await checkKnown(expect, `${prefixes[set]}-labels`, labels.path, labels);
  }
  const pixels = bytesOf(images, 3, "images"), classes = bytesOf(labels, 1, "labels");
  const [count, rows, columns] = images.shape as [number, number, number];
  if (classes.length !== count)
    throw new FileError(
      "images-count",
      `${images.path} has ${count} images but ${labels.path} ${classes.length} labels`,
      "Use files of the same set.",
    );
  return { pixels, labels: classes, count, rows, columns };
}

/** Images first … last − 1, without copying. */
export function imagesBetween(images: LabelledImages, first: number, last: number): LabelledImages {
  const size = images.rows * images.columns, from = Math.max(0, first), to = Math.max(from, Math.min(last, images.count));
  return { ...images, pixels: images.pixels.subarray(from * size, to * size), labels: images.labels.subarray(from, to), count: to - from };
}

interface Found {
  readonly path: string;
  readonly shape: readonly number[];
  readonly data: IdxData;
}

async function readFirst(folder: string, stem: string, dimensions: number): Promise<Found> {
  const names = [`${stem}-idx${dimensions}-ubyte`, `${stem}.idx${dimensions}-ubyte`].flatMap((name) => [name, `${name}.gz`]);
  for (const name of names) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    try {
      return { path, ...(await readIdx(path)) };
    } catch (error) {
      if (!(error instanceof FileError && error.code === "file-missing")) throw error;
    }
  }
  throw new FileError(
    "images-missing",
    `${folder} holds neither ${names[0]} nor ${names[1]}`,
    "Give the folder that holds the four files of the data set.",
  );
}

function bytesOf(found: Found, dimensions: number, kind: string): Uint8Array {
  if (found.data instanceof Uint8Array && found.shape.length === dimensions) return found.data;
  throw new FileError(
    "images-shape",
    `${found.path} holds an array of ${found.shape.length} dimensions, not ${kind}`,
    `Expected bytes in ${dimensions} dimension${dimensions === 1 ? "" : "s"}: ${kind === "images" ? "images, rows, columns" : "one label an image"}.`,
  );
}

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeIdx, imagesBetween, loadImages, readIdx } from "synfire/data";
import type { IdxArray, IdxData } from "synfire/data";

const arrays: fc.Arbitrary<IdxArray> = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1), exactly = { minLength: length, maxLength: length, noNaN: true };
  const data: fc.Arbitrary<IdxData> = fc.oneof(
    fc.uint8Array(exactly), fc.int8Array(exactly), fc.int16Array(exactly), fc.int32Array(exactly), fc.float32Array(exactly), fc.float64Array(exactly),
  );
  return data.map((values) => ({ shape, data: values }));
});

test("an array of any type and shape is read as it was written, compressed or not", async () => {
  await fc.assert(fc.asyncProperty(arrays, fc.boolean(), async (array, compressed) => {
    const bytes = encodeIdx(array), read = await readIdx(compressed ? new Uint8Array(gzipSync(bytes)) : bytes);
    expect(read.shape).toEqual(array.shape);
    expect(read.data.constructor).toBe(array.data.constructor);
    expect(Array.from(read.data)).toEqual(Array.from(array.data));
  }), { numRuns: 60 });
});

test("an IDX file is what its definition says, byte for byte", () => {
  expect([...encodeIdx({ shape: [2, 1], data: Int16Array.of(1, -2) })]).toEqual([0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0xff, 0xfe]);
});

const images = { shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, k) => k) }, labels = { shape: [3], data: Uint8Array.of(7, 0, 9) };

const broken: readonly [what: string, bytes: readonly number[] | Uint8Array, message: RegExp][] = [
  ["an empty file", [], /no IDX file, it begins with nothing\n {2}An IDX file begins with two zero bytes/],
  ["a picture", [0x89, 0x50, 0x4e, 0x47], /no IDX file, it begins with the bytes 89 50 4e 47/],
  ["a file without dimensions", [0, 0, 8, 0], /no IDX file/],
  ["an unknown type of numbers", [0, 0, 0x0a, 1, 0, 0, 0, 0], /numbers of the unknown type 0x0a/],
  ["a header that ends early", [0, 0, 8, 3, 0, 0], /6 bytes end inside a header of 16/],
  ["a file that was cut short", encodeIdx(images).subarray(0, 20), /shape of \[3, 2, 2\] takes 28 bytes, and there are 20\n {2}The file was cut/],
  ["a file with more than its header says", [...encodeIdx(labels), 1], /a shape of \[3\] takes 11 bytes, and there are 12/],
  ["a shape larger than any file", [0, 0, 0x0e, 3, ...Array<number>(12).fill(255)], /takes .* bytes, and there are 16/],
  ["compression that was cut short", gzipSync(encodeIdx(images)).subarray(0, 25), /its gzip compression is broken/],
];
test.each(broken)("%s is refused by name", async (_, bytes, message) => {
  await expect(readIdx(Uint8Array.from(bytes))).rejects.toThrow(message);
  await expect(readIdx(Uint8Array.from(bytes))).rejects.toMatchObject({ name: "FileError" });
});

test("a shape that does not fit its numbers is not written", () => {
  expect(() => encodeIdx({ shape: [2, 2], data: new Uint8Array(3) })).toThrow("3 numbers cannot be written in the shape [2, 2]");
  expect(() => encodeIdx({ shape: [], data: new Uint8Array(1) })).toThrow("1 numbers cannot be written in the shape []");
});

async function inFolder<T>(files: Readonly<Record<string, Uint8Array>>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "synfire-idx-"));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("images and labels of a folder belong together, under either spelling, compressed or not", async () => {
  const loaded = await inFolder(
    { "train-images-idx3-ubyte.gz": gzipSync(encodeIdx(images)), "train-labels.idx1-ubyte": encodeIdx(labels) },
    (folder) => loadImages(`${folder}/`, "train"),
  );
  expect(loaded).toMatchObject({ count: 3, rows: 2, columns: 2 });
  expect([...loaded.labels]).toEqual([7, 0, 9]);
  const last = imagesBetween(loaded, 1, 100);
  expect([last.count, ...last.labels]).toEqual([2, 0, 9]);
  expect([...last.pixels]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
});

test("a folder that holds other images than expected is refused, with where to find them", async () => {
  const other = { "train-images-idx3-ubyte": encodeIdx(images), "train-labels-idx1-ubyte": encodeIdx(labels) };
  const load = (folder: string) => loadImages(folder, "train", { expect: "mnist" });
  await expect(inFolder(other, load)).rejects.toThrow(/train-images-idx3-ubyte is not the file of mnist: its SHA-256 .* not ba891046/);
  await expect(inFolder(other, load)).rejects.toThrow("Fetch it again from http://yann.lecun.com/exdb/mnist.");
});

const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const why = existsSync(shared) ? "" : " (skipped: no ../shared/data)";
test.skipIf(!existsSync(shared))(`the test images of MNIST and Fashion-MNIST are what they are expected to be${why}`, async () => {
  for (const expected of ["mnist", "fashion-mnist"] as const) {
    const { count, rows, columns, labels: classes } = await loadImages(`${shared}/${expected}`, "test", { expect: expected });
    expect([count, rows, columns, new Set(classes).size]).toEqual([10_000, 28, 28, 10]);
  }
});

test("a folder without the files, with labels of another set, or with something else under their names is refused by name", async () => {
  const image = encodeIdx(images), label = encodeIdx(labels);
  await expect(inFolder({}, (folder) => loadImages(folder, "test"))).rejects.toThrow(/holds neither t10k-images-idx3-ubyte nor/);
  const tooFew = { "t10k-images-idx3-ubyte": image, "t10k-labels-idx1-ubyte": encodeIdx({ shape: [2], data: Uint8Array.of(1, 2) }) };
  await expect(inFolder(tooFew, (folder) => loadImages(folder, "test"))).rejects.toThrow(/has 3 images but .*t10k-labels-idx1-ubyte 2 labels/);
  const swapped = { "train-images-idx3-ubyte": label, "train-labels-idx1-ubyte": image };
  await expect(inFolder(swapped, (folder) => loadImages(folder, "train"))).rejects.toThrow(/holds an array of 1 dimensions, not images/);
  await expect(readIdx("no/such/file")).rejects.toThrow("cannot read no/such/file: there is no such file or folder");
});

/** Data sets that everybody uses, by the SHA-256 of their files without compression. */
import { FileError } from "../errors.ts";
import { encodeIdx } from "./idx.ts";
import type { IdxArray } from "./idx.ts";
import { sha256 } from "./sha256.ts";

export type KnownSet = keyof typeof knownSets;
type Part = "train-images" | "train-labels" | "t10k-images" | "t10k-labels";

export const knownSets = {
  /** LeCun, Cortes & Burges, http://yann.lecun.com/exdb/mnist */
  mnist: {
    source: "http://yann.lecun.com/exdb/mnist",
    sha256: {
      "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
  /** Xiao, Rasul & Vollgraf (2017), arXiv:1708.07747; MIT licence; Debian's package dataset-fashion-mnist */
  "fashion-mnist": {
    source: "https://github.com/zalandoresearch/fashion-mnist or Debian's package dataset-fashion-mnist",
    sha256: {
      "train-images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      "train-labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      "t10k-images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      "t10k-labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  },
} as const satisfies Readonly<Record<string, { readonly source: string; readonly sha256: Readonly<Record<Part, string>> }>>;

/** @throws {FileError} when an array is not the part of the data set that its file's name says */
export async function checkKnown(set: KnownSet, part: string, path: string, array: IdxArray): Promise<void> {
  const known = knownSets[set], wanted = known.sha256[part as Part];
  const found = await sha256(encodeIdx(array));
  if (found === wanted) return;
  throw new FileError(
    "data-checksum",
    `${path} is not the file of ${set}: its SHA-256 without compression is ${found}, not ${wanted}`,
    `Fetch it again from ${known.source}.`,
  );
}

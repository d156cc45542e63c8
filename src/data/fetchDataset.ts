/** Fetches data sets that are not part of this package from where their authors, or mirrors, keep them. */
import { ArgumentError, didYouMean } from "../errors.ts";
import { download } from "../io/download.ts";
import type { Download, DownloadOptions } from "../io/download.ts";

interface KnownFile extends Download { readonly name: string }

/** A set of four compressed IDX files. */
const idxFiles = (places: readonly string[], checksums: Readonly<Record<string, string>>): KnownFile[] =>
  Object.entries(checksums).map(([name, sha256]) => ({ name, sha256, addresses: places.map((place) => `${place}/${name}`) }));

/** Checksums are of the files as they come, compressed. */
const knownFiles = {
  mnist: idxFiles(["https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"], {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
  }),
  "fashion-mnist": idxFiles([
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
  ], {
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
  }),
} as const satisfies Readonly<Record<string, readonly KnownFile[]>>;

export type FetchableName = keyof typeof knownFiles;

/**
 * Fetches the files of a data set into a folder; those that are there and right are left alone, those that came in part are continued.
 *
 * @throws {ArgumentError} when there is no such data set
 * @throws {FileError} when a file cannot be fetched, or is not the expected one
 */
export async function fetchDataset(name: FetchableName, folder: string, options: DownloadOptions = {}): Promise<void> {
  if (!Object.hasOwn(knownFiles, name)) {
    const names = Object.keys(knownFiles), near = didYouMean(name, names);
    const hint = near ? `Did you mean "${near}"?` : `There are ${names.join(", ")}.`;
    throw new ArgumentError("dataset-name", `no data set "${name}" can be fetched`, hint);
  }
  for (const { name: file, ...what } of knownFiles[name]) await download(`${folder.replace(/\/+$/, "")}/${file}`, what, options);
}

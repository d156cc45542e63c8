/** Loads a data set that comes with this package. */
import { ArgumentError, didYouMean, FileError } from "../errors.ts";
import { readBytes } from "../io/files.ts";
import { shippedSets } from "./shippedSets.ts";
import type { ShippedName } from "./shippedSets.ts";
import type { Dataset, TickedSpikeTrials } from "./spikeTrials.ts";
import { decodeTrials, trialsDigest } from "./trialsFile.ts";

/**
 * The data set of that name, checked against its SHA-256. In Node it is read from the package's folder `datasets`; elsewhere `from` says the
 * address where these files lie.
 *
 * @throws {ArgumentError} when there is no data set of that name
 * @throws {FileError} when its file is missing, or is not what it is expected to be
 */
export async function loadDataset(name: ShippedName, options: { readonly from?: string | URL } = {}): Promise<Dataset<TickedSpikeTrials>> {
  if (!Object.hasOwn(shippedSets, name)) {
    const names = Object.keys(shippedSets), near = didYouMean(name, names);
    throw new ArgumentError("dataset-name", `no data set "${name}"`, near ? `Did you mean "${near}"?` : `There are ${names.join(", ")}.`);
  }
  const [bytes, source] = options.from === undefined ? await shipped(`${name}.npz`) : await fetched(options.from, `${name}.npz`);
  const dataset = await decodeTrials(bytes, source), digest = await trialsDigest(dataset), wanted = shippedSets[name].sha256;
  if (digest === wanted) return dataset;
  const hint = "Install the package again, or make the file anew: node scripts/makeDatasets.mjs.";
  throw new FileError("data-checksum", `${source} is not the data set ${name}: the SHA-256 of its arrays is ${digest}, not ${wanted}`, hint);
}

/** `datasets` lies beside `src` and beside `dist`. */
async function shipped(file: string): Promise<[Uint8Array, string]> {
  const places = ["../../datasets/", "../../../datasets/"].map((folder) => new URL(`${folder}${file}`, import.meta.url));
  let missing: unknown;
  for (const { pathname, protocol } of places) {
    if (protocol !== "file:")
      throw new FileError("data-place", `${file} does not lie in a folder here`, "Say where it does: loadDataset(name, { from: address }).");
    // Windows writes /C:/folder.
    const path = decodeURIComponent(pathname).replace(/^\/(?=[A-Za-z]:)/, "");
    try {
      return [await readBytes(path), path];
    } catch (error) {
      if (!(error instanceof FileError && error.code === "file-missing")) throw error;
      missing ??= error;
    }
  }
  throw missing;
}

async function fetched(from: string | URL, file: string): Promise<[Uint8Array, string]> {
  const address = `${String(from).replace(/\/+$/, "")}/${file}`, hint = "Give the address of the folder that holds the files of datasets/.";
  const answer = await fetch(address).catch((error: unknown) => {
    throw new FileError("fetch", `cannot fetch ${address}: ${(error as Error).message}`, hint);
  });
  if (!answer.ok) throw new FileError("fetch", `cannot fetch ${address}: the server answers ${answer.status} ${answer.statusText}`, hint);
  return [new Uint8Array(await answer.arrayBuffer()), address];
}

/**
 * A network file is a module that imports "synfire" (and "synfire/models") and exports one of
 * - `build`, a function `(settings) => Network`, normally beside `settings`, an object of its defaults;
 * - `network`, a Network.
 * A default export counts as the one or the other. A .json file is what `JSON.stringify(network)` wrote.
 *
 * Beside them it may export `results`, a function of a finished run that returns numbers, texts or booleans by name: columns of a sweep's table.
 *
 * `settings` is flat: numbers, booleans, texts (quantities). `--set name=value` changes one, and `build` receives them all. Reserved names:
 * `duration`, `dt`, `warmup` (simulated before `duration`; rates and timings leave it out) and `seed`, each also an option of its own.
 */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ArgumentError, didYouMean, FileError } from "../errors.ts";
import { readBytes } from "../io/files.ts";
import type { ExactSimulation, RunReport, Simulation, SpikeMonitor } from "../index.ts";
import { Network } from "../network/network.ts";
import { explainUserError } from "./userError.ts";
import { applyChanges, readDeclared } from "./settings.ts";
import type { Settings } from "./settings.ts";

export interface NetworkFile {
  /** Absolute path. */
  readonly path: string;
  /** "brunel" of models/networks/brunel.ts. */
  readonly name: string;
  /** The declared defaults with all changes applied. */
  readonly settings: Settings;
  /** Describes the network, anew at each call unless the file exports a ready-made one. */
  build(): Promise<Network>;
  /** The file's own numbers about a run, called before the simulation is disposed of. */
  readonly results?: (run: FinishedRun) => unknown;
}

/** What a network file's `results` is given. */
export interface FinishedRun {
  readonly network: Network;
  readonly simulation: Simulation | ExactSimulation;
  readonly report: RunReport;
  readonly spikes: SpikeMonitor;
  readonly settings: Settings;
}

export interface Changes {
  /** `name=value` each. */
  readonly set?: readonly string[];
  readonly duration?: string;
  readonly dt?: string;
  readonly warmup?: string;
  readonly seed?: number;
}

/**
 * @param fileOrName  a path, or the name of a network in models/networks
 * @returns undefined when the file is a program of its own, with nothing exported: importing it has run it
 * @throws {FileError} when it cannot be read @throws {ArgumentError} when it exports no network, or a setting is wrong
 */
export async function loadNetwork(fileOrName: string, changes: Changes = {}): Promise<NetworkFile | undefined> {
  const path = findNetworkFile(fileOrName);
  const name = basename(path, extname(path));
  const { set = [], duration, dt, warmup, seed } = changes;
  const given = { duration, dt, warmup, seed };
  if (extname(path) === ".json") {
    const text = new TextDecoder().decode(await readBytes(path));
    return { path, name, settings: applyChanges({}, set, given), build: async () => Network.fromJSON(text) };
  }
  const exports = await exportsOf(path);
  if (Object.keys(exports).length === 0) return undefined;
  const settings = applyChanges(readDeclared(exports["settings"], shown(path)), set, given);
  const source = exports["build"] ?? exports["network"] ?? exports["default"];
  if (!(source instanceof Network) && typeof source !== "function") throw noNetwork(path, Object.keys(exports));
  const { results } = exports;
  if (results !== undefined && typeof results !== "function") {
    const problem = `${shown(path)}: results is ${typeof results}, not a function`;
    throw new ArgumentError("results", problem, "Write export function results({ report }) { … }.");
  }
  return {
    path, name, settings, build: () => build(source as Network | BuildNetwork, settings, path),
    ...(results === undefined ? {} : { results: results as (run: FinishedRun) => unknown }),
  };
}

/** Names of the networks that come with the package. */
export function bundledNetworks(): string[] {
  const files = readdirSync(bundledFolder).filter((file) => file.endsWith(".js") && file !== "index.js");
  return files.map((file) => basename(file, ".js")).sort();
}

/** Absolute path of a network file given by path or by the name of a bundled one. */
export function findNetworkFile(fileOrName: string): string {
  const path = resolve(fileOrName);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isDirectory()) throw new FileError("directory", `${fileOrName} is a folder`, "Give a network file: .ts, .js or .json.");
  if (kind) {
    if ([".ts", ".mts", ".js", ".mjs", ".json"].includes(extname(path))) return path;
    throw new FileError("extension", `${fileOrName} is not a network file`, "Network files end in .ts, .mts, .js, .mjs or .json.");
  }
  const names = bundledNetworks();
  if (names.includes(fileOrName)) return resolve(bundledFolder, `${fileOrName}.js`);
  const near = didYouMean(fileOrName, names);
  const hint = near ? `Did you mean the network "${near}"?` : `Give a file, or a network of synfire's own: ${names.join(", ")}.`;
  throw new FileError("not-found", `there is no file ${fileOrName}`, hint);
}

/** Networks of this package are compiled already; what users write needs the hooks. */
async function exportsOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (dirname(path) === resolve(bundledFolder)) return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const { importFile } = await import("./importFile.ts");
  return importFile(path);
}

type BuildNetwork = (settings: Settings) => unknown;

export const bundledFolder = fileURLToPath(new URL("../../models/networks/", import.meta.url));
const shown = (path: string): string => relative(process.cwd(), path) || path;

async function build(source: Network | BuildNetwork, settings: Settings, path: string): Promise<Network> {
  if (source instanceof Network) return source;
  let made: unknown;
  try {
    made = await source(settings);
  } catch (error) {
    throw explainUserError(error, path);
  }
  if (made instanceof Network) return made;
  const kind = made === null ? "null" : typeof made;
  throw new ArgumentError("no-network", `${shown(path)}: build returned ${kind}, not a Network`, "End it with: return net;");
}

function noNetwork(path: string, names: readonly string[]): ArgumentError {
  const near = names.find((name) => didYouMean(name, ["network", "build"]) !== undefined);
  const meant = near && didYouMean(near, ["network", "build"]);
  const hint = near ? `Did you mean "${meant}" instead of "${near}"?` : "Write: export const network = new Network();";
  return new ArgumentError("no-network", `${shown(path)} exports no network (it exports ${names.join(", ")})`, hint);
}

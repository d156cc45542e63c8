/**
 * A training file is a module whose default export is `training({ … })` of "synfire/train", or a function `(settings) => training({ … })`, which
 * may be asynchronous; an export of the name `training` counts as the default. `settings` beside it are its defaults, as in network files.
 */
import { basename, extname, relative, resolve } from "node:path";
import { statSync } from "node:fs";
import { ArgumentError, FileError } from "../errors.ts";
import type { Training } from "../train/training.ts";
import { applyChanges, readDeclared } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { explainUserError } from "./userError.ts";

export interface TrainingFile {
  /** Absolute path. */
  readonly path: string;
  /** "digits" of examples/digits.ts. */
  readonly name: string;
  readonly settings: Settings;
  readonly training: Training;
}

/**
 * @param set `name=value` each
 * @throws {FileError} when the file cannot be read @throws {ArgumentError} when it exports no training, or a setting is wrong
 */
export async function loadTraining(file: string, set: readonly string[] = []): Promise<TrainingFile> {
  const path = resolve(file);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new FileError("not-found", `there is no file ${file}`, "Give a file whose default export is training({ … }).");
  const { importFile } = await import("./importFile.ts"), exports = await importFile(path);
  const settings = applyChanges(readDeclared(exports["settings"], shown(path)), set, {});
  const made = await build(exports["default"] ?? exports["training"], settings, path);
  if (isTraining(made)) return { path, name: basename(path, extname(path)), settings, training: made };
  const names = Object.keys(exports).join(", ") || "nothing";
  const hint = 'Write: import { training } from "synfire/train"; export default training({ model, train, loss });';
  throw new ArgumentError("no-training", `${shown(path)} exports no training (it exports ${names})`, hint);
}

async function build(source: unknown, settings: Settings, path: string): Promise<unknown> {
  if (typeof source !== "function") return source;
  try {
    return await (source as (settings: Settings) => unknown)(settings);
  } catch (error) {
    throw explainUserError(error, path);
  }
}

const isTraining = (value: unknown): value is Training => typeof value === "object" && value !== null && (value as Training).kind === "training";

const shown = (path: string): string => relative(process.cwd(), path) || path;

/**
 * Imports a user's JavaScript or TypeScript file as it stands: no build step, no tsconfig, no node_modules of its own needed. Importing
 * this module installs the hooks for the whole process, so that imports which the file makes later work as well.
 */
import { register } from "node:module";
import { pathToFileURL } from "node:url";
import { register as registerTypeScript } from "tsx/esm/api";
import { explainUserError } from "./userError.ts";

// Types and `await using` are compiled away by tsx; hooks registered later run first.
registerTypeScript({ tsconfig: false });
register(new URL("./resolveHook.js", import.meta.url));

/**
 * The exports of a .ts, .mts, .js or .mjs file.
 *
 * @param path  absolute
 * @throws {SynfireError} what the file's own calls of Synfire throw, or a FileError that names the place when it fails otherwise
 */
export async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    throw explainUserError(error, path);
  }
}

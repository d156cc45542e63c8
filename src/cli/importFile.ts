/**
 * Imports a user's JavaScript or TypeScript file as it stands: no build step, no tsconfig, no node_modules of its own needed. Importing
 * this module installs the hooks for the whole process, so that imports which the file makes later work as well.
 */
import * as nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { register as registerTypeScript } from "tsx/esm/api";
import { resolve } from "./resolveHook.ts";
import { explainUserError } from "./userError.ts";

// Types and `await using` are compiled away by tsx; hooks registered later run first.
registerTypeScript({ tsconfig: false });
const { registerHooks } = nodeModule as { registerHooks?: (hooks: { resolve: typeof resolve }) => void };
if (registerHooks) registerHooks({ resolve });
else nodeModule.register(new URL("./resolveHook.js", import.meta.url)); // Node before 22.15

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

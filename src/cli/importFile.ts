/**
 * Imports a user's JavaScript or TypeScript file as it stands: no build step, no tsconfig, no node_modules of its own needed. Importing
 * this module installs the hooks for the whole process, so that imports which the file makes later work as well.
 */
import { register } from "node:module";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { register as registerTypeScript } from "tsx/esm/api";
import { FileError, SynfireError } from "../errors.ts";

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
    throw explain(error, path);
  }
}

/** An error that a user's own code threw, as one that says where; errors of Synfire's own calls stay what they are. */
export function explain(error: unknown, path: string): unknown {
  if (error instanceof SynfireError) return error;
  if (!(error instanceof Error)) return new FileError("user-code", `${shown(path)} threw ${String(error)}`, "Throw an Error: it knows its place.");
  if (error.message.startsWith("internal error in synfire")) return error;
  const place = error.stack?.split("\n").find((line) => line.includes(pathToFileURL(path).href) || line.includes(path))?.trim();
  return new FileError("user-code", `${shown(path)}: ${error.name}: ${error.message}`, place ?? "");
}

const shown = (path: string): string => relative(process.cwd(), path) || path;

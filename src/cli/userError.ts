/** Errors of the code in a user's file. */
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { FileError, SynfireError } from "../errors.ts";

/** An error that a user's own code threw, as one that says where; errors of Synfire's own calls stay what they are. */
export function explainUserError(error: unknown, path: string): unknown {
  if (error instanceof SynfireError) return error;
  if (!(error instanceof Error)) return new FileError("user-code", `${shown(path)} threw ${String(error)}`, "Throw an Error: it knows its place.");
  if (error.message.startsWith("internal error in synfire")) return error;
  const place = error.stack?.split("\n").find((line) => line.includes(pathToFileURL(path).href) || line.includes(path))?.trim();
  return new FileError("user-code", `${shown(path)}: ${error.name}: ${error.message}`, place ?? "");
}

const shown = (path: string): string => relative(process.cwd(), path) || path;

/** What is in a folder. */
import { asFileError, fileSystem } from "./files.ts";

/**
 * The names of what a folder holds, sorted.
 *
 * @throws {FileError} when there is no such folder, or it may not be read
 */
export async function listFolder(path: string): Promise<string[]> {
  const { readdir } = await fileSystem();
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    throw asFileError(error, "read", path);
  }
}

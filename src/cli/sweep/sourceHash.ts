/** Whether a network file is still the one that rows were computed with. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

const imports = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/**
 * Hash of a network file and of the local files that it imports, directly or through others: 16 hexadecimal digits. Packages, Synfire among them, do
 * not count.
 *
 * @param path  absolute
 */
export function sourceHash(path: string): string {
  const hash = createHash("sha256");
  const found = new Set([path]);
  // A set that grows while it is walked.
  for (const file of found) {
    const text = readFileSync(file, "utf8");
    hash.update(JSON.stringify([relative(dirname(path), file), text]));
    if (file.endsWith(".json")) continue;
    for (const [, specifier] of text.matchAll(imports)) {
      const target = resolve(dirname(file), specifier!);
      const candidates = [target, target.replace(/\.(m?)js$/, ".$1ts")];
      const existing = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
      if (existing !== undefined) found.add(existing);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

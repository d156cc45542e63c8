/**
 * Module hooks of Node that `synfire run` installs before it imports a user's file: `synfire`, `synfire/models`, `synfire/io`,
 * `synfire/data`, `synfire/rate`, `synfire/train`, `synfire/tensorflow` and `synfire/mpi` mean this very package wherever the file lies, and the
 * user's own files are ES modules whatever the nearest package.json says (or if there is none).
 */
import { readFileSync, statSync } from "node:fs";
import type { ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";

const ownModules = new Map([
  ["synfire", new URL("../index.js", import.meta.url).href],
  ["synfire/models", new URL("../../models/index.js", import.meta.url).href],
  ["synfire/io", new URL("../io/index.js", import.meta.url).href],
  ["synfire/data", new URL("../data/index.js", import.meta.url).href],
  ["synfire/rate", new URL("../rate/index.js", import.meta.url).href],
  ["synfire/train", new URL("../train/index.js", import.meta.url).href],
  ["synfire/tensorflow", new URL("../tensorflow/index.js", import.meta.url).href],
  ["synfire/mpi", new URL("../mpi/index.js", import.meta.url).href],
]);

export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  const url = ownModules.get(specifier) ?? ownFile(specifier, context.parentURL);
  return url === undefined ? nextResolve(specifier, context) : { url, format: "module", shortCircuit: true };
};

/** URL of a user's file that is an ES module: TypeScript, or JavaScript that says import or export. `./a.js` may stand for a.ts. */
function ownFile(specifier: string, parent: string | undefined): string | undefined {
  if (!/^(\.\.?\/|file:)/.test(specifier) || !(parent ?? specifier).startsWith("file:")) return undefined;
  const asked = new URL(specifier, parent);
  if (asked.pathname.includes("/node_modules/")) return undefined;
  const candidates = [asked.href, asked.href.replace(/\.(m?)js$/, ".$1ts")];
  const found = candidates.find((href) => statSync(fileURLToPath(href), { throwIfNoEntry: false })?.isFile());
  return found !== undefined && isModule(found) ? found : undefined;
}

function isModule(href: string): boolean {
  if (/\.m?ts$/.test(href)) return true;
  return /\.m?js$/.test(href) && /^\s*(import|export)\b/m.test(readFileSync(fileURLToPath(href), "utf8"));
}

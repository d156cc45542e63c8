/** What no formatter checks for us: line width, trailing blanks, paths of one machine, Node's globals in code that browsers run. */
import { layerOf, mayUseNode, withoutComments } from "./imports.mjs";

const maximumWidth = 150;
/** Tables of one-line entries, where a wrapped entry would be harder to read than a long line. */
const tables = new Map([["src/backend/wasm/assembler.ts", 190]]);

const isCode = (path) => /\.(ts|mts|mjs|js|py)$/.test(path);
const isText = (path) => isCode(path) || /\.(md|json|yml|yaml|html|css|sh)$/.test(path) || path === ".ci/run";
/** Absolute paths of the machine a file was written on, and files that a clone does not have (tests may look for those, and skip). */
const foreignPath = /\/(?:work|home|root|Users)\/[\w.-]+|\/tmp\/[\w.-]+\/|\.\.\/shared\b/;
const nodeGlobal = /(?<![\w.])(?:process|Buffer|__dirname|__filename)\s*[.([]|(?<![\w.])require\(/;

/**
 * @param {readonly { path: string, text: string }[]} files any files of the repository
 * @returns {{ path: string, line: number, message: string }[]} problems
 */
export function checkText(files) {
  return files.filter(({ path }) => isText(path)).flatMap(({ path, text }) => {
    const width = tables.get(path) ?? maximumWidth;
    const layer = layerOf(path);
    const core = path.startsWith("models/") || (layer !== undefined && !mayUseNode.has(layer));
    const bare = core ? withoutComments(text).split("\n") : [];
    return text.split("\n").flatMap((content, index) => {
      const found = [];
      if (isCode(path) && content.length > width) found.push(`line of ${content.length} characters, at most ${width}`);
      if (/[ \t\r]$/.test(content)) found.push("blanks at the end of the line");
      if (isCode(path) && content.includes("\t")) found.push("tab; indent with two spaces");
      const foreign = path.startsWith("test/") ? null : foreignPath.exec(content);
      if (foreign) found.push(`path of one machine: ${foreign[0]}`);
      if (core && nodeGlobal.test(bare[index])) found.push("Node's globals do not exist in a browser");
      return found.map((message) => ({ path, line: index + 1, message }));
    });
  });
}

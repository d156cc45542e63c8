/**
 * Imports point one way. The table is the layering of docs/architecture.md: a folder may import from itself and from what it names.
 */
const core = ["errors", "units", "math", "ir"];
const language = [...core, "lang", "model"];

/** Layer → layers it may import. */
const allowed = {
  errors: [],
  units: ["errors"],
  math: ["errors"],
  ir: ["errors", "units", "math"],
  lang: ["errors", "units", "math", "ir"],
  model: ["errors", "units", "math", "ir", "lang"],
  lower: language,
  network: language,
  backend: ["errors", "math", "ir"],
  engine: [...language, "lower", "backend", "network"],
  io: [...language, "network"],
  data: [...language, "network", "io"],
  protocols: [...language, "network", "engine"],
  rate: [...language, "backend", "network", "engine"],
  train: [...language, "lower", "backend", "network", "engine"],
  tensorflow: [...language, "lower", "backend", "network", "engine", "train"],
  mpi: ["errors", "engine"],
  index: [...language, "lower", "backend", "network", "engine", "protocols"],
  cli: [...language, "lower", "backend", "network", "engine", "protocols", "rate", "train", "tensorflow", "mpi", "io", "data", "index"],
};

/** Layers whose files may use Node's modules and globals. Everything else also runs in a browser. */
export const mayUseNode = new Set(["io", "cli", "mpi"]);

/** @returns the layer of a source file, e.g. "ir" of src/ir/expr.ts, or undefined outside src/ */
export function layerOf(path) {
  const parts = path.split("/");
  if (parts[0] !== "src") return undefined;
  return parts.length === 2 ? parts[1].replace(/\.ts$/, "") : parts[1];
}

/**
 * @param {readonly { path: string, text: string }[]} files TypeScript files, paths from the root of the repository
 * @returns {{ path: string, line: number, message: string }[]} problems
 */
export function checkImports(files) {
  return files.flatMap(({ path, text }) =>
    importsOf(text).flatMap(({ specifier, line }) => {
      const message = problemWith(path, specifier);
      return message === undefined ? [] : [{ path, line, message }];
    }),
  );
}

function problemWith(path, specifier) {
  if (path.startsWith("models/")) return problemInModels(path, specifier);
  return path.startsWith("src/") ? problemInSource(path, specifier) : undefined;
}

function problemInModels(path, specifier) {
  if (specifier === "synfire" || specifier === "synfire/models") return undefined;
  if (specifier.startsWith(".") && resolve(path, specifier).startsWith("models/")) return undefined;
  return `models/ import only the public package "synfire", not "${specifier}"`;
}

function problemInSource(path, specifier) {
  const layer = layerOf(path);
  const known = allowed[layer];
  if (known === undefined) return `no layer "${layer}" in scripts/checks/imports.mjs: add it where it belongs`;
  if (specifier.startsWith("node:") && mayUseNode.has(layer)) return undefined;
  if (specifier.startsWith("node:")) return `"${specifier}" does not exist in a browser; only cli/, io/ and mpi/ may use Node`;
  if (specifier === "koffi" && layer !== "mpi") return "koffi is optional and calls C: only mpi/ may use it";
  if (specifier.startsWith("@tensorflow/") && layer !== "tensorflow") return "TensorFlow.js is optional: only tensorflow/ may use it";
  if (!specifier.startsWith(".")) return undefined;
  if (!/\.(ts|json)$/.test(specifier)) return `write the extension: "${specifier}.ts"`;
  const target = resolve(path, specifier);
  if (target.startsWith("models/")) return layer === "cli" ? undefined : `src/ does not know models/ ("${specifier}")`;
  const other = layerOf(target);
  return other === layer || known.includes(other) ? undefined : `${layer} may not import ${other} ("${specifier}")`;
}

/**
 * Static imports, re-exports and import("…") with the line they stand in.
 * @returns {{ specifier: string, line: number }[]}
 */
export function importsOf(text) {
  const found = [];
  const pattern = /(?:^|[\s;])(?:import|export)\s(?:[^"'`;]*?\sfrom\s)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  for (const match of withoutComments(text).matchAll(pattern)) {
    const line = text.slice(0, match.index + match[0].length).split("\n").length;
    found.push({ specifier: match[1] ?? match[2], line });
  }
  return found;
}

/** Comments become blanks of the same length, so that positions stay; strings and templates are left as they are. */
export function withoutComments(text) {
  const pattern = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[^]*?\*\//g;
  return text.replace(pattern, (piece) => (piece.startsWith("/") ? piece.replace(/[^\n]/g, " ") : piece));
}

function resolve(path, specifier) {
  const parts = path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

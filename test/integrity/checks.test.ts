import { expect, test } from "vitest";
import { checkImports, importsOf } from "../../scripts/checks/imports.mjs";
import { checkText } from "../../scripts/checks/text.mjs";

const imports = (path: string, text: string) => checkImports([{ path, text }]).map(({ message }) => message);
const texts = (path: string, text: string) => checkText([{ path, text }]).map(({ message }) => message);

test("a lower layer that imports a higher one is reported", () => {
  const upwards = `import { compile } from "../engine/compile.ts";`;
  expect(imports("src/ir/expr.ts", upwards)).toEqual([`ir may not import engine ("../engine/compile.ts")`]);
  expect(imports("src/backend/wasm/emit.ts", `import type { Model } from "../../model/neuron.ts";`)).toHaveLength(1);
  expect(imports("src/engine/compile.ts", `import { parse } from "../lang/parse.ts"; export { x } from "../network/network.ts";`)).toEqual([]);
});

test("a model that imports anything but the public package is reported", () => {
  expect(imports("models/neurons/lif.ts", `import { neuron } from "../../src/index.ts";`)).toHaveLength(1);
  expect(imports("models/neurons/lif.ts", `import { neuron } from "synfire";\nimport { x } from "./other.ts";`)).toEqual([]);
});

test("Node's modules are reported in code that browsers run, and accepted in cli/, io/ and mpi/", () => {
  const text = `import { readFileSync } from "node:fs";`;
  expect(imports("src/engine/compile.ts", text)).toHaveLength(1);
  for (const path of ["src/cli/main.ts", "src/io/files.ts", "src/mpi/connect.ts"]) expect(imports(path, text)).toEqual([]);
});

test("koffi, which need not be installed, is reported outside of mpi/", () => {
  const text = `const koffi = await import("koffi");`;
  expect(imports("src/engine/compile.ts", text)).toEqual(["koffi is optional and calls C: only mpi/ may use it"]);
  expect(imports("src/mpi/koffi.ts", text)).toEqual([]);
});

test("a relative import without its extension is reported with the one to write", () => {
  expect(imports("src/ir/print.ts", `import { a } from "./expr";`)).toEqual([`write the extension: "./expr.ts"`]);
});

test("every form of import is found, and none in a comment", () => {
  const text = [
    `import a from "a"; // import x from "no"`, `import {`, `  b,`, `} from "b";`, `export * from "c";`, `import "d";`,
    `const e = await import("e");`,
    `/* import y from "no" */`,
  ].join("\n");
  expect(importsOf(text)).toEqual([
    { specifier: "a", line: 1 }, { specifier: "b", line: 4 }, { specifier: "c", line: 5 }, { specifier: "d", line: 6 }, { specifier: "e", line: 7 },
  ]);
});

test("long lines, trailing blanks, tabs and paths of one machine are reported with their line", () => {
  expect(checkText([{ path: "src/a.ts", text: `ok\n${"x".repeat(151)}\n` }])).toEqual([
    { path: "src/a.ts", line: 2, message: "line of 151 characters, at most 150" },
  ]);
  expect(texts("docs/a.md", "text \n")).toEqual(["blanks at the end of the line"]);
  expect(texts("bench/a.py", "\tx = 1")).toEqual(["tab; indent with two spaces"]);
  expect(texts("docs/a.md", `see ${"/home"}/someone/file`)).toHaveLength(1);
});

test("Node's globals are reported in the core, but not in its comments", () => {
  expect(texts("src/engine/a.ts", "const a = process.memoryUsage();")).toHaveLength(1);
  expect(texts("src/engine/a.ts", "// as process.memoryUsage() says")).toEqual([]);
  expect(texts("src/cli/a.ts", "const a = process.memoryUsage();")).toEqual([]);
});

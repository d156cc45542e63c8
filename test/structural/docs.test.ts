import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

test("the program in docs/structure.md is examples/comingAndGoing.ts, and prints what the page says", () => {
  const [, shown, printed] = /```ts\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/.exec(read("docs/structure.md"))!;
  expect(read("examples/comingAndGoing.ts").split("\n").slice(1).join("\n")).toBe(shown);
  const tsx = fileURLToPath(new URL("node_modules/tsx/dist/cli.mjs", root));
  const output = execFileSync(process.execPath, [tsx, fileURLToPath(new URL("examples/comingAndGoing.ts", root))],
    { encoding: "utf8", cwd: fileURLToPath(root) });
  expect(output).toBe(printed);
});

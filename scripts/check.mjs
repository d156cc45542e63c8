/**
 * `npm run check`: types, lint, direction of imports, and the text of every file. Prints every problem found; exit status 1 if any.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkImports } from "./checks/imports.mjs";
import { checkText } from "./checks/text.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const tool = (name, ...args) => spawnSync(`node_modules/.bin/${name}`, args, { cwd: root, encoding: "utf8" });

/** Files that git knows or would add, without those it ignores. */
function repositoryFiles() {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8", maxBuffer: 1e8 });
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`);
  return [...new Set(listed.stdout.split("\0"))].filter((path) => /\.(ts|mts|mjs|js|py|md|json|yml|yaml|html|css|sh)$|^\.ci\/run$/.test(path));
}

function readAll(paths) {
  return paths.flatMap((path) => {
    try {
      return [{ path, text: readFileSync(`${root}/${path}`, "utf8") }];
    } catch (error) {
      if (error.code === "ENOENT") return [];       // deleted but not committed yet
      throw error;
    }
  });
}

const files = readAll(repositoryFiles()).filter(({ path }) => path !== "package-lock.json");
const asText = (problems) => problems.map(({ path, line, message }) => `${path}:${line}: ${message}`).join("\n");
const ran = ({ status, stdout, stderr, error }) => (status === 0 ? "" : `${error?.message ?? ""}${stdout}${stderr}`.trim() || "failed");

const checks = [
  ["types", () => ran(tool("tsc", "-p", "tsconfig.json"))],
  ["lint", () => ran(tool("oxlint", "--deny-warnings"))],
  ["imports", () => asText(checkImports(files.filter(({ path }) => path.endsWith(".ts"))))],
  ["text", () => asText(checkText(files))],
];

let failed = false;
for (const [name, check] of checks) {
  const problems = check();
  console.log(problems === "" ? `ok    ${name}` : `FAIL  ${name}\n${problems}`);
  failed ||= problems !== "";
}
process.exitCode = failed ? 1 : 0;

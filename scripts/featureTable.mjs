/**
 * `node scripts/featureTable.mjs [RESULTS.json]` writes the table features × back-ends of docs/status.md from the tests of test/features that ran:
 * from Vitest's JSON report, or without one it runs them. A feature whose test failed or was skipped stands there as such.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = `${root}/docs/status.md`;
const begin = "<!-- Features: written by `npm run docs` from the tests of test/features. -->", end = "<!-- End of the features. -->";

/**
 * @param {readonly { feature: string, backEnd: string, cell: string }[]} cells in the order of rows, then columns
 * @returns {string} the table, Markdown
 */
export function featureTable(cells) {
  const columns = [...new Set(cells.map(({ backEnd }) => backEnd))], rows = [...new Set(cells.map(({ feature }) => feature))];
  const row = (values) => `| ${values.join(" | ")} |`;
  const cell = (feature, backEnd) => cells.find((c) => c.feature === feature && c.backEnd === backEnd)?.cell ?? "–";
  return [
    row(["feature", ...columns]), row(["feature", ...columns].map(() => "---")),
    ...rows.map((feature) => row([feature, ...columns.map((backEnd) => cell(feature, backEnd))])),
  ].join("\n");
}

/** The table that stands in docs/status.md. */
export function committedTable(text = readFileSync(page, "utf8")) {
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim();
}

/** Titles of tests, "feature | back-end: cell", and how they ended → cells. */
export function cellsOf(results) {
  return results.flatMap(({ title, status }) => {
    const [, feature, backEnd, cell] = /^(.+) \| ([^|:]+): ([^(]+?)( \(.*\))?$/.exec(title) ?? [];
    return feature === undefined ? [] : [{ feature, backEnd, cell: status === "passed" ? cell : status === "failed" ? "fails" : "not run" }];
  });
}

function resultsIn(path) {
  const files = JSON.parse(readFileSync(path, "utf8")).testResults.filter(({ name }) => name.endsWith("test/features/features.test.ts"));
  return files.flatMap((file) => file.assertionResults);
}

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), "synfire-features-"));
  try {
    const report = join(folder, "results.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const tests = ["run", "test/features/features.test.ts", "--project", "main", ...reporters];
    spawnSync(`${root}/node_modules/.bin/vitest`, tests, { cwd: root, stdio: "inherit" });
    return resultsIn(report);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const cells = cellsOf(process.argv[2] === undefined ? runTests() : resultsIn(process.argv[2]));
  if (cells.length === 0) throw new Error("no test of a feature ran: npx vitest run test/features says why");
  const text = readFileSync(page, "utf8");
  if (!text.includes(begin) || !text.includes(end)) throw new Error(`docs/status.md has no place for the table: ${begin} … ${end}`);
  writeFileSync(page, `${text.slice(0, text.indexOf(begin) + begin.length)}\n${featureTable(cells)}\n${text.slice(text.indexOf(end))}`);
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../scripts/testSummary.mjs", import.meta.url));

function summary(tests: readonly { fullName: string; status: string }[], environment: Record<string, string> = {}, fileStatus = "passed") {
  const folder = mkdtempSync(join(tmpdir(), "synfire-summary-"));
  try {
    const path = join(folder, "results.json");
    writeFileSync(path, JSON.stringify({ testResults: [{ name: "a.test.ts", status: fileStatus, message: "broken", assertionResults: tests }] }));
    const { CI: _, ...inherited } = process.env;
    const { stdout, status } = spawnSync(process.execPath, [script, path], { encoding: "utf8", env: { ...inherited, ...environment } });
    return { last: stdout.trim().split("\n").at(-1), status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const passed = { fullName: "it works", status: "passed" };
const skipped = { fullName: "numpy reads it (skipped: apt-get install python3-numpy)", status: "skipped" };

test("the summary ends with the counts, and fails exactly when a test failed", () => {
  expect(summary([passed, passed, skipped])).toEqual({ last: "2 passed, 0 failed, 1 skipped", status: 0 });
  expect(summary([passed, { fullName: "broken", status: "failed" }])).toEqual({ last: "1 passed, 1 failed, 0 skipped", status: 1 });
});

test("a file that cannot be loaded, or a run without tests, is a failure", () => {
  expect(summary([], {}, "failed")).toEqual({ last: "0 passed, 1 failed, 0 skipped", status: 1 });
  expect(summary([])).toEqual({ last: "0 passed, 0 failed, 0 skipped", status: 1 });
});

test("in CI a test skipped for want of a Debian package is a failure", () => {
  expect(summary([passed, skipped], { CI: "true" })).toEqual({ last: "1 passed, 1 failed, 0 skipped", status: 1 });
  const references = { fullName: "needs references", status: "skipped" };
  expect(summary([passed, references], { CI: "true" })).toEqual({ last: "1 passed, 0 failed, 1 skipped", status: 0 });
});

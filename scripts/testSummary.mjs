/**
 * `node scripts/testSummary.mjs RESULTS.json` sums vitest's JSON report into one line, "N passed, N failed, N skipped". Exit status 1 when a
 * test failed, when nothing ran, or when CI is set and a test was skipped for want of a package that .ci/run installs.
 */
import { readFileSync } from "node:fs";

/** A skipped test's title says what is missing; .ci/run installs the Debian packages, so skipping for want of one is a fault there. */
const servedInCi = /apt-get install/;

const report = read(process.argv[2]);
const tests = report.testResults.flatMap((file) => file.assertionResults);
const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
const skipped = tests.filter(({ status }) => status !== "passed" && status !== "failed");
// A file that cannot be loaded has no tests of its own but failed all the same.
const brokenFiles = report.testResults.filter((file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"));
const failed = count("failed") + brokenFiles.length;

for (const file of brokenFiles) console.log(`could not run ${file.name}: ${file.message}`);
const wrongly = process.env.CI ? skipped.filter(({ fullName }) => servedInCi.test(fullName)) : [];
for (const { fullName } of wrongly) console.log(`skipped although CI serves it: ${fullName}`);
console.log(`${count("passed")} passed, ${failed + wrongly.length} failed, ${skipped.length - wrongly.length} skipped`);
process.exitCode = failed > 0 || wrongly.length > 0 || count("passed") === 0 ? 1 : 0;

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    console.log(`no test report: ${error.message}`);
    return { testResults: [] };
  }
}

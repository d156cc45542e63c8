/** `node scripts/makeDatasets.mjs` (after a build): makes the data sets of datasets/ and prints their sizes and SHA-256 for README and table. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { saveTrials, shippedSets, trialsDigest } from "../dist/src/data/index.js";

for (const [name, { make, sha256 }] of Object.entries(shippedSets)) {
  const dataset = make(), path = fileURLToPath(new URL(`../datasets/${name}.npz`, import.meta.url));
  await saveTrials(path, dataset);
  const digest = await trialsDigest(dataset), bytes = readFileSync(path);
  const { train, test, classes } = dataset, file = createHash("sha256").update(bytes).digest("hex");
  const trials = `${train.length} + ${test.length} trials of ${train.duration} s, ${train.channels} channels, ${classes} classes`;
  console.log(`${name}: ${trials}, ${bytes.length} bytes`);
  console.log(`  arrays ${digest}${digest === sha256 ? "" : ` (in src/data/shippedSets.ts: ${sha256 || "nothing"})`}\n  file   ${file}`);
}

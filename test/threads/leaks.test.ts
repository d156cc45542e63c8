// Simulations that come and go leave nothing: no thread, no open file, no worker, no memory. `npm run bench:load` does a thousand.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Left { readonly cycle: number; readonly tasks: number; readonly files: number; readonly workers: number }

test.skipIf(process.platform !== "linux")("sixty simulations, every other one with two threads, leave nothing behind (skipped: needs /proc)",
  { timeout: 240_000 }, () => {
  const load = fileURLToPath(new URL("../../bench/load.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", load, "--cycles", "60", "--json"], { encoding: "utf8" });
  expect(stderr).toBe("");
  const { seen, each } = JSON.parse(stdout) as { seen: Left[]; each: { rss: number; held: number } };
  const [first, last] = [seen[0]!, seen.at(-1)!];
  expect(last.cycle).toBe(60);
  expect([last.tasks, last.files, last.workers]).toEqual([first.tasks, first.files, 0]);
  // Bytes a simulation; one that stayed would hold 0.7 MB, and 1.5 MB with two threads.
  expect(each.held).toBeLessThan(50_000);
  expect(each.rss).toBeLessThan(500_000);
  expect(status).toBe(0);
});

/** Ranks end together: none waits for one that is gone. */
import { describe, expect, test } from "vitest";
import { launchers, ranks, said } from "./launchers.ts";

for (const launcher of launchers) {
  const { family, skipped } = launcher;
  describe.skipIf(skipped)(family, () => {
    test.for([
      ["throws", 1, /rank 1 of 2 failed: Error: out of ink\n +at /],
      ["rejects", 1, /rank 1 of 2 failed: Error: out of paper\n +at /],
      ["exits", 3, /rank 1 leaves/],
      ["endsWithStatus", 4],
      ["aborts", 7],
    ] as const)(`when one rank %s, its job ends with status %i${skipped}`, ([how, status, message]) => {
      const ended = ranks(launcher, 2, [how]);
      expect(ended.status).toBe(status);
      if (message) expect(ended.stderr).toMatch(message);
      expect(said(ended.stdout)).toEqual([]);
    });

    test(`when one rank is killed, the others do not wait for it${skipped}`, () => {
      const ended = ranks(launcher, 2, ["isKilled"]);
      expect(ended.status).toBeGreaterThan(0);
      expect(ended.stdout + ended.stderr).toMatch(/killed/i);
      expect(said(ended.stdout)).toEqual([]);
    });

    test(`ranks that come to their end one after another end well${skipped}`, () => {
      const { status, stdout, stderr } = ranks(launcher, 2, ["ends"]);
      expect(stderr).not.toMatch(/error|fail|abort/i);
      expect(status).toBe(0);
      expect(said(stdout)).toHaveLength(2);
    });
  });
}

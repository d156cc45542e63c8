/** Ranks receive what the others sent, whatever library carries it. */
import { describe, expect, test } from "vitest";
import { bytesFrom, bytesFromTo } from "./exchanged.mjs";
import { launchers, ranks, said } from "./launchers.ts";

/** What rank `rank` of `size` must know after exchanging. */
function expected(rank: number, size: number) {
  const everyone = Array.from({ length: size }, (_, other) => other);
  const gathered = everyone.flatMap((from) => [...bytesFrom(from)]);
  return {
    all: everyone.flatMap((from) => [from, 100 + from]),
    gathered,
    inPlace: gathered,
    numbers: everyone.flatMap((from) => [100 * from + rank, rank === 0 ? expect.closeTo(0) : -rank]),
    received: everyone.flatMap((from) => [...bytesFromTo(from, rank)]),
    sums: [(size * (size - 1)) / 2, size * 2 ** 50 + (size * (size - 1)) / 2, size],
    told: Array.from({ length: 30 }, () => size - 1),
  };
}

for (const launcher of launchers) {
  const { family, skipped } = launcher;
  describe.skipIf(skipped)(family, () => {
    test.for([
      [1, "exchange"], [2, "exchange"], [2, "shared"], [4, "shared"],
    ] as const)(`each of %i ranks has what all sent it (%s)${skipped}`, ([size, program]) => {
      const { status, stdout, stderr } = ranks(launcher, size, [program]);
      expect(stderr).not.toMatch(/error|fail|abort/i);
      expect(status).toBe(0);
      const name = expect.stringMatching(new RegExp(`^${family} \\d+\\.\\d`));
      expect(said(stdout)).toEqual(Array.from({ length: size }, (_, rank) => ({ rank, size, name, ...expected(rank, size) })));
    });

    test(`more bytes than one message takes go in pieces, or are refused${skipped}`, () => {
      const all = said(ranks(launcher, 2, ["pieces"]).stdout);
      const gathered = [...Array(5).fill(1), ...Array(15).fill(2)];
      expect(all).toHaveLength(2);
      for (const one of all) {
        expect(one).toMatchObject({ gathered, inPlace: gathered, told: Array(30).fill(2) });
        expect(one.refused).toMatch(/^ArgumentError mpi-counts: 1 counts for 2 ranks/);
      }
      const [alone] = said(ranks(launcher, 1, ["pieces"]).stdout);
      expect(alone!.refused).toMatch(/^UnsupportedError mpi-size: alltoallv: 8 bytes in one message; MPI counts to 7/);
    });

    test(`WebAssembly that reads outside of its memory still throws${skipped}`, () => {
      const all = said(ranks(launcher, 2, ["trap"]).stdout);
      expect(all.map(({ error }) => error)).toEqual(Array(2).fill("RuntimeError undefined: memory access out of bounds"));
    });
  });
}

const [openMpi] = launchers;
test.skipIf(openMpi!.skipped)(`a process without a launcher is the only rank, and wrong lengths are refused${openMpi!.skipped}`, () => {
  const { status, stdout } = ranks(undefined, 1, ["mistakes"]);
  expect(status).toBe(0);
  expect(said(stdout)).toEqual([{
    rank: 0, size: 1, name: expect.stringMatching(/^Open MPI/),
    counts: expect.stringMatching(/^ArgumentError mpi-counts: 2 counts for 1 ranks/),
    negative: expect.stringMatching(/^ArgumentError mpi-counts: the count of bytes for rank 0 is -1/),
    own: expect.stringMatching(/^ArgumentError mpi-length: allgatherv: 1 bytes to send, but this rank's count is 2/),
    receive: expect.stringMatching(/^ArgumentError mpi-length: allgatherv: 2 bytes to receive 3 in/),
    alltoall: expect.stringMatching(/^ArgumentError mpi-length: alltoall: 2 numbers to send, 3 to receive/),
    alltoallv: expect.stringMatching(/^ArgumentError mpi-length: alltoallv: 2 bytes to send 3 from/),
    root: expect.stringMatching(/^ArgumentError mpi-rank: broadcast: rank 1 of 1/),
  }]);
});

test.skipIf(openMpi!.skipped)(`who connects twice shares the connection, and after its end there is none${openMpi!.skipped}`, () => {
  const [alone] = said(ranks(undefined, 1, ["twice"]).stdout);
  expect(alone).toMatchObject({ same: true, after: expect.stringContaining("cannot begin again") });
});

/** A network on several ranks does what it does in one process: the same spikes, state and synapses, bit for bit, on every rank. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { courses } from "./courses.ts";
import { launchers, onRanks } from "./launchers.ts";
import type { Launcher } from "./launchers.ts";
import type { Asked } from "./networkOnRanks.mts";
import { benchmarks, features } from "./networks.ts";

const program = fileURLToPath(new URL("networkOnRanks.mts", import.meta.url));
const [openMpi, mpich] = launchers as [Launcher, Launcher];

/** What came out of each network on each rank. */
function outcomesOn(launcher: Launcher | undefined, count: number, names: readonly string[], options: Omit<Asked, "names" | "folder"> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "synfire-ranks-"));
  try {
    const asked: Asked = { names, folder, ...options };
    const { status, stderr } = onRanks(launcher, count, ["--import", "tsx", program, JSON.stringify(asked)], { timeout: 240_000 });
    if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
    const files = readdirSync(folder).sort();
    return files.map((file) => {
      const outcomes = JSON.parse(readFileSync(join(folder, file), "utf8")) as unknown[];
      return Object.fromEntries(names.map((name, k) => [name, outcomes[k]]));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const all = [...Object.keys(benchmarks), ...Object.keys(features), ...Object.keys(courses)];
const kinds = ["all", "targeted"] as const;
let alone: Readonly<Record<string, unknown>>;
const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, alone[name]]));
const few = ["E", "gap junctions", "modulators: by spikes, by a signal, and tonic", "reads, changes and monitors", ...Object.keys(courses).slice(2)];

describe.skipIf(openMpi.skipped)(openMpi.family, () => {
  beforeAll(() => {
    [alone] = outcomesOn(undefined, 1, all) as [typeof alone];
  }, 240_000);

  test.for([
    [2, {}, all], [4, { exchange: "targeted" }, [...few, "C", "F0.1", "1 neurons", "17 neurons"]],
    [2, { exchange: "targeted", threads: 2 }, few],
    [3, { exchange: "all", threads: 2 }, ["C", "pairs of spikes"]],
  ] as const)(`%i ranks with %j come out as one process${openMpi.skipped}`, { timeout: 300_000 }, ([count, options, names]) => {
    const outcomes = outcomesOn(openMpi, count, names, options);
    expect(outcomes).toHaveLength(count);
    for (const [rank, outcome] of outcomes.entries()) expect(outcome, `rank ${rank}`).toEqual(pick(names));
  });

  test(`ranks that build different networks are all told so${openMpi.skipped}`, () => {
    const name = "one rank builds another network";
    const told = outcomesOn(openMpi, 2, [name]).map((outcome) => outcome[name]);
    for (const text of told) expect(text).toMatch(/^ArgumentError: compile: process 1 compiles another network/);
  });

  test.for(kinds)(`when one rank is asked to stop, all stop after the same step and can go on (%s)${openMpi.skipped}`, (exchange) => {
    const name = "one rank is asked to stop, and goes on later";
    const outcomes = outcomesOn(openMpi, 2, [name], { exchange });
    expect(outcomes[0]![name]).toEqual({
      ended: "AbortError", time: expect.any(Number), early: true, went: expect.closeTo(0.01), hash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(outcomes[1]).toEqual(outcomes[0]);
  });

  test(`spikes go to the ranks that need them where that is less, and then less is sent${openMpi.skipped}`, () => {
    const name = "two halves that hardly know each other, and one whole";
    interface Sent { readonly kind: string; readonly bytes: number; readonly hash: string }
    const on = (options: Pick<Asked, "exchange">) => outcomesOn(openMpi, 2, [name], options).map((of) => of[name] as { halves: Sent; whole: Sent });
    const chosen = on({}), all = on({ exchange: "all" });
    for (const [rank, { halves, whole }] of chosen.entries()) {
      expect([halves.kind, whole.kind]).toEqual(["targeted", "all"]);
      expect([halves.hash, whole.hash]).toEqual([all[rank]!.halves.hash, all[rank]!.whole.hash]);
    }
    // The first rank hears of all spikes in either case, to record them; the second has no use for them.
    expect(chosen[1]!.halves.bytes).toBeLessThan(0.7 * all[1]!.halves.bytes);
  });

  test.for(kinds)(`monitors of the own neurons divide the spikes among the ranks (%s)${openMpi.skipped}`, (exchange) => {
    const name = "monitors of the own neurons";
    interface Own { readonly times: number[]; readonly indices: number[]; readonly spikes: number[]; readonly hash: string }
    const [one] = outcomesOn(undefined, 1, [name]).map((of) => of[name] as Own);
    const both = outcomesOn(openMpi, 2, [name], { exchange }).map((of) => of[name] as Own);
    const pairs = ({ times, indices }: Pick<Own, "times" | "indices">) => times.map((t, k) => `${t.toFixed(4)} ${indices[k]}`);
    expect(both.flatMap(pairs).sort()).toEqual(pairs(one!).sort());
    for (const { times, spikes, hash } of both) {
      expect(times.length).toBeGreaterThan(20);
      expect([spikes, hash]).toEqual([one!.spikes, one!.hash]);
    }
    expect(both[0]!.indices.filter((neuron) => both[1]!.indices.includes(neuron))).toEqual([]);
  });
});

test.skipIf(mpich.skipped)(`two ranks of MPICH come out as one process${mpich.skipped}`, { timeout: 120_000 }, () => {
  const names = ["pairs of spikes", "gap junctions"];
  const [one] = outcomesOn(undefined, 1, names);
  expect(outcomesOn(mpich, 2, names)).toEqual([one, one]);
});

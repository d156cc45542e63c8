/** Every feature on every back-end: it does there what it does elsewhere, or is refused by name. docs/status.md has a table made from these tests. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { launchers, onRanks } from "../mpi/launchers.ts";
import type { Launcher } from "../mpi/launchers.ts";
import { gpuSkipped, noGpu } from "../support/gpu.ts";
import { findGpu, guarded } from "./builtGpu.mjs";
import { backEnds, cellOf } from "./feature.ts";
import type { BackEnd, Feature, Options, Outcome } from "./feature.ts";
import { features } from "./features.ts";

const [openMpi] = launchers as readonly [Launcher, ...Launcher[]];
const options: Readonly<Record<Exclude<BackEnd, "MPI">, Options>> = {
  "wasm f32": {}, "wasm f64": { precision: "f64" }, threads: { threads: 2 }, webgpu: { backend: "webgpu" }, interpreter: { backend: "interpreter" },
  "exact engine": { engine: "exact" },
};
const skippedOn: Readonly<Partial<Record<BackEnd, string>>> = { MPI: openMpi.skipped, webgpu: gpuSkipped };

/** What each feature gives on one thread, in f32 and f64, made once. */
const known = new Map<string, Promise<Outcome>>();
const reference = (name: string, precision: "f32" | "f64"): Promise<Outcome> => {
  const made = known.get(`${name} ${precision}`) ?? features[name]!.run({ precision });
  known.set(`${name} ${precision}`, made);
  return made;
};

/** On two ranks, both of which have to see the same. */
let onTwoRanks: readonly Readonly<Record<string, Outcome | string>>[];
beforeAll(() => {
  if (openMpi.skipped !== "") return;
  const folder = mkdtempSync(join(tmpdir(), "synfire-features-"));
  try {
    const program = fileURLToPath(new URL("onRanks.mts", import.meta.url));
    const { status, stderr } = onRanks(openMpi, 2, ["--import", "tsx", program, folder], { timeout: 240_000 });
    if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
    onTwoRanks = [0, 1].map((rank) => JSON.parse(readFileSync(join(folder, `${rank}.json`), "utf8")) as (typeof onTwoRanks)[number]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 240_000);

async function outcomeOn(backEnd: Exclude<BackEnd, "MPI">, { run }: Feature): Promise<Outcome> {
  if (backEnd !== "webgpu") return await run(options[backEnd]);
  const found = await findGpu();
  if (!("gpu" in found)) throw new Error(found.reason);
  return await guarded(found.gpu, "a feature", () => run(options.webgpu));
}

/** As it passes through JSON. */
const plain = ({ hash, spikes, values }: Outcome): unknown => JSON.parse(JSON.stringify({ hash, spikes, values }));

/** Numbers on the GPU are those of WebAssembly but for sums of weights that fixed point rounds. */
function expectNear(got: Outcome, right: Outcome): void {
  expect([got.hash, got.spikes]).toEqual([right.hash, right.spikes]);
  expect(Object.keys(got.values)).toEqual(Object.keys(right.values));
  for (const [name, values] of Object.entries(right.values)) {
    const scale = Math.max(...values.map(Math.abs), 1e-30);
    expect(got.values[name]!.length, name).toBe(values.length);
    values.forEach((x, k) => expect(Math.abs(got.values[name]![k]! - x), `${name}, element ${k}`).toBeLessThanOrEqual(1e-6 * scale));
  }
}

async function check(name: string, feature: Feature, backEnd: BackEnd): Promise<void> {
  const refused = feature.refused?.[backEnd];
  if (backEnd === "MPI") {
    const expected = refused ? expect.stringMatching(refused) as unknown : plain(await reference(name, "f32"));
    for (const rank of onTwoRanks) expect(typeof rank[name] === "string" ? rank[name] : plain(rank[name]!)).toEqual(expected);
    return;
  }
  if (refused) {
    await expect(outcomeOn(backEnd, feature)).rejects.toThrow(refused);
    return;
  }
  const got = await outcomeOn(backEnd, feature);
  expect(got.spikes).toBeGreaterThan(20);
  expect(got.threads).toBe(backEnd === "threads" && feature.remarks?.threads === undefined ? 2 : 1);
  switch (backEnd) {
    case "wasm f32": case "wasm f64": return;
    case "threads": return expect(plain(got)).toEqual(plain(await reference(name, "f32")));
    case "webgpu": return expectNear(got, await reference(name, "f32"));
    case "interpreter": return expect([got.hash, got.spikes]).toEqual(Object.values(await reference(name, "f64")).slice(0, 2));
    // Its events come at real times, and its random numbers in another order.
    case "exact engine": return expect(Math.abs(got.spikes / (await reference(name, "f64")).spikes - 1)).toBeLessThan(0.3);
    default: backEnd satisfies never;
  }
}

for (const [name, feature] of Object.entries(features)) for (const backEnd of backEnds) {
  const skipped = skippedOn[backEnd] ?? "";
  test.skipIf(skipped !== "" || (backEnd === "webgpu" && noGpu))(`${name} | ${backEnd}: ${cellOf(feature, backEnd)}${skipped}`, async () => {
    await check(name, feature, backEnd);
  }, 120_000);
}

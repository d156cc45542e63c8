/**
 * What the tests simulate: `networkOnRanks.mts '{"names": […], "folder": "…", "threads": 1, …}'`, alone or on every rank of a launcher. Each rank
 * leaves what came out of each network or course in a file of the folder: launchers mix long lines of several ranks. Uses the built package,
 * as users do.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CompileOptions } from "../threads/built.mjs";
import { outcomeAfter } from "../threads/outcome.ts";
import { connectMpi, underMpi } from "./builtMpi.mjs";
import { courses, coursesOfRanks } from "./courses.ts";
import { networks } from "./networks.ts";

export interface Asked extends Pick<CompileOptions, "threads" | "exchange"> {
  readonly names: readonly string[];
  readonly folder: string;
}

const { names, folder, ...options } = JSON.parse(process.argv[2]!) as Asked;
const world = underMpi() ? await connectMpi() : undefined;
const rank = world?.rank ?? 0;
const all = { ...options, ...(world ? { processes: world } : {}) };
const outcomes = [];
for (const name of names) {
  const course = courses[name] ?? coursesOfRanks[name];
  if (course) {
    outcomes.push(await course(all, rank));
    continue;
  }
  const { net, dt = "0.1 ms", duration = "100 ms", options: own } = networks[name]!;
  outcomes.push(await outcomeAfter(net(), { dt, ...own, ...all }, duration));
}
writeFileSync(join(folder, `${rank}.json`), JSON.stringify(outcomes));

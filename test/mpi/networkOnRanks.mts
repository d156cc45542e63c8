/**
 * What the tests simulate: `networkOnRanks.mts '{"names": […], "folder": "…", "threads": 1, …}'`, alone or on every rank of a launcher. Each rank leaves what
 * came out of each network in a file of the folder: launchers mix long lines of several ranks. Uses the built package, as users do.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectMpi, underMpi } from "./builtMpi.mjs";
import { networks } from "./networks.ts";
import { outcomeAfter } from "../threads/outcome.ts";
import type { CompileOptions } from "../threads/built.mjs";

export interface Asked extends Pick<CompileOptions, "threads" | "exchange"> {
  readonly names: readonly string[];
  readonly folder: string;
}

const { names, folder, ...options } = JSON.parse(process.argv[2]!) as Asked;
const world = underMpi() ? { processes: await connectMpi() } : {};
const outcomes = [];
for (const name of names) {
  const { net, dt = "0.1 ms", duration = "100 ms", options: own } = networks[name]!;
  outcomes.push(await outcomeAfter(net(), { dt, ...own, ...options, ...world }, duration));
}
const rank = "processes" in world ? world.processes.rank : 0;
writeFileSync(join(folder, `${rank}.json`), JSON.stringify(outcomes));

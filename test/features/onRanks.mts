/**
 * `onRanks.mts FOLDER`, under an MPI launcher: every feature of the table; each rank leaves what came out in a file of the folder. A feature that
 * processes refuse comes out as what they say.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectMpi } from "../mpi/builtMpi.mjs";
import type { Outcome } from "./feature.ts";
import { features } from "./features.ts";

const world = await connectMpi();
const outcomes: Record<string, Outcome | string> = {};
for (const [name, { run }] of Object.entries(features))
  outcomes[name] = await run({ processes: world }).catch((error: Error) => error.message);
writeFileSync(join(process.argv[2]!, `${world.rank}.json`), JSON.stringify(outcomes));

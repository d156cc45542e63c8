/** Commands on several ranks: every rank runs the same command, the first one speaks and writes files, and all end together. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { Option } from "commander";
import type { Command } from "commander";
import { ArgumentError, SynfireError } from "../errors.ts";
import type { Communicator } from "../engine/communicator.ts";
import { exitStatusOf, explainFailure } from "./failure.ts";
import { Screen } from "./screen.ts";
import type { ScreenOptions } from "./screen.ts";

export interface RankOptions extends ScreenOptions {
  readonly mpi?: boolean; readonly exchange?: "all" | "targeted";
  /** Of `run` alone. */
  readonly perRank?: boolean;
}

export function addRankOptions(command: Command): Command {
  return command
    .option("--mpi", "simulate with the other ranks of an MPI launcher (default under mpirun, mpiexec or srun)")
    .addOption(new Option("--exchange <kind>", "spikes between ranks: all to all, or only to where they are needed (default: what is less)")
      .choices(["all", "targeted"]));
}

export interface Ranks {
  /** Absent for a process of its own. */
  readonly processes: Communicator | undefined;
  readonly first: boolean;
  /** Says nothing on ranks other than the first. */
  readonly screen: Screen;
}

/** Milliseconds in which the first rank says what all of them would say, before the others do. */
const patience = 1500;

/** Does a command's work, on all ranks when it runs under MPI. The work returns the exit status for all ranks, undefined for 0. */
export async function onRanks(options: RankOptions, work: (ranks: Ranks) => Promise<number | undefined>): Promise<void> {
  const { connectMpi, underMpi } = await import("../mpi/index.ts");
  const world = (options.mpi ?? underMpi()) ? await connectMpi() : undefined;
  if (world === undefined || world.size === 1) {
    refuseAlone(options);
    const status = await work({ processes: undefined, first: true, screen: new Screen(options) });
    if (status !== undefined) process.exitCode = status;
    return world?.finalize();
  }
  const first = world.rank === 0;
  if (!first) silenceConsole();
  try {
    const own = await work({ processes: world, first, screen: new Screen(first ? options : { quiet: true }) });
    end(world, own ?? 0);
  } catch (error) {
    const message = explainFailure(error);
    if (error instanceof SynfireError && error.everywhere) {
      if (first) process.stderr.write(`${message}\n`);
      return end(world, exitStatusOf(error));
    }
    // What fails on all ranks alike is said once.
    if (!first) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, patience);
    process.stderr.write(`rank ${world.rank} of ${world.size}: ${message}\n`);
    world.abort(exitStatusOf(error));
  }
}

/** @throws {ArgumentError} for an option that only means something between ranks */
function refuseAlone({ exchange, perRank }: RankOptions): void {
  const given = exchange ? `--exchange ${exchange}` : perRank ? "--per-rank" : undefined;
  if (given === undefined) return;
  throw new ArgumentError("ranks", `${given} needs several ranks, and there is one`, "Start several: mpirun -n 2 synfire …, or leave it out.");
}

/** A rank that ends with a status other than 0 would end the others: all have to have come as far. */
function end(world: Communicator, status: number): void {
  process.exitCode = mostOf(world, status);
  world.finalize();
}

/** The largest of the numbers that the ranks give. All ranks call it together. */
export const mostOf = (world: Communicator, value: number): number => Math.max(...numbersOf(world, value));

/** The numbers that the ranks give, in their order. All ranks call it together. */
export function numbersOf(world: Communicator, value: number): number[] {
  return Array.from(new Float64Array(world.allgather(new Uint8Array(Float64Array.of(value).buffer)).slice().buffer));
}

/** @throws {ArgumentError} where there are several ranks and `what` can only be done by one */
export function oneRankOnly({ processes }: Ranks, what: string, hint: string): void {
  if (processes) throw new ArgumentError("ranks", `${what} cannot be done on ${processes.size} ranks`, hint);
}

/** The rank that the launcher says this process will have. */
export function launchedRank(env: Readonly<Record<string, string | undefined>>): number {
  return Number(env["OMPI_COMM_WORLD_RANK"] ?? env["PMI_RANK"] ?? env["PMIX_RANK"] ?? 0) || 0;
}

/** What a network file prints, all ranks would print. Warnings and errors stay. */
function silenceConsole(): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  globalThis.console = new Console(nowhere, process.stderr);
}

import { UnsupportedError } from "../errors.ts";
import type { Communicator } from "../engine/communicator.ts";
import { bindFunctions } from "./functions.ts";
import type { MpiFunctions } from "./functions.ts";
import { importKoffi } from "./koffi.ts";
import type { Koffi } from "./koffi.ts";
import { endTogether } from "./lifetime.ts";
import { loadLibrary } from "./library.ts";
import type { Family } from "./library.ts";
import { keepTrapHandler } from "./trapHandler.ts";
import { World } from "./world.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectOptions {
  /** Name or path of the MPI library; SYNFIRE_MPI_LIBRARY, else the usual names, unless told. */
  readonly library?: string;
}

/** MPI_THREAD_FUNNELED: the process has several threads, the one that connects makes all calls. */
const funneled = 1;

/** Whether this process was started by an MPI launcher (mpirun, mpiexec, srun), be it alone. */
export function underMpi(env: Environment = process.env): boolean {
  return launcher(env) !== undefined;
}

/**
 * Connects this process with those started beside it. Without a launcher it is the only rank. From then on all ranks end together: one that
 * throws and does not catch, or exits with a status other than 0, ends the others, and one that ends well waits for them.
 * To be called on the main thread.
 *
 * @throws {UnsupportedError} when there is no MPI library, or not the launcher's; the hint says what to install
 */
export async function connectMpi(options: ConnectOptions = {}): Promise<Communicator> {
  if (process.platform === "win32") {
    throw new UnsupportedError("mpi-platform", "ranks on Windows are not supported", "Use Linux, or Linux inside Windows (WSL).");
  }
  const koffi = await importKoffi();
  return keepTrapHandler(koffi, () => connect(koffi, options.library ?? process.env.SYNFIRE_MPI_LIBRARY));
}

function connect(koffi: Koffi, file: string | undefined): Communicator {
  const started = launcher(process.env);
  const { library, family } = loadLibrary(koffi, started?.family ?? "Open MPI", file);
  if (started !== undefined && family !== started.family) {
    const problem = `${started.variable} says that the launcher is of ${started.family}, but the library is of ${family}`;
    throw new UnsupportedError("mpi-launcher", problem, `Start with the mpirun of ${family}, or load a library of ${started.family}.`);
  }
  const mpi = bindFunctions(library, family);
  const begins = initialize(mpi);
  const world = new World(mpi, versionOf(mpi), localRanks(process.env));
  if (started?.size !== undefined && world.size !== started.size) {
    const problem = `the launcher started ${started.size} ranks (${started.variable}), but ${world.name} knows ${world.size}`;
    throw new UnsupportedError("mpi-launcher", problem, "Use the mpirun that belongs to the library.");
  }
  if (begins) endTogether(world);
  return world;
}

interface Launcher { readonly family: Family; readonly variable: string; readonly size: number | undefined }

/** What the launcher says of itself. Hydra and Slurm tell MPICH's family by PMI; Slurm tells Open MPI by PMIx. */
function launcher(env: Environment): Launcher | undefined {
  const families = [["OMPI_COMM_WORLD_SIZE", "Open MPI"], ["PMI_SIZE", "MPICH"]] as const;
  for (const [variable, family] of families) {
    if (env[variable]) return { family, variable, size: Number(env[variable]) };
  }
  if (env.PMI_RANK) return { family: "MPICH", variable: "PMI_RANK", size: undefined };
  return env.PMIX_RANK ? { family: "Open MPI", variable: "PMIX_RANK", size: undefined } : undefined;
}

/** Ranks on this machine, where the launcher says it: Open MPI, MPICH's Hydra, Slurm (of all machines, the most). */
function localRanks(env: Environment): number | undefined {
  const told = env.OMPI_COMM_WORLD_LOCAL_SIZE ?? env.MPI_LOCALNRANKS ?? env.SLURM_TASKS_PER_NODE?.split(/\D/)[0];
  return told === undefined || !(Number(told) >= 1) ? undefined : Number(told);
}

/** @returns whether it was for this call to begin; a second one shares the connection */
function initialize(mpi: MpiFunctions): boolean {
  const flag = new Int32Array(1);
  mpi.finalized(flag);
  if (flag[0] !== 0) {
    throw new UnsupportedError("mpi-again", "MPI was ended in this process and cannot begin again", "Finalize when all is done.");
  }
  mpi.initialized(flag);
  const begins = flag[0] === 0;
  if (begins) {
    mpi.init(null, null, funneled, flag);
    if (flag[0]! < funneled) {
      const problem = "this MPI library does not allow a process to have threads (MPI_THREAD_FUNNELED)";
      throw new UnsupportedError("mpi-threads", problem, "Use a library that was built with threads.");
    }
  }
  // Errors come back as codes, so that they can be thrown; otherwise the library would end the process.
  mpi.errorHandler(mpi.handles.world, mpi.handles.errorsReturn);
  return begins;
}

/** @returns e.g. "Open MPI 4.1.4", of "Open MPI v4.1.4, package: Debian OpenMPI, …" or "MPICH Version:\t4.0.2\n…" */
function versionOf(mpi: MpiFunctions): string {
  const text = new Uint8Array(8192);
  const length = new Int32Array(1);
  mpi.version(text, length);
  const line = new TextDecoder().decode(text.subarray(0, length[0])).split(/[\n,\0]/)[0]!;
  return line.replace(/\s*Version:\s*/, " ").replace(/ v(?=\d)/, " ").trim();
}

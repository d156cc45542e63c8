/** Starts programs as ranks under the MPI launchers that this machine has. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

interface Wanted { readonly family: "Open MPI" | "MPICH"; readonly commands: readonly string[]; readonly says: RegExp; readonly install: string }

const wanted: readonly Wanted[] = [
  { family: "Open MPI", commands: ["mpirun.openmpi", "mpirun"], says: /Open MPI|Open-MPI/, install: "apt-get install openmpi-bin" },
  { family: "MPICH", commands: ["mpirun.mpich", "mpiexec.hydra", "mpirun"], says: /HYDRA|MPICH/i, install: "apt-get install mpich" },
];

export interface Launcher {
  readonly family: Wanted["family"];
  readonly command: string | undefined;
  /** Empty, or for the title of a test why it is skipped. */
  readonly skipped: string;
}

const koffi = hasKoffi();
export const launchers: readonly Launcher[] = wanted.map(({ family, commands, says, install }) => {
  const command = commands.find((name) => says.test(spawnSync(name, ["--version"], { encoding: "utf8" }).stdout ?? ""));
  const missing = command === undefined ? install : koffi ? "" : "npm install koffi";
  return { family, command, skipped: missing === "" ? "" : ` (skipped: ${missing})` };
});

function hasKoffi(): boolean {
  try {
    createRequire(import.meta.url).resolve("koffi");
    return true;
  } catch {
    return false;
  }
}

/**
 * Launchers refuse more ranks than cores and to be root; in containers one process may not read another's memory. On a machine that does other things
 * too, ranks that wait give way, and are not bound to a core that may be busy.
 */
const permissive = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_btl_vader_single_copy_mechanism: "none",
  OMPI_MCA_mpi_yield_when_idle: "1",
  OMPI_MCA_hwloc_base_binding_policy: "none",
};

export interface Ended { readonly status: number | null; readonly stdout: string; readonly stderr: string; readonly seconds: number }

/** Runs test/mpi/ranks.mjs on so many ranks, or without a launcher when there is none. A hang ends after 30 s with status null. */
export function ranks(launcher: Launcher | undefined, count: number, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  return onRanks(launcher, count, [fileURLToPath(new URL("ranks.mjs", import.meta.url)), ...args], { env });
}

export interface Running { readonly env?: Readonly<Record<string, string>>; readonly timeout?: number }

/** Runs Node with these arguments on so many ranks, or without a launcher. A hang ends after 30 s, or `timeout` ms, with status null. */
export function onRanks(launcher: Launcher | undefined, count: number, args: readonly string[], { env = {}, timeout = 30_000 }: Running = {}): Ended {
  const [command, ...rest] = commandOf(launcher, count);
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command!, [...rest, ...args], { encoding: "utf8", timeout, env: environment(env) });
  return { status, stdout, stderr, seconds: (performance.now() - start) / 1000 };
}

/** The command line of Node on so many ranks, without Node's own arguments. */
export const commandOf = (launcher: Launcher | undefined, count: number): string[] =>
  launcher === undefined ? [process.execPath] : [launcher.command!, "-n", String(count), process.execPath];

export const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({ ...process.env, ...permissive, ...more });

/** What each rank said as a line of JSON, in the order of ranks. */
export function said(stdout: string): { rank: number; [name: string]: unknown }[] {
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as { rank: number }).sort((a, b) => a.rank - b.rank);
}

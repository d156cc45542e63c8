import { UnsupportedError } from "../errors.ts";
import type { Koffi } from "./koffi.ts";

/** The part of koffi that is used here. */
export interface LoadedLibrary {
  /** @returns the C function, called with numbers, typed arrays (as pointers) and addresses (bigint) */
  func(name: string, result: string, parameters: string[]): (...values: Value[]) => number;
  /** @returns the address of a global variable */
  symbol(name: string): bigint;
}
export type Value = number | bigint | ArrayBufferView | null;

/** The two families of MPI libraries that exist: each has its own binary interface. Intel MPI, MVAPICH and Cray MPI are of MPICH's. */
export type Family = "Open MPI" | "MPICH";

interface Candidates { readonly files: readonly string[]; readonly install: string }

const libraries: Readonly<Record<Family, Candidates>> = {
  "Open MPI": { files: ["libmpi.so.40"], install: "apt-get install openmpi-bin" },
  MPICH: { files: ["libmpich.so.12", "libmpi.so.12"], install: "apt-get install mpich" },
};

/**
 * Loads the MPI library into this process.
 *
 * @param family which one, as the launcher needs it
 * @param file   name or path of the library to load instead of the usual names of the family
 * @throws {UnsupportedError} when it cannot be loaded; the hint says what to install
 */
export function loadLibrary(koffi: Koffi, family: Family, file: string | undefined): { readonly library: LoadedLibrary; readonly family: Family } {
  const { files, install } = libraries[family];
  // Unless told otherwise UCX, below MPICH, patches functions of malloc in the running process to hear of freed memory. V8's threads call them
  // meanwhile: one process in forty died of it.
  process.env.UCX_MEM_EVENTS ??= "no";
  const problems: string[] = [];
  for (const name of file === undefined ? files : [file]) {
    try {
      // Open MPI's plug-ins look for its symbols among those of the process, hence global.
      const library = koffi.load(name, { global: true, lazy: true });
      return { library, family: familyOf(library) };
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const hint = `Install it, e.g. ${install}, or give the path of its library as SYNFIRE_MPI_LIBRARY.`;
  throw new UnsupportedError("mpi-library", `no library of ${family} can be loaded: ${problems.join("; ")}`, hint);
}

/** What a library is shows in its symbols, whatever its file is called. */
function familyOf(library: LoadedLibrary): Family {
  try {
    library.symbol("ompi_mpi_comm_world");
    return "Open MPI";
  } catch {
    return "MPICH";
  }
}

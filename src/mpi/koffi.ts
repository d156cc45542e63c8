import { UnsupportedError } from "../errors.ts";

export type Koffi = Awaited<ReturnType<typeof importKoffi>>;

/**
 * koffi calls C functions of shared libraries. It is an optional dependency, loaded when a process connects.
 * @throws {UnsupportedError} when it is not there
 */
export async function importKoffi() {
  try {
    return (await import("koffi")).default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnsupportedError("mpi-koffi", `MPI needs the package koffi, which cannot be loaded: ${reason}`, "Install it with npm install koffi.");
  }
}

/** What is found, and what is said when something is missing. */
import { afterEach, expect, test, vi } from "vitest";
import { underMpi } from "synfire/mpi";
import { launchers, ranks } from "./launchers.ts";

const connect = async (library?: string) => {
  vi.resetModules();
  const { connectMpi } = await import("synfire/mpi");
  return connectMpi(library === undefined ? {} : { library }).then(() => "connected", (error: Error) => `${error.name}: ${error.message}`);
};
afterEach(() => {
  vi.doUnmock("koffi");
  vi.unstubAllEnvs();
});

test("processes that mpirun, mpiexec or srun started are known as such", () => {
  for (const variable of ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK"]) expect(underMpi({ [variable]: "0" })).toBe(true);
  expect(underMpi({ PATH: "/usr/bin", SLURM_JOB_ID: "7" })).toBe(false);
});

test("without koffi, the error says how to install it", async () => {
  vi.doMock("koffi", () => {
    throw new Error("Cannot find package 'koffi'");
  });
  const message = /^UnsupportedError: MPI needs the package koffi, which cannot be loaded: .*\n {2}Install it with npm install koffi\.$/s;
  expect(await connect()).toMatch(message);
});

const [openMpi, mpich] = launchers;
test("without a library, the error says which one the launcher needs and how to install it", async () => {
  const message = (family: string, install: string) => new RegExp(
    `^UnsupportedError: no library of ${family} can be loaded: libnowhere\\.so: .*\n  Install it, e\\.g\\. apt-get install ${install}, or`,
  );
  expect(await connect("libnowhere.so")).toMatch(message("Open MPI", "openmpi-bin"));
  vi.stubEnv("PMI_SIZE", "2");
  expect(await connect("libnowhere.so")).toMatch(message("MPICH", "mpich"));
});

const skipped = openMpi!.skipped || mpich!.skipped;
test.skipIf(skipped)(`the launcher of one library with the other is refused, not run as so many single ranks${skipped}`, () => {
  const wrong = ranks(mpich, 2, ["exchange"], { SYNFIRE_MPI_LIBRARY: "libmpi.so.40" });
  expect(wrong.status).not.toBe(0);
  expect(wrong.stderr).toMatch(/PMI_SIZE says that the launcher is of MPICH, but the library is of Open MPI\n {2}Start with the mpirun of Open MPI/);
  const other = ranks(openMpi, 2, ["exchange"], { SYNFIRE_MPI_LIBRARY: "libmpich.so.12" });
  expect(other.stderr).toMatch(/OMPI_COMM_WORLD_SIZE says that the launcher is of Open MPI, but the library is of MPICH/);
});

test.skipIf(openMpi!.skipped)(`fewer ranks than the launcher speaks of are refused${openMpi!.skipped}`, () => {
  const { status, stderr } = ranks(undefined, 1, ["exchange"], { OMPI_COMM_WORLD_SIZE: "2" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/the launcher started 2 ranks \(OMPI_COMM_WORLD_SIZE\), but Open MPI [\d.]+ knows 1/);
});

import type { Family, LoadedLibrary, Value } from "./library.ts";

type Call = (...values: Value[]) => number;

/** The functions of MPI that are used here, with the handles that they take. Each returns an error code, 0 when it went well. */
export interface MpiFunctions {
  readonly handles: Handles;
  readonly init: Call;
  readonly initialized: Call;
  readonly finalized: Call;
  readonly finalize: Call;
  readonly abort: Call;
  readonly rank: Call;
  readonly size: Call;
  readonly errorHandler: Call;
  readonly errorText: Call;
  readonly version: Call;
  readonly barrier: Call;
  readonly broadcast: Call;
  readonly allgather: Call;
  readonly allgatherv: Call;
  readonly alltoall: Call;
  readonly alltoallv: Call;
  readonly allreduce: Call;
}

/** What a C program takes from mpi.h. */
export interface Handles {
  readonly world: number | bigint;
  readonly byte: number | bigint;
  readonly int32: number | bigint;
  readonly float64: number | bigint;
  readonly sum: number | bigint;
  readonly errorsReturn: number | bigint;
  /** MPI_IN_PLACE, an address that stands for "already there". */
  readonly inPlace: bigint;
}

/** `data` is a typed array or an address; `handle` is an int in MPICH and a pointer to a global variable in Open MPI. */
const signatures = {
  init: ["MPI_Init_thread", "data", "data", "int", "data"],
  initialized: ["MPI_Initialized", "data"],
  finalized: ["MPI_Finalized", "data"],
  finalize: ["MPI_Finalize"],
  abort: ["MPI_Abort", "handle", "int"],
  rank: ["MPI_Comm_rank", "handle", "data"],
  size: ["MPI_Comm_size", "handle", "data"],
  errorHandler: ["MPI_Comm_set_errhandler", "handle", "handle"],
  errorText: ["MPI_Error_string", "int", "data", "data"],
  version: ["MPI_Get_library_version", "data", "data"],
  barrier: ["MPI_Barrier", "handle"],
  broadcast: ["MPI_Bcast", "data", "int", "handle", "int", "handle"],
  allgather: ["MPI_Allgather", "data", "int", "handle", "data", "int", "handle", "handle"],
  allgatherv: ["MPI_Allgatherv", "data", "int", "handle", "data", "data", "data", "handle", "handle"],
  alltoall: ["MPI_Alltoall", "data", "int", "handle", "data", "int", "handle", "handle"],
  alltoallv: ["MPI_Alltoallv", "data", "data", "data", "handle", "data", "data", "data", "handle", "handle"],
  allreduce: ["MPI_Allreduce", "data", "data", "int", "handle", "handle", "handle"],
} as const satisfies Record<Exclude<keyof MpiFunctions, "handles">, readonly [string, ...("data" | "int" | "handle")[]]>;

export function bindFunctions(library: LoadedLibrary, family: Family): MpiFunctions {
  const types = { data: "void *", int: "int", handle: family === "MPICH" ? "int" : "void *" } as const;
  const bind = ([name, ...parameters]: readonly [string, ...(keyof typeof types)[]]): Call =>
    library.func(name, "int", parameters.map((parameter) => types[parameter]));
  const functions = Object.fromEntries(Object.entries(signatures).map(([name, signature]) => [name, bind(signature)]));
  return { ...(functions as unknown as Omit<MpiFunctions, "handles">), handles: family === "MPICH" ? mpich : openMpi(library) };
}

/**
 * Open MPI's handles are addresses of global variables.
 * @source Open MPI 4.1, mpi.h (OMPI_PREDEFINED_GLOBAL); the names are part of its binary interface since 1.3
 */
function openMpi(library: LoadedLibrary): Handles {
  const address = (name: string) => library.symbol(name);
  return {
    world: address("ompi_mpi_comm_world"),
    byte: address("ompi_mpi_byte"),
    int32: address("ompi_mpi_int"),
    float64: address("ompi_mpi_double"),
    sum: address("ompi_mpi_op_sum"),
    errorsReturn: address("ompi_mpi_errors_return"),
    inPlace: 1n,
  };
}

/**
 * MPICH's handles are numbers, the same in all libraries of its family.
 * @source MPICH 4.0, mpi.h; https://www.mpich.org/abi/
 */
const mpich: Handles = {
  world: 0x44000000,
  byte: 0x4c00010d,
  int32: 0x4c000405,
  float64: 0x4c00080b,
  sum: 0x58000003,
  errorsReturn: 0x54000001,
  inPlace: 0xffff_ffff_ffff_ffffn,
};

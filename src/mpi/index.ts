/** `synfire/mpi`: one network over several processes and machines, through the MPI library that is installed. Node only. */
export { connectMpi, underMpi } from "./connect.ts";
export type { ConnectOptions } from "./connect.ts";
export type { Communicator, Counts } from "../engine/communicator.ts";

export * from "synfire/mpi";

// The package as it is built, for programs that Node runs without vitest: see test/threads/built.mjs.
export * from "../../dist/src/mpi/index.js";

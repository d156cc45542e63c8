// The GPU of the package as it is built: see test/threads/built.mjs.
export * from "../../dist/src/backend/webgpu/gpu.js";

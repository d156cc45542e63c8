export * from "../../src/backend/webgpu/gpu.ts";

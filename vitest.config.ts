import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { filesOnGpu } from "./test/support/gpuTests.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Wherever the project imports `compile`, it gets the one that chooses the GPU. */
function compileOnGpu(): Plugin {
  const [plain, onGpu] = [here("src/engine/compile.ts"), here("test/support/compileOnGpu.ts")];
  return {
    name: "compile-on-gpu",
    enforce: "pre",
    async resolveId(source, importer) {
      if (importer === onGpu || !source.endsWith("/compile.ts")) return undefined;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      return resolved?.id === plain ? onGpu : undefined;
    },
  };
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^synfire$/, replacement: here("src/index.ts") },
      { find: /^synfire\/models$/, replacement: here("models/index.ts") },
      { find: /^synfire\/io$/, replacement: here("src/io/index.ts") },
      { find: /^synfire\/data$/, replacement: here("src/data/index.ts") },
      { find: /^synfire\/mpi$/, replacement: here("src/mpi/index.ts") },
      { find: /^synfire\/train$/, replacement: here("src/train/index.ts") },
      { find: /^synfire\/tensorflow$/, replacement: here("src/tensorflow/index.ts") },
      { find: /^synfire\/rate$/, replacement: here("src/rate/index.ts") },
    ],
  },
  test: {
    testTimeout: 60_000, maxWorkers: "100%", setupFiles: [here("test/support/sameCases.ts")],
    projects: [
      { extends: true, test: { name: "main", include: ["test/**/*.test.ts"] } },
      // The same tests once more, on the GPU.
      {
        extends: true,
        plugins: [compileOnGpu()],
        test: {
          name: "webgpu", include: [...filesOnGpu], testTimeout: 120_000,
          runner: here("test/support/gpuRunner.ts"), setupFiles: [here("test/support/sameCases.ts"), here("test/support/gpu.ts")],
        },
      },
    ],
  },
});

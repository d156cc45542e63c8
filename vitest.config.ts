import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^synfire$/, replacement: here("src/index.ts") },
      { find: /^synfire\/models$/, replacement: here("models/index.ts") },
      { find: /^synfire\/io$/, replacement: here("src/io/index.ts") },
      { find: /^synfire\/data$/, replacement: here("src/data/index.ts") },
      { find: /^synfire\/mpi$/, replacement: here("src/mpi/index.ts") },
      { find: /^synfire\/rate$/, replacement: here("src/rate/index.ts") },
    ],
  },
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000 },
});

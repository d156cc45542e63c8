import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** A page may share memory between threads only when it is served with these. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Relative addresses: the built page may lie in any folder of a server.
  base: "./",
  build: { outDir: fileURLToPath(new URL("../../out/browser", import.meta.url)), emptyOutDir: true },
  server: { headers },
  preview: { headers },
});

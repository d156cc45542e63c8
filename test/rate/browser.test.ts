import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { difference } from "./patterns.ts";
import { learnt } from "./browserProgram.ts";
import type { Learnt } from "./browserProgram.ts";

const browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const skipped = browser ? "" : " (skipped: apt-get install chromium)";

test.skipIf(!browser)(`in a browser every engine learns what plain JavaScript learns in Node${skipped}`, { retry: 1 }, async () => {
  const { outputFiles, warnings } = await build({
    stdin: { contents: `import { learnt } from "./browserProgram.ts"; window.answer = learnt();`, resolveDir: import.meta.dirname, loader: "ts" },
    tsconfig: join(import.meta.dirname, "../../tsconfig.json"), bundle: true, format: "esm", platform: "browser", target: "es2022", write: false,
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? outputFiles[0]!.text : `<!doctype html><meta charset="utf-8"><body><script type="module" src="page.js"></script></body>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const running = await chromium.launch({
    executablePath: browser!, args: ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
  });
  try {
    const page = await running.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    const found = await page.evaluate(() => (window as unknown as { answer: Promise<Learnt[]> }).answer);
    const plain = (await learnt()).find((l) => l.engine === "javascript")!;
    expect(found.map((l) => l.engine)).toEqual(["wasm", "webgpu", "javascript", "gpu.js-webgpu", "gpu.js-webasm", "gpu.js-cpu"]);
    for (const { engine, weights, problem } of found) {
      expect(problem, engine).toBe("");
      expect(difference(weights, plain.weights), engine).toBeLessThan(1e-5);
    }
  } finally {
    await running.close();
    server.close();
  }
});

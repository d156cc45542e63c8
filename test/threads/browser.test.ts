// Threads in a browser: in a page that is cross-origin isolated, on its main thread and in a worker of its own, and in one that is not.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { BuildOptions } from "esbuild";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { run } from "./browserThreads.ts";
import type { BrowserThreads } from "./browserThreads.ts";

const root = join(import.meta.dirname, "../..");
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const skipped = CHROMIUM ? "" : " (skipped: apt-get install chromium)";

const files = new Map<string, string>();
const report = (call: string) => `${call}.catch((e) => ({ error: String(e?.stack ?? e) }))
  .then((result) => fetch("/result", { method: "POST", body: JSON.stringify(result) }));`;
const programs: Readonly<Record<string, string>> = {
  "main.js": `import { run } from "./browserThreads.ts"; ${report("run(2)")}`,
  "outer.js": `new Worker("/inner.js", { type: "module" });`,
  "inner.js": `import { run } from "./browserThreads.ts"; ${report("run(2)")}`,
};

/** Each script is bundled by itself, and the threads' script, as any bundler makes it, lies beside them. */
async function bundle(contents: Pick<BuildOptions, "stdin" | "entryPoints">): Promise<string> {
  const { outputFiles, warnings } = await build({
    ...contents, absWorkingDir: root, tsconfig: join(root, "tsconfig.json"), bundle: true, format: "esm", platform: "browser", target: "es2022",
    write: false, logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  return outputFiles![0]!.text;
}

beforeAll(async () => {
  for (const [name, text] of Object.entries(programs))
    files.set(`/${name}`, await bundle({ stdin: { contents: text, resolveDir: import.meta.dirname, loader: "ts" } }));
  files.set("/worker.js", await bundle({ entryPoints: [join(root, "src/engine/threads/worker.ts")] }));
}, 60_000);

/** Opens a page that runs a script, and waits for what the script reports. */
async function open(script: string, { isolated = true, without = "" } = {}): Promise<BrowserThreads & { readonly error?: string }> {
  const headers = isolated ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" } : {};
  const folder = await mkdtemp(join(tmpdir(), "synfire-threads-"));
  let answer: (text: string) => void = () => {}, fail: (error: Error) => void = () => {};
  const answered = new Promise<string>((resolve, reject) => ([answer, fail] = [resolve, reject]));
  const server = createServer((request, response) => {
    const path = request.url!;
    if (path === "/result") {
      let body = "";
      request.on("data", (part) => (body += String(part))).on("end", () => { response.end(); answer(body); });
    } else if (path === "/") {
      response.writeHead(200, { ...headers, "content-type": "text/html" }).end(`<!doctype html><script type="module" src="/${script}"></script>`);
    } else if (files.has(path) && path !== without) response.writeHead(200, { ...headers, "content-type": "text/javascript" }).end(files.get(path));
    else response.writeHead(404, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${folder}`];
  const browser = spawn(CHROMIUM!, [...flags, `http://127.0.0.1:${port}/`], { stdio: "ignore" });
  const late = setTimeout(() => fail(new Error("the page reported nothing within a minute")), 60_000);
  const gone = new Promise((resolve) => browser.once("exit", resolve));
  onTestFinished(async () => {
    clearTimeout(late);
    browser.kill();
    await gone;
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  return JSON.parse(await answered) as BrowserThreads;
}

for (const [where, script] of [["on its main thread", "main.js"], ["in a worker", "outer.js"]] as const) {
  test.skipIf(!CHROMIUM)(`an isolated page simulates with two threads ${where} to Node's spikes and weights${skipped}`, { timeout: 90_000 },
    async () => {
    const here = await run(1);
    expect(here.spikes).toBeGreaterThan(500);
    expect(await open(script)).toEqual({ ...here, isolated: true, threads: 2 });
  });
}

test.skipIf(!CHROMIUM)(`a page that is not isolated simulates with one thread, and says why${skipped}`, { timeout: 90_000 }, async () => {
  const warning = "one thread instead of 2: the page is not cross-origin isolated " +
    "(headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)";
  expect(await open("main.js", { isolated: false })).toEqual({ ...(await run(1)), isolated: false, threads: 1, warnings: [warning] });
});

test.skipIf(!CHROMIUM)(`a page that lacks the threads' script is told where it looked for it${skipped}`, { timeout: 90_000 }, async () => {
  const { error } = await open("main.js", { without: "/worker.js" });
  expect(error).toMatch(/SimulationError: thread 1 of the simulation is gone: its script http:.*\/worker\.js could not be loaded/);
  expect(error).toMatch(/synfire\/worker/);
});

test("threads that start from the package's sources give the same spikes and weights in Node", async () => {
  expect(await run(2)).toEqual({ ...(await run(1)), threads: 2 });
});

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "./browserProgram.ts";
import type { BrowserResult } from "./browserProgram.ts";

const root = join(import.meta.dirname, "../..");
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfire-bundle-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bundles as someone does who knows nothing of Synfire: for the browser, with no settings beyond that. */
async function bundle(contents: string) {
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    absWorkingDir: root,
    tsconfig: join(root, "tsconfig.json"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.filter((i) => i.external));
  return { text: outputFiles[0]!.text, imports, warnings };
}

test("simulator and models bundle for the browser without any module of Node", async () => {
  const { imports, warnings } = await bundle(`export * from "synfire"; export * as models from "synfire/models";`);
  expect(imports).toEqual([]);
  expect(warnings).toEqual([]);
});

test.each(["io", "data"])("synfire/%s bundles for the browser and asks for Node's modules only when a file is touched", async (name) => {
  const { imports, warnings } = await bundle(`export * from "synfire/${name}";`);
  expect(imports.map(({ kind }) => kind)).toEqual(imports.map(() => "dynamic-import"));
  expect(imports.map(({ path }) => path).sort()).toEqual(["node:crypto", "node:fs/promises", "node:path"]);
  expect(warnings).toEqual([]);
});

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const skipped = CHROMIUM ? "" : " (skipped: apt-get install chromium)";
// The browser's virtual clock may run ahead of compiling on a busy machine, hence the second try.
test.skipIf(!CHROMIUM)(`the bundle simulates in a browser to Node's spike hash${skipped}`, { retry: 2 }, async () => {
  const { text } = await bundle(`
    import { run } from "./browserProgram.ts";
    const show = (key: string, value: unknown) => { document.body.dataset[key] = encodeURIComponent(JSON.stringify(value)); };
    run("spikes.csv").then((result) => show("result", result), (error) => show("error", String(error?.stack ?? error)));`);
  const page = join(folder, "page.html");
  const script = text.replaceAll("</script", "<\\/script");
  await writeFile(page, `<!doctype html><meta charset="utf-8"><body><script type="module">${script}</script></body>`);
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--virtual-time-budget=20000",
    `--user-data-dir=${join(folder, "profile")}`,
    "--dump-dom",
  ];
  const dom = execFileSync(CHROMIUM!, [...flags, `file://${page}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 50_000,
    maxBuffer: 1e8,
  });
  // The page's own text holds no such attribute: it is looked for in the opening tag only.
  const shown = (key: string) => /<body[^>]*>/.exec(dom)?.[0].match(new RegExp(`data-${key}="([^"]*)"`))?.[1];
  const error = shown("error");
  expect(error && decodeURIComponent(error)).toBeUndefined();
  const inBrowser = JSON.parse(decodeURIComponent(shown("result")!)) as BrowserResult;
  const here = await run(join(folder, "spikes.csv"));
  expect(here.spikes).toBeGreaterThan(1000);
  expect(inBrowser.spikeHash).toBe(here.spikeHash);
  expect(here).toMatchObject({ reread: here.spikes, svg: true, png: true, page: true, saved: "saved" });
  expect(inBrowser).toEqual({ ...here, saved: "this platform has no files" });
});

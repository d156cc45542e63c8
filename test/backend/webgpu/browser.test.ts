/** The device in a browser: the same errors as in Node, though its errors come from another process. */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const skipped = executablePath === undefined ? " (skipped: apt-get install chromium)" : "";

const program = `
import { findGpu, guarded, openGpu } from "./src/backend/webgpu/gpu.ts";
const told = (work) => work.then((value) => value, ({ code }) => code);
globalThis.errors = async () => {
  const gpu = await openGpu();
  const faulty = () => { gpu.device.createBuffer({ size: 4, usage: 0x81 }); };
  const later = async () => { await gpu.device.queue.onSubmittedWorkDone(); faulty(); };
  const result = { software: gpu.software, name: gpu.name };
  result.instant = await told(guarded(gpu, "work", faulty));
  result.later = await told(guarded(gpu, "work", later));
  faulty();
  result.outside = await told(guarded(gpu, "work", () => 1));
  result.next = await told(guarded(gpu, "work", () => 2));
  result.lost = await told(guarded(gpu, "work", () => gpu.device.destroy()));
  result.fresh = await told(guarded(await openGpu(), "work", () => 3));
  return result;
};
globalThis.absent = () => findGpu();`;

/** Opens the program as a page and calls one of its functions. */
async function inPage(call: string, flags: readonly string[]): Promise<unknown> {
  const stdin = { contents: program, resolveDir: root, loader: "ts" as const };
  const { outputFiles, warnings } = await build({ stdin, bundle: true, format: "esm", platform: "browser", target: "es2022", write: false });
  expect(warnings).toEqual([]);
  const server = createServer(({ url }, response) => {
    const script = url === "/page.js";
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ? outputFiles[0]!.text : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox", ...flags] });
  onTestFinished(async () => {
    await browser.close();
    server.close();
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return page.evaluate(`${call}()`);
}

test.skipIf(executablePath === undefined)(`a page's device throws the errors of its work, is lost and opened anew${skipped}`, async () => {
  expect(await inPage("errors", ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"])).toEqual({
    software: true, name: "Google SwiftShader",
    instant: "webgpu-validation", later: "webgpu-validation", outside: "webgpu-validation", next: 2, lost: "webgpu-lost", fresh: 3,
  });
});

test.skipIf(executablePath === undefined)(`a page whose browser blocks the GPU says how to unblock it${skipped}`, async () => {
  expect(await inPage("absent", ["--disable-gpu"])).toMatchObject({ hint: expect.stringContaining("hardware acceleration") as unknown });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import * as brunel from "../../models/networks/brunel.ts";
import * as izhikevichSparse from "../../models/networks/izhikevichSparse.ts";
import { gpuHere, gpuSkipped, noGpu } from "../support/gpu.ts";
import { browserSkipped, buildExample, choose, keepPicture, noBrowser, reach, remove, runFor, text, visit } from "./examplePage.ts";

let folder = "";
let warnings: readonly string[] = [];
beforeAll(async () => void ({ folder, warnings } = await buildExample()), 120_000);
afterAll(() => remove(folder));

const slow = { timeout: 180_000 };

async function hashInNode(scale: number, milliseconds: number, backend: "wasm" | "webgpu" = "wasm"): Promise<string> {
  const { build, settings } = izhikevichSparse;
  await using simulation = await compile(build({ ...settings, scale }), { dt: settings.dt, backend });
  await simulation.run(`${milliseconds} ms`);
  return simulation.report().spikeHash;
}

/** Pixels of a canvas that are not transparent, in a part of its width. */
const drawn = `(id, from, to) => {
  const canvas = document.getElementById(id), { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(Math.floor(from * width), 0, Math.max(1, Math.floor((to - from) * width)), height);
  return data.filter((alpha, k) => k % 4 === 3 && alpha > 0).length;
}`;

test("Vite builds the example without a warning", () => {
  expect(warnings).toEqual([]);
});

test.skipIf(noBrowser)(`100 000 neurons in the page spike as in Node, dot by dot in the raster${browserSkipped}`, slow, async () => {
  const { page, complaints } = await visit(folder);
  await choose(page, "network", "sparse100k");
  const { milliseconds, hash } = await runFor(page, 400);
  expect(milliseconds).toBeGreaterThanOrEqual(400);
  expect(hash).toBe(await hashInNode(1, milliseconds));
  // Two seconds are shown: it fills from the left.
  const end = milliseconds / 2000 + 0.01;
  expect(await page.evaluate(`(${drawn})("raster", 0, ${end})`)).toBeGreaterThan(500);
  expect(await page.evaluate(`(${drawn})("raster", ${end}, 1)`)).toBe(0);
  expect(await page.evaluate(`(${drawn})("rates", 0, 1)`)).toBeGreaterThan(500);
  expect(await text(page, "speed")).toMatch(/^[\d.]+ × real time$/);
  await keepPicture(page, "sparse100k");
  expect(complaints).toEqual([]);
});

test.skipIf(noBrowser)(`two threads in a narrow, dark page give Node's spikes${browserSkipped}`, slow, async () => {
  const { page, complaints } = await visit(folder, { width: 800, dark: true });
  await choose(page, "threads", "2");
  await page.selectOption("#pace", "Infinity");
  const { milliseconds, hash } = await runFor(page, 300);
  expect(await text(page, "engine")).toBe("WebAssembly, 2 threads");
  expect(hash).toBe(await hashInNode(0.1, milliseconds));
  await keepPicture(page, "threads-800-dark");
  expect(complaints).toEqual([]);
});

test.skipIf(noBrowser)(`Brunel's network in the page gives Node's spikes${browserSkipped}`, slow, async () => {
  const { page, complaints } = await visit(folder);
  await choose(page, "network", "brunel");
  const { milliseconds, hash } = await runFor(page, 50);
  await using simulation = await compile(brunel.build(brunel.settings), { dt: brunel.settings.dt });
  await simulation.run(`${milliseconds} ms`);
  expect(hash).toBe(simulation.report().spikeHash);
  await keepPicture(page, "brunel");
  expect(complaints).toEqual([]);
});

const why = browserSkipped || gpuSkipped;
test.skipIf(noBrowser || noGpu)(`WebGPU in the page gives Node's spikes, those of WebGPU and of WebAssembly${why}`, slow, async () => {
  const { page, complaints } = await visit(folder, { gpu: true });
  await choose(page, "network", "sparse1k");
  await choose(page, "backend", "webgpu");
  const { milliseconds, hash } = await runFor(page, 200);
  expect(await text(page, "engine")).toMatch(/^WebGPU, .*swiftshader/i);
  expect(await text(page, "command")).toContain("--backend webgpu");
  expect(hash).toBe(await hashInNode(0.01, milliseconds));
  // A card may round otherwise than the software driver, which is what the page has.
  if ((await gpuHere()).software) expect(hash).toBe(await hashInNode(0.01, milliseconds, "webgpu"));
  await keepPicture(page, "webgpu");
  expect(complaints).toEqual([]);
});

test.skipIf(noBrowser)(`keys run, pause and reset, and after a reset the same spikes come again${browserSkipped}`, slow, async () => {
  const { page, complaints } = await visit(folder);
  await choose(page, "network", "sparse1k");
  const once = await runFor(page, 100);
  expect(once.hash).toBe(await hashInNode(0.01, once.milliseconds));
  await page.keyboard.press("r");
  await page.waitForFunction(() => document.getElementById("time")!.textContent === "0 ms");
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("Space");
  await reach(page, "running");
  await page.waitForFunction(() => document.getElementById("time")!.textContent !== "0 ms");
  await page.keyboard.press("Space");
  await reach(page, "paused");
  const [, milliseconds] = /--duration "([\d.]+) ms"/.exec(await text(page, "command"))!;
  expect(await text(page, "hash")).toBe(await hashInNode(0.01, Number(milliseconds)));
  expect(complaints).toEqual([]);
});

test.skipIf(noBrowser)(`a network that is chosen while another runs runs from its own beginning${browserSkipped}`, slow, async () => {
  const { page, complaints } = await visit(folder);
  await page.click("#run");
  await reach(page, "running");
  await page.selectOption("#network", "sparse1k");
  await page.waitForFunction(() => document.getElementById("size")!.textContent!.startsWith("1\u202f000 "));
  await reach(page, "running");
  await page.click("#run");
  await reach(page, "paused");
  const [, milliseconds] = /scale=0.01 --duration "([\d.]+) ms"/.exec(await text(page, "command"))!;
  expect(await text(page, "hash")).toBe(await hashInNode(0.01, Number(milliseconds)));
  expect(complaints).toEqual([]);
});

test.skipIf(noBrowser)(`neither 800 nor 1400 pixels are too narrow for the page${browserSkipped}`, slow, async () => {
  const { page } = await visit(folder);
  for (const width of [800, 1400]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.waitForFunction(() => {
      const canvas = document.getElementById("raster") as HTMLCanvasElement;
      return canvas.width === Math.round(canvas.clientWidth * devicePixelRatio);
    });
  }
});

test.skipIf(noBrowser)(`a page without isolation and without a graphics adapter says what it lacks, and runs${browserSkipped}`, slow, async () => {
  const { page, complaints } = await visit(folder, { isolated: false });
  expect(await text(page, "notes")).toMatch(/WebGPU: .+\. Threads: the page is not cross-origin isolated/);
  expect(await page.isDisabled("#threads")).toBe(true);
  expect(await page.isDisabled("#backend option[value=webgpu]")).toBe(true);
  const { milliseconds, hash } = await runFor(page, 20);
  expect(hash).toBe(await hashInNode(0.1, milliseconds));
  expect(complaints).toEqual([]);
});

test.skipIf(noBrowser)(`an error is shown with its hint, and one thread then works${browserSkipped}`, slow, async () => {
  const { page, complaints } = await visit(folder, { without: /worker-/, expected: /Failed to load resource.*404/ });
  await page.selectOption("#threads", "2");
  await reach(page, "failed");
  expect(await text(page, "error")).toMatch(/^SimulationError: thread 1 of the simulation is gone: .*could not be loaded.*with fewer threads/s);
  await keepPicture(page, "error");
  await choose(page, "threads", "1");
  expect(await page.isHidden("#error")).toBe(true);
  const { milliseconds, hash } = await runFor(page, 20);
  expect(hash).toBe(await hashInNode(0.1, milliseconds));
  expect(complaints).toEqual([]);
});

/** The example of examples/browser as a visitor meets it: built, served as plain files, and open in a browser. */
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { build, createLogger } from "vite";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../..");
export const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
/** Goes behind the titles of tests that need a browser. */
export const browserSkipped = browserPath ? "" : " (skipped: apt-get install chromium)";
export const noBrowser = !browserPath;

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const calm = [
  "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-first-run",
  "--no-pings", "--no-default-browser-check",
];
const softwareGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Builds the example as its script does. */
export async function buildExample(): Promise<{ readonly folder: string; readonly warnings: readonly string[] }> {
  if (!existsSync(join(root, "dist/src/index.js"))) throw new Error("the package is not built: npm run build");
  const folder = await mkdtemp(join(tmpdir(), "synfire-example-"));
  const warnings: string[] = [];
  const logger = createLogger("silent");
  // A slow machine is told which of Vite's plug-ins took long.
  logger.warn = logger.warnOnce = (text) => void (text.includes("[PLUGIN_TIMINGS]") || warnings.push(text));
  logger.error = (text) => warnings.push(text);
  await build({ configFile: join(root, "examples/browser/vite.config.ts"), build: { outDir: folder }, customLogger: logger, logLevel: "warn" });
  return { folder, warnings };
}

export interface Visit {
  readonly isolated?: boolean;
  readonly gpu?: boolean;
  readonly width?: number;
  readonly dark?: boolean;
  /** Files that the server does not find. */
  readonly without?: RegExp;
  /** What the console says may match this. */
  readonly expected?: RegExp;
}

/** Opens the page and waits until its first network is there. `complaints` holds what its console and its errors said; the test looks at it. */
export async function visit(folder: string, { isolated = true, gpu = false, width = 1400, dark = false, without, expected }: Visit = {}) {
  const server = await serve(folder, isolated, without);
  const browser = await chromium.launch({ executablePath: browserPath!, args: [...calm, ...(gpu ? softwareGpu : [])] });
  onTestFinished(() => leave(browser, server));
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light" });
  const complaints: string[] = [];
  const note = (text: string) => void (expected?.test(text) || complaints.push(text));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && note(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => note(String(error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await reach(page, "paused");
  return { page, complaints };
}

/** Waits for a state of the page. An error that it shows instead is thrown. */
export async function reach(page: Page, state: "running" | "paused" | "failed"): Promise<void> {
  const now = () => page.evaluate(() => document.documentElement.dataset.state);
  await page.waitForFunction((wanted) => [wanted, "failed"].includes(document.documentElement.dataset.state!), state, { timeout: 60_000 });
  if (state !== "failed" && (await now()) === "failed") throw new Error(`the page shows: ${await text(page, "error")}`);
}

/** Chooses one of a control's options, and waits for the new network. */
export async function choose(page: Page, control: "network" | "backend" | "threads", option: string): Promise<void> {
  await page.selectOption(`#${control}`, option);
  await reach(page, "paused");
}

export const text = async (page: Page, id: string): Promise<string> => (await page.textContent(`#${id}`))!;

/** Runs until so many milliseconds or more were simulated. Returns how many, and the hash of their spikes. */
export async function runFor(page: Page, milliseconds: number): Promise<{ readonly milliseconds: number; readonly hash: string }> {
  await page.click("#run");
  await reach(page, "running");
  await page.waitForFunction((least) => {
    const [number, unit] = document.getElementById("time")!.textContent!.split(" ");
    return Number(number) * (unit === "s" ? 1000 : 1) >= least;
  }, milliseconds, { timeout: 120_000 });
  await page.click("#run");
  await reach(page, "paused");
  const [, simulated] = /--duration "([\d.]+) ms"/.exec(await text(page, "command"))!;
  return { milliseconds: Number(simulated), hash: await text(page, "hash") };
}

/** Keeps a picture of the page for people, in out/browser-tests. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = join(root, "out/browser-tests");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

async function leave(browser: Browser, server: Server): Promise<void> {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

async function serve(folder: string, isolated: boolean, without: RegExp | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    const file = join(folder, path === "/" ? "index.html" : path);
    const headers = isolated ? isolation : {};
    if (!existsSync(file) || without?.test(path)) return void response.writeHead(404, headers).end();
    response.writeHead(200, { ...headers, "content-type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

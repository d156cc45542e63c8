/** The GPU for tests: a card's driver where there is one, else the software driver that Debian's package chromium carries. */
import { existsSync, readdirSync } from "node:fs";
import { afterEach } from "vitest";
import { findGpu, guarded } from "../../src/backend/webgpu/gpu.ts";
import type { Gpu } from "../../src/backend/webgpu/gpu.ts";

const driverFolders = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
const softwareDriver = "/usr/lib/chromium/vk_swiftshader_icd.json";

const hasDriver = driverFolders.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => file.endsWith(".json")));
if (process.platform === "linux" && !hasDriver && existsSync(softwareDriver)) process.env.VK_ICD_FILENAMES ??= softwareDriver;

const found = await findGpu();

/** True where tests have no GPU, for `describe.skipIf(noGpu)`. */
export const noGpu = !("gpu" in found);

/** Goes behind the titles of tests that need a GPU: empty, or why they are skipped and what installs it. */
export const gpuSkipped = "gpu" in found ? "" : ` (skipped: apt-get install -y chromium libvulkan1: ${found.reason})`;

/** The GPU; a fresh one after a test has lost it. */
export async function gpuHere(): Promise<Gpu> {
  const now = await findGpu();
  if ("gpu" in now) return now.gpu;
  throw new Error(now.reason);
}

// What no scope caught fails the test that caused it, in every file that imports this.
afterEach(async () => {
  if (!noGpu) await guarded(await gpuHere(), "what the test did", () => undefined);
});

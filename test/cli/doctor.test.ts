/** What `synfire doctor` says of the GPU. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/cli/doctor.ts";
import type { GpuRecord } from "../../src/cli/doctorGpu.ts";
import { gpuSkipped, noGpu } from "../support/gpu.ts";
import { built, folderWith } from "./synfire.ts";

interface Report { readonly findings: readonly Finding[]; readonly gpu: GpuRecord | null }

function doctor(environment: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [built(), "doctor", "--json"], { cwd: folderWith(), encoding: "utf8", env });
  return { status, report: JSON.parse(stdout) as Report, text: stderr };
}

describe.skipIf(noGpu)(`doctor on a machine with a GPU or a software driver${gpuSkipped}`, () => {
  test("names it, measures it and ends by itself", () => {
    const { status, report: { findings, gpu }, text } = doctor();
    expect(status).toBe(0);
    expect(findings.filter(({ what }) => what.startsWith("GPU")).map(({ what, ok }) => [what, ok])).toEqual(
      [["GPU", true], ["GPU limits", true], ["GPU features", true], ["GPU speed", true]],
    );
    expect(findings.find(({ what }) => what === "GPU")?.found).toContain(gpu?.name);
    expect(gpu?.limits["maxStorageBufferBindingSize"]).toBeGreaterThanOrEqual(128 * 1024 ** 2);
    expect(gpu?.speed?.dispatch).toBeGreaterThan(0);
    // Nothing hears of its end sooner than a nanosecond after it was handed over, or moves more than a petabyte a second.
    expect(gpu?.speed?.submit).toBeGreaterThan(1e-9);
    expect(gpu?.speed?.bandwidth).toBeLessThan(1e15);
    expect(text).toMatch(/^ok +GPU speed +[\d.\u202f]+ µs a kernel, [\d.\u202f]+ µs a round trip, copies [\d.\u202f]+ [MG]B\/s$/m);
  });
});

// Only the Vulkan loader of Linux can be told to find no driver.
test.skipIf(process.platform !== "linux")("doctor says that a GPU is absent, what to install, and that nothing needed is missing", () => {
  const { status, report: { findings, gpu }, text } = doctor({ VK_ICD_FILENAMES: "nowhere.json" });
  expect(status).toBe(0);
  expect(gpu).toBeNull();
  expect(findings.filter(({ what }) => what.startsWith("GPU"))).toMatchObject([{ ok: false, needed: false }]);
  expect(text).toMatch(/^absent +GPU +no: /m);
  expect(text).toMatch(/^GPU: .*(?:apt-get install|npm i)/m);
});

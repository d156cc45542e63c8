/** Where WebGPU comes from, and what is said where it is missing, each with what to do about it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { transformSync } from "esbuild";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { adapterName, isSoftware } from "../../../src/backend/webgpu/adapter.ts";
import { findGpu, openGpu } from "../../../src/backend/webgpu/gpu.ts";

const pin = Symbol.for("synfire.webgpu");
const world = globalThis as { [pin]?: unknown };
const pinned = world[pin];

beforeEach(() => { delete world[pin]; });

afterEach(() => {
  vi.unstubAllGlobals();
  world[pin] = pinned;
});

/** A stand-in for WebGPU that finds this adapter. */
const finding = (adapter: unknown) => ({ requestAdapter: () => Promise.resolve(adapter) });

const info = { vendor: "nvidia", architecture: "hopper", device: "nvidia-h200", description: "570.0", isFallbackAdapter: false };

/** An adapter that grants a device whose limits and features are what was asked for. */
function adapterOf(requests: GPUDeviceDescriptor[] = []) {
  const limits = { maxBufferSize: 4e9, maxStorageBufferBindingSize: 2e9, maxStorageBuffersPerShaderStage: 16, maxTextureDimension1D: 1 };
  return {
    info, limits, features: new Set(["timestamp-query", "depth-clip-control"]),
    requestDevice: (request: GPUDeviceDescriptor) => {
      requests.push(request);
      return Promise.resolve({ lost: new Promise(() => {}), limits: request.requiredLimits, features: new Set(request.requiredFeatures) });
    },
  };
}

test("a WebGPU that is there is used, and no package loaded in its place", async () => {
  vi.stubGlobal("navigator", { gpu: finding(adapterOf()) });
  expect(await findGpu()).toMatchObject({ gpu: { name: "NVIDIA H200", software: false, timestamps: true } });
  expect(world[pin]).toBeUndefined();
});

test("of an adapter its own limits are asked for and the features that help, no others", async () => {
  const requests: GPUDeviceDescriptor[] = [];
  vi.stubGlobal("navigator", { gpu: finding(adapterOf(requests)) });
  await openGpu();
  expect(requests).toHaveLength(1);
  expect(requests[0]!.requiredFeatures).toEqual(["timestamp-query"]);
  expect(requests[0]!.requiredLimits).toMatchObject({ maxBufferSize: 4e9, maxStorageBufferBindingSize: 2e9, maxStorageBuffersPerShaderStage: 16 });
  expect(requests[0]!.requiredLimits).not.toHaveProperty("maxTextureDimension1D");
});

test("without an adapter the hint names Vulkan's loader and the software driver, and the next call looks again", async () => {
  let adapter: unknown = null;
  vi.stubGlobal("navigator", { gpu: { requestAdapter: () => Promise.resolve(adapter) } });
  await expect(openGpu()).rejects.toThrow(
    /^there is no GPU to run on: WebGPU finds neither a card .*\n {2}.*apt-get install libvulkan1.*VK_ICD_FILENAMES=\S+swiftshader_icd\.json\.$/,
  );
  await expect(openGpu()).rejects.toMatchObject({ name: "UnsupportedError", code: "webgpu" });
  adapter = adapterOf();
  expect((await openGpu()).name).toBe("NVIDIA H200");
});

test("a driver that refuses a device is quoted", async () => {
  const requestDevice = () => Promise.reject(new Error("out of queues\nat Device.cpp"));
  vi.stubGlobal("navigator", { gpu: finding({ ...adapterOf(), requestDevice }) });
  expect(await findGpu()).toMatchObject({ reason: "the driver refused a device: out of queues", hint: expect.stringContaining("driver") as unknown });
});

/** What a fresh Node says of a folder that holds these files beside the provider. */
function missingIn(files: Readonly<Record<string, string>>): unknown {
  const folder = mkdtempSync(join(tmpdir(), "synfire-webgpu-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const source = readFileSync(new URL("../../../src/backend/webgpu/provider.ts", import.meta.url), "utf8");
  const provider = transformSync(source, { loader: "ts", format: "esm" }).code;
  for (const [name, text] of Object.entries({ ...files, "provider.mjs": provider })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const program = 'import { provideWebGpu } from "./provider.mjs"; console.log(JSON.stringify(await provideWebGpu()));';
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

test("a package that is not installed is asked for", () => {
  // A folder without its script, so that no package of a folder above is found instead.
  expect(missingIn({ "node_modules/webgpu/package.json": "{}" })).toEqual({
    reason: "the package webgpu, which brings WebGPU to Node.js, is not installed",
    hint: "npm i webgpu@0.6.2.",
  });
});

test("a package that cannot be loaded is quoted, and the release that can is named", () => {
  const text = 'throw Object.assign(new Error("version `GLIBCXX_3.4.32\' not found\\nrequired by dawn.node"), { code: "ERR_DLOPEN_FAILED" });';
  expect(missingIn({ "node_modules/webgpu/index.js": text })).toEqual({
    reason: "the package webgpu cannot be loaded: version `GLIBCXX_3.4.32' not found",
    hint: expect.stringContaining("npm i webgpu@0.6.2: ") as unknown,
  });
});

test("a browser without WebGPU, and a page that may not see it, are told apart", async () => {
  const { process } = globalThis;
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("process", Object.create(process, { versions: { value: {} } }));
  expect(await findGpu()).toMatchObject({ reason: "this browser has no WebGPU" });
  vi.stubGlobal("isSecureContext", false);
  expect(await findGpu()).toMatchObject({ hint: "Serve it over https, or from localhost." });
});

test("adapters are named as people write them", () => {
  expect(adapterName(info)).toBe("NVIDIA H200");
  expect(adapterName({ vendor: "apple", architecture: "metal-3", device: "", description: "" })).toBe("Apple Metal 3");
  expect(adapterName({ vendor: "", architecture: "", device: "", description: "" })).toBe("unnamed GPU");
});

test("software drivers are known by name where the adapter does not say that it is one", () => {
  const adapter = (architecture: string, description: string) => ({ info: { ...info, architecture, description } }) as unknown as GPUAdapter;
  expect([adapter("swiftshader", ""), adapter("", "llvmpipe (LLVM 15.0.6)")].map(isSoftware)).toEqual([true, true]);
  expect(isSoftware(adapter("hopper", "570.0"))).toBe(false);
});

/** The GPU: one device of WebGPU for all of this process or page. */
import { UnsupportedError } from "../../errors.ts";
import { adapterName, deviceRequest, isSoftware } from "./adapter.ts";
import type { AdapterInfo } from "./adapter.ts";
import { listen } from "./guarded.ts";
import { adapterHint, provideWebGpu } from "./provider.ts";
import type { Missing } from "./provider.ts";

export { guarded } from "./guarded.ts";

export interface Gpu {
  readonly device: GPUDevice;
  /** For people: "NVIDIA H200", "SwiftShader Device Subzero". */
  readonly name: string;
  readonly info: AdapterInfo;
  /** Runs on the processor (SwiftShader, lavapipe, WARP): correct but not fast. */
  readonly software: boolean;
  readonly limits: GPUSupportedLimits;
  /** timestamp-query was granted. */
  readonly timestamps: boolean;
  /** Why the device was lost, once it is. */
  readonly lost: { readonly reason: string } | undefined;
}

/** The device of each entry point of WebGPU (a process or page has one) until it is lost. */
const opened = new WeakMap<GPU, Promise<{ readonly gpu: Gpu } | Missing>>();

/**
 * Opens the GPU, once for this process or page; later calls get the same device until it is lost, then a fresh one. A real GPU is preferred to a
 * software driver. Its limits are the adapter's own.
 *
 * @throws {UnsupportedError} code "webgpu", with what is missing and the line that installs it
 */
export async function openGpu(): Promise<Gpu> {
  const found = await findGpu();
  if ("gpu" in found) return found.gpu;
  throw new UnsupportedError("webgpu", `there is no GPU to run on: ${found.reason}`, found.hint);
}

/** `openGpu`'s answer, or the reason why there is none. It never throws. */
export async function findGpu(): Promise<{ readonly gpu: Gpu } | Missing> {
  const provided = await provideWebGpu();
  if (!("webgpu" in provided)) return provided;
  const { webgpu } = provided;
  const before = opened.get(webgpu);
  if (before !== undefined) return before;
  const opening = request(webgpu, () => opened.delete(webgpu));
  opened.set(webgpu, opening);
  return opening;
}

/** `forget` is called when there is no device, and when it is lost: the next call looks again. */
async function request(webgpu: GPU, forget: () => void): Promise<{ readonly gpu: Gpu } | Missing> {
  try {
    const adapter = await webgpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter !== null) return { gpu: gpuOf(adapter, await adapter.requestDevice(deviceRequest(adapter)), forget) };
    forget();
    return { reason: "WebGPU finds neither a card with its driver nor a software driver", hint: adapterHint() };
  } catch (error) {
    forget();
    const problem = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    return { reason: `the driver refused a device: ${problem}`, hint: `Update its driver, or end what else uses the card. ${adapterHint()}` };
  }
}

function gpuOf(adapter: GPUAdapter, device: GPUDevice, forget: () => void): Gpu {
  const { vendor, architecture, device: model, description } = adapter.info;
  const info: AdapterInfo = { vendor, architecture, device: model, description };
  let lost: { readonly reason: string } | undefined;
  void device.lost.then(({ reason, message }) => {
    lost = { reason: [reason, message].filter((part) => part !== "" && part !== "unknown").join(": ") || "its driver does not say why" };
    forget();
  });
  listen(device);
  return {
    device, info,
    name: adapterName(info),
    software: isSoftware(adapter),
    limits: device.limits,
    timestamps: device.features.has("timestamp-query"),
    get lost() { return lost; },
  };
}

/** The optional package gpu.js, loaded when first needed, and the part of it that is used here. */
import { provideWebGpu } from "../../backend/webgpu/provider.ts";

export const gpuJsModes = ["webgpu", "webasm", "cpu"] as const;
export type GpuJsMode = (typeof gpuJsModes)[number];

/** An array that kernels take and give: rows of numbers, or one that stays on the GPU. */
export type GpuJsValue =
  | Float32Array
  | readonly Float32Array[]
  | { readonly toArray: () => Promise<GpuJsValue>; readonly delete: () => void }
  | { readonly size: ArrayLike<number> };

export interface GpuJsKernel {
  (...values: readonly (GpuJsValue | number)[]): GpuJsValue | undefined | Promise<GpuJsValue | undefined>;
  readonly destroy: () => void;
}

export interface GpuJsKernelOptions {
  readonly output: readonly number[];
  readonly precision: "single";
  readonly pipeline?: boolean;
  readonly immutable?: boolean;
  readonly loopMaxIterations?: number;
  readonly functions?: readonly { readonly name: string; readonly source: string; readonly settings: object }[];
}

export interface GpuJs {
  readonly createKernel: (source: string, options: GpuJsKernelOptions) => GpuJsKernel;
  readonly destroy: () => Promise<void>;
}

export interface GpuJsPackage {
  readonly GPU: { new (options: { readonly mode: GpuJsMode }): GpuJs; readonly isWebAssemblySupported: boolean };
  readonly input: (values: Float32Array, size: readonly [number, number]) => GpuJsValue;
}

/** The package, or why it cannot be used. */
export async function loadGpuJs(): Promise<{ readonly gpuJs: GpuJsPackage } | { readonly problem: string }> {
  try {
    // The package's own types say of most values that they may be anything.
    const loaded = (await import("gpu.js")) as unknown as Partial<GpuJsPackage> & { readonly default?: GpuJsPackage };
    const gpuJs = (loaded.GPU ? loaded : loaded.default) as GpuJsPackage;
    return { gpuJs };
  } catch (error) {
    const absent = (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
    if (absent) return { problem: "the package gpu.js is not installed (npm i gpu.js@2.24.1)" };
    return { problem: `the package gpu.js cannot be loaded: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]!}` };
  }
}

/** gpu.js finds WebGPU as browsers offer it: as `navigator.gpu`. In Node that is set here, unless somebody did. Returns why there is none. */
export async function offerWebGpu(): Promise<string | undefined> {
  const provided = await provideWebGpu();
  if (!("webgpu" in provided)) return provided.reason;
  const world = globalThis as { navigator?: { gpu?: GPU } };
  if (world.navigator === undefined) Object.defineProperty(world, "navigator", { value: {}, configurable: true, writable: true });
  if (world.navigator?.gpu === undefined) Object.defineProperty(world.navigator, "gpu", { value: provided.webgpu, configurable: true });
  const adapter = await provided.webgpu.requestAdapter();
  return adapter ? undefined : "WebGPU finds no adapter";
}

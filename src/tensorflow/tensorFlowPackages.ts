/** Which packages of TensorFlow.js there are, in the order in which they are wanted, and how each is loaded. */
import { isSoftware } from "../backend/webgpu/adapter.ts";
import { provideWebGpu } from "../backend/webgpu/provider.ts";

export type TensorFlow = typeof import("@tensorflow/tfjs");

/** Packages with a device of their own, then back-ends of the package `@tensorflow/tfjs`. */
export const tensorFlowChoices = ["tfjs-node-gpu", "tfjs-node", "webgpu", "wasm", "cpu"] as const;
export type TensorFlowChoice = (typeof tensorFlowChoices)[number];

/** Imports a package by name; throws as `import()` does where it is not installed. */
export type Resolver = (specifier: string) => Promise<unknown>;

/** What loading depends on; tests put in their own. */
export interface LoadingWorld {
  readonly resolve: Resolver;
  /** Whether there is a GPU to run on; makes it known to TensorFlow.js as `navigator.gpu`. */
  readonly offerGpu: () => Promise<OfferedGpu>;
  readonly inNode: boolean;
  /** Where the browser finds the `.wasm` files of the package tfjs-backend-wasm. */
  readonly wasmPaths?: string;
}

export type OfferedGpu = { readonly ok: true; readonly software: boolean } | { readonly ok: false; readonly reason: string };

/** The packages a choice needs and the name of its back-end. */
const packagesOf: Readonly<Record<TensorFlowChoice, { readonly main: string; readonly extra?: string; readonly backend: string }>> = {
  "tfjs-node-gpu": { main: "@tensorflow/tfjs-node-gpu", backend: "tensorflow" },
  "tfjs-node": { main: "@tensorflow/tfjs-node", backend: "tensorflow" },
  webgpu: { main: "@tensorflow/tfjs", extra: "@tensorflow/tfjs-backend-webgpu", backend: "webgpu" },
  wasm: { main: "@tensorflow/tfjs", extra: "@tensorflow/tfjs-backend-wasm", backend: "wasm" },
  cpu: { main: "@tensorflow/tfjs", backend: "cpu" },
};

/** One choice, loaded and made the current back-end; or why that is not possible here. */
export async function tryChoice(
  choice: TensorFlowChoice, world: LoadingWorld, asked: boolean,
): Promise<{ readonly tf: TensorFlow } | { readonly problem: string }> {
  const { main, extra, backend } = packagesOf[choice];
  if (backend === "tensorflow" && !world.inNode) return { problem: "runs in Node.js alone" };
  if (choice === "webgpu") {
    const gpu = await world.offerGpu();
    if (!gpu.ok) return { problem: gpu.reason };
    if (gpu.software && !asked) return { problem: "the only driver of WebGPU is a software driver, slower than wasm" };
  }
  for (const name of extra === undefined ? [main] : [main, extra]) {
    const loaded = await load(name, world.resolve);
    if ("problem" in loaded) return loaded;
    if (name === main && extra === undefined) return activated(loaded.module as TensorFlow, backend);
    if (name === extra && choice === "wasm" && world.wasmPaths !== undefined) {
      (loaded.module as { readonly setWasmPaths: (paths: string) => void }).setWasmPaths(world.wasmPaths);
    }
  }
  return activated((await world.resolve(main)) as TensorFlow, backend);
}

async function load(name: string, resolve: Resolver): Promise<{ readonly module: unknown } | { readonly problem: string }> {
  try {
    return { module: await resolve(name) };
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    const first = String(message ?? error).split("\n")[0]!;
    const absent = (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") && first.includes(name);
    return { problem: absent ? `the package ${name} is not installed` : `the package ${name} cannot be loaded: ${first}` };
  }
}

async function activated(tf: TensorFlow, backend: string): Promise<{ readonly tf: TensorFlow } | { readonly problem: string }> {
  try {
    if (await tf.setBackend(backend)) {
      await tf.ready();
      return { tf };
    }
    return { problem: `its back-end ${backend} did not start` };
  } catch (error) {
    return { problem: `its back-end ${backend} did not start: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]!}` };
  }
}

/** This process or page. */
export function worldHere(wasmPaths?: string): LoadingWorld {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
  return { resolve: importPackage, offerGpu, inNode: process?.versions?.node !== undefined, ...(wasmPaths === undefined ? {} : { wasmPaths }) };
}

/** Bundlers follow the literal ones; the packages with native code are Node's alone. */
async function importPackage(specifier: string): Promise<unknown> {
  switch (specifier) {
    case "@tensorflow/tfjs": return import("@tensorflow/tfjs");
    case "@tensorflow/tfjs-backend-wasm": return import("@tensorflow/tfjs-backend-wasm");
    case "@tensorflow/tfjs-backend-webgpu": return import("@tensorflow/tfjs-backend-webgpu");
    default: return import(/* @vite-ignore */ specifier);
  }
}

/** TensorFlow.js finds WebGPU as browsers offer it, as `navigator.gpu`, when its package is imported. In Node that is set here. */
async function offerGpu(): Promise<OfferedGpu> {
  const provided = await provideWebGpu();
  if (!("webgpu" in provided)) return { ok: false, reason: provided.reason };
  const adapter = await provided.webgpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return { ok: false, reason: "WebGPU finds neither a card with its driver nor a software driver" };
  const world = globalThis as { navigator?: { gpu?: GPU } };
  if (world.navigator === undefined) Object.defineProperty(world, "navigator", { value: {}, configurable: true, writable: true });
  if (world.navigator?.gpu === undefined) Object.defineProperty(world.navigator, "gpu", { value: provided.webgpu, configurable: true });
  return { ok: true, software: isSoftware(adapter) };
}

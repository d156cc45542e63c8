/** What there is to choose from: networks, and what this browser offers beyond one thread of WebAssembly. */
import type { Platform } from "./messages.ts";
import { networks } from "./networks.ts";
import type { NetworkName } from "./networks.ts";

/** More threads than these help no network of this page. */
const mostThreads = 16;

export async function findPlatform(): Promise<Platform> {
  const names = Object.keys(networks) as NetworkName[];
  return { networks: names.map((name) => ({ name, label: networks[name].label })), gpu: await findGpu(), threads: findThreads() };
}

/** Name of the graphics adapter that a back-end gets. */
export async function gpuName(): Promise<string> {
  const gpu = await findGpu();
  return "name" in gpu ? gpu.name : gpu.reason;
}

async function findGpu(): Promise<Platform["gpu"]> {
  if (!("gpu" in navigator)) return { reason: "this browser has no navigator.gpu (Chrome, Edge, Safari 26 and Firefox 141 have it)" };
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return { reason: "the browser found no graphics adapter for it" };
  const { description, vendor, architecture } = adapter.info;
  const words = description || [vendor, architecture].filter(Boolean).join(" ");
  return { name: words || "an adapter without a name" };
}

function findThreads(): Platform["threads"] {
  if (!crossOriginIsolated)
    return { reason: "the page is not cross-origin isolated (its server has to send Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy)" };
  return { most: Math.min(mostThreads, navigator.hardwareConcurrency) };
}

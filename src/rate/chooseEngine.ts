/** Which engine runs the layers: the one asked for, or the fastest by what was measured. */
import { ArgumentError, didYouMean, UnsupportedError } from "../errors.ts";
import { findGpu } from "../backend/webgpu/gpu.ts";
import { gpuJsEngine } from "./engines/gpuJs.ts";
import { gpuJsModes, loadGpuJs, offerWebGpu } from "./engines/gpuJsPackage.ts";
import type { GpuJsMode } from "./engines/gpuJsPackage.ts";
import { javascriptEngine } from "./engines/javascript.ts";
import { wasmEngine } from "./engines/wasm.ts";
import { webGpuEngine } from "./engines/webGpu.ts";
import { rateEngines } from "./matrix.ts";
import type { Engine, RateEngine, RatePrecision } from "./matrix.ts";

/**
 * `auto`: the fastest. `gpu.js`: gpu.js in the first of its modes that is here (WebGPU on a graphics card, WebAssembly, CPU), plain JavaScript where
 * it is not installed. Others: that one or an error.
 */
export type EngineChoice = "auto" | "gpu.js" | RateEngine;

export interface ChosenEngine {
  readonly engine: Engine;
  /** Why it is this one, for people. */
  readonly reason: string;
}

/** @throws {ArgumentError} for a name that is none, and f64 where an engine computes in f32 alone */
export function checkChoice(choice: EngineChoice, precision: RatePrecision): void {
  const known = ["auto", "gpu.js", ...rateEngines];
  if (!known.includes(choice)) {
    const near = didYouMean(choice, known);
    const hint = near ? `Did you mean "${near}"?` : `Use one of ${known.join(", ")}.`;
    throw new ArgumentError("engine", `rate layers: there is no engine "${choice}"`, hint);
  }
  if (precision !== "f32" && precision !== "f64") {
    throw new ArgumentError("precision", `rate layers: precision "${String(precision)}" is neither "f32" nor "f64"`, 'Use "f32" or "f64".');
  }
  if (precision === "f64" && (choice === "webgpu" || choice.startsWith("gpu.js"))) {
    throw new ArgumentError("precision", `rate layers: engine "${choice}" computes in f32`,
      'Leave out precision, or use engine "wasm" or "javascript".');
  }
}

/** Opens one engine by name. @throws {UnsupportedError} where it is not to be had */
export async function openEngine(name: RateEngine, precision: RatePrecision): Promise<Engine> {
  if (name === "wasm") return wasmEngine(precision);
  if (name === "javascript") return javascriptEngine(precision);
  if (name === "webgpu") {
    const found = await findGpu();
    if ("gpu" in found) return webGpuEngine(found.gpu);
    throw new UnsupportedError("webgpu", `rate layers: there is no GPU to run on: ${found.reason}`, found.hint);
  }
  const loaded = await loadGpuJs();
  if ("problem" in loaded) throw new UnsupportedError("gpu.js", `rate layers: ${loaded.problem}`, 'Install it, or use engine "auto".');
  const mode = name.slice("gpu.js-".length) as GpuJsMode;
  const missing = await missingFor(mode);
  if (missing !== undefined) {
    throw new UnsupportedError("gpu.js", `rate layers: gpu.js cannot use ${deviceOf[mode]} here: ${missing}`,
      'Use engine "gpu.js" for what is here.');
  }
  return gpuJsEngine(loaded.gpuJs, mode, deviceOf[mode]);
}

const deviceOf = { webgpu: "WebGPU", webasm: "WebAssembly", cpu: "CPU" } as const satisfies Record<GpuJsMode, string>;

/** Why there is no graphics card for gpu.js: a software driver is slower than WebAssembly. */
async function noCard(): Promise<string | undefined> {
  const found = await findGpu();
  if (!("gpu" in found)) return found.reason;
  return found.gpu.software ? `${found.gpu.name} is a software driver` : await offerWebGpu();
}

const missingFor = async (mode: GpuJsMode): Promise<string | undefined> => (mode === "webgpu" ? await offerWebGpu() : undefined);

/** gpu.js in the first mode that works (WebGPU on a graphics card, not by a software driver); without gpu.js the same functions as plain loops. */
export async function openGpuJs(): Promise<ChosenEngine> {
  const loaded = await loadGpuJs();
  if ("problem" in loaded) return { engine: javascriptEngine("f32"), reason: `${loaded.problem}; the same functions run as plain JavaScript` };
  const skipped: string[] = [];
  for (const mode of gpuJsModes) {
    const missing = mode === "webgpu" ? await noCard() : undefined;
    if (missing === undefined) {
      return { engine: gpuJsEngine(loaded.gpuJs, mode, deviceOf[mode]), reason: ["the first mode of gpu.js that is here", ...skipped].join("; ") };
    }
    skipped.push(`no ${deviceOf[mode]}: ${missing}`);
  }
  throw new UnsupportedError("gpu.js", "rate layers: gpu.js has no mode that runs here", 'Use engine "auto".');
}

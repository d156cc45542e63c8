/** Compiled stages of a device. Drivers compile WGSL much more slowly than it is generated, and a simulation that begins anew has the same. */
import { invariant } from "../../errors.ts";
import type { StageCode } from "./elements.ts";
import { epochSize } from "./stages.ts";

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Kinds of the bindings before those of segments; the first is a uniform with a dynamic offset. */
export type BindingKind = "uniform" | "storage" | "read-only-storage";

/** Pipelines that a device keeps for whoever needs the same again. */
const mostKept = 32;
const computeStage = 4;
const kept = new WeakMap<GPUDevice, Map<string, Promise<Pipeline>>>();

/** @param name of the stage, which is that of its entry point */
export function pipelineOf(device: GPUDevice, name: string, code: StageCode, kinds: readonly BindingKind[]): Promise<Pipeline> {
  const known = kept.get(device) ?? new Map<string, Promise<Pipeline>>();
  kept.set(device, known);
  const made = known.get(code.text) ?? makePipeline(device, name, code, kinds);
  // Whatever was used last is the last to go.
  known.delete(code.text);
  known.set(code.text, made);
  made.catch(() => known.delete(code.text));
  for (const text of known.keys()) if (known.size > mostKept) known.delete(text);
  return made;
}

async function makePipeline(device: GPUDevice, name: string, { text, segments }: StageCode, kinds: readonly BindingKind[]): Promise<Pipeline> {
  const module = device.createShaderModule({ label: name, code: text });
  const { messages } = await module.getCompilationInfo();
  const [error] = messages.filter((m) => m.type === "error");
  const line = text.split("\n")[(error?.lineNum ?? 1) - 1];
  invariant(!error, `the WGSL of stage ${name} does not compile: ${error?.message} (line ${error?.lineNum}: ${line})`);
  const types = [...kinds, ...segments.map(({ written }): BindingKind => (written ? "storage" : "read-only-storage"))];
  const layout = device.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding, visibility: computeStage, buffer: { type, hasDynamicOffset: type === "uniform", minBindingSize: type === "uniform" ? epochSize : 4 },
    })),
  });
  const pipeline = await device.createComputePipelineAsync({
    label: name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: name },
  });
  return { pipeline, layout };
}

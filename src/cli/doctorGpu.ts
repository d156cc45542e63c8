/** What `synfire doctor` says of the GPU. */
import { adapterLimits } from "../backend/webgpu/adapter.ts";
import { findGpu } from "../backend/webgpu/gpu.ts";
import type { Gpu } from "../backend/webgpu/gpu.ts";
import { measureGpu } from "../backend/webgpu/measure.ts";
import type { GpuSpeed } from "../backend/webgpu/measure.ts";
import { SynfireError } from "../errors.ts";
import type { Finding } from "./doctor.ts";
import { bytes, significant } from "./format.ts";

/** The same for programs: bytes, seconds and bytes a second. */
export interface GpuRecord {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly software: boolean;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  readonly speed: GpuSpeed | null;
}

/** Looks for a GPU and measures it; without one there is one finding, which says why and what to install. */
export async function examineGpu(): Promise<{ readonly findings: readonly Finding[]; readonly gpu: GpuRecord | null }> {
  const found = await findGpu();
  if (!("gpu" in found)) return { findings: [{ ...about("GPU", `no: ${found.reason}`), ok: false, advice: found.hint }], gpu: null };
  const { gpu } = found;
  const record = { name: gpu.name, ...gpu.info, software: gpu.software, limits: limitsOf(gpu), features: featuresOf(gpu) };
  const findings = [about("GPU", described(gpu)), about("GPU limits", limitsText(gpu.limits)), about("GPU features", featuresText(record.features))];
  try {
    const speed = await measureGpu(gpu);
    const text = `${microseconds(speed.dispatch)} a kernel, ${microseconds(speed.submit)} a round trip, copies ${bytes(speed.bandwidth)}/s`;
    return { findings: [...findings, about("GPU speed", text)], gpu: { ...record, speed } };
  } catch (error) {
    if (!(error instanceof SynfireError)) throw error;
    const failed = { ...about("GPU speed", error.message.split("\n")[0]!), ok: false, advice: error.hint };
    return { findings: [...findings, failed], gpu: { ...record, speed: null } };
  }
}

const about = (what: string, found: string): Finding => ({ what, found, ok: true, needed: false, advice: "" });

function described({ name, info, software }: Gpu): string {
  const details = [info.vendor, info.architecture, info.description].filter((part) => part !== "").join(", ");
  return `${name}${details === "" ? "" : ` (${details})`}${software ? ", a software driver: right but slow" : ""}`;
}

function limitsText(limits: GPUSupportedLimits): string {
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeInvocationsPerWorkgroup } = limits;
  return `buffers of ${bytes(maxBufferSize)}, of which a kernel sees ${bytes(maxStorageBufferBindingSize)}; `
    + `${maxStorageBuffersPerShaderStage} buffers a kernel, workgroups of ${maxComputeInvocationsPerWorkgroup}`;
}

const limitsOf = ({ limits }: Gpu) => Object.fromEntries(adapterLimits.map((limit) => [limit, limits[limit]]));

/** Features that Synfire asks for; the others do not matter to it. */
const featuresOf = ({ device }: Gpu): string[] => [...device.features].filter((feature) => feature !== "core-features-and-limits").sort();

const featuresText = (features: readonly string[]) => (features.length === 0 ? "none of those that help" : features.join(", "));

const microseconds = (seconds: number) => `${significant(seconds * 1e6)} µs`;

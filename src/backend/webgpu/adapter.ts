/** What is asked of an adapter, and what it is called. */

/** What makes kernels faster or measurable; granted where the adapter has it. */
const wantedFeatures = ["timestamp-query", "subgroups"] as const;

/** Limits that are raised from WebGPU's defaults to what the adapter can do. */
export const adapterLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;

export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

/** The request for a device that has all the adapter can do that matters here. */
export function deviceRequest(adapter: GPUAdapter): GPUDeviceDescriptor {
  return {
    label: "synfire",
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(adapterLimits.map((limit) => [limit, adapter.limits[limit]])),
  };
}

/** Runs on the processor. Old browsers do not say so, but the names are known. */
export function isSoftware({ info }: GPUAdapter): boolean {
  const names = `${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|\bwarp\b|basic render/i.test(names);
}

/** WebGPU writes names in lower case with dashes ("nvidia-h200"), and browsers often only vendor and architecture. → "NVIDIA H200" */
export function adapterName({ vendor, architecture, device }: AdapterInfo): string {
  const words = (device === "" ? `${vendor}-${architecture}` : device).split(/[-\s]+/).filter((word) => word !== "");
  return words.length === 0 ? "unnamed GPU" : words.map(spelled).join(" ");
}

const spellings: Readonly<Record<string, string>> = { nvidia: "NVIDIA", geforce: "GeForce", swiftshader: "SwiftShader", llvmpipe: "llvmpipe" };

function spelled(word: string): string {
  const known = spellings[word.toLowerCase()];
  if (known !== undefined) return known;
  return word.length <= 3 || /\d/.test(word) ? word.toUpperCase() : word[0]!.toUpperCase() + word.slice(1);
}

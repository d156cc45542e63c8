/** `compile` for the tests that run once more on the GPU: whatever does not ask for a back-end or for threads gets WebGPU, in f32. */
import { compile as compileAnywhere } from "../../src/engine/compile.ts";
import type { CompileOptions } from "../../src/engine/compile.ts";
import type { ExactCompileOptions } from "../../src/engine/exact/compileExact.ts";
import type { ExactSimulation } from "../../src/engine/exact/simulation.ts";
import type { Simulation } from "../../src/engine/simulation.ts";
import type { Network } from "../../src/network/network.ts";

export type { CompileOptions } from "../../src/engine/compile.ts";

export function compile(network: Network, options: ExactCompileOptions): Promise<ExactSimulation>;
export function compile(network: Network, options: CompileOptions): Promise<Simulation>;
export async function compile(network: Network, options: CompileOptions | ExactCompileOptions): Promise<Simulation | ExactSimulation> {
  if (options.engine === "exact") return await compileAnywhere(network, options);
  if (options.backend !== undefined || options.threads !== undefined || options.processes !== undefined)
    return await compileAnywhere(network, options);
  return await compileAnywhere(network, { ...options, precision: "f32", backend: "webgpu" });
}

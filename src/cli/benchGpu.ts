/** What `synfire bench` says of a run on the GPU, beside what it says of every run. */
import { openGpu } from "../backend/webgpu/gpu.ts";
import { measureGpu } from "../backend/webgpu/measure.ts";
import type { DeviceState } from "../engine/device/deviceRunner.ts";
import type { Simulation } from "../index.ts";
import { bytes, significant, thousands, time } from "./format.ts";
import type { Simulated } from "./simulate.ts";

/** Counts and bytes are of the timed stretch alone; stages are of one that follows it, in which every dispatch is measured. */
export interface GpuMeasurement {
  readonly gpu: string;
  readonly gpu_software: boolean;
  readonly gpu_bytes: number;
  /** An epoch is that many steps (the shortest delay) in that many dispatches; a submit is many epochs. */
  readonly epoch_steps: number;
  readonly dispatches_per_epoch: number;
  readonly epochs: number;
  readonly submits: number;
  /** Times that the host waited for bytes of the GPU. All lie between submits: within one there is nothing to wait for. */
  readonly host_syncs: number;
  readonly host_syncs_per_epoch: number;
  /** Milliseconds on the GPU; null where it has no time stamps. */
  readonly profiled_bio_s: number;
  readonly stages: readonly { readonly stage: string; readonly dispatches: number; readonly ms: number }[] | null;
  /** Bytes that had to move, a second; what a copy reaches here; and the share of it. */
  readonly moved_bytes: number;
  readonly moved_bytes_per_s: number;
  readonly copy_bytes_per_s: number;
  readonly bandwidth_share: number;
}

/** What has to be asked while the simulation lasts. */
export type Profiled = Pick<GpuMeasurement, "profiled_bio_s" | "stages"> & { readonly state: DeviceState };

/** Most seconds that are profiled: every dispatch is a pass of its own there, which is slow. */
const longestProfile = 0.1;

/** Counts first: profiling adds to them. @returns undefined where the processor runs the network */
export async function profile(simulation: Simulation, seconds: number): Promise<Profiled | undefined> {
  const state = simulation.device;
  if (!state) return undefined;
  const duration = Math.min(longestProfile, seconds);
  if (!(await openGpu()).timestamps) return { profiled_bio_s: 0, stages: null, state };
  const stages = await simulation.profile(`${duration} s`);
  return { profiled_bio_s: duration, stages: stages.map(({ stage, dispatches, milliseconds }) => ({ stage, dispatches, ms: milliseconds })), state };
}

export async function gpuMeasurement({ state, ...profiled }: Profiled, { measured, report }: Simulated): Promise<GpuMeasurement> {
  const gpu = await openGpu();
  const { bandwidth } = await measureGpu(gpu);
  const { calls, epochs, readBacks } = measured.device!;
  const { perEpoch, perStep, perSpike } = state.traffic;
  const moved = epochs * perEpoch + Math.round(measured.duration / report.dt) * perStep
    + measured.populations.reduce((sum, { spikes }, k) => sum + spikes * perSpike[k]!, 0);
  return {
    gpu: gpu.name, gpu_software: gpu.software, gpu_bytes: state.bytes, epoch_steps: state.epochSteps, dispatches_per_epoch: state.dispatches,
    epochs, submits: calls, host_syncs: readBacks, host_syncs_per_epoch: readBacks / epochs, ...profiled,
    moved_bytes: moved, moved_bytes_per_s: moved / measured.wall, copy_bytes_per_s: bandwidth, bandwidth_share: moved / measured.wall / bandwidth,
  };
}

export function describeGpu(m: GpuMeasurement): string[] {
  const stages = (m.stages ?? []).map(({ stage, ms, dispatches }) => `${stage} ${time(ms / 1000 / dispatches)}`);
  return [
    `${m.gpu}${m.gpu_software ? ", a software driver: what it takes says nothing of a card" : ""}; ${bytes(m.gpu_bytes)} of its memory`,
    `${thousands(m.epochs)} epochs of ${m.epoch_steps} ${m.epoch_steps === 1 ? "step" : "steps"} in ${m.dispatches_per_epoch} dispatches each; ` +
      `${thousands(m.submits)} submits, ${thousands(m.host_syncs)} waits of the host between them`,
    ...(stages.length > 0 ? [`on the GPU an epoch's ${stages.join(", ")} (by time stamps, over ${time(m.profiled_bio_s)} that followed)`] : []),
    `${bytes(m.moved_bytes)} had to move, ${bytes(m.moved_bytes_per_s)}/s: ${significant(100 * m.bandwidth_share)} % of the ` +
      `${bytes(m.copy_bytes_per_s)}/s of a copy`,
  ];
}

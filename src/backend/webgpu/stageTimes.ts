/** GPU time of each stage: in a timed call every dispatch is a pass of its own between two time stamps, which is slower than one pass for all. */
import { bufferUsage, mapRead } from "./flags.ts";

/** Dispatches of a timed call at most: a set of queries holds 4096 (https://www.w3.org/TR/webgpu/#dom-gpudevice-createqueryset). */
export const mostTimed = 2048;

/** Nanoseconds by stage, and how often it ran. */
export type StageTimes = Map<string, { nanoseconds: number; dispatches: number }>;

const stampBytes = 8;

export class TimedCall {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #stages: string[] = [];
  #staging: GPUBuffer | undefined;
  #resolved: GPUBuffer | undefined;

  constructor(device: GPUDevice, dispatches: number) {
    this.#device = device;
    this.#queries = device.createQuerySet({ type: "timestamp", count: 2 * dispatches });
  }

  /** A pass for one dispatch of a stage. */
  pass(encoder: GPUCommandEncoder, stage: string): GPUComputePassEncoder {
    const begin = 2 * this.#stages.length;
    this.#stages.push(stage);
    return encoder.beginComputePass({
      timestampWrites: { querySet: this.#queries, beginningOfPassWriteIndex: begin, endOfPassWriteIndex: begin + 1 },
    });
  }

  /** After the last pass. */
  end(encoder: GPUCommandEncoder): void {
    const count = 2 * this.#stages.length, size = stampBytes * count;
    this.#resolved = this.#device.createBuffer({ size, usage: bufferUsage.queryResolve | bufferUsage.copySource });
    this.#staging = this.#device.createBuffer({ size, usage: bufferUsage.mapRead | bufferUsage.copyDestination });
    encoder.resolveQuerySet(this.#queries, 0, count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, size);
  }

  /** Adds the times of the call, once it was submitted. A driver may round time stamps; sums of many stay right. */
  async addTo(times: StageTimes): Promise<void> {
    const staging = this.#staging!;
    await staging.mapAsync(mapRead);
    const stamps = new BigUint64Array(staging.getMappedRange());
    this.#stages.forEach((name, k) => {
      const time = times.get(name) ?? { nanoseconds: 0, dispatches: 0 };
      time.nanoseconds += Number(stamps[2 * k + 1]! - stamps[2 * k]!);
      time.dispatches++;
      times.set(name, time);
    });
  }

  destroy(): void {
    for (const held of [this.#queries, this.#staging, this.#resolved]) held?.destroy();
  }
}

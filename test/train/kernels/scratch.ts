/** A memory with kernels in it and a bump allocator, for tests that compare kernels with plain loops. */
import { loadTrainingKernels } from "../../../src/train/kernels/trainingKernels.ts";

export async function scratch(pages = 64) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  const kernels = await loadTrainingKernels(memory);
  let top = 1024;
  const take = (bytes: number): number => {
    const at = top;
    // Room behind each array, because some kernels read a strip beyond its end.
    top = (top + bytes + 256) & ~15;
    if (top > memory.buffer.byteLength) throw new Error("the test's memory is full");
    return at;
  };
  return {
    kernels,
    clear: () => {
      new Uint8Array(memory.buffer).fill(0xff);
      top = 1024;
    },
    f32: (values: ArrayLike<number>): number => {
      const at = take(4 * values.length);
      new Float32Array(memory.buffer, at, values.length).set(values);
      return at;
    },
    u32: (values: ArrayLike<number>): number => {
      const at = take(4 * values.length);
      new Uint32Array(memory.buffer, at, values.length).set(values);
      return at;
    },
    room: (count: number): number => take(4 * count),
    readF32: (at: number, count: number): Float32Array => new Float32Array(memory.buffer, at, count).slice(),
    readU32: (at: number, count: number): Uint32Array => new Uint32Array(memory.buffer, at, count).slice(),
  };
}

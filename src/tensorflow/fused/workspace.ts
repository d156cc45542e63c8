/** Where the fused kernels find tensors: in the memory of the back-end wasm itself, or in a memory of their own, to which values are copied. */
import type { Tensor, TensorInfo } from "@tensorflow/tfjs";
import { Arena } from "../../engine/arena.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";

/** Places in memory for one call of kernels. Addresses are those of f32 or 32-bit integer arrays. */
export interface Workspace {
  readonly memory: WebAssembly.Memory;
  /** Where the values of a tensor lie. */
  readonly of: (tensor: Tensor) => number;
  /** A new array, not initialised. */
  readonly make: (shape: readonly number[], dtype?: "float32" | "int32") => Place;
}

export interface Place {
  readonly address: number;
  /** The array as it is now, as a tensor; on the back-end wasm the very same memory. */
  readonly tensor: () => Tensor;
  readonly dispose: () => void;
}

/** What of the back-end wasm is used here; it is no public interface, so the version of the package is fixed. */
interface WasmBackend {
  readonly wasm: { readonly asm: { readonly memory: WebAssembly.Memory } };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: string): TensorInfo;
}

/** The memories for back-ends whose own cannot be used, each as long as its TensorFlow.js. */
const hostMemories = new WeakMap<TensorFlow, WebAssembly.Memory>();

export function openWorkspace(tf: TensorFlow): Workspace {
  const backend = tf.backend() as unknown as Partial<WasmBackend>;
  const known = tf.getBackend() === "wasm" && backend.wasm?.asm?.memory && backend.dataIdMap && backend.makeOutput;
  return known ? tensorMemory(tf, backend as WasmBackend) : hostMemory(tf);
}

function tensorMemory(tf: TensorFlow, backend: WasmBackend): Workspace {
  const of = (tensor: TensorInfo): number => backend.dataIdMap.get(tensor.dataId).memoryOffset;
  return {
    memory: backend.wasm.asm.memory, of,
    make: (shape, dtype = "float32") => {
      const info = backend.makeOutput(shape, dtype);
      const tensor = tf.engine().makeTensorFromTensorInfo(info);
      return { address: of(info), tensor: () => tensor, dispose: () => tensor.dispose() };
    },
  };
}

/** Arrays follow each other from the beginning in each call: whatever has to outlive it is a tensor by then. */
function hostMemory(tf: TensorFlow): Workspace {
  let memory = hostMemories.get(tf);
  if (memory === undefined) hostMemories.set(tf, memory = new Arena().memory);
  let next = 64;
  const own = memory;
  const allocate = (length: number): number => {
    const address = next;
    // Kernels may read a few numbers beyond the end.
    next = (next + 4 * length + 127) & -64;
    const missing = next - own.buffer.byteLength;
    if (missing > 0) own.grow(Math.ceil(missing / 65536));
    return address;
  };
  return {
    memory: own,
    of: (tensor) => {
      const values = tensor.dataSync(), address = allocate(tensor.size);
      if (tensor.dtype === "int32") new Int32Array(own.buffer, address, tensor.size).set(values);
      else new Float32Array(own.buffer, address, tensor.size).set(values);
      return address;
    },
    make: (shape, dtype = "float32") => {
      const size = shape.reduce((a, b) => a * b, 1), address = allocate(size);
      const values = () => (dtype === "int32" ? new Int32Array(own.buffer, address, size) : new Float32Array(own.buffer, address, size)).slice();
      return { address, tensor: () => tf.tensor(values(), [...shape], dtype), dispose: () => undefined };
    },
  };
}

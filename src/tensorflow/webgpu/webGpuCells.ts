/** A layer of neurons as two compute shaders of TensorFlow.js's back-end WebGPU. */
import type { Tensor, Tensor3D, TensorInfo } from "@tensorflow/tfjs";
import { derive } from "../../train/cells/derive.ts";
import type { CellsData } from "../../train/modelData.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { backwardShader, blocksOf, forwardShader } from "./cellShader.ts";

/**
 * Whether there are shaders for the layer: neurons whose parameters are fixed and that do not reach each other. (Values of parameters in training
 * are on the GPU, where nothing computes their coefficients; products of recurrent weights are TensorFlow.js's own.)
 */
export const canRunOnWebGpu = (tf: TensorFlow, { cell, learn, perNeuron, recurrent, output }: CellsData): boolean =>
  tf.getBackend() === "webgpu" && learn.length === 0 && perNeuron.length === 0 && recurrent === undefined
  && (output !== "spikes" || cell.threshold !== undefined) && "runWebGPUProgram" in tf.backend();

/** The part of a program of the back-end that it reads. */
interface Program {
  readonly variableNames: readonly string[];
  readonly outputShape: readonly number[];
  readonly dispatchLayout: { readonly x: readonly number[] };
  dispatch: readonly [number, number, number];
  readonly workgroupSize: readonly [number, number, number];
  readonly uniforms: string;
  /** The back-end adds the shapes of tensors to it. */
  shaderKey: string;
  readonly getUserCode: () => string;
}

interface WebGpuBackend {
  runWebGPUProgram(
    program: Program, inputs: readonly TensorInfo[], dtype: string, uniforms: readonly { readonly type: "int32"; readonly data: number[] }[],
  ): TensorInfo;
}

interface CellShaders {
  readonly forward: string;
  readonly backward: string;
  readonly blocks: number;
}

/** Shaders by layer, for as long as it lives. */
const shaders = new WeakMap<CellsData, CellShaders>();

/** The same as `plainCells`, for layers without weights of their own. @param input [batch, steps or 1, units] */
export function webGpuCells(tf: TensorFlow, layer: CellsData, input: Tensor3D, steps: number): Tensor3D {
  const made = shaders.get(layer) ?? shadersOf(layer);
  shaders.set(layer, made);
  const [batch, given, units] = input.shape;
  const run = (code: string, outputShape: readonly number[], inputs: Readonly<Record<string, Tensor>>): Tensor => {
    const program: Program = {
      variableNames: Object.keys(inputs), outputShape, dispatchLayout: { x: outputShape.map((_, axis) => axis) },
      dispatch: [Math.ceil((batch * units) / 64), 1, 1], workgroupSize: [64, 1, 1],
      // The text itself tells programs apart.
      uniforms: "batch : i32, given : i32, units : i32, steps : i32,", shaderKey: code, getUserCode: () => code,
    };
    const sizes = [batch, given, units, steps].map((n) => ({ type: "int32" as const, data: [n] }));
    const info = (tf.backend() as unknown as WebGpuBackend).runWebGPUProgram(program, Object.values(inputs), "float32", sizes);
    return tf.engine().makeTensorFromTensorInfo(info);
  };
  return tf.customGrad((tensor, save) => {
    const x = tensor as Tensor;
    const packed = run(made.forward, [made.blocks, batch, steps, units], { x });
    (save as (tensors: Tensor[]) => void)([x, packed]);
    const shown = layer.output === "spikes" ? 0 : 1;
    const value = tf.reshape(tf.slice(packed, [shown, 0, 0, 0], [1, batch, steps, units]), [batch, steps, units]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => run(made.backward, [batch, given, units], { x: saved[0]!, packed: saved[1]!, dy });
    return { value, gradFunc };
  })(input) as Tensor3D;
}

function shadersOf({ cell, surrogate, values, output }: CellsData): CellShaders {
  const membrane = output !== "spikes";
  const derived = derive(membrane ? { ...cell, membrane: output.state } : cell, surrogate, { values, outputs: { spikes: !membrane, membrane } });
  return { forward: forwardShader(derived, membrane), backward: backwardShader(derived, membrane), blocks: blocksOf(derived, membrane).length };
}

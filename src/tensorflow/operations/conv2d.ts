/** Convolutions of every step's image, with gradients that run on every back-end. */
import type { NamedTensorMap, Tensor, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from "@tensorflow/tfjs";
import type { Conv2dData } from "../../train/modelData.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { rounded } from "./dense.ts";
import { asRows, asSteps, weightOf } from "./flow.ts";
import type { Flow, LayerPass, LayerWeights } from "./flow.ts";
import { columnSums } from "./product.ts";

const kernel = "SynfireConv2d";
interface Attributes { readonly strides: [number, number]; readonly pad: "valid" | "same" }

export function conv2d(layer: Conv2dData, weights: LayerWeights, input: Flow, { tf }: LayerPass): Flow {
  const filter = rounded(tf, weightOf(weights, "kernel") as Tensor4D, layer.bits);
  const attributes: Attributes = { strides: [...layer.strides], pad: layer.padding };
  const images = asRows(tf, input) as Tensor4D;
  const sums = tf.engine().runKernel(kernel, { x: images, filter } as unknown as NamedTensorMap, attributes as never) as Tensor4D;
  const bias = weights.get("bias") as Tensor1D | undefined;
  return asSteps(tf, input, bias === undefined ? sums : addChannelBias(tf, sums, bias));
}

function addChannelBias(tf: TensorFlow, x: Tensor4D, bias: Tensor1D): Tensor4D {
  return tf.customGrad((...given) => {
    const [x0, bias0] = given as unknown as [Tensor4D, Tensor1D];
    const gradFunc = (dy: Tensor4D) => [dy.clone(), columnSums(tf, tf.reshape(dy, [-1, bias0.shape[0]]) as Tensor2D)];
    return { value: tf.add(x0, bias0) as Tensor4D, gradFunc };
  })(x, bias);
}

/**
 * Makes the convolution known to TensorFlow.js. The back-end wasm has no kernel for the gradient of filters; here it is a sum of products, one for
 * each tap of the filter.
 */
export function registerConv2d(tf: TensorFlow): void {
  if (tf.getGradient(kernel) !== undefined) return;
  for (const backendName of ["cpu", "wasm", "webgpu", "webgl", "tensorflow"]) {
    tf.registerKernel({
      kernelName: kernel, backendName,
      kernelFunc: ({ inputs, backend, attrs }) => {
        const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
        const all = { ...attrs, dataFormat: "NHWC", dilations: [1, 1], dimRoundingMode: null };
        return tf.getKernel("Conv2D", backendName).kernelFunc({ inputs: { x, filter }, backend, attrs: all as never });
      },
    });
  }
  tf.registerGradient({
    kernelName: kernel, inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [Tensor4D, Tensor4D], d = dy as unknown as Tensor4D;
      const { strides, pad } = attrs as unknown as Attributes;
      return { x: () => gradientOfInput(tf, d, filter, x.shape, strides, pad), filter: () => gradientOfFilter(tf, d, x, filter.shape, strides, pad) };
    },
  });
}

type Shape4 = [number, number, number, number];

function gradientOfInput(tf: TensorFlow, dy: Tensor4D, filter: Tensor4D, inputShape: Shape4, strides: [number, number], pad: string): Tensor {
  return tf.engine().runKernel("Conv2DBackpropInput", { dy, filter } as unknown as NamedTensorMap,
    { strides, pad, dataFormat: "NHWC", dimRoundingMode: null, inputShape } as never) as Tensor;
}

function gradientOfFilter(tf: TensorFlow, dy: Tensor4D, x: Tensor4D, shape: Shape4, [sh, sw]: [number, number], pad: string): Tensor {
  const [kh, kw, channels, filters] = shape, [images, oh, ow] = dy.shape;
  const [top, bottom] = around(x.shape[1], oh, kh, sh, pad), [left, right] = around(x.shape[2], ow, kw, sw, pad);
  const padded = tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]);
  const last = tf.reshape(dy, [images * oh * ow, filters]) as Tensor2D;
  const taps: Tensor[] = [];
  for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
    const seen = tf.stridedSlice(padded, [0, i, j, 0], [images, i + (oh - 1) * sh + 1, j + (ow - 1) * sw + 1, channels], [1, sh, sw, 1]);
    taps.push(tf.matMul(tf.transpose(tf.reshape(seen, [images * oh * ow, channels]) as Tensor2D), last));
  }
  return tf.reshape(tf.stack(taps), shape);
}

/** Zeros before and behind an axis, so that every window lies inside. */
function around(size: number, out: number, k: number, stride: number, pad: string): [number, number] {
  const missing = Math.max(0, (out - 1) * stride + k - size);
  return pad === "valid" ? [0, 0] : [Math.floor(missing / 2), Math.ceil(missing / 2)];
}

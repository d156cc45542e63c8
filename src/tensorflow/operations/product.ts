/** Products of matrices whose gradients are fast on every back-end. */
import type { NamedTensorMap, Tensor, Tensor1D, Tensor2D, TensorInfo } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensorFlowPackages.ts";

const backends = ["cpu", "wasm", "webgpu", "webgl", "tensorflow"] as const;
const kernel = "SynfireProduct";

/** x [rows, inputs] times w [inputs, units]. */
export function product(tf: TensorFlow, x: Tensor2D, w: Tensor2D): Tensor2D {
  return tf.engine().runKernel(kernel, { x, w } as unknown as NamedTensorMap) as Tensor2D;
}

/** The sums of all columns, [units]; as a product, because sums along the first axis are slow. */
export function columnSums(tf: TensorFlow, x: Tensor2D): Tensor1D {
  return tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]) as Tensor2D, x), [x.shape[1]]);
}

/** y = x + bias, for every row. */
export function addBias(tf: TensorFlow, x: Tensor2D, bias: Tensor1D): Tensor2D {
  return tf.customGrad((...given) => {
    const [x0, bias0] = given as unknown as [Tensor2D, Tensor1D];
    return { value: tf.add(x0, bias0) as Tensor2D, gradFunc: (dy: Tensor2D) => [dy.clone(), columnSums(tf, dy)] };
  })(x, bias);
}

/**
 * Makes `product` known to TensorFlow.js. Its own product has gradients that multiply by transposed matrices, for which the back-end wasm has
 * no fast code; here matrices are transposed first. Gradients that nobody asks for are not computed.
 */
export function registerProduct(tf: TensorFlow): void {
  if (tf.getGradient(kernel) !== undefined) return;
  for (const backendName of backends) {
    tf.registerKernel({
      kernelName: kernel, backendName,
      kernelFunc: ({ inputs, backend }) => {
        const { kernelFunc } = tf.getKernel("BatchMatMul", backendName);
        const { x, w } = inputs as { x: TensorInfo; w: TensorInfo };
        return kernelFunc({ inputs: { a: x, b: w }, backend, attrs: { transposeA: false, transposeB: false } });
      },
    });
  }
  tf.registerGradient({
    kernelName: kernel, inputsToSave: ["x", "w"],
    gradFunc: (dy, saved) => {
      const [x, w] = saved as [Tensor2D, Tensor2D], d = dy as Tensor as Tensor2D;
      return { x: () => tf.matMul(d, tf.transpose(w)), w: () => tf.matMul(tf.transpose(x), d) };
    },
  });
}

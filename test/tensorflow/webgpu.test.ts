import { describe, expect, test } from "vitest";
import { dense, fastSigmoid, leaky, neurons, spikingModel, synaptic } from "../../src/train/index.ts";
import { loadTensorFlow } from "../../src/tensorflow/index.ts";
import { gpuSkipped, noGpu } from "../support/gpu.ts";
import { byReference, byTensorFlow, relativeDifference } from "./gradients.ts";

const surrogate = fastSigmoid(5);
const model = spikingModel({ input: { shape: [6], steps: 5 }, seed: 3 }, [
  dense(7), neurons(leaky({ resetDelay: false, reset: "zero" }), { surrogate, learn: ["beta"], perNeuron: ["beta"] }),
  dense(5), neurons(synaptic(), { surrogate, recurrent: true }), dense(3),
]);

describe.skipIf(noGpu)(`on WebGPU${gpuSkipped}`, () => {
  test("values and gradients of layers are those of the reference", async () => {
    const { tf, choice } = await loadTensorFlow({ prefer: "webgpu", say: () => undefined });
    expect(choice).toBe("webgpu");
    const wanted = byReference(model, 3, 2);
    const found = await byTensorFlow(tf, model, 3, 2, true);
    expect(relativeDifference(found.output, wanted.output)).toBeLessThan(1e-5);
    const largest = Math.max(...[...wanted.gradients.values()].flatMap((gradient) => Array.from(gradient, Math.abs)));
    for (const [weight, gradient] of wanted.gradients) {
      expect(relativeDifference(found.gradients.get(weight)!, gradient, largest), weight).toBeLessThan(1e-5);
    }
  });
});

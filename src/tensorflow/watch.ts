/** Looks after training: losses that are not finite, gradients that explode, layers that are silent. */
import type { CustomCallback, LayersModel, Logs, NamedTensorMap, Optimizer, Tensor } from "@tensorflow/tfjs";
import { SimulationError } from "../errors.ts";
import { isClipped } from "./clipGradients.ts";
import { isSynfireLayer } from "./synfireLayer.ts";
import type { SynfireLayer } from "./synfireLayer.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

export interface WatchOptions {
  /** A few samples; with them silent layers are found, and the layer where values stop being finite. */
  readonly probe?: Tensor;
  /** Length of all gradients together that counts as exploding, unless they are clipped. Default 1e4. */
  readonly largestGradient?: number;
  /** What a silent layer means: an error, or a sentence for `say`. Default "say". */
  readonly silent?: "error" | "say";
  readonly say?: (sentence: string) => void;
}

/**
 * A callback for `model.fit`: `callbacks: watch(tf, model, { probe: xs.slice(0, 32) })`. It stops training with a SimulationError when the loss is
 * not finite ("nan-loss") or gradients are longer than allowed ("exploding-gradients"), and tells of layers that never spike ("silent-layer", at the
 * end of each epoch). It also makes the learned delays of a layer sharper as training goes on.
 */
export function watch(tf: TensorFlow, model: LayersModel, options: WatchOptions = {}): CustomCallback {
  const { largestGradient = 1e4, probe } = options;
  const gradients = new GradientLengths(tf, model);
  let step = 0, epochs = 1;
  const callback: CustomCallback = new tf.CustomCallback({
    onTrainBegin: () => {
      epochs = Number((callback as unknown as { readonly params?: { readonly epochs?: number } }).params?.epochs ?? 1);
      gradients.attach();
    },
    onTrainEnd: () => gradients.detach(),
    onEpochBegin: (epoch) => {
      for (const layer of model.layers.filter(isSynfireLayer)) layer.progress = epochs > 1 ? epoch / (epochs - 1) : 1;
    },
    onBatchEnd: async (_, logs) => {
      step++;
      const { length, layer } = await gradients.read();
      const loss = lossOf(logs);
      // Neurons whose membrane is NaN do not spike, so the loss may stay finite.
      const wrong = loss !== undefined && !Number.isFinite(loss) ? `the loss is ${loss}` : Number.isFinite(length) ? "" : "gradients are not finite";
      if (wrong !== "") {
        gradients.detach();
        throw new SimulationError("nan-loss", `${wrong} in training step ${step}${await notFinite(tf, model, probe)}`,
          `Use a smaller learning rate, or clipGradients(tf, optimizer, { norm: 1 }).`);
      }
      if (length > largestGradient && !isClipped(model.optimizer as Optimizer)) {
        gradients.detach();
        throw new SimulationError("exploding-gradients",
          `gradients explode in training step ${step}: their length is ${length.toPrecision(3)}, most of it in layer "${layer}"`,
          "Use clipGradients(tf, optimizer, { norm: 1 }), a surrogate that is less steep, or fewer steps.");
      }
    },
    onEpochEnd: async (epoch) => {
      if (probe !== undefined) await tellSilent(tf, model, probe, epoch, options);
    },
  });
  return callback;
}

const lossOf = (logs: Logs | undefined): number | undefined => (logs?.["loss"] === undefined ? undefined : Number(logs["loss"]));

/** The layer, and the step of the sequence, where values stop being finite; or the layer whose weights did. */
async function notFinite(tf: TensorFlow, model: LayersModel, probe: Tensor | undefined): Promise<string> {
  for (const layer of model.layers) for (const weight of layer.weights) {
    const sum = tf.tidy(() => tf.sum(weight.read()));
    const [value] = await sum.data();
    sum.dispose();
    if (!Number.isFinite(value)) return `: the weights of layer "${layer.name}" (${weight.name}) are not finite`;
  }
  if (probe === undefined) return ": all weights are finite, so the input or the loss is the cause";
  for (const layer of model.layers) {
    const output = tf.tidy(() => tf.model({ inputs: model.inputs, outputs: layer.output as never }).predict(probe) as Tensor);
    const values = await output.data(), steps = output.rank > 2 ? output.shape[1]! : 1, size = values.length / output.shape[0]! / steps;
    output.dispose();
    const first = values.findIndex((x) => !Number.isFinite(x));
    if (first >= 0) return `: layer "${layer.name}" gives ${values[first]} in step ${Math.floor(first / size) % steps} of its input`;
  }
  return ": every layer gives finite values for the probe, so look at the targets";
}

async function tellSilent(tf: TensorFlow, model: LayersModel, probe: Tensor, epoch: number, options: WatchOptions): Promise<void> {
  // oxlint-disable-next-line no-console -- a user who gave no listener has to hear why nothing is learned
  const { silent = "say", say = (sentence) => console.warn(sentence) } = options;
  for (const layer of model.layers.filter(isSynfireLayer).filter(spikes)) {
    const total = tf.tidy(() => tf.sum(tf.model({ inputs: model.inputs, outputs: layer.output as never }).predict(probe) as Tensor));
    const [count] = await total.data();
    total.dispose();
    if (count !== 0) continue;
    const problem = `layer "${layer.name}" never spikes after epoch ${epoch + 1}, so nothing before it learns`;
    const hint = "Lower its threshold, enlarge its initial weights, or add batchNorm() before its neurons.";
    if (silent === "error") throw new SimulationError("silent-layer", problem, hint);
    say(`${problem}\n  ${hint}`);
  }
}

/** Whether the last part of the layer is neurons that give spikes. */
const spikes = ({ described }: SynfireLayer): boolean => {
  const last = described[described.length - 1]!;
  return last.kind === "cells" && last.output === "spikes";
};

/** Measures the gradients that the model's optimizer gets. */
class GradientLengths {
  readonly #tf: TensorFlow;
  readonly #model: LayersModel;
  #lengths: Tensor | undefined;
  #names: readonly string[] = [];
  #restore: (() => void) | undefined;

  constructor(tf: TensorFlow, model: LayersModel) {
    this.#tf = tf;
    this.#model = model;
  }

  attach(): void {
    const optimizer = this.#model.optimizer as Optimizer, tf = this.#tf;
    const original = optimizer.applyGradients.bind(optimizer);
    // Whoever wrapped the method before, such as clipGradients, gets it back.
    const before = Object.getOwnPropertyDescriptor(optimizer, "applyGradients");
    this.#restore = () => {
      delete (optimizer as Partial<Optimizer>).applyGradients;
      if (before) Object.defineProperty(optimizer, "applyGradients", before);
    };
    optimizer.applyGradients = (gradients) => {
      const named = Array.isArray(gradients)
        ? gradients.map(({ name, tensor }) => [name, tensor] as const) : Object.entries(gradients as NamedTensorMap);
      this.#lengths?.dispose();
      this.#names = named.map(([name]) => name);
      this.#lengths = tf.keep(tf.tidy(() => tf.stack(named.map(([, gradient]) => tf.sum(tf.square(gradient))))));
      original(gradients);
    };
  }

  detach(): void {
    this.#restore?.();
    this.#restore = undefined;
    this.#lengths?.dispose();
    this.#lengths = undefined;
  }

  /** Length of all gradients of the last step together, and the layer with the longest. */
  async read(): Promise<{ readonly length: number; readonly layer: string }> {
    if (this.#lengths === undefined) return { length: 0, layer: "" };
    const squares = Array.from(await this.#lengths.data());
    const total = squares.reduce((a, b) => a + b, 0), largest = squares.indexOf(Math.max(...squares));
    return { length: Math.sqrt(total), layer: (this.#names[largest] ?? "").split("/")[0]! };
  }
}

/** The layer of TensorFlow.js that all layers here are: a few described layers in a row, e.g. a dense one and its neurons. */
import type { layers, LayerVariable, serialization, Shape, Tensor } from "@tensorflow/tfjs";
import { ArgumentError } from "../errors.ts";
import { initialWeights, isLearned } from "../train/initialWeights.ts";
import { shapesOf } from "../train/model.ts";
import type { LayerData, ModelData } from "../train/modelData.ts";
import { layersOfText, textOfLayers } from "./layerText.ts";
import type { Flow, LayerPass } from "./operations/flow.ts";
import { operate } from "./operations/operate.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

type BaseConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

export interface SynfireLayerConfig extends BaseConfig {
  /** The described layers, or their text (under `name`, because TensorFlow.js changes the spelling of all other texts that it saves). */
  readonly described: readonly LayerData[] | { readonly name: string };
  /** The input has no axis of time: [batch, …features] holds for so many steps. Absent: it is [batch, steps, …features]. */
  readonly steps?: number | null;
  /** Seconds that a step stands for. */
  readonly dt: number;
  readonly seed: number;
  /** false: plain operations of TensorFlow.js even where there are fused kernels. */
  readonly fused?: boolean;
}

/** A layer of TensorFlow.js that knows what it is made of. */
export interface SynfireLayer extends layers.Layer {
  readonly described: readonly LayerData[];
  readonly steps: number | undefined;
  readonly dt: number;
  readonly seed: number;
  /** How much of the training is done, 0 to 1: learned delays become sharper with it. */
  progress: number;
  /** The weight, e.g. "hidden/kernel", or undefined. */
  weight(name: string): LayerVariable | undefined;
  /** All of them, once the layer is built. */
  readonly weightNames: Iterable<string>;
}

export type SynfireLayerClass = serialization.SerializableConstructor<SynfireLayer> & (new (config: SynfireLayerConfig) => SynfireLayer);

const className = "Synfire";
export const isSynfireLayer = (layer: layers.Layer): layer is SynfireLayer => layer.getClassName() === className;

/** The class, for one TensorFlow.js. It extends a class of that package, and so cannot be written down before the package is loaded. */
export function synfireLayerClass(tf: TensorFlow): SynfireLayerClass {
  class Synfire extends tf.layers.Layer implements SynfireLayer {
    static readonly className = className;
    readonly described: readonly LayerData[];
    readonly steps: number | undefined;
    readonly dt: number;
    readonly seed: number;
    readonly #fused: boolean;
    readonly #variables = new Map<string, LayerVariable>();
    progress = 0;

    constructor(config: SynfireLayerConfig) {
      super(config);
      const { described, steps, dt, seed, fused = true } = config;
      this.described = named("name" in described ? layersOfText(described.name) : described, this.name);
      this.steps = steps ?? undefined;
      this.dt = dt;
      this.seed = seed;
      this.#fused = fused;
    }

    override build(inputShape: Shape | Shape[]): void {
      const model = this.#model(single(inputShape, this.name));
      for (const [name, { shape, values }] of initialWeights(model, "f32")) {
        const initializer = { apply: () => tf.tensor(values, [...shape], "float32") } as unknown as Parameters<layers.Layer["addWeight"]>[3];
        // Names of tensors have no colons.
        const tensorName = name.replace("initial:", "initial.");
        const variable = this.addWeight(tensorName, [...shape], "float32", initializer, undefined, isLearned(model, name));
        this.#variables.set(name, variable);
      }
      super.build(inputShape);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shape = single(inputShape, this.name), outputs = shapesOf(this.#model(shape));
      return [shape[0]!, this.steps ?? shape[1]!, ...outputs[outputs.length - 1]!];
    }

    override call(inputs: Tensor | Tensor[], kwargs: { readonly training?: boolean }): Tensor {
      const input = Array.isArray(inputs) ? inputs[0]! : inputs;
      return tf.tidy(() => {
        const steps = this.steps ?? input.shape[1]!;
        const pass: LayerPass = { tf, steps, training: kwargs["training"] ?? false, progress: this.progress, fused: this.#fused };
        let flow: Flow = this.steps === undefined ? { values: input, constant: false } : { values: tf.expandDims(input, 1), constant: true };
        for (const layer of this.described) {
          flow = operate(layer, {
            get: (name) => this.weight(`${layer.name}/${name}`)?.read(),
            assign: (name, values) => void this.weight(`${layer.name}/${name}`)!.write(values as never),
          }, flow, pass);
        }
        return flow.constant ? tf.tile(flow.values, flow.values.shape.map((_, axis) => (axis === 1 ? steps : 1))) : flow.values;
      });
    }

    weight(name: string): LayerVariable | undefined {
      return this.#variables.get(name);
    }

    get weightNames(): Iterable<string> {
      return this.#variables.keys();
    }

    override getConfig(): serialization.ConfigDict {
      return {
        ...super.getConfig(), described: { name: textOfLayers(this.described) }, steps: this.steps ?? null,
        dt: this.dt, seed: this.seed, fused: this.#fused,
      };
    }

    /** The described layers as a model of their own, for an input [batch, …]. */
    #model(inputShape: Shape): ModelData {
      const shape = inputShape.slice(this.steps === undefined ? 2 : 1);
      if (shape.length === 0 || shape.some((n) => n === null)) {
        const hint = "It takes [batch, steps, …features]; for an input without steps say steps: 25.";
        throw new ArgumentError("layer-input", `layer "${this.name}" receives [${inputShape.map((n) => n ?? "batch").join(", ")}]`,
          this.steps === undefined ? hint : "It takes [batch, …features].");
      }
      const input = { shape: shape as number[], steps: this.steps ?? 1, constant: this.steps !== undefined };
      return { input, dt: this.dt, layers: this.described, seed: this.seed };
    }
  }
  return Synfire as unknown as SynfireLayerClass;
}

/** The neurons, or the only layer, are called as the layer of TensorFlow.js is; others get their kind behind that. */
function named(described: readonly LayerData[], name: string): LayerData[] {
  const main = described.find((l) => l.kind === "cells") ?? described[described.length - 1];
  return described.map((layer) => (layer.name !== "" ? layer : { ...layer, name: layer === main ? name : `${name}_${layer.kind}` }));
}

function single(shape: Shape | Shape[], name: string): Shape {
  if (!Array.isArray(shape[0])) return shape as Shape;
  if (shape.length === 1) return shape[0] as Shape;
  throw new ArgumentError("layer-input", `layer "${name}" receives ${shape.length} inputs`,
    "Join them first, e.g. tf.layers.add() or tf.layers.concatenate().");
}

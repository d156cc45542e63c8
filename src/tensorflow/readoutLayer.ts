/** Readouts: activity [batch, steps, units] becomes a number for each unit or class. */
import type { layers, serialization, Shape, Tensor, Tensor2D } from "@tensorflow/tfjs";
import { ArgumentError } from "../errors.ts";
import { readouts, unitsPerClass } from "../train/readout.ts";
import type { ReadoutOver } from "../train/readout.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

export interface ReadoutOptions {
  readonly name?: string;
  readonly inputShape?: Shape;
  /**
   * count: sum over the steps; mean, max, last: over the steps (of a membrane, say); firstSpike: minus the step of the first spike, so that the
   * earliest is largest, and −steps where there is none; steps: each step for itself. Default: count.
   */
  readonly over?: ReadoutOver;
  /** Population code: neighbouring units share a class, of which the mean counts. */
  readonly classes?: number;
}

type BaseConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;
/** Under `name`, because TensorFlow.js changes the spelling of all other texts that it saves. */
interface ReadoutConfig extends BaseConfig { readonly over: { readonly name: ReadoutOver }; readonly classes?: number | null }
export type ReadoutLayerClass = serialization.SerializableConstructor<layers.Layer> & (new (config: ReadoutConfig) => layers.Layer);

/** @throws {ArgumentError} for an unknown readout */
export function checkReadout(over: ReadoutOver): ReadoutOver {
  if (readouts.includes(over)) return over;
  throw new ArgumentError("readout", `there is no readout "${String(over)}"`, `Use one of ${readouts.join(", ")}.`);
}

export function readoutLayerClass(tf: TensorFlow): ReadoutLayerClass {
  class SynfireReadout extends tf.layers.Layer {
    static readonly className = "SynfireReadout";
    readonly #over: ReadoutOver;
    readonly #classes: number | undefined;

    constructor(config: ReadoutConfig) {
      super(config);
      this.#over = checkReadout(config.over.name);
      this.#classes = config.classes ?? undefined;
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const [batch, steps, units] = inputShape as Shape;
      if ((inputShape as Shape).length !== 3 || units === null || units === undefined) {
        throw new ArgumentError("layer-input", `layer "${this.name}" receives [${(inputShape as Shape).map((n) => n ?? "batch").join(", ")}]`,
          "A readout takes [batch, steps, units]; put flatten() in front of it.");
      }
      if (this.#classes !== undefined) unitsPerClass(units, this.#classes);
      const values = this.#classes ?? units;
      return this.#over === "steps" ? [batch!, steps!, values] : [batch!, values];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => {
        const activity = Array.isArray(inputs) ? inputs[0]! : inputs;
        return perClass(tf, overTime(tf, activity, this.#over), this.#classes);
      });
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), over: { name: this.#over }, classes: this.#classes ?? null };
    }
  }
  return SynfireReadout as unknown as ReadoutLayerClass;
}

function overTime(tf: TensorFlow, x: Tensor, over: ReadoutOver): Tensor {
  const [batch, steps, units] = x.shape as [number, number, number];
  switch (over) {
    case "count": return tf.sum(x, 1);
    case "mean": return tf.mean(x, 1);
    case "last": return tf.reshape(tf.slice(x, [0, steps - 1, 0], [batch, 1, units]), [batch, units]);
    case "steps": return x;
    case "max": return largest(tf, x);
    case "firstSpike": return firstSpike(tf, x);
    default: return over satisfies never;
  }
}

/** Over the steps; of equal ones the first gets the gradient. */
function largest(tf: TensorFlow, x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const x0 = input as Tensor;
    const chosen = tf.transpose(tf.oneHot(tf.cast(tf.argMax(x0, 1), "int32"), x0.shape[1]!), [0, 2, 1]);
    const mask = tf.cast(chosen, "float32");
    (save as (tensors: Tensor[]) => void)([mask]);
    return { value: tf.max(x0, 1), gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(tf.expandDims(dy, 1), saved[0]!) };
  })(x);
}

/** The gradient goes to the step of the first spike: more potential there makes it earlier. */
function firstSpike(tf: TensorFlow, x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const spikes = tf.cast(tf.notEqual(input as Tensor, 0), "float32"), steps = spikes.shape[1]!;
    const first = tf.mul(spikes, tf.cast(tf.equal(tf.cumsum(spikes, 1, true), 0), "float32"));
    (save as (tensors: Tensor[]) => void)([first]);
    const early = tf.mul(first, tf.reshape(tf.sub(steps, tf.range(0, steps)), [1, steps, 1]));
    const value = tf.sub(tf.sum(early, 1), steps);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(tf.expandDims(dy, 1), saved[0]!) };
  })(x);
}

function perClass(tf: TensorFlow, values: Tensor, classes: number | undefined): Tensor {
  const units = values.shape[values.rank - 1]!;
  if (classes === undefined || classes === units) return values as Tensor2D;
  return tf.mean(tf.reshape(values, [...values.shape.slice(0, -1), classes, units / classes]), values.rank);
}

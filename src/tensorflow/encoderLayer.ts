/** Encoders: values [batch, …features] between 0 and 1 become spikes [batch, steps, …features]. The codes are those of src/train/encode. */
import type { layers, serialization, Shape, Tensor } from "@tensorflow/tfjs";
import { ArgumentError } from "../errors.ts";
import type { TensorFlow } from "./tensorFlowPackages.ts";

/**
 * rate: in every step with the probability gain · value + offset; poisson: rate (Hz) · value in steps of dt (s); latency: one spike, the sooner the
 * larger the value, none up to `threshold`; direct: the value itself in every step; population: `neurons` Gaussian fields a value, as the last axis,
 * given in every step (see populationValues).
 */
export type EncoderCode =
  | { readonly code: "rate"; readonly gain?: number; readonly offset?: number }
  | { readonly code: "poisson"; readonly rate: number; readonly dt: number }
  | { readonly code: "latency"; readonly threshold?: number }
  | { readonly code: "direct" }
  | { readonly code: "population"; readonly neurons: number; readonly range?: readonly [number, number]; readonly beta?: number };

export type EncoderOptions = EncoderCode & { readonly steps: number; readonly name?: string; readonly inputShape?: Shape };

type BaseConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;
/** `encoder`: the options as JSON, under `name`, because TensorFlow.js changes the spelling of all other texts that it saves. */
interface EncoderConfig extends BaseConfig { readonly steps: number; readonly encoder: { readonly name: string } }
export type EncoderLayerClass = serialization.SerializableConstructor<layers.Layer> & (new (config: EncoderConfig) => layers.Layer);

/** @throws {ArgumentError} for an unknown code, or settings that it cannot use */
export function encoderText(options: EncoderOptions): string {
  const { name: _name, inputShape: _shape, steps, ...code } = options;
  const wrong = (problem: string, hint: string): ArgumentError => new ArgumentError("encoder", problem, hint);
  if (!Number.isInteger(steps) || steps < 1) throw wrong(`an encoder of ${steps} steps`, "Give a whole number of steps, at least 1.");
  switch (code.code) {
    case "rate": case "direct": break;
    case "latency": if (steps < 2) throw wrong("a latency of a single step", "Give at least 2 steps."); break;
    case "poisson":
      if (!(code.rate > 0 && code.dt > 0)) throw wrong(`a rate of ${code.rate} Hz in steps of ${code.dt} s`, "Give both, larger than 0.");
      break;
    case "population":
      if (!(Number.isInteger(code.neurons) && code.neurons >= 3)) throw wrong(`a population of ${code.neurons} neurons`, "Give at least 3.");
      break;
    default: throw wrong(`there is no code "${String((code as { code: unknown }).code)}"`, "Use rate, poisson, latency, direct or population.");
  }
  return JSON.stringify(code);
}

export function encoderLayerClass(tf: TensorFlow): EncoderLayerClass {
  class SynfireEncoder extends tf.layers.Layer {
    static readonly className = "SynfireEncoder";
    readonly #code: EncoderCode;
    readonly #steps: number;

    constructor(config: EncoderConfig) {
      super(config);
      this.#code = JSON.parse(config.encoder.name) as EncoderCode;
      this.#steps = config.steps;
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const [batch, ...features] = inputShape as Shape;
      return [batch!, this.#steps, ...features, ...(this.#code.code === "population" ? [this.#code.neurons] : [])];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => encode(tf, Array.isArray(inputs) ? inputs[0]! : inputs, this.#code, this.#steps));
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), steps: this.#steps, encoder: { name: JSON.stringify(this.#code) } };
    }
  }
  return SynfireEncoder as unknown as EncoderLayerClass;
}

function encode(tf: TensorFlow, values: Tensor, code: EncoderCode, steps: number): Tensor {
  const repeated = (x: Tensor): Tensor => tf.tile(tf.expandDims(x, 1), [1, steps, ...x.shape.slice(1).map(() => 1)]);
  const spikes = (probability: Tensor): Tensor => {
    const all = repeated(probability);
    return tf.cast(tf.less(tf.randomUniform(all.shape), all), "float32");
  };
  switch (code.code) {
    case "direct": return repeated(values);
    case "rate": return spikes(tf.add(tf.mul(values, code.gain ?? 1), code.offset ?? 0));
    case "poisson": return spikes(tf.neg(tf.expm1(tf.mul(values, -code.rate * code.dt))));
    case "latency": {
      const delay = tf.floor(tf.add(tf.mul(tf.sub(1, values), steps - 1), 0.5));
      const step = tf.reshape(tf.range(0, steps), [1, steps, ...values.shape.slice(1).map(() => 1)]);
      const due = tf.logicalAnd(tf.equal(tf.expandDims(delay, 1), step), tf.greater(tf.expandDims(values, 1), code.threshold ?? 0.01));
      return tf.cast(due, "float32");
    }
    case "population": {
      const { neurons, range: [low, high] = [0, 1], beta = 1.5 } = code, spacing = (high - low) / (neurons - 2);
      const centres = tf.add(tf.mul(tf.range(0, neurons), spacing), low - spacing / 2);
      const distance = tf.div(tf.sub(tf.expandDims(values, values.rank), centres), spacing / beta);
      return repeated(tf.exp(tf.mul(tf.square(distance), -0.5)));
    }
    default: return code satisfies never;
  }
}

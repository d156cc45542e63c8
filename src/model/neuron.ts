/** `neuron({…})`: a neuron model from its equations, checked at once. */
import type { Quantity } from "../units/quantity.ts";
import type { CheckedNeuron, Method } from "./checked.ts";
import { checkNeuron } from "./checkNeuron.ts";

export type Values<K extends string> = Readonly<Record<K, Quantity>>;

/** What a user writes. Names of parameters, state and receptors are inferred, so a wrong one is an error in the editor. */
export interface NeuronSpec<P extends string = string, S extends string = string, R extends string = string, Q extends string = string> {
  readonly name: string;
  /** Constants of the model and their default values; a population may override them, one value or one per neuron. */
  readonly parameters?: Values<P>;
  /** Variables and their initial values. */
  readonly state?: Values<S>;
  /** Where arriving weights are added: receptor → state variable. */
  readonly receptors?: Readonly<Record<R, NoInfer<S>>>;
  /** `dv/dt = … : volt (unless refractory)`, `I = … : amp`, `n : 1`; one a line, or separated by semicolons. `#` begins a comment. */
  readonly equations: string;
  /** A condition: the neuron spikes in each step in which it holds and the neuron is not refractory. */
  readonly threshold?: string;
  /** Assignments after a spike: `v = v_reset; w += b`. */
  readonly reset?: string;
  /** A time ("2 ms", "t_ref"), or a condition that ends the refractory period when it no longer holds. */
  readonly refractory?: string;
  readonly method?: Method;
  /** Named sets of values to give to a population. */
  readonly presets?: Readonly<Record<Q, Partial<Values<NoInfer<P> | NoInfer<S>>>>>;
  /** What it is, in a sentence. */
  readonly description?: string;
  /** Where it was published: authors, year, DOI. */
  readonly source?: string;
}

/** A checked model: the user's text as given, and what it means. Plain data; JSON holds the text and `neuron` checks it again. */
export interface NeuronModel<P extends string = string, S extends string = string, R extends string = string, Q extends string = string> {
  readonly kind: "neuron";
  readonly name: string;
  readonly parameters: Values<P>;
  readonly state: Values<S>;
  readonly receptors: Readonly<Record<R, S>>;
  readonly equations: string;
  readonly threshold?: string;
  readonly reset?: string;
  readonly refractory?: string;
  readonly method?: Method;
  readonly presets: Readonly<Record<Q, Partial<Values<P | S>>>>;
  readonly description?: string;
  readonly source?: string;
  readonly checked: CheckedNeuron;
}

/**
 * Makes a neuron model from its equations.
 *
 * @throws {EquationError} listing everything that is wrong with the model, each with its line, a caret and a hint
 * @example
 * const lif = neuron({
 *   name: "lif", parameters: { tau_m: "20 ms", v_th: "20 mV" }, state: { v: "0 mV" }, receptors: { v: "v" },
 *   equations: "dv/dt = -v / tau_m : volt", threshold: "v > v_th", reset: "v = 0*mV",
 * });
 */
export function neuron<P extends string = never, S extends string = never, R extends string = never, Q extends string = never>(
  spec: NeuronSpec<P, S, R, Q>,
): NeuronModel<P, S, R, Q> {
  const checked = checkNeuron(spec);
  const fields: Omit<NeuronModel<P, S, R, Q>, "checked"> = {
    kind: "neuron", name: spec.name,
    parameters: { ...spec.parameters } as Values<P>,
    state: { ...spec.state } as Values<S>,
    receptors: { ...spec.receptors } as Readonly<Record<R, S>>,
    equations: spec.equations,
    ...(spec.threshold === undefined ? {} : { threshold: spec.threshold }),
    ...(spec.reset === undefined ? {} : { reset: spec.reset }),
    ...(spec.refractory === undefined ? {} : { refractory: spec.refractory }),
    ...(spec.method === undefined ? {} : { method: spec.method }),
    presets: { ...spec.presets } as Readonly<Record<Q, Partial<Values<P | S>>>>,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.source === undefined ? {} : { source: spec.source }),
  };
  const model = { ...fields, checked };
  // Not enumerable, so that a model can be cloned to a worker: JSON holds what the user wrote, not what follows from it.
  Object.defineProperty(model, "toJSON", { value: () => fields });
  return Object.freeze(model);
}

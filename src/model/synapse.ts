/** `synapse({…})`: a synapse model from its equations and from what spikes of both sides do, checked at once. */
import type { Quantity } from "../units/quantity.ts";
import type { CheckedSynapse } from "./checkedSynapse.ts";
import { checkSynapse } from "./checkSynapse.ts";

/** A quantity whose unit may be that of the weight, which the receptor of a projection decides: "1 weight". */
export type SynapseQuantity = Quantity | `${number} ${"weight" | "1/weight" | "weight^2" | `weight/${"s" | "ms"}`}`;
export type SynapseValues<K extends string> = Readonly<Record<K, SynapseQuantity>>;

/** Statements of one pathway, or of several by name, which have delays of their own. */
export type Pathways = string | Readonly<Record<string, string>>;
/** The names delays are given by. */
export type PathwayNames<T extends Pathways, Side extends "pre" | "post"> = T extends string ? Side : keyof T & string;
type NoPathways = Readonly<Record<never, string>>;
type TextOf<T extends Pathways> = T extends string ? T : T[keyof T];
/** `true` when the written text shows that something is sent to the receptor. */
export type SendsToReceptor<T extends string> = true extends (T extends `${string}receptor${string}` ? true : false) ? true : boolean;

/** What a user writes. Names of parameters, state, pathways and modulators are inferred, so a wrong one is an error in the editor. */
export interface SynapseSpec<
  P extends string = string, S extends string = string, Pre extends Pathways = Pathways, Post extends Pathways = Pathways, M extends string = string,
  Q extends string = string,
> {
  readonly name: string;
  /** Constants of the model and their default values; a projection may override them, one value or one per synapse. */
  readonly parameters?: SynapseValues<P>;
  /** Initial values of what the equations declare. The weight `w` is always there and begins at the projection's weight. */
  readonly state?: SynapseValues<S>;
  /**
   * `dx/dt = … : 1 (event-driven)`, `dc/dt = … : 1 (clock-driven)`, `x : 1`, `g = … : weight`, `I_post = … : amp (summed)`; one a line, or
   * separated by semicolons. `w : siemens` gives the weight a unit of its own; else it has that of the receptor.
   */
  readonly equations?: string;
  /** What a spike of the presynaptic neuron does when it reaches the synapse; default "receptor += w". `{}`: nothing. */
  readonly onPre?: Pre;
  /** What a spike of the postsynaptic neuron does when it reaches the synapse. */
  readonly onPost?: Post;
  /** Names of values that all synapses share, bound to the network's modulators by a projection. */
  readonly modulators?: readonly M[];
  /** What happens at every synapse when a modulator receives a spike. */
  readonly onModulator?: Readonly<Partial<Record<NoInfer<M>, string>>>;
  /** What happens at every synapse at regular times. */
  readonly regularly?: { readonly every: Quantity; readonly statements: string };
  /** Named sets of values to give to a projection. */
  readonly presets?: Readonly<Record<Q, Partial<SynapseValues<NoInfer<P> | NoInfer<S>>>>>;
  /** What it is, in a sentence. */
  readonly description?: string;
  /** Where it was published: authors, year, DOI. */
  readonly source?: string;
}

/** A checked model: the user's text as given, and what it means. Plain data; JSON holds the text and `synapse` checks it again. */
export interface SynapseModel<
  P extends string = string, S extends string = string, D extends string = string, M extends string = string, Q extends string = string,
  R extends boolean = boolean,
> {
  readonly kind: "synapse";
  readonly name: string;
  readonly parameters: SynapseValues<P>;
  readonly state: SynapseValues<S>;
  readonly equations?: string;
  readonly onPre?: Pathways;
  readonly onPost?: Pathways;
  readonly modulators: readonly M[];
  readonly onModulator?: Readonly<Record<string, string>>;
  readonly regularly?: { readonly every: Quantity; readonly statements: string };
  readonly presets: Readonly<Record<Q, Partial<SynapseValues<P | S>>>>;
  readonly description?: string;
  readonly source?: string;
  /** Names of the pathways of both sides, in order. */
  readonly pathways: readonly D[];
  /** Whether anything is sent to the projection's receptor. */
  readonly usesReceptor: R;
  /** Checked without knowing the neurons at its ends; `checkSynapse` checks it again for those of a projection. */
  readonly checked: CheckedSynapse;
}

/**
 * Makes a synapse model from its equations and pathways.
 *
 * @throws {EquationError} listing everything that is wrong with the model, each with its line, a caret and a hint
 * @example
 * const stdp = synapse({
 *   name: "stdp", parameters: { tau: "20 ms", a_plus: 0.01, a_minus: 0.0105, w_max: "1 weight" }, state: { x: 0, y: 0 },
 *   equations: "dx/dt = -x / tau : 1 (event-driven); dy/dt = -y / tau : 1 (event-driven)",
 *   onPre: "receptor += w; x += 1; w = clip(w - a_minus * w_max * y, 0, w_max)",
 *   onPost: "y += 1; w = clip(w + a_plus * w_max * x, 0, w_max)",
 * });
 */
export function synapse<
  P extends string = never, S extends string = never, const Pre extends Pathways = "receptor += w", const Post extends Pathways = NoPathways,
  const M extends string = never, Q extends string = never,
>(spec: SynapseSpec<P, S, Pre, Post, M, Q>): SynapseModel<
  P, S, PathwayNames<Pre, "pre"> | PathwayNames<Post, "post">, M, Q, SendsToReceptor<TextOf<Pre> | TextOf<Post>>
> {
  type Model = SynapseModel<P, S, PathwayNames<Pre, "pre"> | PathwayNames<Post, "post">, M, Q, SendsToReceptor<TextOf<Pre> | TextOf<Post>>>;
  const checked = checkSynapse(spec);
  const fields: Omit<Model, "checked" | "pathways" | "usesReceptor"> = {
    kind: "synapse", name: spec.name,
    parameters: { ...spec.parameters } as SynapseValues<P>,
    state: { ...spec.state } as SynapseValues<S>,
    ...(spec.equations === undefined ? {} : { equations: spec.equations }),
    ...(spec.onPre === undefined ? {} : { onPre: copyOf(spec.onPre) }),
    ...(spec.onPost === undefined ? {} : { onPost: copyOf(spec.onPost) }),
    modulators: [...(spec.modulators ?? [])],
    ...(spec.onModulator === undefined ? {} : { onModulator: { ...(spec.onModulator as Readonly<Record<string, string>>) } }),
    ...(spec.regularly === undefined ? {} : { regularly: { ...spec.regularly } }),
    presets: { ...spec.presets } as Model["presets"],
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.source === undefined ? {} : { source: spec.source }),
  };
  const pathways = checked.pathways.filter((p) => p.on !== "modulator").map((p) => p.name) as readonly string[] as Model["pathways"];
  const model = { ...fields, pathways, usesReceptor: sendsToReceptor(checked) as Model["usesReceptor"], checked };
  // Not enumerable, so that a model can be cloned to a worker: JSON holds what the user wrote, not what follows from it.
  Object.defineProperty(model, "toJSON", { value: () => fields });
  return Object.freeze(model);
}

/** A synapse whose weight is fixed: each spike adds the weight to the receptor of its target after the delay. */
export type StaticSynapseModel = SynapseModel<never, never, "pre", never, never, true>;

/** @throws {EquationError} when the name is not one of letters, digits, _ and - */
export function staticSynapseModel(name: string, about: { readonly description?: string; readonly source?: string } = {}): StaticSynapseModel {
  const model = synapse({ name, onPre: "receptor += w", ...about });
  return model;
}

/** Whether the only thing a model does is to add the weight, which nothing changes, to the receptor: such a synapse needs no state. */
export function isStatic({ checked }: Pick<SynapseModel, "checked">): boolean {
  const [pathway, ...others] = checked.pathways;
  if (pathway?.on !== "pre" || others.length > 0 || checked.sums.length > 0 || checked.regularly || checked.variables.length > 1) return false;
  const [statement, ...more] = pathway.statements;
  return statement?.kind === "transmit" && more.length === 0 && statement.target === "receptor" && checked.variables[0]!.derivative === undefined
    && statement.value.kind === "name" && statement.value.name === "w";
}

function sendsToReceptor({ pathways, regularly }: CheckedSynapse): boolean {
  const statements = [...pathways.flatMap((p) => p.statements), ...(regularly?.statements ?? [])];
  return statements.some((s) => s.kind === "transmit" && s.target === "receptor");
}

function copyOf(pathways: Pathways): Pathways {
  return typeof pathways === "string" ? pathways : { ...pathways };
}

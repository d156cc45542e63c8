/** Names of a model, for the compiler to check what a user writes in the editor. */
import type { NeuronModel } from "./neuron.ts";

export type ParametersOf<M> = M extends NeuronModel<infer P, infer _S, infer _R, infer _Q> ? P : never;
export type StateOf<M> = M extends NeuronModel<infer _P, infer S, infer _R, infer _Q> ? S : never;
export type ReceptorsOf<M> = M extends NeuronModel<infer _P, infer _S, infer R, infer _Q> ? R : never;

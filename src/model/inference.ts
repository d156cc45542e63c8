/** Names of a model, for the compiler to check what a user writes in the editor. */
import type { NeuronModel } from "./neuron.ts";
import type { SynapseModel } from "./synapse.ts";

export type ParametersOf<M> = M extends NeuronModel<infer P, infer _S, infer _R, infer _Q> ? P : never;
export type StateOf<M> = M extends NeuronModel<infer _P, infer S, infer _R, infer _Q> ? S : never;
export type ReceptorsOf<M> = M extends NeuronModel<infer _P, infer _S, infer R, infer _Q> ? R : never;

export type SynapseParametersOf<M> = M extends SynapseModel<infer P, infer _S, infer _D, infer _M, infer _Q, infer _R> ? P : never;
export type SynapseStateOf<M> = M extends SynapseModel<infer _P, infer S, infer _D, infer _M, infer _Q, infer _R> ? S : never;
export type PathwaysOf<M> = M extends SynapseModel<infer _P, infer _S, infer D, infer _M, infer _Q, infer _R> ? D : never;
export type ModulatorsOf<M> = M extends SynapseModel<infer _P, infer _S, infer _D, infer N, infer _Q, infer _R> ? N : never;
export type UsesReceptor<M> = M extends SynapseModel<infer _P, infer _S, infer _D, infer _M, infer _Q, infer R> ? R : never;

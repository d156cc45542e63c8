/** The models of a network and the methods that advance its neurons, found without making a single synapse. */
import { name } from "../ir/expr.ts";
import { lowerNeuron } from "../lower/lowerNeuron.ts";
import type { Lowered } from "../lower/lowered.ts";
import type { Network, NeuronModel, SynapseModel } from "../index.ts";

export interface ModelUsed { readonly model: NeuronModel; readonly populations: readonly string[] }

export function isNeuronModel(value: unknown): value is NeuronModel {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "neuron" && "checked" in value;
}

/** Distinct synapse models, each with the projections that use it. */
export function synapsesOf(network: Network): { readonly model: SynapseModel; readonly projections: readonly string[] }[] {
  const used = new Map<SynapseModel, string[]>();
  for (const { model, name } of network.data.projections) used.set(model, [...(used.get(model) ?? []), name]);
  return [...used].map(([model, projections]) => ({ model, projections }));
}

/** Distinct models in the order of their populations. */
export function modelsOf(network: Network): ModelUsed[] {
  const used = new Map<NeuronModel, string[]>();
  for (const population of network.data.populations) {
    if (population.kind === "neurons") used.set(population.model, [...(used.get(population.model) ?? []), population.name]);
  }
  return [...used].map(([model, populations]) => ({ model, populations }));
}

/**
 * The kernel of a model with the parameters it declares, every receptor receiving input.
 * @param dt seconds @param size number of neurons
 */
export function lowerAlone(model: NeuronModel, dt: number, size: number): Lowered {
  const targets = [...new Set(Object.values(model.receptors))];
  return lowerNeuron(model.checked, {
    kernelName: `update_${model.name}`, dt, size, parameters: {}, constants: [], scalars: [], draws: [],
    inputs: targets.map(arrivalsAt), arrivals: Object.fromEntries(targets.map((target) => [target, name(arrivalsAt(target))])),
  });
}

const arrivalsAt = (variable: string): string => `arrived_${variable}`;

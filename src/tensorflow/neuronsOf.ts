/** The neurons of a layer, from what the user says of them. */
import type { NeuronModel } from "../model/neuron.ts";
import type { Cell } from "../train/cells/cell.ts";
import { cellFromModel } from "../train/cells/fromModel.ts";
import type { FromModelOptions } from "../train/cells/fromModel.ts";
import { neurons } from "../train/layers.ts";
import type { NeuronOptions } from "../train/layers.ts";
import type { CellsData } from "../train/modelData.ts";
import type { Quantity } from "../units/quantity.ts";

export type Neurons = Omit<NeuronOptions, "name" | "values"> & {
  /** Values of parameters and `initial:…` instead of the neurons' own; quantities where they are a model of the simulator. */
  readonly values?: Readonly<Record<string, Quantity>>;
} & Pick<FromModelOptions, "receptor" | "reset" | "detachReset" | "membrane" | "shown" | "method">;

/** Neurons in the convention of a library (leaky, synaptic, …), or any model of the simulator. */
export type Neuron = Cell | NeuronModel;

/** The entries that are given. */
export function given<T extends Readonly<Record<string, unknown>>>(entries: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** Models of the simulator become cells of the layer's step; what is neither learned nor one for each neuron is a number in them. */
export function neuronsOf(neuron: Neuron, options: Neurons & { readonly dt?: Quantity }): CellsData {
  const { values = {}, learn = [], perNeuron = [], receptor, reset, detachReset, membrane, shown, method, dt = "1 ms" } = options;
  const own: NeuronOptions = given({ surrogate: options.surrogate, recurrent: options.recurrent, output: options.output });
  if (!("kind" in neuron)) return neurons(neuron, { ...own, name: "", learn, perNeuron, values: values as Record<string, number> });
  const parameters = [...learn, ...perNeuron].filter((name) => !name.startsWith("initial:"));
  const cell = cellFromModel(neuron, { dt, values, parameters, ...given({ receptor, reset, detachReset, membrane, shown, method }) });
  return neurons(cell, { ...own, name: "", learn, perNeuron });
}

/**
 * What an inference costs: synaptic events, operations, bits, and energy at 45 nm, layer by layer and beside the ANN of the same connections.
 *
 * @source Horowitz (2014), doi:10.1109/ISSCC.2014.6757323 (energies); Shen et al. (2024), doi:10.48550/arXiv.2311.10802 (bit budget);
 *   Yan, Bai & Wong (2024), Reconsidering the energy efficiency of spiking neural networks, doi:10.48550/arXiv.2409.08290 (rates that pay)
 */
import { shapesOf } from "../model.ts";
import type { CellsData, Conv2dData, DenseData, ModelData, Shape } from "../modelData.ts";
import { sizeOf } from "../sequence.ts";
import type { Activity, ModelActivity } from "./activity.ts";
import { bitBudget, equivalentActivationBits, eventDrivenEffort, synchronousEffort } from "./bitBudget.ts";
import { fanOut } from "./fanOut.ts";
import { arithmeticFor, readingABit } from "./operationEnergy.ts";

export interface EnergyOptions {
  /** Bits of weights in layers that are not rounded to `bits` of their own; 32 when absent. */
  readonly weightBits?: number;
  /** Bits of states of neurons; 32 when absent. */
  readonly stateBits?: number;
  /** Count the products of a constant input in every step, as hardware without a memory for them does; else once. */
  readonly constantEachStep?: boolean;
}

/** Means over samples, of one inference. */
export interface LayerEnergy {
  readonly name: string;
  readonly kind: "synapses" | "recurrent" | "neurons";
  readonly connections: number;
  /** Sums: one for each spike and each synapse that it reaches. */
  readonly synapticEvents: number;
  /** Products with sums: all connections, where the input is no spikes; in every step, or once where it is constant. */
  readonly multiplications: number;
  readonly neuronUpdates: number;
  /** Spikes of an input in a step; NaN where the input is no spikes. */
  readonly rate: number;
  readonly weightBits: number;
  readonly synchronousEffort: number;
  readonly eventDrivenEffort: number;
  /** Bits of weights and of states that are read or written. */
  readonly traffic: number;
  /** Picojoules. */
  readonly energy: { readonly arithmetic: number; readonly memory: number };
}

export interface EnergyReport {
  readonly steps: number;
  readonly samples: number;
  readonly layers: readonly LayerEnergy[];
  readonly total: {
    readonly connections: number; readonly synapticEvents: number; readonly multiplications: number; readonly neuronUpdates: number;
    readonly rate: number; readonly synchronousEffort: number; readonly eventDrivenEffort: number; readonly traffic: number;
  };
  readonly bitBudget: number;
  readonly equivalentActivationBits: number;
  /**
   * Picojoules of an inference. `synapses` is the figure of the literature: sums of spikes and products of the first layer, without neurons or
   * memory; `ann` the same connections multiplied once in FP32; `quantisedAnn` with weights and activations of the equivalent bits.
   */
  readonly energy: {
    readonly synapses: number; readonly neurons: number; readonly memory: number; readonly ann: number; readonly quantisedAnn: number;
  };
}

/** Counts what an inference costs from what flows into each layer (`activityOf`). */
export function energyReport(model: ModelData, activity: ModelActivity, options: EnergyOptions = {}): EnergyReport {
  const { steps } = model.input, { samples } = activity;
  const shapes: readonly Shape[] = [model.input.shape, ...shapesOf(model)];
  const weighted = model.layers.filter((l): l is DenseData | Conv2dData => l.kind === "dense" || l.kind === "conv2d");
  const bitsOf = (layer: DenseData | Conv2dData): number => layer.bits ?? options.weightBits ?? 32;
  const weightBytes = model.layers.reduce((sum, layer, k) => sum + parametersOf(layer, shapes[k]!, bitsOf) / 8, 0);
  const readBit = readingABit(weightBytes);
  const shared = { steps, samples, readBit, constantEachStep: options.constantEachStep ?? false };
  const layers = model.layers.flatMap((layer, k): LayerEnergy[] => {
    const input = activity.inputs.get(layer.name)!, shape = shapes[k]!;
    if (layer.kind === "dense" || layer.kind === "conv2d") {
      return [synapseEnergy({ name: layer.name, kind: "synapses", fan: fanOut(layer, shape), input, bits: bitsOf(layer), ...shared })];
    }
    if (layer.kind !== "cells") return [];
    const units = sizeOf(shape), own = activity.recurrent.get(layer.name);
    const bits = options.weightBits ?? 32, fan = new Float64Array(units).fill(units);
    return [
      ...(own ? [synapseEnergy({ name: `${layer.name} (recurrent)`, kind: "recurrent", fan, input: own, bits, ...shared })] : []),
      neuronEnergy(layer, units, steps, options.stateBits ?? 32),
    ];
  });
  const sum = (of: (layer: LayerEnergy) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const spiking = layers.filter((layer) => layer.kind !== "neurons" && layer.multiplications === 0);
  const macs = layers.filter((layer) => layer.kind === "synapses").reduce((total, layer) => total + layer.connections, 0);
  const activationBits = equivalentActivationBits(steps);
  const widest = Math.max(activationBits, ...weighted.map(bitsOf));
  return {
    steps, samples, layers,
    total: {
      connections: sum((l) => l.connections), synapticEvents: sum((l) => l.synapticEvents), multiplications: sum((l) => l.multiplications),
      neuronUpdates: sum((l) => l.neuronUpdates), synchronousEffort: sum((l) => l.synchronousEffort),
      eventDrivenEffort: sum((l) => l.eventDrivenEffort), traffic: sum((l) => l.traffic),
      rate: spiking.reduce((s, l) => s + l.rate * l.connections, 0) / spiking.reduce((s, l) => s + l.connections, 0),
    },
    bitBudget: bitBudget(steps, Math.max(0, ...weighted.map(bitsOf)), 1),
    equivalentActivationBits: activationBits,
    energy: {
      synapses: sum((l) => (l.kind === "neurons" ? 0 : l.energy.arithmetic)),
      neurons: sum((l) => (l.kind === "neurons" ? l.energy.arithmetic : 0)),
      memory: sum((l) => l.energy.memory),
      ann: macs * arithmeticFor(32).multiplyAdd,
      quantisedAnn: macs * arithmeticFor(widest).multiplyAdd,
    },
  };
}

interface SynapseCount {
  readonly name: string;
  readonly kind: "synapses" | "recurrent";
  readonly fan: Float64Array;
  readonly input: Activity;
  readonly bits: number;
  readonly steps: number;
  readonly samples: number;
  readonly readBit: number;
  readonly constantEachStep: boolean;
}

function synapseEnergy({ name, kind, fan, input, bits, steps, samples, readBit, constantEachStep }: SynapseCount): LayerEnergy {
  const connections = fan.reduce((a, b) => a + b, 0), { add, multiplyAdd } = arithmeticFor(bits);
  const events = input.kind === "spikes" ? input.events : undefined;
  const synapticEvents = events ? events.reduce((sum, n, k) => sum + n * fan[k]!, 0) / samples : 0;
  const multiplications = input.kind === "spikes" ? 0 : connections * (input.constant && !constantEachStep ? 1 : steps);
  // Hardware that works on spikes meets each connection as often as its input spikes: the rate is weighted by connections.
  const rate = events ? synapticEvents / (connections * steps) : NaN;
  const effort = { connections, steps, weightBits: bits, spikeBits: events ? 1 : bits };
  const traffic = (synapticEvents + multiplications) * bits;
  return {
    name, kind, connections, synapticEvents, multiplications, neuronUpdates: 0, rate, weightBits: bits,
    synchronousEffort: synchronousEffort(effort), eventDrivenEffort: eventDrivenEffort({ ...effort, rate: events ? rate : 1 }), traffic,
    energy: { arithmetic: synapticEvents * add + multiplications * multiplyAdd, memory: traffic * readBit },
  };
}

/** One product and sum for each state variable, and a comparison, in every step; states are read and written. */
function neuronEnergy(layer: CellsData, units: number, steps: number, bits: number): LayerEnergy {
  const updates = units * steps, { add, multiplyAdd } = arithmeticFor(bits), states = layer.cell.state.length;
  const traffic = 2 * updates * states * bits;
  return {
    name: layer.name, kind: "neurons", connections: 0, synapticEvents: 0, multiplications: 0, neuronUpdates: updates, rate: NaN, weightBits: bits,
    synchronousEffort: 0, eventDrivenEffort: 0, traffic,
    energy: {
      arithmetic: updates * (states * multiplyAdd + (layer.cell.threshold ? add : 0)),
      memory: traffic * readingABit((units * states * bits) / 8),
    },
  };
}

/** Bits of the weights that a layer holds. */
function parametersOf(layer: ModelData["layers"][number], shape: Shape, bitsOf: (layer: DenseData | Conv2dData) => number): number {
  if (layer.kind === "dense") return sizeOf(shape) * layer.units * bitsOf(layer);
  if (layer.kind === "conv2d") return layer.kernelSize[0] * layer.kernelSize[1] * shape[2]! * layer.filters * bitsOf(layer);
  return layer.kind === "cells" && layer.recurrent ? sizeOf(shape) ** 2 * 32 : 0;
}

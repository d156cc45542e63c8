/** The neurons of one stage of a model: population, constant input and recurrent connections. */
import { neuron } from "../../model/neuron.ts";
import type { Network } from "../../network/network.ts";
import type { Population, SpikeSource } from "../../network/population.ts";
import type { Value } from "../../network/values.ts";
import type { CellsData, ModelData, Weights } from "../modelData.ts";
import { initialStates, populationValues, simulatedOf, valuesFor } from "./cellValues.ts";
import type { Clock } from "./clock.ts";
import type { Connections } from "./connections.ts";
import type { Stage } from "./stages.ts";

export interface StagePopulation {
  readonly population: Population;
  readonly receptor: string;
  /** What a unit of the model's input is in the receptor's units, SI: [units] or [1]. */
  readonly factors: Float64Array;
  /** A source that spikes in every step of every sample. */
  readonly bias?: { readonly source: SpikeSource; readonly connections: Connections };
  readonly recurrent?: Connections;
}

/** What all stages of a network share. */
export interface StageContext {
  readonly net: Network;
  readonly model: ModelData;
  readonly weights: Weights;
  readonly clock: Clock;
  readonly samples: number;
}

export function addStage(stage: Stage, latency: number, context: StageContext): StagePopulation {
  const { net, weights, clock } = context, { name, units, kind, layer } = stage;
  if (kind === "pool") return { population: net.population(name, units, poolRelay()), receptor: "spike", factors: Float64Array.of(1) };
  if (kind === "sum") {
    const population = net.population(name, units, runningSum()), bias = biasOf(stage, stage.connections.bias, latency, context);
    restart(population, { y: 0 }, latency, context);
    return { population, receptor: "y", factors: Float64Array.of(1), ...(bias ? { bias } : {}) };
  }
  const cells = layer as CellsData, simulated = simulatedOf(cells), values = populationValues(cells, units, weights, clock.dt);
  const population = net.population(name, units, simulated.model, values);
  restart(population, initialStates(cells, values), latency, context);
  const recurrentBias = weights.get(`${cells.name}/recurrentBias`)?.values;
  const bias = biasOf(stage, stage.connections.bias.map((b, k) => b + (recurrentBias?.[k] ?? 0)), latency, context);
  const recurrent = weights.get(`${cells.name}/recurrent`)?.values;
  return {
    population, receptor: simulated.receptor, factors: valuesFor(simulated.weight, cells, units, weights, clock.dt),
    ...(bias ? { bias } : {}),
    ...(recurrent ? { recurrent: fromAllToAll(units, units, Float64Array.from(recurrent)) } : {}),
  };
}

/** Repeats a spike of its window in the step in which it arrives; several in a step are one. */
const poolRelay = () => neuron({
  name: "pool_relay", description: "Spikes whenever a neuron of its window does",
  state: { arrived: 0 }, receptors: { spike: "arrived" }, equations: "arrived : 1 (impulse)", threshold: "arrived > 0",
});

/** Adds up what arrives. */
const runningSum = () => neuron({ name: "running_sum", description: "Sum of its input", state: { y: 0 }, receptors: { y: "y" }, equations: "y : 1" });

/** Every sample begins with the initial state; in the pause before it nothing lasts. */
function restart(population: Population, states: Readonly<Record<string, Value>>, latency: number, { net, clock, samples }: StageContext): void {
  if (Object.keys(states).length === 0) return;
  for (let b = 0; b < samples; b++) {
    for (let step = b === 0 ? 0 : clock.steps - clock.period + 1; step <= 0; step++) {
      net.at(`${clock.startOfStep(b, step, latency)} s`, { target: population, set: states });
    }
  }
}

function biasOf({ name, units }: Stage, bias: Float64Array, latency: number, { net, clock, samples }: StageContext): StagePopulation["bias"] {
  if (bias.every((b) => b === 0)) return undefined;
  const times = Float64Array.from({ length: samples * clock.steps }, (_, k) =>
    clock.spikeTime(Math.floor(k / clock.steps), k % clock.steps, latency - 1));
  const source = net.spikeSource(`${name} bias`, 1, { times, indices: new Uint32Array(times.length) });
  return { source, connections: fromAllToAll(1, units, bias) };
}

const fromAllToAll = (inputs: number, outputs: number, weights: Float64Array): Connections => ({
  inputs, outputs, weights, bias: new Float64Array(outputs),
  pre: Uint32Array.from(weights, (_, k) => Math.floor(k / outputs)), post: Uint32Array.from(weights, (_, k) => k % outputs),
});

/** The neurons of one stage of a model: population, constant input and recurrent connections. */
import { UnsupportedError } from "../../errors.ts";
import { neuron } from "../../model/neuron.ts";
import type { Network } from "../../network/network.ts";
import type { Population, SpikeSource } from "../../network/population.ts";
import type { Value } from "../../network/values.ts";
import type { CellsData, ModelData, Weights } from "../modelData.ts";
import { initialStates, populationValues, simulatedOf, valuesFor } from "./cellValues.ts";
import type { Clock } from "./clock.ts";
import type { Connections } from "./connections.ts";
import { withLargestInput } from "./largestInput.ts";
import type { Stage } from "./stages.ts";

export interface StagePopulation {
  readonly population: Population;
  /** One for each of the stage's connections. */
  readonly receptors: readonly string[];
  /** What a unit of the model's input is in the receptor's units, SI: [units] or [1]. */
  readonly factors: Float64Array;
  /** A source that spikes in every step of every sample. */
  readonly bias?: { readonly source: SpikeSource; readonly connections: readonly Connections[] };
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
  if (kind === "pool") return { population: net.population(name, units, poolRelay()), receptors: ["spike"], factors: Float64Array.of(1) };
  if (kind === "sum") {
    const population = net.population(name, units, runningSum()), bias = biasOf(stage, stage.connections.map((c) => c.bias), latency, context);
    restart(population, { y: 0 }, latency, context);
    return { population, receptors: ["y"], factors: Float64Array.of(1), ...(bias ? { bias } : {}) };
  }
  const cells = layer as CellsData, several = stage.connections.length;
  const { simulated, receptors } = several === 1 ? plainInput(cells) : withLargestInput(cells, several);
  const values = populationValues(cells, simulated, units, weights, clock.dt);
  const population = net.population(name, units, simulated.model, values);
  restart(population, initialStates(simulated, values), latency, context);
  const recurrent = weights.get(`${cells.name}/recurrent`)?.values, recurrentBias = weights.get(`${cells.name}/recurrentBias`)?.values;
  if (recurrent && several > 1) {
    throw new UnsupportedError("max-of-sums", `layer "${name}" has recurrent connections and the maximum of sums as its input`,
      "Put the max pool behind the neurons, or leave out one of the two.");
  }
  const bias = biasOf(stage, stage.connections.map((c) => c.bias.map((b, k) => b + (recurrentBias?.[k] ?? 0))), latency, context);
  return {
    population, receptors, factors: valuesFor(simulated.weight, cells, units, weights, clock.dt),
    ...(bias ? { bias } : {}),
    ...(recurrent ? { recurrent: fromAllToAll(units, units, Float64Array.from(recurrent)) } : {}),
  };
}

const plainInput = (layer: CellsData): ReturnType<typeof withLargestInput> => {
  const simulated = simulatedOf(layer);
  return { simulated, receptors: [simulated.receptor] };
};

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

function biasOf(
  { name, units }: Stage, biases: readonly Float64Array[], latency: number, { net, clock, samples }: StageContext,
): StagePopulation["bias"] {
  if (biases.every((bias) => bias.every((b) => b === 0))) return undefined;
  const times = Float64Array.from({ length: samples * clock.steps }, (_, k) =>
    clock.spikeTime(Math.floor(k / clock.steps), k % clock.steps, latency - 1));
  const source = net.spikeSource(`${name} bias`, 1, { times, indices: new Uint32Array(times.length) });
  return { source, connections: biases.map((bias) => fromAllToAll(1, units, bias)) };
}

const fromAllToAll = (inputs: number, outputs: number, weights: Float64Array): Connections => ({
  inputs, outputs, weights, bias: new Float64Array(outputs),
  pre: Uint32Array.from(weights, (_, k) => Math.floor(k / outputs)), post: Uint32Array.from(weights, (_, k) => k % outputs),
});

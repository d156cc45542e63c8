/**
 * A trained model as a network of the simulator that emits the same spikes, so that all of the simulator applies: monitors, rasters, plasticity,
 * threads, the GPU, the exact engine.
 */
import { ArgumentError } from "../../errors.ts";
import { Network } from "../../network/network.ts";
import type { Population, SpikingGroup } from "../../network/population.ts";
import type { Projection } from "../../network/projection.ts";
import type { ModelData, Weights } from "../modelData.ts";
import type { Sequence } from "../sequence.ts";
import { Clock } from "./clock.ts";
import { longestDelay } from "./composeConnections.ts";
import type { Connections } from "./connections.ts";
import { currentInput, isSpikes, spikeInput } from "./modelInput.ts";
import type { ModelInput } from "./modelInput.ts";
import { addStage } from "./stagePopulation.ts";
import type { StagePopulation } from "./stagePopulation.ts";
import { stagesOf } from "./stages.ts";
import type { Stage } from "./stages.ts";
import { connectWith } from "./synapsesOf.ts";
import type { PlasticSynapses } from "./synapsesOf.ts";

export interface ToNetworkOptions {
  /** What the network is shown, sample after sample; absent: a source named "input" to which spikes can be added. */
  readonly input?: Sequence;
  /**
   * `spikes`: the input's 0 and 1 are spikes of a source. `currents`: layers before the first neurons are computed, and their output is injected.
   * Default: spikes where the input has no other values and no rate layer is in the way.
   */
  readonly inputAs?: "spikes" | "currents";
  /** Projection → a synapse model that goes on learning, beginning with the trained weights; see `projections` of the result for names. */
  readonly plastic?: Readonly<Record<string, PlasticSynapses>>;
  /** Of the network; that of the model when absent. */
  readonly seed?: number;
}

export interface ModelNetwork {
  readonly network: Network;
  /** Input and layers in order. Those of neurons have the name of their layer. */
  readonly layers: readonly NetworkLayer[];
  /** Named by the layers that hold their weights: "dense", "conv2d pool"; "hidden recurrent", "hidden bias"; behind max pools also by receptor. */
  readonly projections: ReadonlyMap<string, Projection>;
  readonly clock: Clock;
  readonly samples: number;
  /** The step to compile with. */
  readonly dt: `${number} s`;
  /** How long it takes until the last layer has had its last step of the last sample. */
  readonly duration: `${number} s`;
}

export interface NetworkLayer {
  readonly name: string;
  readonly group: SpikingGroup;
  readonly kind: "input" | Stage["kind"];
  /** How many of the simulator's steps it runs behind the model's. */
  readonly latency: number;
}

/**
 * The network that gives the same spikes as the model, spike for spike up to rounding (compile with precision "f64" where that matters). A layer of
 * neurons is a population; dense layers, convolutions, average pools and batch normalisation between them become one projection, biases spikes of a
 * one-neuron source, delays those of synapses, recurrent connections a projection with the delay of one step, max pools relays.
 * `alignSpikes` puts recorded spikes back into model steps.
 *
 * @throws {UnsupportedError} for a layer or cell that the simulator has no counterpart of, by name
 * @throws {ArgumentError} for an input that is not the model's
 */
export function toNetwork(model: ModelData, weights: Weights, options: ToNetworkOptions = {}): ModelNetwork {
  const { input } = options, net = new Network({ seed: options.seed ?? model.seed });
  const asCurrents = options.inputAs === undefined ? input !== undefined && !isSpikes(model, input) : options.inputAs === "currents";
  if (asCurrents && !input) throw new ArgumentError("input", 'toNetwork: inputAs "currents" without an input', "Give the input.");
  const first = asCurrents ? Math.max(0, model.layers.findIndex((layer) => layer.kind === "cells")) : 0;
  const stages = stagesOf(model, weights, first);
  if (stages.length === 0) throw new ArgumentError("no-layers", "toNetwork: the model has no neurons", "Add neurons(…).");
  const pause = stages.reduce((sum, { connections }) => sum + 1 + Math.max(...connections.map(longestDelay)), 2);
  const clock = new Clock(model.dt, model.input.steps, pause), samples = input?.batch ?? 1;
  const source: ModelInput = asCurrents ? currentInput(net, model, weights, "input", input!, clock) : spikeInput(net, model, "input", input, clock);
  const layers: NetworkLayer[] = [{ name: "input", group: source.source, kind: "input", latency: 0 }];
  const projections = new Map<string, Projection>(), shown = { net, model, weights, clock, samples };
  const plastic = new Map(Object.entries(options.plastic ?? {}));
  const connect = (pre: SpikingGroup, to: StagePopulation, name: string, connections: readonly Connections[]): void => {
    connections.forEach((part, k) => {
      const own = connections.length > 1 ? `${name} ${to.receptors[k]!}` : name;
      projections.set(own, connectWith(net, pre, to, to.receptors[k]!, own, part, clock.dt, plastic.get(own)));
    });
  };
  stages.forEach((stage, k) => {
    const latency = k + 1, made = addStage(stage, latency, shown), before = layers[k]!.group;
    const connections = k === 0 && source.connections ? [source.connections] : stage.connections;
    connect(before, made, stage.through.length > 0 ? stage.through.join(" ") : `${layers[k]!.name} to ${stage.name}`, connections);
    if (made.bias) connect(made.bias.source, made, `${stage.name} bias`, made.bias.connections);
    if (made.recurrent) connect(made.population, made, `${stage.name} recurrent`, [made.recurrent]);
    layers.push({ name: stage.name, group: made.population, kind: stage.kind, latency });
  });
  for (const name of plastic.keys()) if (!projections.has(name)) throw noProjection(name, [...projections.keys()]);
  const last = clock.spikeTime(samples - 1, clock.steps - 1, stages.length);
  return { network: net, layers, projections, clock, samples, dt: `${clock.dt} s`, duration: `${last} s` };
}

/** The population of a layer of neurons. @throws {ArgumentError} for a name that is none */
export function populationOf({ layers }: ModelNetwork, name: string): Population {
  const found = layers.find((layer) => layer.name === name);
  if (found) return found.group as Population;
  throw new ArgumentError("unknown-name", `the network has no layer "${name}"`, `Known: ${layers.map((layer) => layer.name).join(", ")}.`);
}

const noProjection = (name: string, known: readonly string[]): ArgumentError =>
  new ArgumentError("unknown-name", `toNetwork: plastic names no projection with "${name}"`, `Known: ${known.join(", ")}.`);


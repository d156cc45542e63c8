/** `compileRates`: from described rate layers to running ones. */
import { ArgumentError, UnsupportedError } from "../errors.ts";
import type { Simulation } from "../engine/simulation.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity } from "../units/quantity.ts";
import type { EngineChoice } from "./chooseEngine.ts";
import type { RateNetworkData } from "./data.ts";
import { driveOf } from "./drives.ts";
import { inputReader, RateNode, required } from "./nodes.ts";
import { placeConnections } from "./placeConnections.ts";
import { RateSimulation } from "./rateSimulation.ts";
import type { RateNetwork } from "./rateNetwork.ts";
import type { RatePrecision } from "./matrix.ts";

export interface RateCompileOptions {
  /** The spiking neurons that the layers go in step with. Without it, only inputs given as functions or arrays are possible. */
  readonly simulation?: Simulation;
  /**
   * What holds the weights and runs the rules. `auto` (default): the fastest for each connection. `wasm`, `webgpu`: our own kernels. `gpu.js`: gpu.js
   * in the first of its modes that is here; `gpu.js-webgpu`, `gpu.js-webasm`, `gpu.js-cpu`: in that one. `javascript`: plain loops.
   */
  readonly engine?: EngineChoice;
  /** Of weights, rates and traces: f32 (default), or f64 on `wasm` and `javascript`. */
  readonly precision?: RatePrecision;
}

/**
 * Makes the layers ready to run, at the time at which the simulation is.
 *
 * @throws {ArgumentError} when layers and simulation do not fit together
 * @throws {UnsupportedError} when an engine that was asked for is not here, or cannot run a function
 */
export async function compileRates(rates: RateNetwork, options: RateCompileOptions = {}): Promise<RateSimulation> {
  const { data } = rates;
  const { simulation, engine = "auto", precision = "f32" } = options;
  if (data.nodes.length === 0) {
    throw new ArgumentError("empty", "the rate network has no layer", "Add one with rates.layer(name, units, { activation }).");
  }
  // Types do not reach those who write JavaScript.
  if (simulation && typeof simulation.onSpikes !== "function") {
    throw new UnsupportedError("engine", "rate layers go in steps, and this simulation has none", 'Compile the network with engine: "grid".');
  }
  const everySteps = simulation ? stepsOf(data, simulation) : 1;
  const drives = data.drives.map((drive) => {
    const what = `drive of "${drive.target.population}" by rate layer "${drive.layer}"`;
    return { layer: drive.layer, apply: driveOf(drive, required(simulation, what)) };
  });
  const inputs = data.nodes.filter((node) => node.kind === "input");
  const readers = new Map(inputs.map((node) => [node.name, inputReader(node, simulation, data.every)] as const));
  try {
    const nodes = new Map(data.nodes.map((node) => [node.name, new RateNode(node, precision)] as const));
    const placement = await placeConnections(data, engine, precision);
    const activations = new Map(await Promise.all(data.nodes.flatMap((node) => {
      if (node.kind === "input") return [];
      const isArray = [true, true, ...node.extras.map((e) => e.kind === "trace")];
      const made = placement.units.units(`rate layer "${node.name}"`, node.units, node.activation, isArray);
      return [Promise.resolve(made).then((map) => [node.name, map] as const)];
    })).catch((error: unknown) => {
      placement.dispose();
      throw error;
    }));
    return new RateSimulation({ data, simulation, everySteps, precision, nodes, readers, drives, placement, activations });
  } catch (error) {
    for (const reader of readers.values()) reader.end();
    throw error;
  }
}

function stepsOf({ every }: RateNetworkData, { dt }: Simulation): number {
  const steps = Math.round(every / dt);
  if (steps >= 1 && Math.abs(steps * dt - every) < 1e-9 * every) return steps;
  const time = (seconds: number) => formatQuantity(seconds, dimensions.second);
  throw new ArgumentError("time", `rate network: every ${time(every)} is no multiple of the simulation's step ${time(dt)}`,
    `Use e.g. ${time(Math.max(1, steps) * dt)}.`);
}

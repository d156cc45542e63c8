/** Layers and inputs at run time: their rates and traces. */
import { ArgumentError, SimulationError } from "../errors.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity } from "../units/quantity.ts";
import type { Simulation } from "../engine/simulation.ts";
import { Population } from "../network/population.ts";
import type { RangeData } from "../network/data.ts";
import type { SpikingGroup } from "../network/population.ts";
import type { InputData, LayerData } from "./data.ts";
import { newReals } from "./matrix.ts";
import type { RatePrecision, Reals } from "./matrix.ts";
import { filteredSpikes, spikeCounts } from "./spikeRates.ts";
import type { SpikeRates } from "./spikeRates.ts";

/** Rates and traces of the units of a layer or an input. */
export class RateNode {
  readonly data: InputData | LayerData;
  readonly rates: Reals;
  readonly traces: ReadonlyMap<string, Reals>;

  constructor(data: InputData | LayerData, precision: RatePrecision) {
    this.data = data;
    this.rates = newReals(precision, data.units);
    this.traces = new Map(data.traces.map((trace) => [trace.name, newReals(precision, data.units)] as const));
    this.clear();
  }

  /** Back to the start. */
  clear(): void {
    if (this.data.kind === "layer") this.rates.set(this.data.initial);
    else this.rates.fill(0);
    for (const { name, initial } of this.data.traces) this.traces.get(name)!.fill(initial);
  }

  updateTraces(): void {
    for (const { name, update } of this.data.traces) {
      const values = this.traces.get(name)!;
      for (let k = 0; k < values.length; k++) values[k] = update(values[k]!, this.rates[k]!);
    }
  }

  /** @throws {SimulationError} when a rate or trace is not finite */
  check(time: number): void {
    const { kind, name } = this.data;
    this.#checkFinite(this.rates, `rate ${kind} "${name}": the rate`, time);
    for (const [trace, values] of this.traces) this.#checkFinite(values, `rate ${kind} "${name}": ${trace}`, time);
  }

  #checkFinite(values: Reals, what: string, time: number): void {
    for (let k = 0; k < values.length; k++) {
      if (Number.isFinite(values[k])) continue;
      throw new SimulationError("not-finite", `${what} of unit ${k} is ${values[k]} at t = ${formatQuantity(time, dimensions.second)}`,
        "Weights may have grown without bound: try a smaller learning rate, or a rule that limits them.");
    }
  }
}

/** What gives an input its rates. */
export type InputReader = Pick<SpikeRates, "read" | "clear" | "end">;

/** @throws {ArgumentError} for spikes or states without a simulation, and populations that it does not have */
export function inputReader(data: InputData, simulation: Simulation | undefined, every: number): InputReader {
  const { input, name, units } = data;
  const what = `rate input "${name}"`;
  const none = { clear: () => {}, end: () => {} };
  if (input.kind === "given") {
    return { ...none, read: (now, into) => into.set(givenValues(input.values(now, Math.round(now / every)), units, what, now)) };
  }
  const running = required(simulation, what);
  const source = groupOf(input.source, running, what);
  switch (input.kind) {
    case "count": return spikeCounts(running, source, 1);
    case "rate": return spikeCounts(running, source, 1 / every);
    case "filter": return filteredSpikes(running, source, input.tau);
    case "state": {
      const { variable } = input;
      running.get(source, variable);
      return { ...none, read: (_now, into) => into.set(running.get(source, variable)) };
    }
    default: return input satisfies never;
  }
}

function givenValues(values: ArrayLike<number>, units: number, what: string, now: number): ArrayLike<number> {
  if (values?.length === units) return values;
  throw new ArgumentError("size", `${what}: ${values?.length ?? "no"} values at t = ${formatQuantity(now, dimensions.second)} for ${units} units`,
    `Return ${units} numbers.`);
}

/** @throws {ArgumentError} when there is none */
export function required(simulation: Simulation | undefined, what: string): Simulation {
  if (simulation) return simulation;
  throw new ArgumentError("simulation", `${what} needs a simulation of spiking neurons`,
    "Write compileRates(rates, { simulation: await compile(net, { dt }) }).");
}

/** The part of a population that a range names, in this simulation. @throws {ArgumentError} when it has none such */
export function groupOf(range: RangeData, { network }: Simulation, what: string): SpikingGroup {
  const { populations } = network.data;
  const found = populations.find((p) => p.name === range.population);
  if (!found || range.end > found.size) {
    throw new ArgumentError("foreign", `${what}: "${range.population}" is no population of the simulated network`,
      `Its populations: ${populations.map((p) => p.name).join(", ")}.`);
  }
  if (found.kind === "neurons") return new Population(found.model, range);
  return { name: range.population, size: range.end - range.start, range };
}

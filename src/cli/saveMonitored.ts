/** Saves what the network's own state and rate monitors recorded: traces and rates as pictures, traces as tables. */
import { join } from "node:path";
import { Population, RateMonitor, StateMonitor, SynapseMonitor } from "../index.ts";
import type { Network } from "../index.ts";
import { openTraceFile, saveRates, saveTraces } from "../io/index.ts";
import type { RateSeries } from "../io/index.ts";
import { unknownWeight } from "../model/synapseNames.ts";
import { dimensionless, dimensionName, dimensions, parseQuantity, sameDimension } from "../units/index.ts";
import type { Dimension } from "../units/index.ts";
import { shownUnit } from "../io/weights/shown.ts";
import { weightDimension } from "../io/weights/fromSimulation.ts";
import { fileName } from "./format.ts";

/** Neurons shown in a picture; the table holds all. */
const shownNeurons = 5;
const shownSynapses = 12;

/** In which unit a picture shows a dimension, and how many of it an SI unit is. */
const pictureUnits: readonly (readonly [Dimension, string, number])[] = [
  [dimensions.volt, "mV", 1e3],
  [dimensions.ampere, "pA", 1e12],
  [dimensions.siemens, "nS", 1e9],
  [dimensions.second, "ms", 1e3],
];

/** @returns the names of the files it made in the folder */
export async function saveMonitored(folder: string, network: Network, title: string): Promise<string[]> {
  const made: string[] = [];
  const fresh = (wish: string): string => {
    let name = wish;
    for (let k = 2; made.some((file) => file.startsWith(`${name}.`)); k++) name = `${wish}-${k}`;
    return name;
  };
  for (const monitor of network.monitors) {
    if (monitor instanceof StateMonitor && monitor.times.length > 0) {
      const name = fresh(`traces-${monitor.source.name}`);
      await saveTable(join(folder, `${name}.csv`), monitor);
      await saveTraces(join(folder, `${name}.png`), { times: monitor.times, series: seriesOf(monitor) }, { title });
      made.push(`${name}.csv`, `${name}.png`);
    }
  }
  for (const monitor of network.monitors) {
    if (!(monitor instanceof SynapseMonitor) || monitor.times.length === 0) continue;
    const name = fresh(fileName(`traces-${monitor.data.projection}`));
    const dimensions = synapseDimensions(network, monitor);
    await saveSynapseTable(join(folder, `${name}.csv`), monitor, dimensions);
    await saveTraces(join(folder, `${name}.png`), { times: monitor.times, series: synapseSeries(monitor, dimensions) }, { title });
    made.push(`${name}.csv`, `${name}.png`);
  }
  const rates = network.monitors.filter((m): m is RateMonitor => m instanceof RateMonitor && m.times.length > 0);
  if (rates.length > 0) {
    await saveRates(join(folder, "rates.png"), rates.map(rateSeries), { title });
    made.push("rates.png");
  }
  return made;
}

/** A rate monitor gives the end of each bin, a picture shows its middle. */
function rateSeries({ source, data, times, rate }: RateMonitor): RateSeries {
  const half = parseQuantity(data.every, dimensions.second, "rateMonitor: every") / 2;
  return { name: source.name, times: times.map((t) => t - half), rate };
}

async function saveTable(path: string, monitor: StateMonitor): Promise<void> {
  const names = monitor.data.names;
  const units = Object.fromEntries(names.map((name) => [name, dimensionName(dimensionOf(monitor, name))]));
  await using file = await openTraceFile(path, { names, elements: monitor.neurons, units });
  await file.append(monitor.times, new Map(names.map((name) => [name, monitor.get(name)])));
  await file.finish();
}

function seriesOf(monitor: StateMonitor): { name: string; unit: string; values: Float64Array }[] {
  const shown = monitor.neurons.subarray(0, shownNeurons);
  return monitor.data.names.flatMap((name) => {
    const dimension = dimensionOf(monitor, name);
    const [, unit, scale] = pictureUnits.find(([d]) => sameDimension(d, dimension)) ?? [dimension, dimensionName(dimension), 1];
    return [...shown].map((neuron, k) => ({ name: `${name}[${neuron}]`, unit, values: monitor.trace(name, k).map((x) => x * scale) }));
  });
}

function dimensionOf(monitor: StateMonitor, name: string): Dimension {
  const { source } = monitor;
  const known = source instanceof Population ? [...source.model.checked.variables, ...source.model.checked.parameters] : [];
  return known.find((v) => v.name === name)!.dimension;
}

/** Of each recorded variable or parameter of a projection's synapses. */
function synapseDimensions(network: Network, monitor: SynapseMonitor): ReadonlyMap<string, Dimension> {
  const { data } = network;
  const projection = data.projections.find(({ name }) => name === monitor.data.projection)!;
  const weight = weightDimension(data, projection);
  const { variables, parameters } = projection.model.checked;
  const dimensionOfName = (name: string): Dimension => {
    const known = [...variables, ...parameters].find((v) => v.name === name);
    // What is declared in units of the weight has those of the receptor.
    return name === "w" || (known !== undefined && sameDimension(known.dimension, unknownWeight)) ? weight : (known?.dimension ?? dimensionless);
  };
  return new Map(monitor.data.names.map((name) => [name, dimensionOfName(name)]));
}

async function saveSynapseTable(path: string, monitor: SynapseMonitor, known: ReadonlyMap<string, Dimension>): Promise<void> {
  const names = [...known.keys()];
  const units = Object.fromEntries(Array.from(known, ([name, dimension]) => [name, dimensionName(dimension)]));
  await using file = await openTraceFile(path, { names, elements: monitor.synapses, units });
  await file.append(monitor.times, new Map(names.map((name) => [name, monitor.get(name)])));
  await file.finish();
}

function synapseSeries(monitor: SynapseMonitor, known: ReadonlyMap<string, Dimension>): { name: string; unit: string; values: Float64Array }[] {
  const shown = monitor.synapses.subarray(0, shownSynapses);
  return Array.from(known).flatMap(([name, dimension]) => {
    const size = monitor.get(name).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const [unit, scale] = shownUnit(dimensionName(dimension), size);
    return Array.from(shown, (synapse, k) => ({ name: `${name}[${synapse}]`, unit, values: monitor.trace(name, k).map((x) => x * scale) }));
  });
}

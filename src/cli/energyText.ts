/** What an energy report says, for people. */
import type { EnergyReport, LayerEnergy } from "../train/energy/index.ts";
import { significant, table, thousands } from "./format.ts";

const columns: readonly (readonly [head: string, show: (layer: LayerEnergy) => string])[] = [
  ["layer", ({ name }) => name],
  ["connections", ({ connections }) => count(connections)],
  ["spikes/step", ({ rate }) => (Number.isNaN(rate) ? "–" : rate.toFixed(4))],
  ["synaptic events", ({ synapticEvents }) => count(synapticEvents)],
  ["products", ({ multiplications }) => count(multiplications)],
  ["updates", ({ neuronUpdates }) => count(neuronUpdates)],
  ["bits", ({ weightBits }) => String(weightBits)],
  ["NS-ACE", ({ eventDrivenEffort }) => count(eventDrivenEffort)],
  ["traffic", ({ traffic }) => `${count(traffic / 8)} B`],
  ["arithmetic", ({ energy }) => nanojoules(energy.arithmetic)],
  ["memory", ({ energy }) => nanojoules(energy.memory)],
];

/** A row for the synapses and a row for the neurons of each layer. */
export const layerTable = ({ layers }: EnergyReport): string =>
  table([columns.map(([head]) => head), ...layers.map((layer) => columns.map(([, show]) => show(layer)))], columns.map((_, k) => k).slice(1));

/** Spikes a step above which the gain of spikes is eaten by data movement, at 5 steps. Source: Yan et al. (2024), doi:10.48550/arXiv.2409.08290. */
const worthwhileRate = 0.057;

/** Lines under the table. */
export function totals({ energy, total, bitBudget, equivalentActivationBits, steps }: EnergyReport): string[] {
  const operations = `${count(total.synapticEvents)} sums, ${count(total.multiplications)} products`;
  const efforts = `S-ACE ${count(total.synchronousEffort)}, NS-ACE ${count(total.eventDrivenEffort)}`;
  const often = `${(100 * total.rate).toFixed(1)} % of inputs spike in a step; with memory, spikes at T = 5 pay below ${100 * worthwhileRate} %`;
  return [
    `arithmetic of synapses   ${nanojoules(energy.synapses)} (${operations}); neither neurons nor memory`,
    `arithmetic of neurons    ${nanojoules(energy.neurons)} (${count(total.neuronUpdates)} updates)`,
    `memory                   ${nanojoules(energy.memory)} (${count(total.traffic / 8)} bytes)`,
    `ANN in FP32              ${nanojoules(energy.ann)}, ${significant(energy.ann / energy.synapses)} times the synapses' arithmetic`,
    `ANN of ${equivalentActivationBits} bits            ${nanojoules(energy.quantisedAnn)}: as many bits as ${steps} steps carry, weights as here`,
    `bit budget               ${bitBudget} (steps · bits of a weight · bits of a spike), ${efforts}`,
    ...(total.rate > worthwhileRate ? [often] : []),
  ];
}

/** 12500 → "12 500"; small means with three digits. */
export const count = (value: number): string => (value >= 100 || Number.isInteger(value) ? thousands(value) : significant(value));

/** Picojoules as nanojoules or microjoules. */
export const nanojoules = (picojoules: number): string =>
  (picojoules >= 1e6 ? `${significant(picojoules / 1e6)} µJ` : `${significant(picojoules / 1e3)} nJ`);

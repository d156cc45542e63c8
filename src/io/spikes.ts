export type { SpikePopulation, Spikes } from "../math/spikes.ts";

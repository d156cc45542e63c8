export type { SpikePopulation, Spikes } from "./spikes.ts";
export { decodeSpikes, encodeSpikes, loadSpikes, mergeSpikes, saveSpikes } from "./spikeFiles.ts";
export type { LoadSpikesOptions, SaveSpikesOptions, SpikeFormat } from "./spikeFiles.ts";
export { openSpikeFile } from "./spikeFile.ts";
export type { SpikeFile, SpikeFileOptions } from "./spikeFile.ts";
export { decodeNpy, encodeNpy, encodeNpyTable } from "./formats/npy.ts";
export type { NpyArray, NpyData } from "./formats/npy.ts";
export { writeAtomically } from "./files.ts";

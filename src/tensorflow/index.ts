/** Spiking layers for TensorFlow.js. */
export type { Surrogate } from "../train/surrogate.ts";

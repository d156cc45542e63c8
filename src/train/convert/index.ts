/** Rate networks become spiking ones. */
export { outputsOf, percentileOf } from "./activationScale.ts";
export { convert, conversionMethods } from "./convert.ts";
export type { ConversionMethod, ConvertOptions } from "./convert.ts";
export { foldBatchNorm } from "./foldBatchNorm.ts";
export type { WeightedModel } from "./foldBatchNorm.ts";
export { perfectIntegrator } from "./integrateAndFire.ts";
export type { IntegratorOptions } from "./integrateAndFire.ts";

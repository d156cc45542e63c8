/** Rate-coded layers whose activations and learning rules are plain JavaScript functions, in step with spiking neurons. */
export { compileRates } from "./compileRates.ts";
export type { RateCompileOptions } from "./compileRates.ts";
export type { EngineChoice } from "./chooseEngine.ts";
export type { Activation, Rule, Trace, TraceUpdate } from "./data.ts";
export type { RateEngine, RatePrecision } from "./matrix.ts";
export { RateConnection, RateInput, RateLayer, RateNetwork } from "./rateNetwork.ts";
export type { ConnectOptions, LayerOptions, RateSource, SpikeOptions, TraceOptions } from "./rateNetwork.ts";
export type { EngineOfConnection, RateRunOptions, RateSimulation } from "./rateSimulation.ts";

/** Synfire: spiking neural networks from equations. */
export { ArgumentError, EquationError, FileError, SimulationError, SynfireError, UnsupportedError } from "./errors.ts";
export { neuron } from "./model/neuron.ts";
export type { NeuronModel, NeuronSpec } from "./model/neuron.ts";
export { isStatic, staticSynapseModel, synapse } from "./model/synapse.ts";
export type { SynapseModel, SynapseSpec } from "./model/synapse.ts";
export { formatQuantity, parseQuantity } from "./units/quantity.ts";
export type { Quantity, Unit } from "./units/quantity.ts";
export { dimensions } from "./units/dimension.ts";

export { Network } from "./network/network.ts";
export type { RunningSimulation } from "./network/network.ts";
export { Projection } from "./network/projection.ts";
export type { ProjectionOptions } from "./network/projection.ts";
export { Modulator, modulatorModel } from "./network/modulator.ts";
export type { ModulatorOptions } from "./network/modulator.ts";
export type { NewSynapses, Rewiring, RewiringOptions } from "./network/rewiring.ts";
export { StructuralPlasticity } from "./network/structural.ts";
export type { StructuralOptions, SynapticElementsOptions } from "./network/structural.ts";
export { growthDuring, growthRate } from "./math/growthCurve.ts";
export type { GrowthCurve } from "./math/growthCurve.ts";
export { Population, SpikeSource } from "./network/population.ts";
export type { SpikingGroup } from "./network/population.ts";
export {
  allToAll,
  distanceDependent,
  explicit,
  fixedIndegree,
  fixedOutdegree,
  fixedProbability,
  fixedTotalNumber,
  oneToOne,
  smallWorld,
} from "./network/connectors.ts";
export type { Connector, ConnectorOrRule } from "./network/connectors.ts";
export { clippedNormal, exponential, lognormal, normal, truncatedNormal, uniform } from "./network/values.ts";
export type { Distribution, Value } from "./network/values.ts";
export { arrayCurrent, rampCurrent, sineCurrent, stepCurrent } from "./network/inputs.ts";
export type { Current } from "./network/inputs.ts";
export { grid, positions, ring } from "./network/positions.ts";
export type { Positions } from "./network/positions.ts";
export { RateMonitor, SpikeMonitor, StateMonitor, SynapseMonitor, WeightMonitor } from "./network/monitors.ts";
export type { SpikeSink, TraceSink } from "./network/monitors.ts";

export { compile } from "./engine/compile.ts";
export type { CompileOptions } from "./engine/compileOptions.ts";
export type { ExactCompileOptions } from "./engine/exact/compileExact.ts";
export type { ExactSimulation } from "./engine/exact/simulation.ts";
export type { Progress, RunOptions, Simulation, StageTime, StreamChunk } from "./engine/simulation.ts";
export type { DeviceState } from "./engine/device/deviceRunner.ts";
export type { RunReport } from "./engine/report.ts";
export type { ElementState } from "./engine/growth.ts";

export { frequencyCurve, stdpCurve } from "./protocols/stdpCurve.ts";
export type { FrequencyCurveOptions, StdpCurveOptions, WeightChangeCurve } from "./protocols/stdpCurve.ts";
export { runPairings } from "./protocols/pairing.ts";
export type { PairedNeuron, PairedTrains, PairingOptions, PairingResult } from "./protocols/pairing.ts";

export type { SpikePopulation, Spikes } from "./math/spikes.ts";
export * from "./math/statistics/index.ts";
export { polychronousGroups } from "./math/polychrony/polychronousGroups.ts";
export type { DelayedNetwork, PolychronousGroup, PolychronyOptions } from "./math/polychrony/polychronousGroups.ts";

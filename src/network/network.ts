/** A spiking network as its author describes it. It holds plain data and never runs; `compile` makes a simulation of it. */
import { ArgumentError, SynfireError } from "../errors.ts";
import { methods } from "../model/checked.ts";
import type { Dimension, Method } from "../model/checked.ts";
import type { ParametersOf, ReceptorsOf, StateOf } from "../model/inference.ts";
import type { NeuronModel } from "../model/neuron.ts";
import type { CheckedSynapse } from "../model/checkedSynapse.ts";
import { staticSynapseModel } from "../model/synapse.ts";
import type { SynapseModel } from "../model/synapse.ts";
import { dimensionless, dimensionName, dimensions, isDimensionless } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import {
  checkDelays, checkModulators, checkSynapseValue, checkSynapseValues, checkWeightRules, checkWeightUnits, dimensionsOf,
} from "./checkProjection.ts";
import { checkStorage } from "./checkStorage.ts";
import type { AnyProjectionOptions } from "./checkProjection.ts";
import { checkConnector, checkCurrent, checkSample, checkTotalNumber, positiveTime, unknownName } from "./checks.ts";
import { allToAll, materialise } from "./connectors.ts";
import type { ChangeData, InputData, NetworkData, NormalisationData, PopulationData, ProjectionData, RangeData } from "./data.ts";
import type { Current } from "./inputs.ts";
import { checkModulatorOptions, Modulator, modulatorModelOf } from "./modulator.ts";
import type { ModulatorOptions } from "./modulator.ts";
import { RateMonitor, SpikeMonitor, StateMonitor, SynapseMonitor, WeightMonitor } from "./monitors.ts";
import { checkNormalisation } from "./normalisation.ts";
import type { NormalisationOptions } from "./normalisation.ts";
import { describeRange, Population, SpikeSource } from "./population.ts";
import { checkRewiring } from "./rewiring.ts";
import type { Rewiring, RewiringData, RewiringOptions } from "./rewiring.ts";
import type { NamesOf, SpikingGroup } from "./population.ts";
import type { Positions } from "./positions.ts";
import { Projection } from "./projection.ts";
import type { CommonProjectionOptions, ProjectionOptions } from "./projection.ts";
import { neuronScope, receptorDimension, synapseScope } from "./scopes.ts";
import { networkFromJSON, networkToJSON } from "./serialise.ts";
import { checkStructural, StructuralPlasticity } from "./structural.ts";
import type { StructuralData, StructuralOptions } from "./structural.ts";
import { checkedAt } from "./synapseEnds.ts";
import { neuronNames, resolveValue } from "./values.ts";
import type { Value } from "./values.ts";

export { Projection } from "./projection.ts";

/** What a change made while the network runs may do with the simulation; `compile` returns one. */
export interface RunningSimulation {
  /** Simulated time in seconds. */
  readonly time: number;
  /** Of neurons: [neurons]; of a projection's synapses, in storage order (by source, then as made): [synapses]. `w` is the weight. */
  get<G extends SpikingGroup | Projection>(target: G, name: NamesOf<G>): Float64Array;
  set<G extends SpikingGroup | Projection>(target: G, values: { readonly [K in NamesOf<G>]?: Value }): void;
  lesion(target: SpikingGroup): void;
  setWeight(projection: Projection, weight: Quantity): void;
  /** Adds to the value of a modulator now. */
  modulate(modulator: Modulator, amount: number): void;
  /** Whether the weights of a projection learn; transmission goes on either way. */
  setPlasticity(projection: Projection, learns: boolean): void;
  /** Brings the weights of a projection to the norms that `net.normalise` gave, now. */
  normalise(projection: Projection): void;
  /** Sources, targets, weights (SI), delays from spike to arrival (s) and ages (s since they were made) of all synapses, in storage order. */
  synapses(projection: Projection): {
    readonly pre: Uint32Array;
    readonly post: Uint32Array;
    readonly weights: Float64Array;
    readonly delays: Float64Array;
    readonly ages: Float64Array;
  };
  /** Removes synapses and makes others, now. */
  rewire(projection: Projection, change: Rewiring): void;
}

/** A change that is a function of the running simulation, and when. */
export interface Hook {
  readonly at: Quantity;
  readonly change: (simulation: RunningSimulation) => void;
}

/** Values for parameters and state variables of a model. */
export type ValuesOf<M> = { readonly [K in ParametersOf<M> | StateOf<M>]?: Value };

/** How often and of how many elements a monitor takes samples. */
export interface SamplingOptions {
  readonly every?: Quantity;
  readonly sample?: number;
}

export class Network {
  readonly seed: number;
  readonly #populations = new Map<string, PopulationData>();
  readonly #projections: ProjectionData[] = [];
  readonly #inputs: InputData[] = [];
  readonly #changes: ChangeData[] = [];
  readonly #normalisations: NormalisationData[] = [];
  readonly #rewirings: RewiringData[] = [];
  readonly #structural: StructuralData[] = [];
  /** Monitors in the order of their declaration. */
  readonly monitors: (SpikeMonitor | StateMonitor | RateMonitor | SynapseMonitor)[] = [];
  /** Changes that are functions; they are not part of the data. */
  readonly hooks: Hook[] = [];
  readonly #sourceListeners = new Set<(name: string, times: Float64Array, indices: Uint32Array) => void>();

  /** @param options.seed a whole number from 0 to 2^53; the same seed gives the same network and the same noise. */
  constructor(options: { readonly seed?: number } = {}) {
    this.seed = options.seed ?? 0;
    if (!Number.isSafeInteger(this.seed) || this.seed < 0) {
      throw new ArgumentError("seed", `seed ${this.seed} is not a whole number from 0 to 2^53`, "Write e.g. new Network({ seed: 42 }).");
    }
  }

  /**
   * Neurons of one model. `values` sets parameters and initial states: a quantity, an expression of i and the parameters, a distribution, an array.
   * `method` integrates this population by another method than its model asks for.
   */
  population<M extends NeuronModel>(
    name: string,
    size: number,
    model: M,
    values: ValuesOf<M> = {},
    options: { readonly positions?: Positions; readonly method?: Method } = {},
  ): Population<M> {
    this.#checkNew(name, size, options.positions);
    if (options.method !== undefined && !methods.includes(options.method)) {
      throw unknownName(`population "${name}"`, "integration method", String(options.method), methods);
    }
    const checked = model.checked;
    const known = new Map<string, Dimension>([...checked.parameters, ...checked.variables].map((v) => [v.name, v.dimension]));
    for (const key of Object.keys(values)) {
      if (!known.has(key)) throw unknownName(`population "${name}"`, "parameter or state variable", key, known.keys());
    }
    const scope = neuronScope(checked, options.positions);
    // A parameter may change in time; a start value cannot.
    const scopeInTime = new Map([...scope, ["t", dimensions.second] as const]);
    for (const [key, value] of Object.entries(values as Record<string, Value>)) {
      const inTime = checked.parameters.some((p) => p.name === key);
      const resolved = resolveValue(value, known.get(key)!, inTime ? scopeInTime : scope, `population "${name}": ${key}`);
      if (resolved.kind === "array" && resolved.values.length !== size) {
        throw new ArgumentError(
          "size",
          `population "${name}": ${key} has ${resolved.values.length} values for ${size} neurons`,
          `Give ${size} values.`,
        );
      }
    }
    this.#populations.set(name, {
      kind: "neurons",
      name,
      size,
      model,
      values: { ...(values as Record<string, Value>) },
      ...(options.method ? { method: options.method } : {}),
      ...(options.positions ? { positions: options.positions } : {}),
    });
    return new Population(model, { population: name, start: 0, end: size });
  }

  /** Independent Poisson spike trains. `rate` may differ by neuron (expression of i, array) or change in time (expression of t). */
  poissonSource(name: string, size: number, options: { readonly rate: Value; readonly positions?: Positions }): SpikeSource {
    this.#checkNew(name, size, options.positions);
    const scope = new Map([...neuronNames.slice(0, 2).map((n) => [n, dimensionless] as const), ["t", dimensions.second] as const]);
    resolveValue(options.rate, dimensions.hertz, scope, `poissonSource "${name}": rate`);
    this.#populations.set(name, { kind: "poisson", name, size, rate: options.rate, ...(options.positions ? { positions: options.positions } : {}) });
    return new SpikeSource({ population: name, start: 0, end: size });
  }

  /** Spikes given as arrays: `times` in seconds (or a unit), `indices` the neuron of each. More can be added while a simulation runs. */
  spikeSource(
    name: string,
    size: number,
    spikes: {
      readonly times?: ArrayLike<number> | { readonly values: ArrayLike<number>; readonly unit: string };
      readonly indices?: ArrayLike<number>;
      readonly positions?: Positions;
    } = {},
  ): SpikeSource {
    this.#checkNew(name, size, spikes.positions);
    const given = spikes.times ?? [];
    const scale = "unit" in given ? parseQuantity(`1 ${given.unit}`, dimensions.second, `spikeSource "${name}": times`) : 1;
    const times = Float64Array.from("unit" in given ? given.values : given, (t) => t * scale);
    const indices = Uint32Array.from(spikes.indices ?? new Uint32Array(times.length));
    this.#checkSpikes(name, size, times, indices, spikes.indices);
    this.#populations.set(name, { kind: "spikes", name, size, times, indices, ...(spikes.positions ? { positions: spikes.positions } : {}) });
    return new SpikeSource({ population: name, start: 0, end: size }, (more, which) => this.#addSpikes(name, more, which));
  }

  /** Poisson input of any rate to each neuron of the target, independent between neurons; statistically exact, and as cheap as one source. */
  poissonInput<M extends NeuronModel>(
    target: Population<M>,
    options: { readonly receptor: ReceptorsOf<M>; readonly rate: Value; readonly weight: Quantity },
  ): void {
    const range = this.#own(target.range);
    const receptor: string = options.receptor;
    const dimension = this.#receptorDimension(target, receptor, "poissonInput");
    const what = `poissonInput to "${range.population}"`;
    resolveValue(
      options.rate,
      dimensions.hertz,
      new Map([...neuronScope(target.model.checked, undefined), ["t", dimensions.second]]),
      `${what}: rate`,
    );
    parseQuantity(options.weight, dimension, `${what}: weight`);
    this.#inputs.push({
      kind: "poisson",
      name: this.#inputName("poisson", range),
      target: range,
      receptor,
      rate: options.rate,
      weight: options.weight,
    });
  }

  /** Adds a current (or any time course) to a parameter or impulse variable of the target. */
  currentInput<M extends NeuronModel>(
    target: Population<M>,
    options: { readonly into: ParametersOf<M> | StateOf<M>; readonly current: Current },
  ): void {
    const range = this.#own(target.range);
    const dimension = this.#injectable(target, options.into, "currentInput");
    checkCurrent(options.current, dimension, `currentInput to "${range.population}"`, range.end - range.start);
    this.#inputs.push({ kind: "current", name: this.#inputName("current", range), target: range, into: options.into, current: options.current });
  }

  /** Adds Gaussian noise, redrawn for each neuron every `every` (default: every step), to a parameter or impulse variable. */
  noiseInput<M extends NeuronModel>(
    target: Population<M>,
    options: { readonly into: ParametersOf<M> | StateOf<M>; readonly mean: Quantity; readonly std: Quantity; readonly every?: Quantity },
  ): void {
    const range = this.#own(target.range);
    const dimension = this.#injectable(target, options.into, "noiseInput");
    const what = `noiseInput to "${range.population}"`;
    parseQuantity(options.mean, dimension, `${what}: mean`);
    if (!(parseQuantity(options.std, dimension, `${what}: std`) >= 0))
      throw new ArgumentError("value", `${what}: std ${options.std} is negative`, "Use zero or a positive number.");
    if (options.every !== undefined) positiveTime(options.every, `${what}: every`);
    this.#inputs.push({
      kind: "noise",
      name: this.#inputName("noise", range),
      target: range,
      into: options.into,
      mean: options.mean,
      std: options.std,
      every: options.every,
    });
  }

  /**
   * Synapses from `pre` to `post`. `weight`, `delay`, and the parameters and state of the model: a quantity, an expression (of i, j, N_pre, N_post,
   * distance, positions, rand(), randn()), a distribution, or an array (for explicit, oneToOne and allToAll connectors). Without a delay a spike
   * arrives one step later.
   */
  projection<M extends SynapseModel, Post extends NeuronModel>(
    pre: SpikingGroup,
    post: Population<Post>,
    model: M,
    options: ProjectionOptions<M, Post>,
  ): Projection<M> {
    const given = options as unknown as AnyProjectionOptions;
    const from = this.#own(pre.range),
      to = this.#own(post.range);
    const preData = this.#populations.get(from.population)!,
      postData = this.#populations.get(to.population)!;
    const { receptor, weight } = given;
    const ends = [describeRange(from, preData.size), describeRange(to, postData.size)] as const;
    const label = given.name ?? this.#projectionName(...ends, receptor ?? model.name);
    const what = `projection ${label}`;
    if (this.#projections.some((p) => p.name === label))
      throw new ArgumentError("duplicate", `there are two projections "${label}"`, "Give the second another name.");
    if (!isSynapseModel(model))
      throw new ArgumentError("synapse", `${what}: the third argument is no synapse model`, "Make one with synapse({ … }), or use staticSynapse.");
    if (receptor !== undefined) this.#receptorDimension(post, receptor, what);
    else if (model.usesReceptor)
      throw new ArgumentError("receptor", `${what}: synapse "${model.name}" sends to a receptor, but none is named`, receptorFix(post.model));
    if (weight === undefined)
      throw new ArgumentError("weight", `${what}: the weight is missing`, 'Write e.g. weight: "0.1 mV", the value with which w begins.');
    const checked = checkedAt({ name: label, model, receptor, weight }, preData, postData);
    const connect = materialise(given.connect, pre.size, post.size);
    const count = checkConnector(connect, pre.size, post.size, preData.positions, postData.positions, what);
    checkTotalNumber(connect, from, to, what);
    const check = { what, checked, scope: synapseScope(preData.positions, postData.positions), count };
    checkSynapseValue("weight", weight, checked.variables[0]!.dimension, check);
    const delays = checkDelays(given, model.pathways, check);
    const values = checkSynapseValues(given, check);
    const modulators = checkModulators(given, check, (name) => this.#isModulator(name));
    const rules = checkWeightRules(given, check);
    checkWeightUnits(model, checked, given, what);
    const storage = checkStorage(given, model, connect, check);
    this.#projections.push({
      name: label,
      pre: from,
      post: to,
      model,
      connect,
      receptor,
      weight,
      ...delays,
      values,
      modulators,
      ...rules,
      ...storage,
    });
    return new Projection(label, model);
  }

  /**
   * One value that synapses read as a modulator: it jumps by `amount` at each spike of `from`, or by what `sim.modulate` adds, and decays with `tau`;
   * or it follows a `signal`.
   */
  modulator(name: string, options: ModulatorOptions = {}): Modulator {
    checkModulatorOptions(options, `modulator "${name}"`);
    const { from, amount, delay, signal } = options;
    if (from) this.#own(from.range);
    const { model, values } = modulatorModelOf(options);
    const population = this.population(name, 1, model, values);
    this.#populations.set(name, { ...(this.#populations.get(name) as PopulationData & { kind: "neurons" }), modulator: true });
    if (signal) this.currentInput(population, { into: "value", current: signal });
    if (from) {
      const wire = { connect: allToAll(), receptor: "amount", weight: amount ?? 1, ...(delay === undefined ? {} : { delay }) };
      this.projection(from, population, staticSynapseModel("static"), wire);
    }
    return new Modulator(name, population);
  }

  /** Brings the weights of a projection to a norm, for each neuron of one side: every so often, or when `sim.normalise` is called. */
  normalise(projection: Projection, options: NormalisationOptions): void {
    const data = this.#projectionData(projection.name);
    this.#normalisations.push(checkNormalisation(data.name, options, this.#checkedSynapse(data).variables[0]!.dimension));
  }

  /** Replaces synapses of a projection by a rule every so often; their number stays. */
  rewiring(projection: Projection, options: RewiringOptions): void {
    const data = this.#projectionData(projection.name);
    this.#checkFree(data.name);
    this.#rewirings.push(checkRewiring(data, options, this.#checkedSynapse(data).variables[0]!.dimension));
  }

  /**
   * Growth and pruning that keep the activity of neurons: elements of axons and dendrites grow with curves of the calcium concentration, vacant ones
   * pair to synapses, and synapses go when a neuron retracts their elements.
   */
  structuralPlasticity(options: StructuralOptions): StructuralPlasticity {
    const name = options.name ?? `structural plasticity ${this.#structural.length + 1}`;
    if (this.#structural.some((s) => s.name === name))
      throw new ArgumentError("duplicate", `there are two rules "${name}"`, "Give the second another name.");
    for (const e of options.elements) this.#own(e.population.range);
    const data = checkStructural(name, options, (projection) => this.#projectionData(projection));
    for (const kind of data.synapses) for (const projection of kind.projections) this.#checkFree(projection);
    this.#structural.push(data);
    return new StructuralPlasticity(name);
  }

  /** At most one rule makes and removes the synapses of a projection. */
  #checkFree(projection: string): void {
    if (this.#projections.find((p) => p.name === projection)?.store === false)
      throw new ArgumentError("store", `projection ${projection}: its synapses are not stored and cannot come and go`, "Leave out store: false.");
    const rewired = this.#rewirings.some((r) => r.projection === projection);
    const grown = this.#structural.some((s) => s.synapses.some((kind) => kind.projections.includes(projection)));
    if (!rewired && !grown) return;
    throw new ArgumentError("duplicate", `two rules would make and remove the synapses of projection ${projection}`,
      "Give it one rule, or split the projection.");
  }

  /** Records the spikes of the given groups; of everything that spikes when none is given. */
  spikeMonitor(...sources: SpikingGroup[]): SpikeMonitor {
    return this.#monitorSpikes(sources, false);
  }

  /** Counts the spikes of each neuron without keeping their times. */
  spikeCounter(...sources: SpikingGroup[]): SpikeMonitor {
    return this.#monitorSpikes(sources, true);
  }

  /**
   * Records state variables or parameters every `every` (default: each step), of all neurons or of `sample` neurons spread evenly; or of a
   * projection's synapses, where `w` is the weight.
   */
  stateMonitor<M extends NeuronModel>(
    source: Population<M>,
    names: readonly (StateOf<M> | ParametersOf<M>)[],
    options?: SamplingOptions,
  ): StateMonitor<StateOf<M> | ParametersOf<M>>;
  stateMonitor<M extends SynapseModel>(
    source: Projection<M>,
    names: readonly NamesOf<Projection<M>>[],
    options?: SamplingOptions,
  ): SynapseMonitor<NamesOf<Projection<M>>>;
  stateMonitor(source: Population | Projection, names: readonly string[], options: SamplingOptions = {}): StateMonitor | SynapseMonitor {
    if (options.every !== undefined) positiveTime(options.every, "stateMonitor: every");
    const monitor = source instanceof Projection ? this.#monitorSynapses(source, names, options) : this.#monitorNeurons(source, names, options);
    this.monitors.push(monitor);
    return monitor;
  }

  #monitorNeurons(source: Population, names: readonly string[], options: SamplingOptions): StateMonitor {
    const range = this.#own(source.range);
    const known = [...source.model.checked.variables.map((v) => v.name), ...source.model.checked.parameters.map((p) => p.name)];
    for (const n of names) if (!known.includes(n)) throw unknownName(`stateMonitor of "${range.population}"`, "state variable", n, known);
    checkSample(options.sample, source.size, "stateMonitor");
    return new StateMonitor(source, { kind: "state", source: range, names: [...names], every: options.every, sample: options.sample });
  }

  #monitorSynapses(source: Projection, names: readonly string[], options: SamplingOptions): SynapseMonitor {
    const data = this.#projectionData(source.name);
    if (data.store === false)
      throw new ArgumentError("store", `stateMonitor of ${data.name}: its synapses are not stored, and their weights are fixed`,
        "Read sim.weights(projection) once, or leave out store: false.");
    const known = [...dimensionsOf(data.model.checked, true).keys()];
    for (const n of names) if (!known.includes(n)) throw unknownName(`stateMonitor of ${data.name}`, "variable or parameter", n, known);
    checkSample(options.sample, Infinity, "stateMonitor");
    const monitored = { kind: "synapses", projection: data.name, names: [...names], every: options.every, sample: options.sample } as const;
    return names.length === 1 && names[0] === "w" ? (new WeightMonitor(monitored) as SynapseMonitor) : new SynapseMonitor(monitored);
  }

  /** Records the population's mean firing rate in bins of `every`. */
  rateMonitor(source: SpikingGroup, options: { readonly every: Quantity }): RateMonitor {
    const range = this.#own(source.range);
    positiveTime(options.every, "rateMonitor: every");
    const monitor = new RateMonitor(source, { kind: "rate", source: range, every: options.every });
    this.monitors.push(monitor);
    return monitor;
  }

  /** Records the weights of all synapses, or of `sample` of them spread evenly, every `every`. */
  weightMonitor(projection: Projection, options: { readonly every: Quantity; readonly sample?: number }): WeightMonitor {
    positiveTime(options.every, "weightMonitor: every");
    checkSample(options.sample, Infinity, "weightMonitor");
    const monitor = this.#monitorSynapses(projection, ["w"], options) as unknown as WeightMonitor;
    this.monitors.push(monitor as SynapseMonitor);
    return monitor;
  }

  /**
   * A change at a time of the simulation: `{ target, set: { i_ext: "300 pA" } }`, `{ lesion: E.slice(0, 100) }`, `{ projection, weight: "0 mV" }`,
   * or a function that receives the simulation (functions are not kept in JSON).
   */
  at<M extends NeuronModel, S extends SynapseModel>(
    time: Quantity,
    change:
      | { readonly target: Population<M>; readonly set: ValuesOf<M> }
      | { readonly lesion: SpikingGroup }
      | { readonly projection: Projection<S>; readonly weight: Quantity }
      | { readonly projection: Projection<S>; readonly set: { readonly [K in NamesOf<Projection<S>>]?: Value } }
      | ((simulation: RunningSimulation) => void),
  ): void {
    const seconds = parseQuantity(time, dimensions.second, "net.at: time");
    if (!(seconds >= 0)) throw new ArgumentError("time", `net.at: time ${time} lies before the start`, "Use 0 s or later.");
    if (typeof change === "function") {
      this.hooks.push({ at: time, change });
    } else if ("lesion" in change) {
      this.#changes.push({ at: time, lesion: this.#own(change.lesion.range) });
    } else if ("projection" in change) {
      this.#changes.push({ at: time, ...this.#synapseChange(change, `net.at ${time}`) });
    } else {
      const range = this.#own(change.target.range);
      const checked = change.target.model.checked;
      const known = new Map([...checked.parameters, ...checked.variables].map((v) => [v.name, v.dimension]));
      const set = change.set as Readonly<Record<string, Value>>;
      for (const [key, value] of Object.entries(set)) {
        const dimension = known.get(key);
        if (!dimension) throw unknownName(`net.at ${time}: population "${range.population}"`, "parameter or state variable", key, known.keys());
        resolveValue(value, dimension, neuronScope(checked, undefined), `net.at ${time}: ${range.population}.${key}`);
      }
      this.#changes.push({ at: time, target: range, set });
    }
  }

  #synapseChange(
    change: { readonly projection: Projection; readonly weight: Quantity } | { readonly projection: Projection; readonly set: object },
    what: string,
  ): { readonly projection: string; readonly weight: Quantity } | { readonly projection: string; readonly set: Readonly<Record<string, Value>> } {
    const data = this.#projectionData(change.projection.name);
    const checked = this.#checkedSynapse(data);
    if ("weight" in change) {
      parseQuantity(change.weight, checked.variables[0]!.dimension, `${what}: weight of ${data.name}`);
      return { projection: data.name, weight: change.weight };
    }
    const [pre, post] = [this.#populations.get(data.pre.population)!, this.#populations.get(data.post.population)!];
    const size = (range: RangeData): number => range.end - range.start;
    const count = checkConnector(data.connect, size(data.pre), size(data.post), pre.positions, post.positions, what);
    const check = { what: `${what}: projection ${data.name}`, checked, scope: synapseScope(pre.positions, post.positions), count };
    const known = dimensionsOf(checked, true);
    const set = Object.entries(change.set as Readonly<Record<string, Value>>).map(([key, value]) => {
      const dimension = known.get(key);
      if (!dimension) throw unknownName(check.what, "variable or parameter", key, known.keys());
      return [key, checkSynapseValue(key, value, dimension, check)] as const;
    });
    return { projection: data.name, set: Object.fromEntries(set) };
  }

  /** The population or source of that name. */
  group(name: string): Population | SpikeSource {
    const data = this.#populations.get(name);
    if (!data) throw unknownName("network", "population", name, this.#populations.keys());
    const range = { population: name, start: 0, end: data.size };
    if (data.kind === "neurons") return new Population(data.model, range);
    return new SpikeSource(range, data.kind === "spikes" ? (times, indices) => this.#addSpikes(name, times, indices) : undefined);
  }

  /** Everything that spikes, in the order it was made. */
  get groups(): (Population | SpikeSource)[] {
    return [...this.#populations.keys()].map((name) => this.group(name));
  }

  /** The network as plain data, typed arrays included; see `toJSON` for text. */
  get data(): NetworkData {
    return {
      format: "synfire-network",
      version: 1,
      seed: this.seed,
      populations: [...this.#populations.values()],
      projections: [...this.#projections],
      inputs: [...this.#inputs],
      monitors: this.monitors.map((m) => m.data),
      changes: [...this.#changes],
      normalisations: [...this.#normalisations],
      ...(this.#rewirings.length > 0 ? { rewirings: [...this.#rewirings] } : {}),
      ...(this.#structural.length > 0 ? { structural: [...this.#structural] } : {}),
    };
  }

  /** JSON-safe description: `JSON.stringify(net)` works. A network with changes that are functions is refused. */
  toJSON(): object {
    if (this.hooks.length > 0)
      throw new ArgumentError(
        "json",
        "net.at was given a function, which JSON cannot hold",
        "Use the data form: net.at(time, { target, set: { … } }).",
      );
    return networkToJSON(this.data);
  }

  /** Rebuilds a network from `toJSON`'s result or its text; it simulates to the same spikes. */
  static fromJSON(json: unknown): Network {
    try {
      return Network.#fromData(networkFromJSON(json));
    } catch (error) {
      if (error instanceof SynfireError) throw error;
      // A field that is missing or of another type shows itself as a TypeError or RangeError of whoever reads it first.
      throw new ArgumentError(
        "network-file",
        `this is not a network that can be read: ${(error as Error).message}`,
        "Write the file with JSON.stringify(net).",
      );
    }
  }

  static #fromData(data: NetworkData): Network {
    const net = new Network({ seed: data.seed });
    const groupOf = (range: RangeData): SpikingGroup => {
      const whole = net.group(range.population);
      return range.start === 0 && range.end === whole.size ? whole : whole.slice(range.start, range.end);
    };
    const populationOf = (range: RangeData): Population => {
      const group = groupOf(range);
      if (!(group instanceof Population))
        throw new ArgumentError("json", `"${range.population}" is a source of spikes, not a population of neurons`, "Correct the file.");
      return group;
    };
    for (const p of data.populations) {
      const place = p.positions ? { positions: p.positions } : {};
      if (p.kind === "neurons") {
        net.population(p.name, p.size, p.model, p.values, { ...place, ...(p.method === undefined ? {} : { method: p.method }) });
        if (p.modulator) net.#populations.set(p.name, { ...(net.#populations.get(p.name) as typeof p), modulator: true });
      } else if (p.kind === "poisson") net.poissonSource(p.name, p.size, { rate: p.rate, ...place });
      else net.spikeSource(p.name, p.size, { times: p.times, indices: p.indices, ...place });
    }
    const modulatorOf = (name: string): Modulator => new Modulator(name, populationOf({ population: name, start: 0, end: 1 }));
    for (const { pre, post, model, values, modulators, delay, pathwayDelays, ...options } of data.projections) {
      const delays = pathwayDelays ?? delay;
      net.projection(groupOf(pre), populationOf(post), model, {
        ...defined(values),
        ...(defined(options) as unknown as CommonProjectionOptions<SynapseModel> & { readonly receptor?: string }),
        ...(delays === undefined ? {} : { delay: delays }),
        modulators: Object.fromEntries(Object.entries(modulators).map(([key, name]) => [key, modulatorOf(name)])),
      });
    }
    const projectionOf = (name: string): Projection => new Projection(name, net.#projectionData(name).model);
    for (const { projection, side, target, ...options } of data.normalisations) {
      const { dimension } = net.#checkedSynapse(net.#projectionData(projection)).variables[0]!;
      net.normalise(projectionOf(projection), { ...options, [side]: isDimensionless(dimension) ? target : `${target} ${dimensionName(dimension)}` });
    }
    for (const { projection, ...options } of data.rewirings ?? []) net.rewiring(projectionOf(projection), options);
    for (const { elements, synapses, ...rule } of data.structural ?? []) {
      net.structuralPlasticity({
        ...rule,
        elements: elements.map((e) => ({ ...e, population: groupOf(e.population) })),
        synapses: synapses.map((kind) => ({ ...kind, projections: kind.projections.map(projectionOf) })),
      });
    }
    for (const input of data.inputs) {
      const target = populationOf(input.target);
      if (input.kind === "poisson") net.poissonInput(target, input);
      else if (input.kind === "current") net.currentInput(target, input);
      else
        net.noiseInput(target, { into: input.into, mean: input.mean, std: input.std, ...(input.every === undefined ? {} : { every: input.every }) });
    }
    for (const m of data.monitors) {
      if (m.kind === "spikes") net.#monitorSpikes(m.sources.map(groupOf), m.countsOnly);
      else if (m.kind === "rate") net.rateMonitor(groupOf(m.source), { every: m.every });
      else if (m.kind === "synapses") net.stateMonitor(projectionOf(m.projection), m.names, sampling(m));
      else net.stateMonitor(populationOf(m.source), m.names, sampling(m));
    }
    for (const c of data.changes) {
      if ("lesion" in c) net.at(c.at, { lesion: groupOf(c.lesion) });
      else if ("projection" in c)
        net.at(c.at, { projection: projectionOf(c.projection), ...("weight" in c ? { weight: c.weight } : { set: c.set }) });
      else net.at(c.at, { target: populationOf(c.target), set: c.set });
    }
    return net;
  }

  /** For the engine: called when spikes are added to a source. Returns how to stop listening. */
  onAddedSpikes(listener: (name: string, times: Float64Array, indices: Uint32Array) => void): () => void {
    this.#sourceListeners.add(listener);
    return () => this.#sourceListeners.delete(listener);
  }

  #addSpikes(name: string, times: ArrayLike<number>, indices: ArrayLike<number>): void {
    const data = this.#populations.get(name);
    if (data?.kind !== "spikes") return;
    const t = Float64Array.from(times),
      n = Uint32Array.from(indices);
    this.#checkSpikes(name, data.size, t, n, indices);
    // A running simulation may refuse spikes of its past, so it hears of them before they are kept.
    for (const listener of this.#sourceListeners) listener(name, t, n);
    const allTimes = new Float64Array(data.times.length + t.length),
      allIndices = new Uint32Array(allTimes.length);
    allTimes.set(data.times);
    allTimes.set(t, data.times.length);
    allIndices.set(data.indices);
    allIndices.set(n, data.times.length);
    this.#populations.set(name, { ...data, times: allTimes, indices: allIndices });
  }

  #checkSpikes(name: string, size: number, times: Float64Array, indices: Uint32Array, given: ArrayLike<number> | undefined): void {
    const what = `spikeSource "${name}"`;
    if (times.length !== indices.length)
      throw new ArgumentError("size", `${what}: ${times.length} times but ${indices.length} indices`, "Give one index for each time.");
    const late = times.findIndex((t) => !(t >= 0 && Number.isFinite(t)));
    if (late >= 0) throw new ArgumentError("time", `${what}: time ${late} is ${times[late]}`, "Spike times are finite seconds from 0.");
    for (let k = 0; k < indices.length; k++) {
      const i = given ? given[k]! : 0;
      if (!(Number.isInteger(i) && i >= 0 && i < size))
        throw new ArgumentError("index", `${what}: index ${k} is ${i}`, `Indices are whole numbers from 0 to ${size - 1}.`);
    }
  }

  #monitorSpikes(sources: readonly SpikingGroup[], countsOnly: boolean): SpikeMonitor {
    // A modulator is one value, not a neuron: it is recorded only when asked for.
    const groups = sources.length > 0 ? sources : this.groups.filter((g) => !this.#isModulator(g.name));
    for (const s of groups) this.#own(s.range);
    if (groups.length === 0) throw new ArgumentError("empty", "spikeMonitor: the network has no population yet", "Make the populations first.");
    const monitor = new SpikeMonitor(groups, { countsOnly });
    this.monitors.push(monitor);
    return monitor;
  }

  #checkNew(name: string, size: number, positions: Positions | undefined): void {
    if (typeof name !== "string" || !/^[A-Za-z_][\w. -]*$/.test(name)) {
      throw new ArgumentError(
        "name",
        `population name ${JSON.stringify(name)} is not usable`,
        "Start with a letter; use letters, digits, spaces, dots, dashes and underscores.",
      );
    }
    if (this.#populations.has(name)) throw new ArgumentError("duplicate", `there are two populations "${name}"`, "Give the second another name.");
    if (!Number.isSafeInteger(size) || size <= 0)
      throw new ArgumentError("size", `population "${name}": size ${size} is not a number of neurons`, "Use a whole number of at least 1.");
    if (size >= 2 ** 31)
      throw new ArgumentError("size", `population "${name}": ${size} neurons are more than 2^31`, "Split it into several populations.");
    if (positions && positions.coordinates.length !== size * positions.dimensions) {
      throw new ArgumentError(
        "positions",
        `population "${name}": ${positions.coordinates.length / positions.dimensions} positions for ${size} neurons`,
        "Give one position a neuron.",
      );
    }
  }

  #own(range: RangeData): RangeData {
    const data = this.#populations.get(range.population);
    if (!data || range.end > data.size)
      throw new ArgumentError("foreign", `"${range.population}" belongs to another network`, "Make it with this network's population(…).");
    return range;
  }

  #projectionData(name: string): ProjectionData {
    const found = this.#projections.find((p) => p.name === name);
    if (!found)
      throw unknownName(
        "network",
        "projection",
        name,
        this.#projections.map((p) => p.name),
      );
    return found;
  }

  #isModulator(name: string): boolean {
    const data = this.#populations.get(name);
    return data?.kind === "neurons" && data.modulator === true;
  }

  #checkedSynapse(data: ProjectionData): CheckedSynapse {
    return checkedAt(data, this.#populations.get(data.pre.population)!, this.#populations.get(data.post.population)!);
  }

  #projectionName(pre: string, post: string, receptor: string): string {
    const plain = `${pre}→${post}`;
    const taken = (text: string) => this.#projections.some((p) => p.name === text);
    if (!taken(plain)) return plain;
    if (!taken(`${plain} (${receptor})`)) return `${plain} (${receptor})`;
    let k = 2;
    while (taken(`${plain} #${k}`)) k++;
    return `${plain} #${k}`;
  }

  #inputName(kind: string, range: RangeData): string {
    return `${kind} ${this.#inputs.length} to ${range.population}`;
  }

  #receptorDimension(target: Population<NeuronModel>, receptor: string, what: string): Dimension {
    const receptors = target.model.checked.receptors;
    if (!Object.hasOwn(receptors, receptor)) throw unknownName(`${what}: model "${target.model.name}"`, "receptor", receptor, Object.keys(receptors));
    return receptorDimension(target.model.checked, receptor);
  }

  #injectable(target: Population<NeuronModel>, into: string, what: string): Dimension {
    const { parameters, variables } = target.model.checked;
    const found = parameters.find((p) => p.name === into) ?? variables.find((v) => v.name === into && v.impulse);
    if (found) return found.dimension;
    if (variables.some((v) => v.name === into)) {
      throw new ArgumentError(
        "into",
        `${what}: "${into}" of model "${target.model.name}" is a state variable that accumulates`,
        "Inject into a parameter (such as i_ext) or an (impulse) variable of the equations.",
      );
    }
    throw unknownName(
      `${what}: model "${target.model.name}"`,
      "parameter",
      into,
      parameters.map((p) => p.name),
    );
  }
}

function isSynapseModel(model: unknown): model is SynapseModel {
  return typeof model === "object" && model !== null && (model as { kind?: unknown }).kind === "synapse" && "checked" in model;
}

function receptorFix(model: NeuronModel): string {
  const first = Object.keys(model.receptors)[0];
  return first === undefined ? `Model "${model.name}" has no receptor; give it one.` : `Add receptor: "${first}".`;
}

/** Without the entries that are undefined. */
function defined<T extends object>(table: T): Partial<T> {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The sampling of a monitor as options. */
function sampling(m: { readonly every: Quantity | undefined; readonly sample: number | undefined }): SamplingOptions {
  return { ...(m.every === undefined ? {} : { every: m.every }), ...(m.sample === undefined ? {} : { sample: m.sample }) };
}

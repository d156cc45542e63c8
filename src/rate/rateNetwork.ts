/** Rate-coded layers as their author describes them. They hold plain data and functions and never run; `compileRates` makes them run. */
import { ArgumentError, didYouMean } from "../errors.ts";
import type { Population, SpikeSource, SpikingGroup } from "../network/population.ts";
import type { ParametersOf, StateOf } from "../model/inference.ts";
import type { NeuronModel } from "../model/neuron.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { checkDeterministic, extrasOf, newName, tracesOf, unitsOf, valuesOf } from "./checks.ts";
import type { With } from "./checks.ts";
import type { Activation, ConnectionData, DriveData, InputData, InputKind, LayerData, RateNetworkData, Rule, Trace } from "./data.ts";

/** Anything that has a rate for each of its units. */
export class RateSource {
  readonly name: string;
  readonly units: number;

  constructor(name: string, units: number) {
    this.name = name;
    this.units = units;
  }
}

/** Rates that come from outside: from spikes, from states of neurons, or from a function of time. */
export class RateInput extends RateSource {
  readonly kind = "input";
}

/** Units whose rates are a function of their input. */
export class RateLayer extends RateSource {
  readonly kind = "layer";
}

/** A matrix of weights between two sets of units. */
export class RateConnection {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export interface TraceOptions {
  /** Variables of each unit that follow its rate: `{ mean: (mean, rate) => mean + 0.01 * (rate - mean) }`. Rules and activations may read them. */
  readonly traces?: Readonly<Record<string, Trace>>;
}

export interface SpikeOptions extends TraceOptions {
  /** Default: `<population> spikes`. */
  readonly name?: string;
  /** Time constant of an exponential filter: the rate is the sum of exp(−age/filter)/filter over the spikes so far, in Hz. */
  readonly filter?: Quantity;
  /** The number of spikes since the update before instead of a rate. Without filter or count: that number per second. */
  readonly count?: boolean;
}

export interface LayerOptions extends TraceOptions {
  readonly activation: Activation;
  /** Further arguments of the activation, in order: numbers, and names of the layer's traces. */
  readonly with?: With;
  /** Added to the input of each unit. Default 0. */
  readonly bias?: number | ArrayLike<number>;
  /** Rates at the start. Default 0. */
  readonly initial?: number | ArrayLike<number>;
  /** How often inputs from the layer itself and activations are computed in an update, so that they settle. Default 1. */
  readonly settle?: number;
}

export interface ConnectOptions {
  /** Default: `<pre> → <post>`. */
  readonly name?: string;
  /** One for all, one for each pair (by source, then by target: pre.units × post.units), or a function of the two indices. */
  readonly weights: number | ArrayLike<number> | ((pre: number, post: number) => number);
  /** How a weight learns. Without it, it stays. */
  readonly rule?: Rule;
  /** Further arguments of the rule, in order: numbers, and traces as "pre.mean" or "post.mean". */
  readonly with?: With;
  /** Whether units of a layer that is connected with itself have a weight onto themselves. Default true. */
  readonly autapses?: boolean;
}

export class RateNetwork {
  readonly #every: number;
  readonly #nodes = new Map<string, InputData | LayerData>();
  readonly #connections: ConnectionData[] = [];
  readonly #drives: DriveData[] = [];

  /** @param options.every time from update to update, e.g. "10 ms" */
  constructor(options: { readonly every: Quantity }) {
    this.#every = parseQuantity(options.every, dimensions.second, "rate network: every");
    if (!(this.#every > 0)) {
      throw new ArgumentError("time", `rate network: every ${options.every} is not a positive time`,
        'Write e.g. new RateNetwork({ every: "10 ms" }).');
    }
  }

  /** Spikes of a population or source as rates. */
  spikes(source: SpikingGroup, options: SpikeOptions = {}): RateInput {
    const { population } = source.range;
    const what = `rate input from "${population}"`;
    if (options.filter !== undefined && options.count === true) {
      throw new ArgumentError("filter", `${what}: a count is not filtered`, "Leave out filter or count.");
    }
    const tau = options.filter === undefined ? undefined : parseQuantity(options.filter, dimensions.second, `${what}: filter`);
    if (tau !== undefined && !(tau > 0)) {
      throw new ArgumentError("time", `${what}: filter ${options.filter} is not a positive time`, 'Write e.g. filter: "50 ms".');
    }
    const { range } = source;
    const input: InputKind = tau !== undefined ? { kind: "filter", source: range, tau } : { kind: options.count ? "count" : "rate", source: range };
    return this.#input(options.name ?? `${population} spikes`, source.size, input, options);
  }

  /** A state variable or parameter of a population, in SI units, as it is at each update. */
  state<M extends NeuronModel>(
    source: Population<M>, variable: StateOf<M> | ParametersOf<M>, options: TraceOptions & { readonly name?: string } = {},
  ): RateInput {
    const { population } = source.range;
    return this.#input(options.name ?? `${population} ${variable}`, source.size, { kind: "state", source: source.range, variable }, options);
  }

  /** Rates given by a function of time (s) and the number of the update, from 1; or constant ones. */
  input(
    name: string,
    units: number,
    options: TraceOptions & { readonly values: ArrayLike<number> | ((time: number, update: number) => ArrayLike<number>) },
  ): RateInput {
    const { values } = options;
    const given = typeof values === "function" ? values : ((fixed) => () => fixed)(valuesOf(values, units, `rate input "${name}": values`));
    return this.#input(name, units, { kind: "given", values: given }, options);
  }

  /** Units whose rates are `activation(drive, rate)`, where the drive is the bias and what connections bring. */
  layer(name: string, units: number, options: LayerOptions): RateLayer {
    const what = `rate layer "${name}"`;
    newName(name, this.#nodes, what);
    unitsOf(units, what);
    const traces = tracesOf(options.traces, what);
    checkDeterministic(options.activation, `${what}: activation`);
    const extras = extrasOf(options.with, options.activation, 2, { own: traces }, `${what}: activation`);
    const { settle = 1 } = options;
    if (!Number.isInteger(settle) || settle < 1) throw new ArgumentError("settle", `${what}: settle is ${settle}`, "Use a whole number from 1.");
    this.#nodes.set(name, {
      kind: "layer", name, units, activation: options.activation, extras, traces, settle,
      bias: valuesOf(options.bias ?? 0, units, `${what}: bias`),
      initial: valuesOf(options.initial ?? 0, units, `${what}: initial`),
    });
    return new RateLayer(name, units);
  }

  /**
   * Connects all units of one with all units of a layer: each adds weight · rate to the drive. Rates of layers declared before the target are those
   * of the same update; those of the target itself and of later layers are those of the update before.
   */
  connect(pre: RateSource, post: RateLayer, options: ConnectOptions): RateConnection {
    const name = options.name ?? `${pre.name} → ${post.name}`;
    const what = `rate connection ${name}`;
    if (this.#connections.some((c) => c.name === name)) {
      throw new ArgumentError("duplicate", `there are two rate connections "${name}"`, "Give the second another name.");
    }
    const from = this.#node(pre, what), to = this.#node(post, what);
    if (to.kind !== "layer") throw new ArgumentError("layer", `${what}: "${post.name}" is an input`, "Connect to a layer.");
    const { weights, rule } = options;
    const list = typeof weights === "function"
      ? Float64Array.from({ length: pre.units * post.units }, (_, k) => weights(Math.floor(k / post.units), k % post.units)) : weights;
    const values = valuesOf(list, pre.units * post.units, `${what}: weights`, `${pre.units} × ${post.units}`);
    if (!rule && options.with) throw new ArgumentError("rule", `${what}: with is given, but no rule`, "Leave out with.");
    if (rule) checkDeterministic(rule, `${what}: rule`);
    const autapses = options.autapses ?? true;
    if (!autapses) {
      if (from !== to) throw new ArgumentError("self", `${what}: only a layer that is connected with itself has autapses`, "Leave autapses out.");
      for (let k = 0; k < post.units; k++) values[k * post.units + k] = 0;
    }
    const extras = rule ? extrasOf(options.with, rule, 3, { pre: from.traces, post: to.traces }, `${what}: rule`) : [];
    this.#connections.push({ name, pre: pre.name, post: post.name, weights: values, extras, autapses, ...(rule ? { rule } : {}) });
    return new RateConnection(name);
  }

  /**
   * Lets a parameter or state variable of a population, or the rate of a Poisson source, follow the rates of a layer: offset + scale · rate, set at
   * the start and at every update. Unit k drives neuron k.
   */
  drive<M extends NeuronModel>(
    layer: RateLayer,
    target: Population<M>,
    options: { readonly into: ParametersOf<M> | StateOf<M>; readonly scale: Quantity; readonly offset?: Quantity },
  ): void;
  drive(layer: RateLayer, target: SpikeSource, options?: { readonly into?: "rate"; readonly scale?: Quantity; readonly offset?: Quantity }): void;
  drive(
    layer: RateLayer,
    target: SpikingGroup,
    options: { readonly into?: string; readonly scale?: Quantity; readonly offset?: Quantity } = {},
  ): void {
    const { into = "rate", scale = "1 Hz", offset } = options;
    const what = `drive of "${target.name}" by rate layer "${layer.name}"`;
    this.#node(layer, what);
    if (layer.units !== target.size) {
      throw new ArgumentError("size", `${what}: ${layer.units} units for ${target.size} neurons`, "Use a layer of as many units, or a slice.");
    }
    const { population, start, end } = target.range;
    const other = this.#drives.find((d) => d.into === into && d.target.population === population && d.target.start < end && start < d.target.end);
    if (other) {
      throw new ArgumentError("duplicate", `${what}: its ${into} follows layer "${other.layer}" already`,
        "Connect both layers to one that drives it.");
    }
    this.#drives.push({ layer: layer.name, target: target.range, into, scale, offset });
  }

  /** All of it as data. */
  get data(): RateNetworkData {
    return { every: this.#every, nodes: [...this.#nodes.values()], connections: [...this.#connections], drives: [...this.#drives] };
  }

  #input(name: string, units: number, input: InputKind, options: TraceOptions): RateInput {
    const what = `rate input "${name}"`;
    newName(name, this.#nodes, what);
    unitsOf(units, what);
    this.#nodes.set(name, { kind: "input", name, units, input, traces: tracesOf(options.traces, what) });
    return new RateInput(name, units);
  }

  #node(source: RateSource, what: string): InputData | LayerData {
    const found = this.#nodes.get(source.name);
    if (found && found.units === source.units) return found;
    const near = didYouMean(source.name, this.#nodes.keys());
    throw new ArgumentError("foreign", `${what}: "${source.name}" belongs to another rate network`,
      near ? `Did you mean "${near}"?` : "Use a layer or input of this one.");
  }
}

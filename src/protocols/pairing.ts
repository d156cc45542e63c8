/**
 * What a rule of plasticity makes of spikes at given times on both sides of a synapse: the rule itself runs, in a network of one synapse for
 * each train of spikes.
 */
import { ArgumentError, SimulationError } from "../errors.ts";
import { compile } from "../engine/compile.ts";
import { neuron, type NeuronModel } from "../model/neuron.ts";
import { staticSynapseModel, type SynapseModel } from "../model/synapse.ts";
import { unknownWeight } from "../model/synapseNames.ts";
import { oneToOne } from "../network/connectors.ts";
import { Network } from "../network/network.ts";
import type { Population } from "../network/population.ts";
import type { Value } from "../network/values.ts";
import { dimensionless, dimensionName, dimensions, sameDimension, type Dimension } from "../units/dimension.ts";
import { formatQuantity, parseQuantity, readQuantity, type Quantity } from "../units/quantity.ts";

/** A postsynaptic neuron that fires when it is told to. Default: a relay. */
export interface PairedNeuron {
  readonly model: NeuronModel;
  readonly values?: Readonly<Record<string, Value>>;
  /** Into which the synapse sends; default one that is added, where what arrives has no effect. */
  readonly receptor?: string;
  /** What makes it fire: one spike of this weight into this receptor for each postsynaptic spike that is wanted. */
  readonly drive: { readonly receptor: string; readonly weight: Quantity };
}

export interface PairingOptions {
  /** Parameters and state of the model, as a projection takes them; or a preset of the model. */
  readonly values?: Readonly<Record<string, Value>>;
  readonly preset?: string;
  /** Weight at the start. Default: the model's `w_ref` or `w_0`, half of its `w_max`, or 1. */
  readonly weight?: Quantity;
  /** Which variable of the synapse is looked at. Default "w". */
  readonly variable?: string;
  /** Whether the delay is axonal, so that a spike pair that coincides acts pre before post (Brian2, the default), or dendritic (NEST). */
  readonly reading?: "brian2" | "nest";
  /** That delay; default one step. */
  readonly delay?: Quantity;
  /** Where the times of spikes are meant: as they reach the synapse (default), or as they leave the somata, so that the delay shifts them. */
  readonly at?: "synapse" | "soma";
  readonly neuron?: PairedNeuron;
  /** Simulated after the last spike. Default "1 s". */
  readonly settle?: Quantity;
  /** Default "0.1 ms". */
  readonly dt?: Quantity;
  /** Default "f64". */
  readonly precision?: "f32" | "f64";
}

/** Times of spikes on both sides of one synapse, seconds. */
export interface PairedTrains {
  readonly pre: ArrayLike<number>;
  readonly post: ArrayLike<number>;
}

/** What became of one synapse a train, SI units. */
export interface PairingResult {
  /** At the start. */
  readonly before: number;
  /** [trains] */
  readonly after: Float64Array;
  /** When the postsynaptic neurons fired, in the same sense as the times that were asked for; a relay fires when it was asked to. [trains] */
  readonly post: readonly Float64Array[];
}

/**
 * Runs a synapse model under given spikes of both sides, each pair of trains at a synapse of its own.
 *
 * @param trains in steps of dt to rounding; times before the first possible one are moved, all by the same amount
 * @throws {EquationError} when the model needs variables that the postsynaptic neuron does not have: give a `neuron` that does
 * @throws {SimulationError} when a postsynaptic neuron fires more or less often than it was driven to
 */
export async function runPairings(model: SynapseModel, trains: readonly PairedTrains[], options: PairingOptions = {}): Promise<PairingResult> {
  const { dt = "0.1 ms", reading = "brian2", at = "synapse", variable = "w", precision = "f64" } = options;
  if (trains.length === 0) throw new ArgumentError("pairings", "there are no spikes to pair", "Give at least one pair of trains.");
  const step = seconds(dt, "dt");
  const delay = options.delay === undefined ? step : seconds(options.delay, "delay");
  const values = { ...presetOf(model, options.preset), ...options.values };
  const weight = options.weight ?? startWeight(model, values);
  // A relay repeats its drive one step later; at the synapse, spikes of the delayed side have left that much earlier.
  const [preEarly, postEarly] = at === "soma" ? [0, 0] : reading === "nest" ? [0, delay] : [delay, 0];
  const times = trains.flatMap(({ pre, post }) => [...Array.from(pre, (t) => t - preEarly), ...Array.from(post, (t) => t - postEarly - step)]);
  const start = Math.max(0, Math.ceil((2 * step - Math.min(...times)) / step)) * step;

  const net = new Network();
  const pre = net.spikeSource("pre", trains.length, schedule(trains.map((train) => Array.from(train.pre, (t) => t - preEarly + start))));
  const drive = net.spikeSource("drive", trains.length, schedule(trains.map((train) => Array.from(train.post, (t) => t - postEarly - step + start))));
  const paired = options.neuron ? withReceptor(options.neuron, inputUnit(model, weight)) : relayFor(model, weight);
  const post = net.population("post", trains.length, paired.model, paired.values ?? {}) as Population;
  net.projection(drive, post, staticSynapseModel("drive"), {
    connect: oneToOne(), receptor: paired.drive.receptor as never, weight: paired.drive.weight, delay: dt, name: "drive",
  });
  const learned = net.projection(pre, post, model, {
    ...values, connect: oneToOne(), weight, name: "paired",
    ...(model.usesReceptor ? { receptor: paired.receptor as never } : {}),
    ...(reading === "nest" ? { dendriticDelay: inSteps(delay, step) } : { delay: inSteps(delay, step) }),
    ...(model.modulators.length === 0 ? {}
      : { modulators: Object.fromEntries(model.modulators.map((name) => [name, net.modulator(name, { initial: 1 })])) }),
  } as never);
  const fired = net.spikeMonitor(post);
  const simulation = await compile(net, { dt, precision });
  try {
    const before = simulation.get(learned, variable as never)[0]!;
    const last = Math.max(...times) + start + seconds(options.settle ?? "1 s", "settle");
    await simulation.run(`${last + delay} s`);
    const spikes = trains.map((): number[] => []);
    fired.times.forEach((t, k) => spikes[fired.indices[k]!]!.push(t + postEarly - start));
    spikes.forEach((own, k) => checkFired(own.length, trains[k]!.post.length, k));
    return { before, after: simulation.get(learned, variable as never), post: spikes.map((own) => Float64Array.from(own)) };
  } finally {
    await simulation[Symbol.asyncDispose]();
  }
}

function checkFired(count: number, wanted: number, synapse: number): void {
  if (count === wanted) return;
  const problem = `the postsynaptic neuron of synapse ${synapse} fired ${count} times when ${wanted} spikes were wanted`;
  throw new SimulationError("pairings", problem, "Give a drive of another weight, or a neuron that the synapse alone cannot make fire.");
}

function schedule(trains: readonly (readonly number[])[]): { times: Float64Array; indices: Uint32Array } {
  const spikes = trains.flatMap((times, index) => times.map((time) => ({ time, index }))).sort((a, b) => a.time - b.time || a.index - b.index);
  return { times: Float64Array.from(spikes, ({ time }) => time), indices: Uint32Array.from(spikes, ({ index }) => index) };
}

/** A neuron that fires whenever it is driven, and to which the synapse's own input does nothing. @param weight  of the synapse */
export function relayFor(model: SynapseModel, weight: Quantity): PairedNeuron {
  const unit = inputUnit(model, weight);
  const relay = neuron({
    name: "relay", state: { driven: 0, received: nothing(unit) }, receptors: { drive: "driven", synapse: "received" },
    equations: `driven : 1 (impulse); received : ${unit} (impulse)`, threshold: "driven > 0",
  }) as NeuronModel;
  return { model: relay, receptor: "synapse", drive: { receptor: "drive", weight: 1 } };
}

/** The same neuron with a receptor of no effect, unless the synapse is to have one. */
function withReceptor(paired: PairedNeuron, unit: string): PairedNeuron {
  if (paired.receptor !== undefined) return paired;
  const { checked: _, ...spec } = paired.model;
  const model = neuron({
    ...spec, state: { ...spec.state, paired_input: nothing(unit) }, receptors: { ...spec.receptors, paired_input: "paired_input" },
    equations: `${spec.equations}\npaired_input : ${unit} (impulse)`,
  } as never) as NeuronModel;
  return { ...paired, model, receptor: "paired_input" };
}

/** Of what a synapse sends, as equations write it. */
function inputUnit(model: SynapseModel, weight: Quantity): string {
  const own = model.checked.variables[0]!.dimension;
  return dimensionName(isUnknown(own) ? readQuantity(weight, "weight").dimension : own);
}

const nothing = (unit: string): Quantity => (unit === "1" ? 0 : `0 ${unit}`) as Quantity;

function presetOf(model: SynapseModel, preset: string | undefined): Readonly<Record<string, Value>> {
  if (preset === undefined) return {};
  const found = (model.presets as Readonly<Record<string, Readonly<Record<string, Value>>>>)[preset];
  if (found && Object.hasOwn(model.presets, preset)) return found;
  const known = Object.keys(model.presets).join(", ") || "none";
  throw new ArgumentError("unknown-preset", `synapse "${model.name}" has no preset "${preset}"`, `It has ${known}.`);
}

/** The weight at which a rule is usually shown; "1 weight" is 1 in the unit that a relay gives it. */
export function startWeight(model: SynapseModel, values: Readonly<Record<string, Value>>): Quantity {
  const defaults: Readonly<Record<string, Value>> = model.parameters;
  for (const given of [values, defaults]) {
    for (const [name, factor] of [["w_ref", 1], ["w_0", 1], ["w_max", 0.5]] as const) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (typeof value !== "string" && typeof value !== "number") continue;
      const { value: amount, dimension } = readQuantity(String(value).replace(/\s*weight$/, ""), `${name} of ${model.name}`);
      return formatQuantity(factor * amount, dimension) as Quantity;
    }
  }
  const own: Dimension = model.checked.variables[0]!.dimension;
  return formatQuantity(1, isUnknown(own) ? dimensionless : own) as Quantity;
}

function seconds(time: Quantity, what: string): number {
  const value = parseQuantity(time, dimensions.second, what);
  if (value >= 0) return value;
  throw new ArgumentError("time", `${what} is ${time}`, 'Write a time such as "1 ms".');
}

/** Whether the weight has the unit of the receptor, whatever that is. */
const isUnknown = (dimension: Dimension): boolean => sameDimension(dimension, unknownWeight);

const inSteps = (delay: number, step: number): Quantity => `${Math.max(0, Math.round(delay / step)) * step} s`;

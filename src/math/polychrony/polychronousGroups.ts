/** Search for polychronous groups: neurons that follow each other, not together, but in an order that the delays of strong synapses fix. */
import { ArgumentError } from "../../errors.ts";
import { Propagator, restingPotential } from "./propagation.ts";
import type { Cells, Graph, Propagation } from "./propagation.ts";

/** Neurons of Izhikevich (2003) and their synapses, as `sim.synapses` gives them; neurons are counted through the network. */
export interface DelayedNetwork {
  /** Rate of recovery, per ms. [neurons] */
  readonly a: ArrayLike<number>;
  /** What a spike adds to the recovery variable, volt. [neurons] */
  readonly d: ArrayLike<number>;
  /** Sensitivity of recovery to v, and v after a spike (volt). Default 0.2 and −0.065. */
  readonly b?: number;
  readonly c?: number;
  /** [synapses] */
  readonly pre: ArrayLike<number>;
  readonly post: ArrayLike<number>;
  /** Volt; what arrives is added to the current of one ms. [synapses] */
  readonly weights: ArrayLike<number>;
  /** Seconds. [synapses] */
  readonly delays: ArrayLike<number>;
}

export interface PolychronyOptions {
  /** Excitatory synapses count from this weight on, volt. Default 0.95 of the largest weight. */
  readonly strong?: number;
  /** How many neurons start a group. Default 3. */
  readonly initiators?: number;
  /** Neurons on the longest path of a group, its initiator included. Default 7. */
  readonly length?: number;
  /** Seconds within which a spike must have arrived to have a share in the target's. Default the longest delay. */
  readonly window?: number;
  /** A group ends after so many spikes. Default the number of neurons. */
  readonly spikes?: number;
  /** The neurons at which the initiators' spikes are to arrive together. Default all. */
  readonly anchors?: Iterable<number>;
}

export interface PolychronousGroup {
  /** The neuron at which the initiators' spikes arrive together. */
  readonly anchor: number;
  /** Neuron and time (s) of each spike; the initiators come first. [spikes] */
  readonly neurons: Uint32Array;
  readonly times: Float64Array;
  /** Place on the longest path that leads to each spike: 1 for initiators. [spikes] */
  readonly layers: Uint32Array;
  /** Which spike (row of the arrays above) had a share in which, over what delay (s). */
  readonly links: readonly { readonly from: number; readonly to: number; readonly delay: number }[];
  /** The largest of the layers. */
  readonly length: number;
}

/**
 * Finds polychronous groups. For each neuron and each combination of (by default three) strong synapses onto it, their sources are fired so
 * that the spikes arrive together, and the spikes spread through the strong excitatory and all inhibitory synapses of the network at rest. What
 * follows is a group if its longest path holds at least `length` neurons and each initiator has a share in two spikes at least: with less,
 * the same group would be found again with any other initiator in its place.
 *
 * @throws {ArgumentError} when arrays do not fit, a synapse has no end, or the neurons have no resting potential
 * @source Izhikevich (2006), Neural Comput. 18:245–282, §3.1. doi:10.1162/089976606775093882
 */
export function polychronousGroups(network: DelayedNetwork, options: PolychronyOptions = {}): PolychronousGroup[] {
  checkNetwork(network);
  const strong = (options.strong ?? 0.95 * largest(network.weights)) * 1e3;
  const { initiators = 3, length: shortest = 7 } = options;
  const cells = cellsOf(network),
    neurons = cells.a.length;
  const graph = graphOf(network, neurons, strong);
  const window = options.window === undefined ? graph.longest : Math.round(options.window * 1e3);
  const propagator = new Propagator(graph, cells, options.spikes ?? neurons);
  const incoming = strongInputs(graph, neurons),
    inhibitory = inhibitoryNeurons(graph, neurons);
  const groups: PolychronousGroup[] = [];
  for (const anchor of options.anchors ?? Array(neurons).keys()) {
    for (const chosen of combinations(incoming[anchor] ?? [], initiators)) {
      const latest = Math.max(...chosen.map(({ delay }) => delay));
      const initial = chosen.map(({ pre, delay }) => ({ neuron: pre, time: latest - delay, shortest: delay }));
      const spread = propagator.run(initial);
      if (spread.spikes < initiators + shortest - 1) continue;
      const group = describe(spread, { anchor, initiators, window, inhibitory });
      if (group.length >= shortest && everyInitiatorCounts(group, initiators, inhibitory)) groups.push(group);
    }
  }
  return groups;
}

interface Input {
  readonly pre: number;
  readonly delay: number;
}

/** Spikes that arrived within the window from excitatory neurons have a share; a spike's layer is one more than the highest of those. */
function describe(
  { spikes, neurons, times, from, at, before, lastArrival }: Propagation,
  { anchor, initiators, window, inhibitory }: { anchor: number; initiators: number; window: number; inhibitory: Uint8Array },
): PolychronousGroup {
  const layers = new Uint32Array(spikes).fill(1, 0, initiators);
  const links: { from: number; to: number; delay: number }[] = [];
  for (let spike = initiators; spike < spikes; spike++) {
    for (let arrival = lastArrival[spike]!; arrival >= 0 && at[arrival]! > times[spike]! - window; arrival = before[arrival]!) {
      const source = from[arrival]!;
      if (inhibitory[neurons[source]!]) continue;
      links.push({ from: source, to: spike, delay: (at[arrival]! - times[source]!) / 1e3 });
      layers[spike] = Math.max(layers[spike]!, layers[source]! + 1);
    }
  }
  return {
    anchor,
    neurons: neurons.slice(0, spikes),
    times: Float64Array.from(times.subarray(0, spikes), (t) => t / 1e3),
    layers,
    links,
    length: largest(layers),
  };
}

function everyInitiatorCounts({ links, neurons }: PolychronousGroup, initiators: number, inhibitory: Uint8Array): boolean {
  const shares = new Uint32Array(initiators);
  for (const { from, to } of links) if (from < initiators && !inhibitory[neurons[to]!]) shares[from]!++;
  return shares.every((count) => count >= 2);
}

/** Each choice of `size` inputs once. */
function* combinations(inputs: readonly Input[], size: number, first = 0, chosen: readonly Input[] = []): Generator<readonly Input[]> {
  if (chosen.length === size) {
    yield chosen;
    return;
  }
  for (let k = first; k <= inputs.length - (size - chosen.length); k++) yield* combinations(inputs, size, k + 1, [...chosen, inputs[k]!]);
}

/** Strong excitatory synapses and all inhibitory ones, by source. */
function graphOf({ pre, post, weights, delays }: DelayedNetwork, neurons: number, strong: number): Graph {
  const counts = (e: number) => weights[e]! < 0 || weights[e]! * 1e3 >= strong;
  const chosen = Uint32Array.from({ length: pre.length }, (_, e) => e)
    .filter(counts)
    .sort((x, y) => pre[x]! - pre[y]! || x - y);
  const starts = new Uint32Array(neurons + 1);
  for (const e of chosen) starts[pre[e]! + 1]!++;
  for (let i = 0; i < neurons; i++) starts[i + 1]! += starts[i]!;
  const steps = Uint32Array.from(chosen, (e) => Math.round(delays[e]! * 1e3));
  return {
    starts,
    targets: Uint32Array.from(chosen, (e) => post[e]!),
    weights: Float64Array.from(chosen, (e) => weights[e]! * 1e3),
    delays: steps,
    longest: Math.max(1, largest(steps)),
  };
}

/** Excitatory inputs of each neuron, in the order of their sources. */
function strongInputs({ starts, targets, weights, delays }: Graph, neurons: number): Input[][] {
  const inputs: Input[][] = Array.from({ length: neurons }, () => []);
  for (let pre = 0; pre < neurons; pre++) {
    for (let e = starts[pre]!; e < starts[pre + 1]!; e++) if (weights[e]! > 0) inputs[targets[e]!]!.push({ pre, delay: delays[e]! });
  }
  return inputs;
}

/** 1 for each neuron whose first synapse inhibits. */
const inhibitoryNeurons = ({ starts, weights }: Graph, neurons: number): Uint8Array =>
  Uint8Array.from({ length: neurons }, (_, i) => (starts[i]! < starts[i + 1]! && weights[starts[i]!]! < 0 ? 1 : 0));

const cellsOf = ({ a, d, b = 0.2, c = -0.065 }: DelayedNetwork): Cells => ({
  a: Float64Array.from(a),
  d: Float64Array.from(d, (x) => x * 1e3),
  b,
  c: c * 1e3,
});

/** Math.max of an array of any length; −Infinity of nothing. */
function largest(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let k = 0; k < values.length; k++) most = Math.max(most, values[k]!);
  return most;
}

function checkNetwork({ a, d, b = 0.2, pre, post, weights, delays }: DelayedNetwork): void {
  const refuse = (code: string, problem: string, fix: string) => new ArgumentError(code, `polychronousGroups: ${problem}`, fix);
  if (a.length !== d.length) throw refuse("size", `${a.length} values of a, but ${d.length} of d`, "Give one of each a neuron.");
  const lengths = [pre.length, post.length, weights.length, delays.length];
  if (new Set(lengths).size > 1)
    throw refuse("size", `pre, post, weights and delays have lengths ${lengths.join(", ")}`, "Give one of each a synapse.");
  if (Number.isNaN(restingPotential(b)))
    throw refuse("rest", `neurons with b = ${b} never rest`, "Groups are sought in a network at rest: b below 0.26.");
  for (let e = 0; e < pre.length; e++) {
    const stray = [pre[e]!, post[e]!].find((n) => !(Number.isInteger(n) && n >= 0 && n < a.length));
    if (stray !== undefined)
      throw refuse("index", `synapse ${e} ends at neuron ${stray} of ${a.length}`, "Count neurons through the network, from 0.");
    if (!(delays[e]! >= 0.0005))
      throw refuse("delay", `synapse ${e} has a delay of ${delays[e]! * 1e3} ms`, "Groups are sought in steps of 1 ms: 1 ms or more.");
  }
}

/** Two protocols of electrophysiology, run on a rule: pairs of spikes at a distance in time, and at a frequency. */
import { ArgumentError } from "../errors.ts";
import type { SynapseModel } from "../model/synapse.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity, type Quantity } from "../units/quantity.ts";
import { runPairings, type PairedTrains, type PairingOptions } from "./pairing.ts";

export interface StdpCurveOptions extends PairingOptions {
  /** Differences t_post − t_pre: from, to, and step. Default −100 ms to 100 ms by 1 ms. */
  readonly from?: Quantity;
  readonly to?: Quantity;
  readonly step?: Quantity;
  /** How many pairs, and how many a second. Default 1; 1 Hz. */
  readonly pairs?: number;
  readonly frequency?: Quantity;
}

/** How a weight changes, SI units. */
export interface WeightChangeCurve {
  /** Seconds from the presynaptic to the postsynaptic spike; of a neuron that takes its time to fire, as measured (mean over pairs). */
  readonly differences: Float64Array;
  /** Pairs a second. */
  readonly frequencies: Float64Array;
  /** Change of the weight. */
  readonly dw: Float64Array;
  /** The weight at the start. */
  readonly weight: number;
}

/**
 * The window of a rule: the change of a weight by pairs of spikes against their distance in time.
 *
 * @example
 * const { differences, dw } = await stdpCurve(stdpPair, { values: { tau_plus: "16.8 ms" }, from: "-50 ms", to: "50 ms", step: "1 ms" });
 * @source protocol of Bi & Poo (1998), J. Neurosci. 18:10464. doi:10.1523/JNEUROSCI.18-24-10464.1998
 */
export async function stdpCurve(model: SynapseModel, options: StdpCurveOptions = {}): Promise<WeightChangeCurve> {
  const [from, to, step] = [time(options.from ?? "-100 ms", "from"), time(options.to ?? "100 ms", "to"), time(options.step ?? "1 ms", "step")];
  const count = Math.floor((to - from) / step + 1 + 1e-9);
  if (!(count >= 1 && count <= 1e5)) {
    throw new ArgumentError("range", `stdpCurve: from ${from} s to ${to} s in steps of ${step} s`,
      'Give from < to and a positive step, e.g. step: "1 ms".');
  }
  const [pairs, frequency] = [wholeNumber(options.pairs ?? 1, "pairs"), rate(options.frequency ?? "1 Hz")];
  const asked = Float64Array.from({ length: count }, (_, k) => from + k * step);
  const pre = Float64Array.from({ length: pairs }, (_, n) => n / frequency);
  return measure(model, Array.from(asked, (difference) => ({ pre, post: pre.map((t) => t + difference) })), asked.map(() => frequency), options);
}

export interface FrequencyCurveOptions extends PairingOptions {
  /** Pairs a second, e.g. ["10 Hz", "50 Hz"]. Default 1, 5, 10, 15, … 50 Hz. */
  readonly frequencies?: readonly Quantity[];
  /** t_post − t_pre of each pair. Default "10 ms". */
  readonly difference?: Quantity;
  /** Default 60. */
  readonly pairs?: number;
  /** Pairs come in bursts of so many (default: all in one), a burst every `every` (default "10 s"). */
  readonly burst?: number;
  readonly every?: Quantity;
}

/**
 * The change of a weight by pairs of spikes of one distance in time against how many come a second. With `pairs: 75, burst: 5` it is the
 * protocol of Sjöström et al.
 *
 * @source Sjöström, Turrigiano & Nelson (2001), Neuron 32:1149. doi:10.1016/S0896-6273(01)00542-6; with 60 pairs: Pfister & Gerstner (2006),
 *   J. Neurosci. 26:9673. doi:10.1523/JNEUROSCI.1425-06.2006
 */
export async function frequencyCurve(model: SynapseModel, options: FrequencyCurveOptions = {}): Promise<WeightChangeCurve> {
  const usual = (): Quantity[] => ["1 Hz", ...Array.from({ length: 10 }, (_, k) => `${5 * (k + 1)} Hz` as Quantity)];
  const frequencies = Float64Array.from(options.frequencies ?? usual(), rate);
  if (frequencies.length === 0) throw new ArgumentError("range", "frequencyCurve: no frequencies", 'Give e.g. frequencies: ["10 Hz", "50 Hz"].');
  const difference = time(options.difference ?? "10 ms", "difference");
  const pairs = wholeNumber(options.pairs ?? 60, "pairs");
  const burst = wholeNumber(options.burst ?? pairs, "burst");
  const every = time(options.every ?? "10 s", "every");
  return measure(model, Array.from(frequencies, (frequency): PairedTrains => {
    const pre = Float64Array.from({ length: pairs }, (_, n) => Math.floor(n / burst) * every + (n % burst) / frequency);
    return { pre, post: pre.map((t) => t + difference) };
  }), frequencies, options);
}

async function measure(
  model: SynapseModel, trains: readonly PairedTrains[], frequencies: Float64Array, options: PairingOptions,
): Promise<WeightChangeCurve> {
  const { before, after, post } = await runPairings(model, trains, options);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = Float64Array.from(trains, ({ pre }, k) => mean(Array.from(pre, (t, n) => post[k]![n]! - t)));
  return { differences, frequencies, dw: after.map((w) => w - before), weight: before };
}

const time = (value: Quantity, what: string): number => parseQuantity(value, dimensions.second, what);

function rate(value: Quantity): number {
  const hertz = parseQuantity(value, dimensions.hertz, "frequency");
  if (hertz > 0) return hertz;
  throw new ArgumentError("frequency", `frequency ${value} is not positive`, 'Write e.g. "10 Hz".');
}

function wholeNumber(value: number, what: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new ArgumentError(what, `${what}: ${value} is no number of pairs`, "Use a whole number from 1.");
}

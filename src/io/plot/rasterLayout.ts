import { ArgumentError } from "../../errors.ts";
import type { SpikePopulation, Spikes } from "../spikes.ts";
import { rangeFinder } from "../../math/statistics/ranges.ts";
import { firstAtOrAfter } from "../../math/statistics/rates.ts";
import { niceStep } from "./axes.ts";
import { populationColors } from "./palette.ts";
import { resolveTime, seconds, type TimeChoice } from "./time.ts";

export interface RasterOptions {
  /** Part to show: seconds, or a quantity such as "200 ms". Default: all. */
  readonly from?: TimeChoice;
  readonly to?: TimeChoice;
  /**
   * Most neurons to draw, taken evenly from each population; the picture says how many there are. Default: all while the dots can be told apart,
   * otherwise as many as leave them apart; Infinity for all. The rates below are always of all neurons.
   */
  readonly max?: number;
  /** CSS pixels. Default 960 by 600. */
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
  /** Bin of the rate histogram: seconds or a quantity. Default: a round number that suits the part shown. */
  readonly bin?: TimeChoice;
  /** "#rrggbb" of populations, by name; others have theirs from `populationColors`. */
  readonly colors?: Readonly<Record<string, string>>;
  /** Whether pictures have a panel of rates below the dots. Default true. */
  readonly rates?: boolean;
}

/** One population's strip of a raster. */
export interface Band {
  readonly population: SpikePopulation;
  readonly color: string;
  /** Neurons drawn, and how many of the population each stands for. */
  readonly shown: number;
  /** Spikes in the part shown, of all neurons, and their mean rate in Hz. */
  readonly spikes: number;
  readonly rate: number;
  /** Rate in each bin, Hz, averaged over all neurons. */
  readonly rates: Float64Array;
}

/** What every kind of raster shows: the part, the bins and the populations. */
export interface RasterContent {
  readonly from: number;
  readonly to: number;
  readonly bin: number;
  /** First spike shown and the one after the last. */
  readonly first: number;
  readonly end: number;
  readonly bands: readonly Band[];
  /** The band of a neuron, or -1. */
  bandOf(index: number): number;
  /** Whether a neuron of a band is drawn. */
  isShown(band: number, index: number): boolean;
}

/**
 * Chooses what to show; `rows` is how many rows of dots the medium can tell apart and `columns` how many dots a row.
 *
 * @throws {ArgumentError} when a time is no time, or `from` is not before `to`
 */
export function rasterContent(spikes: Spikes, options: RasterOptions, rows: number, columns: number): RasterContent {
  const { times, indices, duration, dt } = spikes;
  const { from, to } = resolveTime(options.from, options.to, duration, times.length > 0 ? times[times.length - 1]! : 0);
  const populations = disjoint(spikes.populations.filter(({ size }) => size > 0));
  const usual = populationColors(populations.map(({ name }) => name));
  const colors = populations.map(({ name }, k) => options.colors?.[name] ?? usual[k]!);
  const first = firstAtOrAfter(times, from);
  const end = firstAfter(times, to);
  const bandOf = rangeFinder(populations);
  const bin = options.bin === undefined ? roundBin(to - from, end - first, dt) : seconds(options.bin, "the bin");
  if (!((to - from) / bin <= 1e6)) {
    throw new ArgumentError("plot-bin", `a rate histogram of ${to - from} s in bins of ${bin} s`, 'Give a longer bin, for example "5 ms".');
  }
  const { max } = options;
  if (max !== undefined && !(max >= 1)) throw new ArgumentError("plot-max", `a raster of at most ${max} neurons`, "Draw at least one.");
  const bins = Math.max(1, Math.ceil((to - from) / bin - 1e-6));
  const counts = populations.map(() => new Float64Array(bins));
  const totals = populations.map(() => 0);
  for (let i = first; i < end; i++) {
    const band = bandOf(indices[i]!);
    if (band < 0) continue;
    totals[band]!++;
    counts[band]![Math.min(bins - 1, Math.floor((times[i]! - from) / bin + 1e-6))]!++;
  }
  const neurons = populations.reduce((sum, { size }) => sum + size, 0);
  const readable = (rows * columns) / 20; // dots of two by two pixels on a fifth of the panel
  const most = max ?? Math.max(rows, (neurons * readable) / Math.max(1, end - first));
  const bands = populations.map((population, k): Band => {
    const { size } = population;
    const shown = Math.min(size, Math.max(1, Math.round((most * size) / neurons)));
    const lastWidth = to - from - (bins - 1) * bin; // the last bin may be cut by the end
    const rates = counts[k]!.map((count, b) => count / size / (b === bins - 1 ? lastWidth : bin));
    return { population, color: colors[k]!, shown, spikes: totals[k]!, rate: totals[k]! / size / (to - from), rates };
  });
  const stride = bands.map(({ population, shown }) => population.size / shown);
  const isShown = (band: number, index: number) => {
    const step = stride[band]!;
    if (step === 1) return true;
    const local = index - populations[band]!.offset;
    return Math.floor((Math.floor(local / step) + 0.5) * step) === local; // the middle neuron of each group of `step`
  };
  return { from, to, bin, first, end, bands, bandOf, isShown };
}

/** "400 of 12 500 neurons drawn; rates of all", or nothing when all are. */
export function sampleRemark({ bands }: RasterContent, rates = true): string | undefined {
  const all = bands.reduce((sum, { population }) => sum + population.size, 0);
  const shown = bands.reduce((sum, band) => sum + band.shown, 0);
  return shown < all ? `${shown} of ${all} neurons drawn${rates ? "; rates of all" : ""}` : undefined;
}

/** A population may be a slice of one before it; its neurons are then drawn once. */
function disjoint(populations: readonly SpikePopulation[]): readonly SpikePopulation[] {
  const kept: SpikePopulation[] = [];
  for (const one of populations) {
    if (!kept.some((other) => one.offset < other.offset + other.size && other.offset < one.offset + one.size)) kept.push(one);
  }
  return kept;
}

function firstAfter(times: Float64Array, time: number): number {
  let at = firstAtOrAfter(times, time);
  while (at < times.length && times[at]! <= time) at++;
  return at;
}

/** About 200 bins, fewer where spikes are few, of a round length that is a multiple of the step. */
function roundBin(span: number, spikes: number, dt: number): number {
  const bin = niceStep(span / Math.min(240, Math.max(24, spikes / 8)));
  return dt > 0 ? Math.max(1, Math.round(bin / dt)) * dt : bin;
}

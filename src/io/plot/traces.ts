import type { Spikes } from "../spikes.ts";
import { populationRate } from "../../math/statistics/rates.ts";
import { ArgumentError } from "../../errors.ts";
import { niceStep } from "./axes.ts";
import { chartScene, type ChartOptions, type ChartPanel } from "./chart.ts";
import type { Scene } from "./scene.ts";
import { seconds, timeText, type TimeChoice } from "./time.ts";

/** Courses of state variables over the same times. */
export interface Traces {
  /** Seconds. [samples] */
  readonly times: ArrayLike<number>;
  /** Values in the stated unit ("mV", "nS", "" for none); those of one unit share a panel. [samples] each */
  readonly series: readonly { readonly name: string; readonly unit: string; readonly values: ArrayLike<number> }[];
}

/** The firing rate of a population in bins, as `populationRate` and rate monitors give it. */
export interface RateSeries {
  readonly name: string;
  /** Seconds, the middle of each bin. */
  readonly times: ArrayLike<number>;
  /** Hz. */
  readonly rate: ArrayLike<number>;
}

/**
 * State variables against time, a panel for each unit.
 *
 * @throws {ArgumentError} when a series has another length than the times
 */
export function tracesScene({ times, series }: Traces, options: ChartOptions = {}): Scene {
  const panels = new Map<string, ChartPanel & { curves: { name: string; x: ArrayLike<number>; y: ArrayLike<number> }[] }>();
  for (const { name, unit, values } of series) {
    if (values.length !== times.length) {
      throw new ArgumentError(
        "trace-length",
        `trace "${name}" has ${values.length} values for ${times.length} times`,
        "Give one value for each time.",
      );
    }
    const panel = panels.get(unit) ?? { label: "", curves: [] };
    panel.curves.push({ name, x: times, y: values });
    panels.set(unit, panel);
  }
  const labelled = Array.from(panels, ([unit, { curves }]): ChartPanel => {
    const names = curves.length === 1 ? curves[0]!.name : commonVariable(curves.map(({ name }) => name));
    const own = curves.length === 1 ? [{ ...curves[0]!, name: "" }] : curves;
    return { label: `${names}${unit === "" ? "" : ` (${unit})`}`.trim(), curves: own };
  });
  return chartScene(labelled, "time", options);
}

/** "v" for v[0], v[3]; nothing for variables of different names. */
function commonVariable(names: readonly string[]): string {
  const stems = new Set(names.map((name) => name.replace(/\s*[[(].*$/, "")));
  return stems.size === 1 ? [...stems][0]! : [...stems].join(", ");
}

export interface RatesOptions extends ChartOptions {
  /** Bin when spikes are given: seconds or a quantity. */
  readonly bin?: TimeChoice;
}

/** Firing rates of populations against time, from rates or from spikes. */
export function ratesScene(rates: readonly RateSeries[] | Spikes, options: RatesOptions = {}): Scene {
  const series = "populations" in rates ? ratesOfSpikes(rates, options.bin) : rates;
  const curves = series.map(({ name, times, rate }) => ({ name, ...outline(times, rate), steps: true }));
  const bin = binOf(series[0]?.times ?? []);
  const label = bin > 0 ? `rate (Hz), ${timeText(bin)} bins` : "rate (Hz)";
  return chartScene([{ label, curves, fromZero: true }], "time", options);
}

const binOf = (times: ArrayLike<number>): number => (times.length > 1 ? times[1]! - times[0]! : 0);

/** Edges of the bins and the rate from each; the last edge closes the last bin. */
function outline(times: ArrayLike<number>, rate: ArrayLike<number>): { x: number[]; y: number[] } {
  const half = binOf(times) / 2;
  const x = Array.from(times, (time) => time - half);
  const y = Array.from(rate);
  return times.length === 0 ? { x, y } : { x: [...x, times[times.length - 1]! + half], y: [...y, y.at(-1)!] };
}

function ratesOfSpikes(spikes: Spikes, bin: TimeChoice | undefined): RateSeries[] {
  const { duration } = spikes;
  const length = bin === undefined ? niceStep((duration || 1) / 200) : seconds(bin, "the bin");
  return spikes.populations.map((population) => {
    const { times, rate } = populationRate(spikes, population, { bin: length });
    return { name: population.name, times, rate };
  });
}

/** Distributions and single values of several groups in rows, the first on top: box plots and bars. */
import { axisMarks, checkSize, headMarks, leftMargin, toX, toY, valueAxis, type Axis, type Panel } from "./axes.ts";
import { faintLine, type ChartOptions } from "./chart.ts";
import { curveColors, INK } from "./palette.ts";
import { channels, type Mark, type Scene } from "./scene.ts";

/** The values of one group; those that are not finite are left out. */
export interface BoxGroup {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly color?: string;
}

/** One value of a group, beside the one that is expected of it. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Drawn as a short line across the bar. */
  readonly expected?: number;
  readonly color?: string;
}

export interface BoxSummary {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** The least and the greatest value within one and a half box lengths of the box. */
  readonly whiskers: readonly [low: number, high: number];
  /** All values beyond, ascending. */
  readonly outliers: Float64Array;
}

/**
 * What a box plot shows of values: quartiles (interpolated between neighbours), whiskers, outliers; NaN where there is no value.
 *
 * @source Tukey (1977), Exploratory Data Analysis, §2C
 */
export function boxSummary(values: ArrayLike<number>): BoxSummary {
  const sorted = Float64Array.from(values).filter((value) => Number.isFinite(value)).sort();
  const count = sorted.length;
  const quantile = (share: number): number => {
    const place = share * (count - 1), below = Math.floor(place);
    return count === 0 ? Number.NaN : sorted[below]! + (place - below) * (sorted[Math.min(count - 1, below + 1)]! - sorted[below]!);
  };
  const lowerQuartile = quantile(0.25), upperQuartile = quantile(0.75);
  const reach = 1.5 * (upperQuartile - lowerQuartile);
  const isWithin = (value: number) => value >= lowerQuartile - reach && value <= upperQuartile + reach;
  const within = sorted.filter(isWithin);
  return {
    count, mean: sorted.reduce((sum, value) => sum + value, 0) / count, median: quantile(0.5), lowerQuartile, upperQuartile,
    whiskers: [within[0] ?? Number.NaN, within.at(-1) ?? Number.NaN], outliers: sorted.filter((value) => !isWithin(value)),
  };
}

/**
 * A box for each group: quartiles, median, whiskers, dots for outliers, and a diamond at the mean.
 *
 * @param label title of the axis of values
 * @throws {ArgumentError} when the picture would be too small or too large
 */
export function boxPlotScene(groups: readonly BoxGroup[], label: string, options: ChartOptions = {}): Scene {
  const summaries = groups.map(({ values }) => boxSummary(values));
  const ends = summaries.flatMap(({ whiskers, outliers, mean }) => [...whiskers, outliers[0] ?? mean, outliers.at(-1) ?? mean]);
  const words = groups.map(({ name }, k) => `${name} ${summaries[k]!.median.toPrecision(3)}`).join(", ");
  return rowsScene(groups, ends, label, options, `medians ${words}`, (k, panel, height, color) => boxMarks(summaries[k]!, k, panel, height, color));
}

/**
 * A bar from 0 for each group.
 *
 * @param label title of the axis of values
 * @throws {ArgumentError} when the picture would be too small or too large
 */
export function barScene(bars: readonly Bar[], label: string, options: ChartOptions = {}): Scene {
  const ends = [0, ...bars.flatMap(({ value, expected }) => [value, expected ?? value])];
  const words = bars.map(({ name, value }) => `${name} ${value.toPrecision(3)}`).join(", ");
  return rowsScene(bars, ends, label, options, words, (k, panel, height, color) => {
    const { value, expected } = bars[k]!, middle = toY(panel, -k), zero = toX(panel, 0), end = toX(panel, Number.isFinite(value) ? value : 0);
    const bar: Mark = { kind: "rectangle", x: Math.min(zero, end), y: middle - height / 2, width: Math.abs(end - zero), height, color };
    if (expected === undefined) return [bar];
    const at = toX(panel, expected);
    return [bar, { kind: "line", points: [at, middle - 0.75 * height, at, middle + 0.75 * height], color: EXPECTED, width: 2 }];
  });
}

const EXPECTED = "#c2312b";

/** Rows named at the left over an axis of values that includes all `ends`; row k is centred at −k. */
function rowsScene(
  groups: readonly { readonly name: string; readonly color?: string }[], ends: readonly number[], label: string, options: ChartOptions, words: string,
  row: (k: number, panel: Panel, height: number, color: string) => Mark[],
): Scene {
  const width = options.width ?? 640, top = options.title ? 34 : 16, bottom = 46;
  const height = options.height ?? Math.min(4000, top + bottom + 34 * Math.max(1, groups.length));
  checkSize(width, height);
  const y: Axis = { from: 0.5 - Math.max(1, groups.length), to: 0.5, ticks: groups.map(({ name }, k) => ({ value: -k, label: name })) };
  const left = leftMargin([y]) + 2;
  const box = { x: left, y: top, width: Math.max(60, width - left - 20), height: height - top - bottom };
  const known = ends.filter((end) => Number.isFinite(end));
  const x = valueAxis(Math.min(...known), Math.max(...known), box.width, { label, round: true, spacing: 50 });
  const panel: Panel = { box, x, y };
  const colors = curveColors(groups.map(({ name }) => name));
  const each = Math.min(24, (0.6 * box.height) / Math.max(1, groups.length));
  const marks: Mark[] = [
    ...headMarks(options.title, undefined, 12, width - 12),
    ...x.ticks.filter(({ value }) => value > x.from).map(({ value }) => faintLine([toX(panel, value), box.y, toX(panel, value), box.y + box.height])),
    ...groups.flatMap(({ color }, k) => row(k, panel, each, color ?? colors[k]!)),
    ...axisMarks(panel, { margin: left }),
  ];
  return { width, height, description: `${options.title ?? label}: ${words}`, marks };
}

function boxMarks(summary: BoxSummary, k: number, panel: Panel, height: number, color: string): Mark[] {
  if (summary.count === 0) return [];
  const { whiskers: [low, high], lowerQuartile, upperQuartile, median, mean, outliers } = summary;
  const middle = toY(panel, -k), half = height / 2, from = toX(panel, lowerQuartile), to = toX(panel, upperQuartile), at = toX(panel, median);
  const line = (points: readonly number[], ink = INK, wide = 1): Mark => ({ kind: "line", points, color: ink, width: wide });
  const edge = [from, middle - half, to, middle - half, to, middle + half, from, middle + half, from, middle - half];
  const end = (value: number) => line([toX(panel, value), middle - half / 2, toX(panel, value), middle + half / 2]);
  const m = toX(panel, mean), r = Math.min(4, half);
  const diamond = [m - r, middle, m, middle - r, m + r, middle, m, middle + r];
  return [
    {
      kind: "points", x: Float32Array.from(outliers, (value) => toX(panel, value)), y: new Float32Array(outliers.length).fill(middle),
      pointWidth: 2, pointHeight: 2, color: EXPECTED, clip: panel.box,
    },
    line([toX(panel, low), middle, from, middle]), line([to, middle, toX(panel, high), middle]), end(low), end(high),
    { kind: "area", points: edge, color }, line(edge),
    line([at, middle - half, at, middle + half], isDark(color) ? "#ffffff" : INK, 2),
    { kind: "area", points: diamond, color: "#ffffff" }, line([...diamond, m - r, middle]),
  ];
}

/** Whether white is easier to see on a colour than black. */
function isDark(color: string): boolean {
  const [red, green, blue] = channels(color);
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** Distributions of weights: a panel a projection, with the bounds of learning and the distribution before it. */
import { summariseWeights } from "../weights/summary.ts";
import { axisMarks, checkSize, formatNumber, leftMargin, TICK_SIZE, toX, toY, valueAxis, type Axis, type Panel } from "./axes.ts";
import { extent, faintLine, type ChartOptions } from "./chart.ts";
import { FAINT, INK } from "./palette.ts";
import type { Mark, Scene } from "./scene.ts";

/** The weights of one projection, all in `unit`. */
export interface WeightHistogram {
  readonly name: string;
  /** "mV"; "" for plain numbers. */
  readonly unit: string;
  /** [synapses] */
  readonly weights: ArrayLike<number>;
  /** Before learning, drawn as an outline. [synapses] */
  readonly before?: ArrayLike<number>;
  /** Infinite where there is none. */
  readonly bounds?: readonly [low: number, high: number];
}

/** Counts of values in equal bins. */
export interface BinnedWeights {
  readonly from: number;
  readonly to: number;
  readonly counts: Float64Array;
  readonly before: Float64Array | undefined;
}

/** @param bins default: enough to see two peaks, at most 60 */
export function binWeights({ weights, before, bounds }: WeightHistogram, bins = 60): BinnedWeights {
  const ends = (bounds ?? []).filter((bound) => Number.isFinite(bound));
  const [low, high] = extent([weights, before ?? [], ends]);
  const margin = low === high ? Math.max(Math.abs(low) / 2, Number.MIN_VALUE * 2 ** 60) : 0;
  const [from, to] = [low - margin, high + margin];
  const count = Math.max(10, Math.min(bins, Math.ceil(4 * Math.cbrt(weights.length))));
  const counted = (values: ArrayLike<number>): Float64Array => {
    const counts = new Float64Array(count);
    for (let k = 0; k < values.length; k++) counts[Math.max(0, Math.min(count - 1, Math.floor(((values[k]! - from) / (to - from)) * count)))]!++;
    return counts;
  };
  return { from, to, counts: counted(weights), before: before && counted(before) };
}

/** "mean 0.12 mV, SD 0.05 mV, 31 % at 0 mV, 12 % at 0.2 mV" */
export function weightRemark({ weights, bounds, unit }: WeightHistogram): string {
  const { synapses, mean, sd, atLow, atHigh } = summariseWeights(weights, bounds);
  if (synapses === 0) return "no synapses";
  const value = (x: number) => `${formatNumber(Number(x.toPrecision(3)))}${unit === "" ? "" : ` ${unit}`}`;
  const share = (part: number, bound: number | undefined) =>
    (Number.isNaN(part) ? [] : [`${formatNumber(Number((100 * part).toPrecision(3)))} % at ${value(bound!)}`]);
  return [`${formatNumber(synapses, 0)} synapses`, `mean ${value(mean)}`, `SD ${value(sd)}`, ...share(atLow, bounds?.[0]),
    ...share(atHigh, bounds?.[1])].join(", ");
}

const BARS = "#3f6f9f";

/**
 * How the weights of each projection are distributed, with its bounds as faint lines and the distribution before learning as an outline.
 *
 * @throws {ArgumentError} when the picture would be too small or too large
 */
export function weightHistogramsScene(histograms: readonly WeightHistogram[], options: ChartOptions & { readonly bins?: number } = {}): Scene {
  const width = options.width ?? 640;
  const head = options.title ? 38 : 12;
  const height = options.height ?? Math.min(4000, head + histograms.length * 210 + 4);
  checkSize(width, height);
  const each = (height - head - 4) / Math.max(1, histograms.length);
  const marks: Mark[] = options.title ? [{ kind: "text", x: 12, y: 22, text: options.title, size: 14, color: INK, bold: true }] : [];
  const binned = histograms.map((one) => binWeights(one, options.bins));
  const yAxes = binned.map(({ counts, before }) => {
    // Where all weights began alike, their one high bar would flatten the others: it is cut.
    const [, most] = extent([counts, [1]]);
    const top = Math.min(extent([counts, before ?? []])[1], 1.5 * most);
    return valueAxis(0, Math.max(most, top), each - 70, { label: "synapses", round: true, spacing: 36 });
  });
  const left = leftMargin(yAxes) + 6;
  histograms.forEach((one, k) => {
    const box = { x: left, y: head + k * each + 20, width: width - left - 20, height: Math.max(20, each - 64) };
    marks.push(...panelMarks(one, binned[k]!, { box, x: valueAxis(0, 1, 1), y: yAxes[k]! }, left));
  });
  const words = histograms.map((one) => `${one.name} (${weightRemark(one)})`).join("; ");
  return { width, height, description: `${options.title ?? "Weights"}: ${words}`, marks };
}

function panelMarks(histogram: WeightHistogram, { from, to, counts, before }: BinnedWeights, frame: Panel, margin: number): Mark[] {
  const { box } = frame;
  const label = histogram.unit === "" ? "weight" : `weight (${histogram.unit})`;
  const x: Axis = valueAxis(from, to, box.width, { label });
  const panel: Panel = { ...frame, x };
  const edge = (bin: number) => toX(panel, from + ((to - from) * bin) / counts.length);
  const bars = Array.from(counts, (count, bin): Mark => {
    const y = toY(panel, count);
    return { kind: "rectangle", x: edge(bin) + 0.4, y, width: Math.max(0.2, edge(bin + 1) - edge(bin) - 0.8), height: toY(panel, 0) - y,
      color: BARS };
  });
  const outline = before && [edge(0), toY(panel, 0),
    ...Array.from(before, (count, bin) => [edge(bin), toY(panel, count), edge(bin + 1), toY(panel, count)]).flat()];
  const limits = (histogram.bounds ?? []).filter((bound) => Number.isFinite(bound)).map((bound) => {
    const at = toX(panel, bound);
    return faintLine([at, box.y, at, box.y + box.height]);
  });
  const remark = weightRemark(histogram) + (before ? "; outline: before" : "");
  return [
    { kind: "text", x: box.x, y: box.y - 7, text: histogram.name, size: TICK_SIZE + 1, color: INK, bold: true },
    { kind: "text", x: box.x + box.width, y: box.y - 7, text: remark, size: TICK_SIZE - 1, color: FAINT, anchor: "end" },
    ...limits, ...bars,
    ...(outline ? [{ kind: "line", points: outline, color: "#c2312b", width: 1.2, clip: { ...box, y: box.y - 1, height: box.height + 2 } } as const]
      : []),
    ...axisMarks(panel, { margin }),
  ];
}

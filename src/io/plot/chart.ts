import { ArgumentError } from "../../errors.ts";
import { axisMarks, checkSize, headMarks, leftMargin, TICK_SIZE, timeAxis, toX, toY, valueAxis, type Axis, type Panel } from "./axes.ts";
import { colorAt, curveColors, DIVERGING, INK, SEQUENTIAL, type ColorMap } from "./palette.ts";
import type { Box, Mark, Scene } from "./scene.ts";
import { textWidth } from "./strokeFont.ts";

export interface ChartOptions {
  /** CSS pixels. Default 960 by 600 at most; charts of several panels grow with their number. */
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
}

/** A curve through x, y; NaN in y breaks it. `steps` draws y as constant from each x to the next. */
export interface Curve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly color?: string;
  readonly steps?: boolean;
  /** Dots instead of a line. */
  readonly dots?: boolean;
}

/** Curves that share a value axis. */
export interface ChartPanel {
  readonly label: string;
  readonly curves: readonly Curve[];
  /** Whether the axis includes 0. */
  readonly fromZero?: boolean;
  /** Faint lines across the panel at values of x or y, which the axes then include. */
  readonly lines?: readonly { readonly x?: number; readonly y?: number }[];
}

/**
 * Curves in one panel or several above each other with a common x axis: traces, rates, learning curves, f-I curves.
 *
 * @param x title of the common axis, or "time" for seconds, shown in ms where they are short
 */
export function chartScene(panels: readonly ChartPanel[], x: string, options: ChartOptions = {}): Scene {
  const width = options.width ?? 960;
  const top = options.title ? 34 : 16;
  const bottom = 46;
  const gap = 14;
  const height = options.height ?? Math.min(2000, top + bottom + Math.max(1, panels.length) * (panels.length > 1 ? 170 : 300));
  checkSize(width, height);
  const panelHeight = (height - top - bottom - gap * (panels.length - 1)) / Math.max(1, panels.length);
  const curves = panels.flatMap((panel) => panel.curves);
  const places = (lines: ChartPanel["lines"], side: "x" | "y") => (lines ?? []).flatMap((line) => line[side] ?? []);
  const [from, to] = extent([...curves.map((curve) => curve.x), panels.flatMap(({ lines }) => places(lines, "x"))]);
  const yAxes = panels.map(({ label, curves: own, fromZero, lines }) => {
    const [low, high] = extent([...own.map(({ y }) => y), places(lines, "y")]);
    return valueAxis(fromZero ? Math.min(0, low) : low, high, panelHeight, { label, round: true, spacing: 34 });
  });
  const left = leftMargin(yAxes) + 6;
  const named = panels.some((panel) => panel.curves.length > 1 || panel.curves.some(({ name }) => name !== "" && name !== panel.label));
  const right = named ? Math.ceil(Math.max(0, ...curves.map(({ name }) => textWidth(name, TICK_SIZE + 1, true)))) + 24 : 20;
  const inner = Math.max(60, width - left - right);
  const xAxis: Axis & { readonly perSecond?: number } = x === "time" ? timeAxis(from, to, inner) : valueAxis(from, to, inner, { label: x });
  const marks: Mark[] = headMarks(options.title, undefined, left, left + inner);
  panels.forEach((panel, k) => {
    const box = { x: left, y: top + k * (panelHeight + gap), width: inner, height: panelHeight };
    const area: Panel = { box, x: xAxis, y: yAxes[k]! };
    const colors = curveColors(panel.curves.map(({ name }) => name));
    const drawn = panel.curves.map((curve, c) => ({ ...curve, color: curve.color ?? colors[c]! }));
    for (const y of places(panel.lines, "y")) marks.push(faintLine([box.x, toY(area, y), box.x + box.width, toY(area, y)]));
    for (const x of places(panel.lines, "x")) {
      const at = toX(area, x * (xAxis.perSecond ?? 1));
      marks.push(faintLine([at, box.y, at, box.y + box.height]));
    }
    marks.push(...drawn.map((curve) => curveMark(area, curve, xAxis.perSecond ?? 1)));
    marks.push(...axisMarks(area, { xLabels: k === panels.length - 1, margin: left }));
    if (named) marks.push(...legendMarks(drawn, box));
  });
  const description = `${options.title ?? "Chart"}: ${panels.map(({ label }) => label).join(", ")} against ${x}`;
  return { width, height, description, marks };
}

export const faintLine = (points: readonly number[]): Mark => ({ kind: "line", points, color: "#b0b0b0", width: 1 });

/** How many of the values fall into each of equal bins, as bars; a distribution of weights or rates. */
export function histogramScene(values: ArrayLike<number>, label: string, options: ChartOptions & { readonly bins?: number } = {}): Scene {
  const [low, high] = extent([values]);
  const bins = options.bins ?? Math.min(100, Math.max(10, Math.ceil(2 * Math.cbrt(values.length)))); // Rice's rule
  if (!(bins >= 1 && bins <= 1e6)) throw new ArgumentError("histogram-bins", `a histogram of ${bins} bins`, "Use at least one bin.");
  const axis = valueAxis(low, high, 800, { label });
  const counts = new Float64Array(Math.floor(bins));
  const binWidth = (axis.to - axis.from) / counts.length;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) counts[Math.min(counts.length - 1, Math.floor((values[i]! - axis.from) / binWidth))]!++;
  }
  const width = options.width ?? 640;
  const height = options.height ?? 400;
  checkSize(width, height);
  const top = options.title ? 34 : 16;
  const yAxis = valueAxis(
    0,
    counts.reduce((most, count) => Math.max(most, count), 0),
    height - top - 46,
    { label: "count", round: true, spacing: 40 },
  );
  const left = leftMargin([yAxis]) + 6;
  const panel: Panel = { box: { x: left, y: top, width: width - left - 20, height: height - top - 46 }, x: axis, y: yAxis };
  const bars = Array.from(counts, (count, k): Mark => {
    const from = toX(panel, axis.from + k * binWidth);
    const y = toY(panel, count);
    return {
      kind: "rectangle",
      x: from + 0.4,
      y,
      width: Math.max(0.2, toX(panel, axis.from + (k + 1) * binWidth) - from - 0.8),
      height: toY(panel, 0) - y,
      color: "#3f6f9f",
    };
  });
  return {
    width,
    height,
    description: `${options.title ?? "Histogram"} of ${label}`,
    marks: [...headMarks(options.title, undefined, left, width), ...bars, ...axisMarks(panel, { margin: left })],
  };
}

export interface HeatMapOptions extends ChartOptions {
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** What the colours stand for, with its unit. */
  readonly label?: string;
  /** Colour scale; default sequential, or blue to red around 0 when there are values of both signs. */
  readonly colors?: ColorMap;
  /** What each column, and each row from the bottom, stands for; written at the middle of its cells, as far as there is room. */
  readonly xTicks?: readonly string[];
  readonly yTicks?: readonly string[];
}

/** A matrix in colours with its scale: weights, correlations, receptive fields. Row 0 is at the bottom; NaN is left white. [rows x columns] */
export function heatMapScene(values: ArrayLike<number>, rows: number, columns: number, options: HeatMapOptions = {}): Scene {
  if (values.length !== rows * columns || rows < 1 || columns < 1) {
    throw new ArgumentError(
      "heat-map-size",
      `a heat map of ${rows} x ${columns} from ${values.length} values`,
      "Give rows times columns values, row by row.",
    );
  }
  let [low, high] = extent([values]);
  const signed = options.colors === undefined && low < 0 && high > 0;
  if (signed) [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  if (low === high) high = low + 1;
  const map = options.colors ?? (signed ? DIVERGING : SEQUENTIAL);
  const width = options.width ?? 640;
  const height = options.height ?? 480;
  checkSize(width, height);
  const top = options.title ? 34 : 16;
  const { xLabel, yLabel, xTicks, yTicks } = options;
  const tall = height - top - 46;
  const xAxis = xTicks ? cellAxis(xTicks, width - 150, xLabel, true) : valueAxis(0, columns, width - 150, { label: xLabel });
  const yAxis = yTicks ? cellAxis(yTicks, tall, yLabel, false) : valueAxis(0, rows, tall, { label: yLabel, spacing: 50 });
  const scale = valueAxis(low, high, tall, { label: options.label, spacing: 50 });
  const left = leftMargin([yAxis]) + 6;
  const right = leftMargin([scale]) + 40;
  const box = { x: left, y: top, width: width - left - right, height: tall };
  const colors = new Uint8Array(4 * rows * columns);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to += 4) {
      const value = values[(rows - 1 - row) * columns + column]!;
      if (Number.isFinite(value)) colors.set([...colorAt(map, (value - low) / (high - low)), 255], to);
    }
  }
  const bar = { x: box.x + box.width + 18, y: top, width: 14, height: box.height };
  const steps = 64;
  const barColors = Uint8Array.from(Array.from({ length: steps }, (_, k) => [...colorAt(map, 1 - (k + 0.5) / steps), 255]).flat());
  return {
    width,
    height,
    description: `${options.title ?? "Heat map"}: ${options.label ?? "values"} of ${rows} by ${columns}`,
    marks: [
      ...headMarks(options.title, undefined, left, width),
      { kind: "image", ...box, rows, columns, colors },
      ...axisMarks({ box, x: xAxis, y: yAxis }, { margin: left }),
      { kind: "image", ...bar, rows: steps, columns: 1, colors: barColors },
      ...scaleMarks(bar, scale),
    ],
  };
}

/** An axis whose cells are 1 long, each labelled in its middle; every second, third, … one where all would not fit. */
function cellAxis(labels: readonly string[], pixels: number, label: string | undefined, across: boolean): Axis {
  const need = across ? Math.max(...labels.map((text) => textWidth(text, TICK_SIZE))) + 8 : TICK_SIZE + 4;
  const every = Math.max(1, Math.ceil((need * labels.length) / pixels));
  const ticks = labels.flatMap((text, k) => (k % every === 0 ? [{ value: k + 0.5, label: text }] : []));
  return { from: 0, to: labels.length, ticks, ...(label === undefined ? {} : { label }) };
}

function scaleMarks(bar: Box, scale: Axis): Mark[] {
  const x = bar.x + bar.width;
  const marks: Mark[] = scale.ticks.flatMap(({ value, label }): Mark[] => {
    const y = bar.y + bar.height * (1 - (value - scale.from) / (scale.to - scale.from));
    return [
      { kind: "line", points: [x, y, x + 4, y], color: INK, width: 1 },
      { kind: "text", x: x + 7, y: y + 4, text: label, size: TICK_SIZE, color: INK },
    ];
  });
  if (!scale.label) return marks;
  return [
    ...marks,
    {
      kind: "text",
      x: x + leftMargin([scale]) + 2,
      y: bar.y + bar.height / 2,
      text: scale.label,
      size: TICK_SIZE + 1,
      color: INK,
      anchor: "middle",
      upwards: true,
    },
  ];
}

/** Smallest and largest finite value; 0 and 1 when there is none. */
export function extent(lists: readonly ArrayLike<number>[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      if (value < low && value > Number.NEGATIVE_INFINITY) low = value;
      if (value > high && value < Number.POSITIVE_INFINITY) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

function curveMark(panel: Panel, { x, y, color, steps, dots }: Curve & { readonly color: string }, perSecond: number): Mark {
  const length = Math.min(x.length, y.length);
  if (dots) {
    const shown = Array.from({ length }, (_, i) => i).filter((i) => Number.isFinite(x[i]! + y[i]!));
    const xs = Float32Array.from(shown, (i) => toX(panel, x[i]! * perSecond));
    return { kind: "points", x: xs, y: Float32Array.from(shown, (i) => toY(panel, y[i]!)), pointWidth: 3, pointHeight: 3, color, clip: panel.box };
  }
  const points: number[] = [];
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(y[i]!)) points.push(Number.NaN, Number.NaN);
    else {
      const at = toX(panel, x[i]! * perSecond);
      points.push(at, toY(panel, y[i]!));
      if (steps && i + 1 < length) points.push(toX(panel, x[i + 1]! * perSecond), toY(panel, y[i]!));
    }
  }
  return { kind: "line", points: thinned(points), color, width: 1.2, clip: { ...panel.box, y: panel.box.y - 1, height: panel.box.height + 2 } };
}

/**
 * A long line with, for each half pixel across, only its first, lowest, highest and last point: it looks the same, spikes and all, and a million
 * samples cost no more than a few thousand.
 */
export function thinned(points: readonly number[]): readonly number[] {
  if (points.length < 8000) return points;
  const kept: number[] = [];
  for (let start = 0; start < points.length;) {
    const column = Math.floor(points[start]! * 2);
    let [end, low, high] = [start, start, start];
    while (end + 2 < points.length && Math.floor(points[end + 2]! * 2) === column) {
      end += 2;
      if (points[end + 1]! < points[low + 1]!) low = end;
      if (points[end + 1]! > points[high + 1]!) high = end;
    }
    for (const at of new Set([start, Math.min(low, high), Math.max(low, high), end])) kept.push(points[at]!, points[at + 1]!);
    start = end + 2;
  }
  return kept;
}

/** Names in their curves' colours at the right of a panel. */
function legendMarks(curves: readonly { readonly name: string; readonly color: string }[], box: Box): Mark[] {
  const spacing = Math.min(16, box.height / Math.max(1, curves.length));
  return curves.map(({ name, color }, k) => ({
    kind: "text",
    x: box.x + box.width + 10,
    y: box.y + 12 + k * spacing,
    text: name,
    size: TICK_SIZE + 1,
    color,
    bold: true,
  }));
}

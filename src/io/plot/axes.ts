import { ArgumentError } from "../../errors.ts";
import { FAINT, INK } from "./palette.ts";
import type { Box, Mark } from "./scene.ts";
import { textWidth } from "./strokeFont.ts";

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** A range of values along one side of a panel. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly label?: string;
  readonly ticks: readonly Tick[];
}

/** A box with a value axis below and one at its left. */
export interface Panel {
  readonly box: Box;
  readonly x: Axis;
  readonly y: Axis;
}

/** @throws {ArgumentError} when a picture would be too small to read or too large to hold */
export function checkSize(width: number, height: number): void {
  if (width >= 160 && height >= 120 && width <= 8192 && height <= 8192) return;
  const problem = `a picture of ${width} by ${height} pixels`;
  throw new ArgumentError("plot-size", problem, "Choose a width from 160 and a height from 120 to 8192 pixels.");
}

export const TICK_SIZE = 11;
export const LABEL_SIZE = 12;
export const TITLE_SIZE = 14;

/** About `count` ticks at multiples of 1, 2 or 5 times a power of ten between two values. */
export function niceTicks(from: number, to: number, count: number): Tick[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span)) return Number.isFinite(from) ? [{ value: from, label: formatNumber(from) }] : [];
  return ticksAt(from, to, niceStep(span / Math.max(1, count)));
}

function ticksAt(from: number, to: number, step: number): Tick[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: last - first + 1 }, (_, k) => {
    const value = (first + k) * step;
    return { value, label: formatNumber(value, decimals) };
  });
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `step`. */
export function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return factor >= 1 && power < 1 ? factor / Math.round(1 / power) : factor * power; // 2/1000 rather than 2*0.001: no stray digits
}

/** A number as axes show it: grouped thousands, a true minus sign, powers of ten only where digits would not fit. */
export function formatNumber(value: number, decimals?: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e7 || (decimals ?? 0) > 4 || (decimals === undefined && size < 1e-3)) {
    const [digits, exponent] = value.toExponential(6).split("e");
    return `${Number(digits)}e${Number(exponent)}`.replaceAll("-", "−");
  }
  const [whole, fraction] = (decimals === undefined ? String(Number(size.toPrecision(4))) : size.toFixed(decimals)).split(".");
  const grouped = whole!.length > 4 ? whole!.replace(/\B(?=(\d{3})+$)/g, " ") : whole!;
  return `${value < 0 ? "−" : ""}${grouped}${fraction ? `.${fraction}` : ""}`;
}

export interface AxisOptions {
  readonly label?: string | undefined;
  /** Begin and end at the ticks around the values rather than at the values. */
  readonly round?: boolean;
  /** Pixels from tick to tick, about; default 90, for an axis that runs across. */
  readonly spacing?: number;
}

/** An axis over a range of values, `pixels` long. */
export function valueAxis(from: number, to: number, pixels: number, options: AxisOptions = {}): Axis {
  let [low, high] = from <= to ? [from, to] : [0, 1];
  if (low === high) [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  const step = niceStep((high - low) / Math.max(2, pixels / (options.spacing ?? 90)));
  if (options.round) {
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
  }
  const axis = { from: low, to: high, ticks: ticksAt(low, high, step) };
  return options.label === undefined ? axis : { ...axis, label: options.label };
}

/** An axis of time from and to seconds, in ms when it is short, with its unit. */
export function timeAxis(from: number, to: number, pixels: number): Axis & { readonly perSecond: number } {
  const perSecond = to - from < 2 ? 1000 : 1;
  const axis = valueAxis(from * perSecond, Math.max(to, from + 1e-6) * perSecond, pixels, { label: perSecond === 1000 ? "time (ms)" : "time (s)" });
  return { ...axis, perSecond };
}

export const toX = ({ box, x }: Panel, value: number): number => box.x + ((value - x.from) / (x.to - x.from)) * box.width;
export const toY = ({ box, y }: Panel, value: number): number => box.y + box.height - ((value - y.from) / (y.to - y.from)) * box.height;

/** Room that tick labels and the title of a left axis take, in pixels. */
export function leftMargin(axes: readonly Axis[]): number {
  const widest = Math.max(0, ...axes.flatMap(({ ticks }) => ticks.map(({ label }) => textWidth(label, TICK_SIZE))));
  return Math.ceil(widest + 9 + (axes.some(({ label }) => label) ? LABEL_SIZE + 12 : 4));
}

/** Lines, ticks, tick labels and titles of both axes; `xLabels: false` where the panel below carries them. */
export function axisMarks(panel: Panel, options: { readonly xLabels?: boolean; readonly margin?: number } = {}): Mark[] {
  const { box, x, y } = panel;
  const bottom = box.y + box.height;
  const marks: Mark[] = [line([box.x, box.y, box.x, bottom, box.x + box.width, bottom])];
  for (const { value, label } of x.ticks) {
    const at = toX(panel, value);
    marks.push(line([at, bottom, at, bottom + 4]));
    if (options.xLabels !== false) marks.push({ kind: "text", x: at, y: bottom + 16, text: label, size: TICK_SIZE, color: INK, anchor: "middle" });
  }
  for (const { value, label } of y.ticks) {
    const at = toY(panel, value);
    marks.push(line([box.x - 4, at, box.x, at]), { kind: "text", x: box.x - 7, y: at + 4, text: label, size: TICK_SIZE, color: INK, anchor: "end" });
  }
  if (x.label && options.xLabels !== false) {
    marks.push({ kind: "text", x: box.x + box.width / 2, y: bottom + 34, text: x.label, size: LABEL_SIZE, color: INK, anchor: "middle" });
  }
  if (y.label) {
    const left = box.x - (options.margin ?? leftMargin([y])) + LABEL_SIZE + 1;
    marks.push({ kind: "text", x: left, y: box.y + box.height / 2, text: y.label, size: LABEL_SIZE, color: INK, anchor: "middle", upwards: true });
  }
  return marks;
}

/** The title of a picture, and a remark in small print at the right of the same line. */
export function headMarks(title: string | undefined, remark: string | undefined, left: number, right: number): Mark[] {
  const marks: Mark[] = [];
  if (title) marks.push({ kind: "text", x: left, y: 20, text: title, size: TITLE_SIZE, color: INK, bold: true });
  if (remark) marks.push({ kind: "text", x: right, y: 20, text: remark, size: TICK_SIZE, color: FAINT, anchor: "end" });
  return marks;
}

const line = (points: readonly number[]): Mark => ({ kind: "line", points, color: INK, width: 1 });

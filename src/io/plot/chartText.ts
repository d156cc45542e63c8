/** Charts, distributions of weights and receptive fields for a terminal. */
import { formatNumber, niceTicks } from "./axes.ts";
import { extent, type ChartPanel } from "./chart.ts";
import { scaleOf, type FieldsSceneOptions, type ReceptiveFields } from "./fields.ts";
import { colorAt, curveColors } from "./palette.ts";
import { channels } from "./scene.ts";
import { binWeights, weightRemark, type WeightHistogram } from "./weightHistograms.ts";

export interface TerminalChartOptions {
  readonly title?: string;
  /** Characters across, default 80, and lines of each panel, default 16. */
  readonly width?: number;
  readonly height?: number;
  /** Whether to use ANSI escape codes (24 bits). Default: no. */
  readonly color?: boolean;
}

/** Curves as braille dots, eight a character, each panel with its axes. Text with line ends. @param x title of the axis */
export function chartText(panels: readonly ChartPanel[], x: string, options: TerminalChartOptions = {}): string {
  const lines = Math.max(4, options.height ?? 16);
  const [from, to] = widened(extent(panels.flatMap(({ curves, lines: marks }) =>
    [...curves.map((curve) => curve.x), (marks ?? []).flatMap((m) => m.x ?? [])])));
  const output = options.title ? [clean(options.title)] : [];
  for (const { label, curves, fromZero, lines: marks } of panels) {
    const [bottom, top] = extent([...curves.map(({ y }) => y), (marks ?? []).flatMap((mark) => mark.y ?? [])]);
    const [low, high] = widened([fromZero ? Math.min(0, bottom) : bottom, top]);
    const ticks = niceTicks(low, high, Math.max(2, lines / 4));
    const margin = Math.max(...ticks.map((tick) => tick.label.length)) + 1;
    const columns = Math.max(20, (options.width ?? 80) - margin - 1);
    const grid = new DotGrid(columns, lines, from, to, low, high);
    for (const mark of marks ?? []) {
      if (mark.x !== undefined) grid.line([mark.x, mark.x], [low, high], FAINT, 4);
      if (mark.y !== undefined) grid.line([from, to], [mark.y, mark.y], FAINT, 4);
    }
    const colors = curveColors(curves.map(({ name }) => name));
    curves.forEach((curve, k) => grid.line(curve.x, curve.y, curve.color ?? colors[k]!, 1, curve.dots));
    const paint = painter(options);
    output.push(" ".repeat(margin) + clean(label));
    const labelAt = new Map(ticks.map((tick) => [Math.min(lines - 1, Math.floor(((high - tick.value) / (high - low)) * lines)), tick.label]));
    grid.rows(paint).forEach((row, r) => output.push(`${(labelAt.get(r) ?? "").padStart(margin - 1)} ▕${row}`));
    output.push(...axisLines(from, to, columns, margin + 1, x));
    const names = curves.map(({ name }, k) => ({ name: clean(name), color: curves[k]!.color ?? colors[k]! })).filter(({ name }) => name !== "");
    if (names.length > 0) output.push(" ".repeat(margin + 1) + names.map(({ name, color }) => paint(`● ${name}`, color)).join("  "));
  }
  return `${output.join("\n")}\n`;
}

/** Distributions of weights as rows of bars, the bound learning keeps at either end. */
export function weightHistogramsText(histograms: readonly WeightHistogram[], options: TerminalChartOptions = {}): string {
  const lines = options.height ?? 6;
  const output = options.title ? [clean(options.title)] : [];
  for (const one of histograms) {
    const room = Math.max(20, (options.width ?? 80) - 9);
    const { from, to, counts } = binWeights(one, room);
    const columns = counts.length * Math.max(1, Math.floor(room / counts.length));
    const most = counts.reduce((high, count) => Math.max(high, count), 0);
    output.push(`${clean(one.name)}: ${weightRemark(one)}`);
    const wide = Array.from({ length: columns }, (_, c) => counts[Math.floor((c * counts.length) / columns)]!);
    for (let line = 0; line < lines; line++) {
      const label = line === 0 ? formatNumber(most, 0) : "";
      const row = wide.map((count) => BARS[Math.max(0, Math.min(8, Math.ceil((count / Math.max(1, most)) * 8 * lines) - 8 * (lines - 1 - line)))])
        .join("");
      output.push(`${label.padStart(7)} ▕${painter(options)(row, "#3f6f9f")}`);
    }
    output.push(...axisLines(from, to, columns, 9, one.unit === "" ? "weight" : `weight (${one.unit})`));
  }
  return `${output.join("\n")}\n`;
}

/** Receptive fields as blocks of two cells a character, as many neurons as fit; shades without colours. */
export function fieldsText(fields: ReceptiveFields, options: TerminalChartOptions & FieldsSceneOptions = {}): string {
  const { rows, columns, neurons, of, values } = fields;
  const across = Math.max(1, Math.min(neurons.length, options.across ?? Infinity, Math.floor(((options.width ?? 80) + 1) / (columns + 1))));
  const shown = Math.min(neurons.length, across * Math.max(1, Math.floor((options.height ?? 48) / (Math.ceil(rows / 2) + 1))));
  const { low, high, map } = scaleOf(values, options);
  const output = options.title ? [clean(options.title)] : [];
  for (let first = 0; first < shown; first += across) {
    for (let row = 0; row < rows; row += 2) {
      const images = Array.from({ length: Math.min(across, shown - first) }, (_, k) => {
        const cell = (r: number, column: number) => (r < rows ? (values[((first + k) * rows + r) * columns + column]! - low) / (high - low) : NaN);
        return Array.from({ length: columns }, (__, column) => halfBlock(cell(row, column), cell(row + 1, column), options.color ? map : undefined))
          .join("");
      });
      output.push(images.join(" "));
    }
    output.push("");
  }
  const number = (value: number) => formatNumber(Number(value.toPrecision(3)));
  const who = `neurons ${neurons[0]} to ${neurons[shown - 1]}, ${shown} of ${of}`;
  output.push(`${options.label ?? "weight"} from ${number(low)} to ${number(high)}; ${who}`);
  return `${output.join("\n")}\n`;
}

const BARS = " ▁▂▃▄▅▆▇█";
const SHADES = " ░▒▓█";
const FAINT = "#808080";
const widened = ([low, high]: readonly [number, number]): [number, number] =>
  (low < high ? [low, high] : [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2]);
/** A name may hold anything; what would move the cursor of a terminal does not get there. */
const clean = (text: string) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
const painter = (options: TerminalChartOptions) => (text: string, color: string) =>
  options.color && text !== "" ? `\u001b[38;2;${channels(color).join(";")}m${text}\u001b[0m` : text;

function halfBlock(above: number, below: number, map: readonly string[] | undefined): string {
  const mean = [above, below].filter((value) => !Number.isNaN(value));
  if (!map) return mean.length === 0 ? " " : SHADES[Math.max(0, Math.min(4, Math.round((mean.reduce((a, b) => a + b, 0) / mean.length) * 4)))]!;
  const code = (layer: number, value: number) =>
    (Number.isNaN(value) ? `\u001b[${layer + 1}m` : `\u001b[${layer};2;${colorAt(map, value).join(";")}m`);
  return mean.length === 0 ? "\u001b[0m " : `${code(38, above)}${code(48, below)}▀\u001b[0m`;
}

function axisLines(from: number, to: number, columns: number, margin: number, title: string): string[] {
  const rule = Array.from({ length: columns }, () => "▔");
  const labels = Array.from({ length: columns + margin }, () => " ");
  for (const { value, label } of niceTicks(from, to, columns / 14)) {
    const at = Math.max(0, Math.min(columns - 1, Math.round(((value - from) / (to - from)) * columns)));
    rule[at] = "┬";
    const start = Math.min(columns + margin - label.length, Math.max(0, margin + at - Math.floor(label.length / 2)));
    if (labels.slice(Math.max(0, start - 1), start + label.length + 1).every((c) => c === " ")) [...label].forEach((c, k) => (labels[start + k] = c));
  }
  return [" ".repeat(margin) + rule.join(""), `${labels.join("").trimEnd()}`,
    " ".repeat(margin + Math.max(0, Math.floor((columns - title.length) / 2))) + clean(title)];
}

/** Bits of the braille character for its dot in column 0 or 1 and row 0 to 3. */
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]] as const;

/** A panel of braille dots; each character has the colour of what was drawn there last. */
class DotGrid {
  readonly #columns: number;
  readonly #lines: number;
  readonly #cells: Uint8Array;
  readonly #colors: string[];
  readonly #toX: (x: number) => number;
  readonly #toY: (y: number) => number;

  constructor(columns: number, lines: number, from: number, to: number, low: number, high: number) {
    this.#columns = columns;
    this.#lines = lines;
    this.#cells = new Uint8Array(columns * lines);
    this.#colors = Array.from(this.#cells, () => FAINT);
    this.#toX = (x) => ((x - from) / (to - from)) * (2 * columns - 1);
    this.#toY = (y) => ((high - y) / (high - low)) * (4 * lines - 1);
  }

  /** A polyline through finite points, or every `stride`-th dot of one. */
  line(xs: ArrayLike<number>, ys: ArrayLike<number>, color: string, stride: number, dots = false): void {
    for (let i = 0; i < xs.length; i++) {
      const [x0, y0, x1, y1] = [this.#toX(xs[i]!), this.#toY(ys[i]!), this.#toX(xs[i + 1]!), this.#toY(ys[i + 1]!)];
      if (Number.isFinite(x0 + y0)) this.#dot(x0, y0, color);
      if (dots || !Number.isFinite(x0 + y0 + x1 + y1)) continue;
      const steps = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)));
      for (let step = 0; step < steps; step += stride) this.#dot(x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps, color);
    }
  }

  #dot(x: number, y: number, color: string): void {
    const [column, row] = [Math.round(x), Math.round(y)];
    if (column < 0 || row < 0 || column >= 2 * this.#columns || row >= 4 * this.#lines) return;
    const at = (row >> 2) * this.#columns + (column >> 1);
    this.#cells[at]! |= DOTS[(row & 3) as 0 | 1 | 2 | 3][(column & 1) as 0 | 1];
    this.#colors[at] = color;
  }

  rows(paint: (text: string, color: string) => string): string[] {
    return Array.from({ length: this.#lines }, (_, line) => {
      let [text, run, color] = ["", "", ""];
      for (let at = line * this.#columns; at < (line + 1) * this.#columns; at++) {
        if (this.#colors[at] !== color) {
          text += paint(run, color || FAINT);
          [run, color] = ["", this.#colors[at]!];
        }
        run += String.fromCharCode(0x2800 + this.#cells[at]!);
      }
      return text + paint(run, color);
    });
  }
}

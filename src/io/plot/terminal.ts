import type { Spikes } from "../spikes.ts";
import { formatNumber, timeAxis } from "./axes.ts";
import { rasterContent, sampleRemark, type RasterContent, type RasterOptions } from "./rasterLayout.ts";
import { channels } from "./scene.ts";
import { timeText } from "./time.ts";

export interface TerminalRasterOptions extends RasterOptions {
  /** Characters across, default 100, and lines of dots, default 24. */
  readonly width?: number;
  readonly height?: number;
  /** Whether to colour populations with ANSI escape codes (24 bits). Default: no. */
  readonly color?: boolean;
}

/** A raster for a terminal: eight braille dots a character, a population a strip, and its rate below as a row of bars. Text with line ends. */
export function rasterText(spikes: Spikes, options: TerminalRasterOptions = {}): string {
  const width = Math.max(40, options.width ?? 100);
  const names = spikes.populations.map(({ name }) => clean(name));
  const margin = Math.min(16, Math.max(4, ...names.map((name) => name.length))) + 1;
  const columns = width - margin - 1;
  const lines = Math.max(options.height ?? 24, spikes.populations.length);
  const content = rasterContent(spikes, options, 4 * lines, 2 * columns);
  const paint = (text: string, color: string) => (options.color ? `\u001b[38;2;${channels(color).join(";")}m${text}\u001b[0m` : text);
  const label = (text: string) => (text.length > margin - 1 ? `${text.slice(0, margin - 2)}…` : text).padStart(margin - 1);
  const output: string[] = options.title ? [" ".repeat(margin) + clean(options.title)] : [];
  const shares = linesOfBands(content, lines);
  // The first population at the bottom, as in the other pictures.
  content.bands
    .map((band, k) => [band, k] as const)
    .toReversed()
    .forEach(([band, k]) => {
      const rows = braille(spikes, content, k, shares[k]!, columns);
      const name = label(clean(band.population.name));
      rows.forEach((row, r) => output.push(`${paint(r === 0 ? name : " ".repeat(margin - 1), band.color)}▕${paint(row, band.color)}`));
    });
  output.push(...timeLines(content, columns, margin));
  for (const { population, rate, rates, color } of content.bands.toReversed()) {
    const bars = resample(rates, columns - 11);
    output.push(`${paint(label(clean(population.name)), color)} ${paint(bars, color)} ${formatNumber(Number(rate.toPrecision(3))).padStart(6)} Hz`);
  }
  const remark = [sampleRemark(content), `bars: mean over neurons, highest ${highest(content)}`].filter(Boolean).join("; ");
  return [...output, ...wrapped(remark, columns).map((line) => " ".repeat(margin) + line), ""].join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1)!.length + word.length >= width) lines.push(word);
    else lines.push(`${lines.pop()!} ${word}`.trim());
  }
  return lines;
}

/** A name may hold anything; what would move the cursor of a terminal does not get there. */
const clean = (text: string) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");

function linesOfBands({ bands }: RasterContent, lines: number): number[] {
  const total = bands.reduce((sum, { population }) => sum + population.size, 0);
  const shares = bands.map(({ population }) => Math.max(1, Math.round((lines * population.size) / total)));
  for (let extra = shares.reduce((sum, own) => sum + own, 0) - lines; extra > 0; extra--) {
    const largest = shares.indexOf(Math.max(...shares));
    if (shares[largest]! > 1) shares[largest]!--;
  }
  return shares;
}

/** Bits of the braille character for its dot in column 0 or 1 and row 0 to 3. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

function braille(spikes: Spikes, content: RasterContent, band: number, lines: number, columns: number): string[] {
  const { times, indices } = spikes;
  const { from, to, first, end } = content;
  const { offset, size } = content.bands[band]!.population;
  const cells = new Uint8Array(lines * columns);
  for (let i = first; i < end; i++) {
    const index = indices[i]!;
    if (content.bandOf(index) !== band || !content.isShown(band, index)) continue;
    const x = Math.min(2 * columns - 1, Math.floor(((times[i]! - from) / (to - from)) * 2 * columns));
    const y = 4 * lines - 1 - Math.floor(((index - offset) / size) * 4 * lines);
    cells[(y >> 2) * columns + (x >> 1)]! |= DOTS[(y & 3) as 0 | 1 | 2 | 3][(x & 1) as 0 | 1];
  }
  return Array.from({ length: lines }, (_, row) =>
    String.fromCharCode(...cells.subarray(row * columns, (row + 1) * columns).map(Number)).replace(/[\0-\u00ff]/g, (c) =>
      String.fromCharCode(0x2800 + c.charCodeAt(0)),
    ),
  );
}

function timeLines({ from, to }: RasterContent, columns: number, margin: number): string[] {
  const axis = timeAxis(from, to, columns * 6);
  const line = Array.from({ length: columns }, () => "▔");
  const labels = Array.from({ length: columns + margin }, () => " ");
  for (const { value, label } of axis.ticks) {
    const at = Math.min(columns - 1, Math.round(((value - axis.from) / (axis.to - axis.from)) * columns));
    line[at] = "┬";
    const start = Math.min(columns + margin - label.length, Math.max(margin, margin + at - Math.floor(label.length / 2)));
    if (labels.slice(start - 1, start + label.length + 1).every((c) => c === " ")) [...label].forEach((c, k) => (labels[start + k] = c));
  }
  const unit = axis.perSecond === 1000 ? "ms" : "s";
  return [`${" ".repeat(margin)}${line.join("")}`, `${labels.join("").trimEnd()} ${unit}`];
}

const BARS = " ▁▂▃▄▅▆▇█";

function resample(rates: Float64Array, columns: number): string {
  const most = rates.reduce((high, rate) => Math.max(high, rate), 0);
  return Array.from({ length: columns }, (_, k) => {
    const first = Math.floor((k * rates.length) / columns);
    const part = rates.subarray(first, Math.max(first + 1, Math.floor(((k + 1) * rates.length) / columns)));
    const mean = part.reduce((sum, rate) => sum + rate, 0) / part.length;
    return BARS[most > 0 ? Math.round((mean / most) * 8) : 0];
  }).join("");
}

function highest({ bands, bin }: RasterContent): string {
  const peaks = bands.map(
    ({ population, rates }) =>
      `${clean(population.name)} ${formatNumber(Number(rates.reduce((high, rate) => Math.max(high, rate), 0).toPrecision(3)))} Hz`,
  );
  return `${peaks.join(", ")} in ${timeText(bin)}`;
}

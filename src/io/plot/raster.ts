import type { Spikes } from "../spikes.ts";
import {
  axisMarks,
  checkSize,
  formatNumber,
  headMarks,
  leftMargin,
  niceTicks,
  TICK_SIZE,
  timeAxis,
  toX,
  toY,
  valueAxis,
  type Axis,
  type Panel,
} from "./axes.ts";
import { FAINT } from "./palette.ts";
import { rasterContent, sampleRemark, type Band, type RasterContent, type RasterOptions } from "./rasterLayout.ts";
import type { Box, Mark, Scene } from "./scene.ts";
import { textWidth } from "./strokeFont.ts";
import { timeText } from "./time.ts";

/**
 * A raster plot as a scene: a dot a spike against time, neurons upwards in their populations' colours, and below it the firing rate of each
 * population averaged over its neurons.
 *
 * @throws {ArgumentError} when the part to show is empty or no time
 */
export function rasterScene(spikes: Spikes, options: RasterOptions = {}): Scene {
  const width = options.width ?? 960;
  const height = options.height ?? 600;
  checkSize(width, height);
  const right = rightMargin(spikes);
  const top = 32;
  const bottom = 46;
  const between = options.rates === false ? 0 : 22;
  const inner = Math.max(80, height - top - bottom - between);
  const rateHeight = options.rates === false ? 0 : Math.round(inner * 0.24);
  const dotsHeight = inner - rateHeight;
  const content = rasterContent(spikes, options, dotsHeight, Math.max(80, width - 80 - right));
  const strips = stack(content.bands, dotsHeight);
  const neuronAxis: Axis = { from: 0, to: dotsHeight, label: "neuron", ticks: neuronTicks(content.bands, strips, dotsHeight) };
  const highest = Math.max(0, ...content.bands.map(({ rates }) => rates.reduce((most, rate) => Math.max(most, rate), 0)));
  const rateAxis = valueAxis(0, highest, rateHeight, { label: "rate (Hz)", round: true, spacing: 34 });
  const left = leftMargin(rateHeight > 0 ? [neuronAxis, rateAxis] : [neuronAxis]) + 6;
  const box = { x: left, y: top, width: Math.max(80, width - left - right), height: dotsHeight };
  const time = timeAxis(content.from, content.to, box.width);
  const dots: Panel = { box, x: time, y: neuronAxis };
  const rates: Panel = { box: { ...box, y: top + dotsHeight + between, height: rateHeight }, x: time, y: rateAxis };
  const marks: Mark[] = [
    ...headMarks(options.title, grouped(sampleRemark(content, options.rates)), left, box.x + box.width),
    ...dotMarks(spikes, content, strips, dots, time.perSecond),
    ...axisMarks(dots, { xLabels: rateHeight === 0, margin: left }),
    ...nameMarks(content.bands, strips, box),
    ...(rateHeight > 0 ? [...rateMarks(content, rates, time.perSecond), ...axisMarks(rates, { margin: left })] : []),
  ];
  const names = content.bands.map(({ population, rate }) => `${population.name} (${population.size} neurons, ${rate.toFixed(1)} Hz)`).join(", ");
  return { width, height, description: `${options.title ?? "Spike raster"}: ${names}, ${content.from} s to ${content.to} s`, marks };
}

/** A population's strip of the panel, pixels up from the bottom. */
interface Strip {
  readonly from: number;
  readonly height: number;
}

/** Strips in proportion to the populations, but none too thin to see. */
function stack(bands: readonly Band[], height: number): Strip[] {
  const gap = bands.length > 1 ? 3 : 0;
  const least = Math.min(12, (0.6 * height) / Math.max(1, bands.length));
  const free = height - gap * (bands.length - 1);
  const total = bands.reduce((sum, { population }) => sum + population.size, 0);
  const thin = bands.filter(({ population }) => (population.size / total) * free < least);
  const rest = total - thin.reduce((sum, { population }) => sum + population.size, 0);
  let from = 0;
  return bands.map((band) => {
    const own = thin.includes(band) ? least : (band.population.size / rest) * (free - least * thin.length);
    const strip = { from, height: own };
    from += own + gap;
    return strip;
  });
}

/** Neuron numbers at round values wherever there is room; none where the populations are in another order than their numbers. */
function neuronTicks(bands: readonly Band[], strips: readonly Strip[], height: number): { value: number; label: string }[] {
  const total = bands.reduce((sum, { population }) => sum + population.size, 0);
  const density = total / height;
  const ticks: { value: number; label: string }[] = [];
  if (bands.some(({ population }, k) => k > 0 && population.offset < bands[k - 1]!.population.offset)) return ticks;
  bands.forEach(({ population: { offset, size } }, k) => {
    const { from, height: own } = strips[k]!;
    const step = Math.max(1, niceTicks(0, density * height, height / 45)[1]?.value ?? 1);
    for (let index = Math.ceil(offset / step) * step; index < offset + size; index += step) {
      const value = from + ((index - offset + 0.5) / size) * own;
      if (value - (ticks.at(-1)?.value ?? -99) >= 15) ticks.push({ value, label: formatNumber(index, 0) });
    }
  });
  return ticks;
}

function dotMarks(spikes: Spikes, content: RasterContent, strips: readonly Strip[], panel: Panel, perSecond: number): Mark[] {
  const { times, indices } = spikes;
  const { bands, bandOf, isShown } = content;
  const counts = bands.map(() => 0);
  const x = bands.map((band) => new Float32Array(band.spikes));
  const y = bands.map((band) => new Float32Array(band.spikes));
  const bottoms = strips.map(({ from }) => panel.box.y + panel.box.height - from);
  const scales = bands.map(({ population }, k) => strips[k]!.height / population.size);
  const toPixels = panel.box.width / (panel.x.to - panel.x.from);
  for (let i = content.first; i < content.end; i++) {
    const index = indices[i]!;
    const k = bandOf(index);
    if (k < 0 || !isShown(k, index)) continue;
    const at = counts[k]!++;
    x[k]![at] = panel.box.x + (times[i]! * perSecond - panel.x.from) * toPixels;
    y[k]![at] = bottoms[k]! - (index - bands[k]!.population.offset + 0.5) * scales[k]!;
  }
  return bands.map((band, k): Mark => {
    const { height } = strips[k]!;
    // A dot fills its row, but stays a dot: between just visible and a short stroke.
    const pointHeight = Math.min(10, Math.max(1.5, 0.75 * (height / band.shown)));
    const pointWidth = pointHeight > 4 ? 1.2 : Math.min(pointHeight, 2);
    const cover = (counts[k]! * pointWidth * pointHeight) / (panel.box.width * height);
    const opacity = cover > 0.7 ? Math.max(0.15, 0.7 / cover) : 1; // many dots over each other: show how dense they are
    const own = { x: x[k]!.subarray(0, counts[k]), y: y[k]!.subarray(0, counts[k]) };
    return { kind: "points", ...own, pointWidth, pointHeight, color: band.color, opacity, clip: panel.box };
  });
}

function rightMargin({ populations }: Spikes): number {
  if (populations.length === 0) return 24;
  const name = Math.max(...populations.map((population) => textWidth(shortName(population.name), TICK_SIZE + 1)));
  return Math.ceil(Math.max(name * 1.08, textWidth("000.0 Hz", TICK_SIZE))) + 22;
}

const shortName = (name: string) => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
const grouped = (text: string | undefined) => text?.replace(/\d{5,}/g, (digits) => formatNumber(Number(digits), 0));

/** Names and mean rates beside the strips, moved apart where strips are thin. */
function nameMarks(bands: readonly Band[], strips: readonly Strip[], box: Box): Mark[] {
  const roomy = strips.every(({ height }) => height >= 30);
  const spacing = roomy ? 30 : Math.min(15, box.height / Math.max(1, bands.length));
  let lowest = box.y + box.height + spacing / 2;
  const x = box.x + box.width + 10;
  return bands.flatMap(({ population, color, rate }, k): Mark[] => {
    const { from, height } = strips[k]!;
    const wanted = box.y + box.height - from - height / 2;
    const y = Math.min(wanted, lowest - spacing);
    lowest = y;
    const name: Mark = { kind: "text", x, y: roomy ? y : y + 4, text: shortName(population.name), size: TICK_SIZE + 1, color, bold: true };
    return roomy
      ? [name, { kind: "text", x, y: y + 14, text: `${formatNumber(Number(rate.toPrecision(3)))} Hz`, size: TICK_SIZE, color: FAINT }]
      : [name];
  });
}

function rateMarks(content: RasterContent, panel: Panel, perSecond: number): Mark[] {
  const { bands, bin, from, to } = content;
  const marks = bands.flatMap(({ rates, color }): Mark[] => {
    const outline: number[] = [];
    rates.forEach((rate, k) => {
      const y = toY(panel, rate);
      outline.push(toX(panel, (from + k * bin) * perSecond), y, toX(panel, Math.min(to, from + (k + 1) * bin) * perSecond), y);
    });
    const foot = panel.box.y + panel.box.height;
    const edge: Mark = { kind: "line", points: outline, color, width: 1 };
    return bands.length > 1 ? [edge] : [{ kind: "area", points: [panel.box.x, foot, ...outline, outline.at(-2)!, foot], color, opacity: 0.25 }, edge];
  });
  const caption = `mean over neurons, ${timeText(bin)} bins`;
  return [
    ...marks,
    { kind: "text", x: panel.box.x + panel.box.width, y: panel.box.y - 6, text: caption, size: TICK_SIZE - 1, color: FAINT, anchor: "end" },
  ];
}

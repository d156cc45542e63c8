/** Rate of each population below the raster, on the same axis of time. */
import type { Band, Frame } from "../messages.ts";
import { countBin } from "../sampler.ts";
import { Columns } from "./columns.ts";
import type { Theme } from "./theme.ts";

/** Height of the labels of time, in pixels of a plain screen. */
const axisHeight = 20;
/** Seconds between labels. */
const ticks = [0.1, 0.2, 0.5, 1];

export class Rates {
  readonly #context: CanvasRenderingContext2D;
  readonly #bands: readonly Band[];
  readonly #theme: Theme;
  /** Bins of the plot: seconds, and their ring. */
  readonly #bin: number;
  readonly #bins: Columns;
  readonly #seconds: number;
  /** Spikes of each population in each bin. */
  readonly #spikes: readonly Float64Array[];
  #now = 0;
  /** Top of the axis, hertz. */
  most = 1;

  constructor(canvas: HTMLCanvasElement, bands: readonly Band[], seconds: number, theme: Theme) {
    this.#context = canvas.getContext("2d")!;
    this.#bands = bands;
    this.#theme = theme;
    this.#seconds = seconds;
    const bin = Math.max(1, Math.round(seconds / 400 / countBin));
    this.#bin = bin * countBin;
    this.#bins = new Columns(Math.ceil(seconds / this.#bin) + 1, (Math.ceil(seconds / this.#bin) + 1) * this.#bin);
    this.#spikes = bands.map(() => new Float64Array(this.#bins.count));
  }

  add({ from, to, counts }: Frame): void {
    const populations = this.#bands.length, bins = this.#bins;
    // A bin's end belongs to it, and rounding does not decide.
    const late = countBin / 2;
    bins.advance(to - late, (first, end) => this.#spikes.forEach((spikes) => spikes.fill(0, first, end)));
    for (let k = 0; k < counts.length / populations; k++) {
      const bin = bins.at(from + (k + 1) * countBin - late);
      if (!bins.holds(bin)) continue;
      for (let p = 0; p < populations; p++) this.#spikes[p]![bins.place(bin)]! += counts[k * populations + p]!;
    }
    this.#now = to;
  }

  paint(): void {
    const context = this.#context, { width, height } = context.canvas, ratio = devicePixelRatio;
    const bottom = height - axisHeight * ratio;
    context.clearRect(0, 0, width, height);
    this.#fitAxis();
    const start = Math.max(0, this.#now - this.#seconds);
    const x = (time: number) => ((time - start) / this.#seconds) * width;
    this.#paintAxis(x, start, bottom, ratio);
    context.lineWidth = 1.25 * ratio;
    context.lineJoin = "round";
    this.#bands.forEach((_, p) => {
      context.strokeStyle = this.#theme.series[p % this.#theme.series.length]!;
      context.beginPath();
      this.#eachWholeBin((bin) => {
        const y = bottom - (this.#rate(p, bin) / this.most) * (bottom - 2 * ratio);
        context.lineTo(x(bin * this.#bin), y);
        context.lineTo(x((bin + 1) * this.#bin), y);
      });
      context.stroke();
    });
  }

  #paintAxis(x: (time: number) => number, start: number, bottom: number, ratio: number): void {
    const context = this.#context, { width } = context.canvas;
    context.fillStyle = this.#theme.line;
    context.fillRect(0, bottom, width, ratio);
    context.fillRect(0, ratio, width, ratio / 2);
    context.font = `${12 * ratio}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    const tick = ticks.find((each) => this.#seconds / each <= 5)!;
    for (let k = Math.ceil(start / tick - 1e-9); k * tick <= start + this.#seconds + 1e-9; k++) {
      const at = x(k * tick);
      context.fillStyle = this.#theme.line;
      context.fillRect(Math.round(at), bottom, ratio, 5 * ratio);
      context.fillStyle = this.#theme.quiet;
      const text = `${Number((k * tick).toFixed(1))} s`;
      const half = context.measureText(text).width / 2;
      context.fillText(text, Math.min(Math.max(at, half), width - half), bottom + axisHeight * ratio);
    }
  }

  #rate(population: number, bin: number): number {
    return this.#spikes[population]![this.#bins.place(bin)]! / this.#bands[population]!.size / this.#bin;
  }

  /** Bins that are full, or about to leave at the left. */
  #eachWholeBin(visit: (bin: number) => void): void {
    const { newest, count } = this.#bins;
    const full = this.#now >= (newest + 1) * this.#bin - countBin / 2;
    for (let bin = Math.max(0, newest - count + 1); bin < newest + (full ? 1 : 0); bin++) visit(bin);
  }

  /** The top is 1, 2 or 5 times a power of ten; it comes down only when the rates are far below. */
  #fitAxis(): void {
    let most = 0;
    this.#eachWholeBin((bin) => this.#bands.forEach((_, p) => (most = Math.max(most, this.#rate(p, bin)))));
    if (most <= this.most && most > this.most / 5) return;
    const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
    this.most = power * [1, 2, 5, 10].find((factor) => factor * power >= most)!;
  }
}

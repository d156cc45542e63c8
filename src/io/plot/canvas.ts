import { channels, type Box, type ImageMark } from "./scene.ts";

/** Pixels with opacity, and the few ways of drawing a picture needs, each with smooth edges. Coordinates are in pixels of this canvas. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, opacity. [height x width x 4] */
  readonly pixels: Uint8Array;

  /** @param background a colour, or none for a transparent canvas */
  constructor(width: number, height: number, background?: string) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 4);
    if (background === undefined) return;
    const [red, green, blue] = channels(background);
    new Uint32Array(this.pixels.buffer).fill((red | (green << 8) | (blue << 16) | (255 << 24)) >>> 0);
  }

  /** Marks of one size at many places, moved to whole pixels so that equal marks look equal. */
  points(x: Float32Array, y: Float32Array, scale: number, size: { width: number; height: number }, color: string, opacity: number, clip: Box): void {
    const width = Math.max(1, Math.round(size.width));
    const height = Math.max(1, Math.round(size.height));
    const bounds = this.bounds(clip);
    const [red, green, blue] = channels(color);
    const solid = (red | (green << 8) | (blue << 16) | (255 << 24)) >>> 0;
    const words = new Uint32Array(this.pixels.buffer);
    for (let i = 0; i < x.length; i++) {
      const left = Math.round(x[i]! * scale - width / 2);
      const top = Math.round(y[i]! * scale - height / 2);
      const fromX = Math.max(left, bounds.left);
      const toX = Math.min(left + width, bounds.right);
      const toY = Math.min(top + height, bounds.bottom);
      for (let row = Math.max(top, bounds.top); row < toY; row++) {
        for (let at = row * this.width + fromX, end = row * this.width + toX; at < end; at++) {
          if (opacity >= 1) words[at] = solid;
          else this.blend(at, red, green, blue, opacity);
        }
      }
    }
  }

  /** A polyline with round ends and joins; NaN lifts the pen. Where it crosses itself it gets no darker. */
  line(points: ArrayLike<number>, lineWidth: number, color: string, opacity: number, clip?: Box): void {
    const reach = Math.max(lineWidth, 1) / 2 + 1;
    const faint = Math.min(1, lineWidth); // thinner than a pixel: one pixel wide and paler
    const area = this.extent(points, reach, clip);
    if (!area) return;
    const coverage = new Float32Array(area.width * area.height);
    for (let i = 0; i + 3 < points.length; i += 2) {
      const [x0, y0, x1, y1] = [points[i]!, points[i + 1]!, points[i + 2]!, points[i + 3]!];
      if (!Number.isNaN(x0 + y0 + x1 + y1)) coverSegment(coverage, area, x0, y0, x1, y1, Math.max(lineWidth, 1) / 2);
    }
    this.fillCoverage(coverage, area, color, opacity * faint);
  }

  /** A polygon, filled by the even-odd rule, with four lines a pixel and exact horizontal edges. */
  area(points: ArrayLike<number>, color: string, opacity: number, clip?: Box): void {
    const area = this.extent(points, 1, clip);
    if (!area) return;
    const coverage = new Float32Array(area.width * area.height);
    const subrows = 4;
    const crossings: number[][] = Array.from({ length: area.height * subrows }, () => []);
    const n = points.length / 2;
    for (let i = 0; i < n; i++) {
      const j = (i + 1) % n;
      const [x0, y0, x1, y1] = [points[2 * i]!, points[2 * i + 1]! - area.top, points[2 * j]!, points[2 * j + 1]! - area.top];
      const first = Math.max(0, Math.ceil(Math.min(y0, y1) * subrows - 0.5));
      const last = Math.min(crossings.length, Math.ceil(Math.max(y0, y1) * subrows - 0.5));
      for (let row = first; row < last; row++) crossings[row]!.push(x0 + (((row + 0.5) / subrows - y0) / (y1 - y0)) * (x1 - x0) - area.left);
    }
    crossings.forEach((xs, subrow) => {
      xs.sort((a, b) => a - b);
      const start = Math.floor(subrow / subrows) * area.width;
      for (let k = 0; k + 1 < xs.length; k += 2) {
        const from = Math.max(0, xs[k]!);
        const to = Math.min(area.width, xs[k + 1]!);
        for (let x = Math.floor(from); x < to; x++) coverage[start + x]! += Math.max(0, Math.min(to, x + 1) - Math.max(from, x)) / subrows;
      }
    });
    this.fillCoverage(coverage, area, color, opacity);
  }

  /** A grid of colours, each cell a sharp rectangle. */
  image({ columns, rows, colors }: ImageMark, box: Box): void {
    const bounds = this.bounds(box);
    for (let y = bounds.top; y < bounds.bottom; y++) {
      const row = Math.min(rows - 1, Math.max(0, Math.floor(((y + 0.5 - box.y) / box.height) * rows)));
      for (let x = bounds.left; x < bounds.right; x++) {
        const column = Math.min(columns - 1, Math.max(0, Math.floor(((x + 0.5 - box.x) / box.width) * columns)));
        const from = 4 * (row * columns + column);
        this.blend(y * this.width + x, colors[from]!, colors[from + 1]!, colors[from + 2]!, colors[from + 3]! / 255);
      }
    }
  }

  private fillCoverage(coverage: Float32Array, area: Area, color: string, opacity: number): void {
    const [red, green, blue] = channels(color);
    for (let y = 0, k = 0; y < area.height; y++) {
      for (let x = 0, at = (area.top + y) * this.width + area.left; x < area.width; x++, k++, at++) {
        const level = Math.round(Math.min(1, coverage[k]!) * EDGE_LEVELS) / EDGE_LEVELS;
        if (level > 0) this.blend(at, red, green, blue, level * opacity);
      }
    }
  }

  private blend(pixel: number, red: number, green: number, blue: number, opacity: number): void {
    const { pixels } = this;
    const at = 4 * pixel;
    const below = pixels[at + 3]! / 255;
    const together = opacity + below * (1 - opacity);
    if (together <= 0) return;
    const share = opacity / together;
    pixels[at] = pixels[at]! + (red - pixels[at]!) * share + 0.5;
    pixels[at + 1] = pixels[at + 1]! + (green - pixels[at + 1]!) * share + 0.5;
    pixels[at + 2] = pixels[at + 2]! + (blue - pixels[at + 2]!) * share + 0.5;
    pixels[at + 3] = together * 255 + 0.5;
  }

  private bounds(clip: Box | undefined): { left: number; top: number; right: number; bottom: number } {
    const box = clip ?? { x: 0, y: 0, width: this.width, height: this.height };
    return {
      left: Math.max(0, Math.round(box.x)),
      top: Math.max(0, Math.round(box.y)),
      right: Math.min(this.width, Math.round(box.x + box.width)),
      bottom: Math.min(this.height, Math.round(box.y + box.height)),
    };
  }

  private extent(points: ArrayLike<number>, reach: number, clip: Box | undefined): Area | undefined {
    const bounds = this.bounds(clip);
    let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i + 1 < points.length; i += 2) {
      if (points[i]! < left) left = points[i]!;
      if (points[i]! > right) right = points[i]!;
      if (points[i + 1]! < top) top = points[i + 1]!;
      if (points[i + 1]! > bottom) bottom = points[i + 1]!;
    }
    left = Math.max(bounds.left, Math.floor(left - reach));
    top = Math.max(bounds.top, Math.floor(top - reach));
    const width = Math.min(bounds.right, Math.ceil(right + reach)) - left;
    const height = Math.min(bounds.bottom, Math.ceil(bottom + reach)) - top;
    return width > 0 && height > 0 ? { left, top, width, height } : undefined;
  }
}

/** Steps of a smooth edge: enough for the eye, few enough for most pictures to need no more than 256 colours. */
const EDGE_LEVELS = 16;

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Covers each pixel by how far its centre is inside the stroke: 1 half a pixel inside, 0 half a pixel outside. */
function coverSegment(coverage: Float32Array, area: Area, x0: number, y0: number, x1: number, y1: number, radius: number): void {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const square = dx * dx + dy * dy;
  const reach = radius + 0.5;
  const top = Math.max(area.top, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(area.top + area.height, Math.ceil(Math.max(y0, y1) + reach));
  for (let y = top; y < bottom; y++) {
    const [from, to] = spanOfRow(y + 0.5, x0, y0, dx, dy, reach);
    const left = Math.max(area.left, Math.floor(from));
    const right = Math.min(area.left + area.width, Math.ceil(to));
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - x0;
      const py = y + 0.5 - y0;
      const along = square > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / square)) : 0;
      const inside = reach - Math.hypot(px - along * dx, py - along * dy);
      if (inside <= 0) continue;
      const at = (y - area.top) * area.width + x - area.left;
      coverage[at] = Math.max(coverage[at]!, Math.min(1, inside));
    }
  }
}

/** The part of a row of pixels a slanted stroke can reach, so that long diagonals do not visit their whole bounding box. */
function spanOfRow(y: number, x0: number, y0: number, dx: number, dy: number, reach: number): [number, number] {
  const low = Math.min(x0, x0 + dx) - reach;
  const high = Math.max(x0, x0 + dx) + reach;
  if (Math.abs(dy) < 1e-9) return [low, high];
  const centre = x0 + ((y - y0) / dy) * dx;
  const half = reach * Math.sqrt(1 + (dx / dy) ** 2);
  return [Math.max(low, centre - half), Math.min(high, centre + half)];
}

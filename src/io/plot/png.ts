import { crc32 } from "../checksum.ts";
import { concatenate, deflate } from "../deflate.ts";
import { Canvas } from "./canvas.ts";
import type { Box, Mark, Scene } from "./scene.ts";
import { textStrokes, textWidth } from "./strokeFont.ts";

/**
 * Draws a scene as a PNG file, letters included, on white.
 *
 * @param scale pixels a CSS pixel; 2 is sharp on today's screens and at 200 dpi on paper
 */
export async function renderPng(scene: Scene, scale = 2): Promise<Uint8Array> {
  const canvas = new Canvas(Math.round(scene.width * scale), Math.round(scene.height * scale), "#ffffff");
  for (const mark of scene.marks) drawMark(canvas, mark, scale);
  return encodePng(canvas, scale);
}

/** Draws one mark on a canvas of `scale` pixels a CSS pixel. */
export function drawMark(canvas: Canvas, mark: Mark, scale: number): void {
  switch (mark.kind) {
    case "points": {
      const size = { width: mark.pointWidth * scale, height: mark.pointHeight * scale };
      return canvas.points(mark.x, mark.y, scale, size, mark.color, mark.opacity ?? 1, scaled(mark.clip, scale));
    }
    case "line":
      return canvas.line(times(mark.points, scale), mark.width * scale, mark.color, mark.opacity ?? 1, mark.clip && scaled(mark.clip, scale));
    case "area":
      return canvas.area(times(mark.points, scale), mark.color, mark.opacity ?? 1, mark.clip && scaled(mark.clip, scale));
    case "rectangle": {
      const { x, y, width, height } = scaled(mark, scale);
      return canvas.area([x, y, x + width, y, x + width, y + height, x, y + height], mark.color, mark.opacity ?? 1);
    }
    case "image":
      return canvas.image(mark, scaled(mark, scale));
    case "text": {
      const width = textWidth(mark.text, mark.size, mark.bold);
      const shift = mark.anchor === "middle" ? -width / 2 : mark.anchor === "end" ? -width : 0;
      const strokes = textStrokes(mark.text, mark.size, mark.bold);
      for (let i = 0; i < strokes.length; i += 2) {
        const along = strokes[i]! + shift;
        const across = strokes[i + 1]!;
        strokes[i] = (mark.x + (mark.upwards ? across : along)) * scale;
        strokes[i + 1] = (mark.y + (mark.upwards ? -along : across)) * scale;
      }
      return canvas.line(strokes, mark.size * scale * (mark.bold ? 0.13 : 0.085), mark.color, 1);
    }
    default:
      mark satisfies never;
  }
}

const scaled = ({ x, y, width, height }: Box, scale: number): Box => ({ x: x * scale, y: y * scale, width: width * scale, height: height * scale });

function times(points: ArrayLike<number>, scale: number): Float64Array {
  const result = new Float64Array(points.length);
  for (let i = 0; i < points.length; i++) result[i] = points[i]! * scale;
  return result;
}

/**
 * The pixels of a canvas as a PNG file: with a palette when there are at most 256 colours, which makes most pictures a third as large, otherwise
 * with three bytes a pixel, or four where some are not opaque.
 *
 * @param scale pixels a CSS pixel, stored as the resolution (96 dpi times scale) so that the picture is placed at its size
 * @source https://www.w3.org/TR/png-3/
 */
export async function encodePng({ width, height, pixels }: Canvas, scale = 1): Promise<Uint8Array> {
  const colors = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
  const indexed = indexColors(colors);
  let opaque = true;
  for (let at = 0; at < colors.length && opaque; at++) opaque = colors[at]! >>> 24 === 255;
  const depth = indexed ? 1 : opaque ? 3 : 4;
  const rows = new Uint8Array(height * (width * depth + 1)); // each row begins with its filter, 0: none
  for (let y = 0, to = 0, from = 0; y < height; y++) {
    to++;
    if (indexed) {
      rows.set(indexed.indices.subarray(y * width, (y + 1) * width), to);
      to += width;
      continue;
    }
    for (let x = 0; x < width; x++, from += 4) {
      rows[to++] = pixels[from]!;
      rows[to++] = pixels[from + 1]!;
      rows[to++] = pixels[from + 2]!;
      if (!opaque) rows[to++] = pixels[from + 3]!;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, indexed ? 3 : opaque ? 2 : 6], 8);
  const resolution = new Uint8Array(9);
  const perMetre = Math.round((96 * scale) / 0.0254);
  new DataView(resolution.buffer).setUint32(0, perMetre);
  new DataView(resolution.buffer).setUint32(4, perMetre);
  resolution[8] = 1;
  return concatenate([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", header),
    chunk("pHYs", resolution),
    ...(indexed ? paletteChunks(indexed.palette, opaque) : []),
    chunk("IDAT", await deflate(rows, "deflate")),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** The colours of pixels and which of them each has, unless there are more than 256. */
function indexColors(colors: Uint32Array): { palette: number[]; indices: Uint8Array } | undefined {
  const palette: number[] = [];
  const known = new Map<number, number>();
  const indices = new Uint8Array(colors.length);
  let last = -1;
  let index = 0;
  for (let at = 0; at < colors.length; at++) {
    const color = colors[at]!;
    if (color !== last) {
      last = color;
      index = known.get(color) ?? palette.length;
      if (index === palette.length) {
        if (index === 256) return undefined;
        known.set(color, index);
        palette.push(color);
      }
    }
    indices[at] = index;
  }
  return { palette, indices };
}

function paletteChunks(palette: readonly number[], opaque: boolean): Uint8Array[] {
  const colors = Uint8Array.from(palette.flatMap((color) => [color & 255, (color >>> 8) & 255, (color >>> 16) & 255]));
  const opacities = Uint8Array.from(palette, (color) => color >>> 24);
  return [chunk("PLTE", colors), ...(opaque ? [] : [chunk("tRNS", opacities)])];
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(4, bytes.length - 4)));
  return bytes;
}

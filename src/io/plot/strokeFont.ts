import { GLYPHS, UNKNOWN_GLYPH } from "./glyphs.ts";

/** Space between the ink of neighbouring letters, in tenths of an em. */
const GAP = 1.55;
const BOLD_GAP = 1.9;

/** The width of a line of text in pixels; text in SVG comes out within a few per cent of it. */
export function textWidth(text: string, size: number, bold = false): number {
  let width = 0;
  for (const character of text.normalize("NFC")) width += glyph(character)[0] + (bold ? BOLD_GAP : GAP);
  return (width * size) / 10;
}

/** A line of text as pen strokes from its baseline at 0, 0, y pointing down, pixels; NaN between strokes. */
export function textStrokes(text: string, size: number, bold = false): number[] {
  const scale = size / 10;
  const gap = bold ? BOLD_GAP : GAP;
  const points: number[] = [];
  let left = gap / 2;
  for (const character of text.normalize("NFC")) {
    const [width, strokes] = glyph(character);
    for (const stroke of flatten(strokes)) {
      for (const [x, y] of stroke) points.push((left + x) * scale, -y * scale);
      points.push(Number.NaN, Number.NaN);
    }
    left += width + gap;
  }
  return points;
}

/** An accented letter without strokes of its own is drawn without its accent. */
function glyph(character: string): readonly [width: number, strokes: string] {
  if (Object.hasOwn(GLYPHS, character)) return GLYPHS[character]!;
  const plain = character.normalize("NFD")[0]!;
  return Object.hasOwn(GLYPHS, plain) ? GLYPHS[plain]! : UNKNOWN_GLYPH;
}

type Point = readonly [x: number, y: number];

function flatten(strokes: string): Point[][] {
  const all: Point[][] = [];
  let current: Point[] = [];
  for (const [, command, text] of strokes.matchAll(/([MLCE])([^MLCE]*)/g)) {
    const n = (text!.match(/-?[\d.]+/g) ?? []).map(Number);
    if (command === "M") {
      current = [[n[0]!, n[1]!]];
      all.push(current);
    } else if (command === "L") current.push([n[0]!, n[1]!]);
    else if (command === "C") current.push(...cubic(current.at(-1)!, n));
    else {
      const arc = ellipse(n);
      const last = current.at(-1);
      // An arc goes on from a stroke that ends where it begins, and is one of its own otherwise.
      if (last && Math.hypot(last[0] - arc[0]![0], last[1] - arc[0]![1]) < 0.4) current.push(...arc);
      else all.push((current = arc));
    }
  }
  return all;
}

function cubic([x0, y0]: Point, [x1, y1, x2, y2, x3, y3]: readonly number[]): Point[] {
  return Array.from({ length: 10 }, (_, k): Point => {
    const t = (k + 1) / 10;
    const s = 1 - t;
    const blend = (p0: number, p1: number, p2: number, p3: number) => s ** 3 * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t ** 3 * p3;
    return [blend(x0, x1!, x2!, x3!), blend(y0, y1!, y2!, y3!)];
  });
}

function ellipse([cx, cy, rx, ry, from, to]: readonly number[]): Point[] {
  const steps = Math.ceil(Math.abs(to! - from!) / 12);
  return Array.from({ length: steps + 1 }, (_, k): Point => {
    const angle = ((from! + ((to! - from!) * k) / steps) * Math.PI) / 180;
    return [cx! + rx! * Math.cos(angle), cy! + ry! * Math.sin(angle)];
  });
}

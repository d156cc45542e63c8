import { INK } from "./palette.ts";
import { checkSize } from "./axes.ts";
import type { Box, Mark, Scene } from "./scene.ts";

/**
 * Several scenes as one picture: rows from top to bottom, the scenes of a row side by side. A row is as high as its highest scene, the picture as
 * wide as its widest row.
 *
 * @throws {ArgumentError} when the picture would be too small or too large
 */
export function arrangeScenes(rows: readonly (readonly Scene[])[], options: { readonly title?: string } = {}): Scene {
  const width = rows.reduce((most, row) => Math.max(most, row.reduce((sum, scene) => sum + scene.width, 0)), 0);
  const marks: Mark[] = options.title ? [{ kind: "text", x: 12, y: 22, text: options.title, size: 14, color: INK, bold: true }] : [];
  let y = options.title ? 30 : 0;
  for (const row of rows) {
    let x = 0;
    for (const scene of row) {
      for (const mark of scene.marks) marks.push(moved(mark, x, y));
      x += scene.width;
    }
    y += row.reduce((most, scene) => Math.max(most, scene.height), 0);
  }
  checkSize(width, y);
  const words = rows.flat().map(({ description }) => description).join("; ");
  return { width, height: y, description: options.title ? `${options.title}: ${words}` : words, marks };
}

function moved(mark: Mark, dx: number, dy: number): Mark {
  switch (mark.kind) {
    case "line":
    case "area":
      return { ...mark, points: Float64Array.from(mark.points, (at, k) => at + (k % 2 === 0 ? dx : dy)), ...movedClip(mark.clip, dx, dy) };
    case "points":
      return { ...mark, x: mark.x.map((at) => at + dx), y: mark.y.map((at) => at + dy), clip: movedBox(mark.clip, dx, dy) };
    case "rectangle":
    case "text":
    case "image":
      return { ...mark, x: mark.x + dx, y: mark.y + dy };
    default:
      return mark satisfies never;
  }
}

const movedBox = (box: Box, dx: number, dy: number): Box => ({ ...box, x: box.x + dx, y: box.y + dy });
const movedClip = (clip: Box | undefined, dx: number, dy: number) => (clip ? { clip: movedBox(clip, dx, dy) } : {});

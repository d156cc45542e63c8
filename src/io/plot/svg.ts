import { base64 } from "../base64.ts";
import { Canvas } from "./canvas.ts";
import { drawMark, encodePng } from "./png.ts";
import type { Box, Mark, PointsMark, Scene } from "./scene.ts";

/** Up to this many points in a scene stay vectors; more are drawn as an embedded picture so that the file opens quickly. */
export const MOST_VECTOR_POINTS = 30_000;

/** Draws a scene as an SVG document: axes, lines and text as vectors, points too unless there are very many. */
export async function renderSvg(scene: Scene): Promise<string> {
  const { width, height } = scene;
  const points = scene.marks.reduce((sum, mark) => sum + (mark.kind === "points" ? mark.x.length : 0), 0);
  const clips: Box[] = [];
  const parts: string[] = [];
  for (const mark of scene.marks) parts.push(await element(mark, points > MOST_VECTOR_POINTS, clips));
  const clipPaths = clips.map((box, k) => `<clipPath id="clip${k}"><rect ${boxText(box)}/></clipPath>`).join("");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ${FONT}>`,
    `<title>${escapeXml(scene.description)}</title>`,
    clipPaths && `<defs>${clipPaths}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>\n",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const FONT = `font-family="Helvetica, Arial, 'Liberation Sans', sans-serif"`;

async function element(mark: Mark, manyPoints: boolean, clips: Box[]): Promise<string> {
  switch (mark.kind) {
    case "points":
      return manyPoints ? picture(mark) : pointsPath(mark, clips);
    case "line": {
      const style = `fill="none" stroke="${mark.color}" stroke-width="${short(mark.width)}" stroke-linejoin="round"`;
      return `<path d="${path(mark.points)}" ${style}${opacity("stroke", mark.opacity)}${clip(mark.clip, clips)}/>`;
    }
    case "area":
      return `<path d="${path(mark.points)}Z" fill="${mark.color}"${opacity("fill", mark.opacity)}${clip(mark.clip, clips)}/>`;
    case "rectangle":
      return `<rect ${boxText(mark)} fill="${mark.color}"${opacity("fill", mark.opacity)}/>`;
    case "image": {
      const canvas = new Canvas(mark.columns, mark.rows);
      canvas.pixels.set(mark.colors);
      return `<image ${boxText(mark)} preserveAspectRatio="none" style="image-rendering:pixelated" href="${await dataUrl(canvas)}"/>`;
    }
    case "text": {
      const anchor = mark.anchor && mark.anchor !== "start" ? ` text-anchor="${mark.anchor}"` : "";
      const turn = mark.upwards ? ` transform="rotate(-90 ${short(mark.x)} ${short(mark.y)})"` : "";
      const bold = mark.bold ? ' font-weight="600"' : "";
      const place = `x="${short(mark.x)}" y="${short(mark.y)}"${turn}`;
      return `<text ${place} font-size="${mark.size}" fill="${mark.color}"${anchor}${bold}>${escapeXml(mark.text)}</text>`;
    }
    default:
      return mark satisfies never;
  }
}

/** Points as one path of short horizontal strokes. */
function pointsPath({ x, y, pointWidth, pointHeight, color, opacity: alpha, clip: box }: PointsMark, clips: Box[]): string {
  let d = "";
  for (let i = 0; i < x.length; i++) d += `M${short(x[i]! - pointWidth / 2)} ${short(y[i]!)}h${short(pointWidth)}`;
  if (d === "") return "";
  return `<path d="${d}" fill="none" stroke="${color}" stroke-width="${short(pointHeight)}"${opacity("stroke", alpha)}${clip(box, clips)}/>`;
}

/** Points as a transparent picture of two pixels a CSS pixel over their box. */
async function picture(mark: PointsMark): Promise<string> {
  const scale = 2;
  const { clip: box } = mark;
  const canvas = new Canvas(Math.round(box.width * scale), Math.round(box.height * scale));
  const x = mark.x.map((value) => value - box.x);
  const y = mark.y.map((value) => value - box.y);
  drawMark(canvas, { ...mark, x, y, clip: { ...box, x: 0, y: 0 } }, scale);
  return `<image ${boxText(box)} preserveAspectRatio="none" href="${await dataUrl(canvas)}"/>`;
}

async function dataUrl(canvas: Canvas): Promise<string> {
  return `data:image/png;base64,${base64(await encodePng(canvas))}`;
}

function path(points: ArrayLike<number>): string {
  let d = "";
  let command = "M";
  for (let i = 0; i + 1 < points.length; i += 2) {
    if (Number.isNaN(points[i]! + points[i + 1]!)) {
      command = "M";
      continue;
    }
    d += `${command}${short(points[i]!)} ${short(points[i + 1]!)}`;
    command = "L";
  }
  return d;
}

function clip(box: Box | undefined, clips: Box[]): string {
  if (!box) return "";
  let k = clips.findIndex(({ x, y, width, height }) => x === box.x && y === box.y && width === box.width && height === box.height);
  if (k < 0) k = clips.push(box) - 1;
  return ` clip-path="url(#clip${k})"`;
}

const opacity = (what: "fill" | "stroke", value: number | undefined) =>
  value === undefined || value >= 1 ? "" : ` ${what}-opacity="${short(value)}"`;
const boxText = ({ x, y, width, height }: Box) => `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
const short = (value: number) => String(Math.round(value * 100) / 100);

/** Text inside an XML element; characters XML cannot hold are dropped. */
export function escapeXml(text: string): string {
  const held = text.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
  return held.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

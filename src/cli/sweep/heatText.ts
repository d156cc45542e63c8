/** A heat map for a terminal: numbers where they fit, on their colours when there are colours; shades otherwise. */
import { colorAt, SEQUENTIAL } from "../../io/index.ts";
import { significant } from "../format.ts";
import type { Grid } from "./grid.ts";

const shades = " ░▒▓█";

export interface HeatLabels { readonly x: string; readonly y: string; readonly z: string }

export function heatText({ xs, ys, values }: Grid, labels: HeatLabels, { width, color }: { width: number; color: boolean }): string {
  const known = values.flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const share = (value: number) => (high > low ? (value - low) / (high - low) : 0.5);
  const margin = Math.max(...ys.map((y) => String(y).length)) + 1;
  const texts = values.map((line) => line.map((value) => (value === null ? "–" : significant(value))));
  const cell = Math.max(...texts.flat().map((text) => text.length), ...xs.map((x) => String(x).length)) + 2;
  const numbers = margin + cell * xs.length <= width;
  const lines = [`${labels.z}, ${labels.y} against ${labels.x}, from ${significant(low)} to ${significant(high)}`];
  for (let row = ys.length - 1; row >= 0; row--) {
    const drawn = values[row]!.map((value, k) => {
      const text = numbers ? texts[row]![k]!.padStart(cell) : value === null ? " " : shades[Math.round(share(value) * 4)]!;
      return value === null || !color ? text : painted(numbers ? text : " ", share(value));
    });
    lines.push(`${String(ys[row]).padStart(margin)}${drawn.join("")}`);
  }
  const ends = `${xs[0]} to ${xs.at(-1)}`;
  lines.push(" ".repeat(margin) + (numbers ? xs.map((x) => String(x).padStart(cell)).join("") : ends));
  return `${lines.join("\n")}\n`;
}

function painted(text: string, share: number): string {
  const [red, green, blue] = colorAt(SEQUENTIAL, share);
  const ink = 0.3 * red + 0.59 * green + 0.11 * blue > 128 ? 30 : 97;
  return `\u001b[48;2;${red};${green};${blue};${ink}m${text}\u001b[0m`;
}

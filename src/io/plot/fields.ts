/** Receptive fields: the incoming weights of each neuron as an image, tiled in a grid. */
import { ArgumentError } from "../../errors.ts";
import type { WeightTable } from "../weights/weightTable.ts";
import { checkSize, formatNumber, headMarks, leftMargin, TICK_SIZE, valueAxis } from "./axes.ts";
import { extent } from "./chart.ts";
import { colorAt, DIVERGING, INK, SEQUENTIAL, type ColorMap } from "./palette.ts";
import type { Mark, Scene } from "./scene.ts";

/** One image for each neuron. */
export interface ReceptiveFields {
  /** Neurons that are shown. */
  readonly neurons: Uint32Array;
  /** Of how many. */
  readonly of: number;
  readonly rows: number;
  readonly columns: number;
  /** Weights; NaN where there is no synapse. [neurons × rows × columns] */
  readonly values: Float64Array;
}

export interface FieldsOptions {
  /** Rows and columns of each image; the sources are read row by row. Default: a square. */
  readonly shape?: readonly [rows: number, columns: number];
  /** The pixel of each source, where they do not lie row by row. [sources] */
  readonly places?: ArrayLike<number>;
  /** Most neurons shown, taken evenly. Default 400. */
  readonly max?: number;
}

/**
 * The incoming weights of each neuron of a projection as an image; synapses of one pair add up.
 *
 * @throws {ArgumentError} when the shape has not as many pixels as there are sources
 */
export function receptiveFields(table: WeightTable, options: FieldsOptions = {}): ReceptiveFields {
  const [sources, targets] = table.shape;
  const side = Math.round(Math.sqrt(sources));
  const [rows, columns] = options.shape ?? [side, side];
  if (rows * columns !== sources || !Number.isInteger(rows) || rows < 1) {
    const problem = options.shape
      ? `${rows} × ${columns} pixels for the ${sources} sources of ${table.name}`
      : `the ${sources} sources of ${table.name} are no square`;
    throw new ArgumentError("fields-shape", problem, "Give the shape of the sources: rows times columns is their number, e.g. 28x28.");
  }
  const shown = Math.min(targets, Math.max(1, options.max ?? 400));
  const neurons = Uint32Array.from({ length: shown }, (_, k) => Math.floor(((k + 0.5) * targets) / shown));
  const tileOf = new Map(Array.from(neurons, (neuron, k) => [neuron, k]));
  const values = new Float64Array(shown * sources).fill(NaN);
  table.post.forEach((neuron, k) => {
    const tile = tileOf.get(neuron);
    if (tile === undefined) return;
    const source = table.pre[k]!;
    const at = tile * sources + (options.places ? options.places[source]! : source);
    values[at] = (Number.isNaN(values[at]!) ? 0 : values[at]!) + table.weights[k]!;
  });
  return { neurons, of: targets, rows, columns, values };
}

export interface FieldsSceneOptions {
  readonly title?: string;
  /** What the colours stand for, e.g. "weight (mV)". */
  readonly label?: string;
  /** Images in a row; default about as many as rows of them. */
  readonly across?: number;
  /** Width of the images together, CSS pixels, about; default 720. */
  readonly width?: number;
  /** Ends of the colour scale; default the smallest and largest weight, with 0. */
  readonly range?: readonly [low: number, high: number];
  readonly colors?: ColorMap;
}

/** Draws receptive fields in a grid, neuron 0 at the top left, with a colour scale. */
export function fieldsScene(fields: ReceptiveFields, options: FieldsSceneOptions = {}): Scene {
  const { rows, columns, values, neurons } = fields;
  const count = neurons.length;
  const across = Math.max(1, Math.min(count, options.across ?? Math.ceil(Math.sqrt((count * (rows + 1)) / (columns + 1)))));
  const down = Math.ceil(count / across);
  const { unit, pixel, gap } = tiling(2 * (options.width ?? 720), across, columns);
  const [cellsAcross, cellsDown] = [across * (columns * pixel + gap) + gap, down * (rows * pixel + gap) + gap];
  const { low, high, map } = scaleOf(values, options);
  const [left, top] = [16, 40];
  const box = { x: left, y: top, width: cellsAcross * unit, height: cellsDown * unit };
  const scale = valueAxis(low, high, box.height, { label: options.label, spacing: 40 });
  const width = Math.ceil(Math.max(200, left + box.width + 50 + leftMargin([scale])));
  const height = Math.ceil(Math.max(120, top + box.height + 16));
  checkSize(width, height);
  const colors = new Uint8Array(4 * cellsAcross * cellsDown);
  for (let at = 0; at < colors.length; at += 4) colors.set([96, 96, 96, 255], at);
  for (let tile = 0, from = 0; tile < count; tile++) {
    const [x, y] = [(tile % across) * (columns * pixel + gap) + gap, Math.floor(tile / across) * (rows * pixel + gap) + gap];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, from++) {
        const value = values[from]!;
        const rgb = Number.isFinite(value) ? colorAt(map, (value - low) / (high - low)) : [255, 255, 255];
        for (let k = 0; k < pixel * pixel; k++) {
          colors.set(rgb, 4 * ((y + row * pixel + Math.floor(k / pixel)) * cellsAcross + x + column * pixel + (k % pixel)));
        }
      }
    }
  }
  const sample = count < fields.of ? `${formatNumber(count, 0)} of ${formatNumber(fields.of, 0)} neurons` : undefined;
  const bar = { x: left + box.width + 14, y: top, width: 12, height: box.height };
  return {
    width, height, description: `${options.title ?? "Receptive fields"}: weights onto ${count} neurons as images of ${rows} by ${columns}`,
    marks: [
      ...headMarks(options.title, sample, left, left + box.width),
      { kind: "image", ...box, rows: cellsDown, columns: cellsAcross, colors },
      ...colorBar(bar, map, scale),
    ],
  };
}

/**
 * How large a pixel of a tile and the gap between tiles are, in cells of the picture of `unit` CSS pixels. A PNG has two pixels a CSS pixel;
 * a cell is a whole number of them, so that equal weights make equal squares.
 */
function tiling(width: number, across: number, columns: number): { unit: number; pixel: number; gap: number } {
  const size = Math.max(1, Math.floor((width - 4) / across - 4) / columns);
  return size < 6 ? { unit: Math.floor(size) / 2, pixel: 1, gap: 1 } : { unit: 1, pixel: Math.floor(size / 2), gap: 2 };
}

/** Low, high and colours of the scale: 0 is always on it, in the middle where there are weights of both signs. */
export function scaleOf(
  values: ArrayLike<number>, options: Pick<FieldsSceneOptions, "range" | "colors">,
): { low: number; high: number; map: ColorMap } {
  let [low, high] = options.range ?? extent([values, [0]]);
  const signed = low < 0 && high > 0;
  if (signed && !options.range) [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  if (low === high) high = low + 1;
  return { low, high, map: options.colors ?? (signed ? DIVERGING : SEQUENTIAL) };
}

function colorBar(bar: { x: number; y: number; width: number; height: number }, map: ColorMap, scale: ReturnType<typeof valueAxis>): Mark[] {
  const steps = 64;
  const colors = Uint8Array.from(Array.from({ length: steps }, (_, k) => [...colorAt(map, 1 - (k + 0.5) / steps), 255]).flat());
  const x = bar.x + bar.width;
  const ticks = scale.ticks.flatMap(({ value, label }): Mark[] => {
    const y = bar.y + bar.height * (1 - (value - scale.from) / (scale.to - scale.from));
    return [
      { kind: "line", points: [x, y, x + 4, y], color: INK, width: 1 },
      { kind: "text", x: x + 7, y: y + 4, text: label, size: TICK_SIZE, color: INK },
    ];
  });
  const middle = { x: x + leftMargin([scale]) + 2, y: bar.y + bar.height / 2 };
  const name: Mark[] = [];
  if (scale.label) name.push({ kind: "text", ...middle, text: scale.label, size: TICK_SIZE + 1, color: INK, anchor: "middle", upwards: true });
  return [{ kind: "image", ...bar, rows: steps, columns: 1, colors }, ...ticks, ...name];
}

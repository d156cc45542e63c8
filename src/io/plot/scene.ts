/** A rectangle, in pixels from the top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A picture as data: what to draw, back to front, in CSS pixels from the top left corner, colours as "#rrggbb". Layouts make scenes and know no
 * file format; `renderSvg` and `renderPng` draw scenes and know no spikes.
 */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, in words, for those who cannot see it. */
  readonly description: string;
  readonly marks: readonly Mark[];
}

export type Mark = LineMark | AreaMark | RectangleMark | PointsMark | TextMark | ImageMark;

/** A polyline through x0, y0, x1, y1, …; a NaN coordinate lifts the pen. */
export interface LineMark {
  readonly kind: "line";
  readonly points: ArrayLike<number>;
  readonly color: string;
  readonly width: number;
  readonly opacity?: number;
  /** Nothing is drawn outside. */
  readonly clip?: Box;
}

/** A closed polygon x0, y0, x1, y1, …, filled. */
export interface AreaMark {
  readonly kind: "area";
  readonly points: ArrayLike<number>;
  readonly color: string;
  readonly opacity?: number;
  readonly clip?: Box;
}

export interface RectangleMark extends Box {
  readonly kind: "rectangle";
  readonly color: string;
  readonly opacity?: number;
}

/** Many small marks of one size, centred on their coordinates; drawn as pixels when there are very many. */
export interface PointsMark {
  readonly kind: "points";
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly pointWidth: number;
  readonly pointHeight: number;
  readonly color: string;
  readonly opacity?: number;
  readonly clip: Box;
}

export interface TextMark {
  readonly kind: "text";
  /** Of the baseline. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly color: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Written upwards, around its anchor. */
  readonly upwards?: boolean;
  readonly bold?: boolean;
}

/** A grid of colours stretched over a box, row 0 on top: heat maps, weight matrices, receptive fields. */
export interface ImageMark extends Box {
  readonly kind: "image";
  readonly columns: number;
  readonly rows: number;
  /** Red, green, blue, opacity of each cell, 0 to 255. [rows x columns x 4] */
  readonly colors: Uint8Array;
}

/** Red, green and blue of "#rrggbb", 0 to 255. */
export function channels(color: string): readonly [red: number, green: number, blue: number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Events of an event camera: where and when a pixel became brighter or darker. */
import { ArgumentError } from "../../errors.ts";
import type { Spike } from "../collectTrials.ts";

export interface EventStream {
  /** Microseconds, in the order of the file. [events] */
  readonly times: Float64Array;
  /** Columns, from the left. [events] */
  readonly x: Uint16Array;
  /** Rows, from the top. [events] */
  readonly y: Uint16Array;
  /** 1 brighter, 0 darker. [events] */
  readonly polarities: Uint8Array;
  /** Pixels of the camera, where the file says so. */
  readonly width?: number;
  readonly height?: number;
}

/** Gathers events one after the other into arrays that grow. */
export class EventCollector {
  #times = new Float64Array(4096);
  #places = new Uint32Array(4096);
  #polarities = new Uint8Array(4096);
  #count = 0;

  add(time: number, x: number, y: number, polarity: number): void {
    if (this.#count === this.#times.length) this.#grow();
    this.#times[this.#count] = time;
    this.#places[this.#count] = (y << 16) | x;
    this.#polarities[this.#count++] = polarity;
  }

  get count(): number {
    return this.#count;
  }

  stream(size: { readonly width?: number; readonly height?: number } = {}): EventStream {
    const places = this.#places.subarray(0, this.#count);
    return {
      times: this.#times.slice(0, this.#count), polarities: this.#polarities.slice(0, this.#count),
      x: Uint16Array.from(places, (place) => place & 0xffff), y: Uint16Array.from(places, (place) => place >>> 16), ...size,
    };
  }

  #grow(): void {
    const [times, places, polarities] = [this.#times, this.#places, this.#polarities], size = 2 * times.length;
    (this.#times = new Float64Array(size)).set(times);
    (this.#places = new Uint32Array(size)).set(places);
    (this.#polarities = new Uint8Array(size)).set(polarities);
  }
}

export interface EventSpikesOptions {
  readonly width: number;
  readonly height: number;
  /** Microseconds at which the trial begins. Default 0. */
  readonly from?: number;
  /** So many neighbouring pixels along each axis become one channel. Default 1. */
  readonly pooling?: number;
  /** Whether both polarities share a channel. Default false: channels of darker pixels come after those of brighter ones. */
  readonly mergePolarities?: boolean;
}

/** How many channels `eventSpikes` has. */
export function eventChannels({ width, height, pooling = 1, mergePolarities = false }: EventSpikesOptions): number {
  return Math.ceil(width / pooling) * Math.ceil(height / pooling) * (mergePolarities ? 1 : 2);
}

/**
 * Events as spikes, times in microseconds from the start of the trial; the channel is row · columns + column, then the polarity.
 *
 * @throws {ArgumentError} when an event lies outside the camera
 */
export function eventSpikes(events: EventStream, options: EventSpikesOptions): Spike[] {
  const { width, height, from = 0, pooling = 1, mergePolarities = false } = options;
  const columns = Math.ceil(width / pooling), field = columns * Math.ceil(height / pooling);
  return Array.from(events.times, (time, k) => {
    const x = events.x[k]!, y = events.y[k]!;
    if (x >= width || y >= height) {
      const hint = "Give the width and height of the camera that recorded it.";
      throw new ArgumentError("event-place", `event ${k} at (${x}, ${y}) lies outside ${width} × ${height} pixels`, hint);
    }
    const pixel = Math.floor(y / pooling) * columns + Math.floor(x / pooling);
    return { time: time - from, channel: mergePolarities || events.polarities[k] === 1 ? pixel : pixel + field };
  });
}

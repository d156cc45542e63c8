import { ArgumentError } from "../../errors.ts";
import { dimensions, parseQuantity } from "../../units/index.ts";

/** A time: seconds, or a quantity with its unit such as "200 ms". */
export type TimeChoice = number | string;

/**
 * The part of a recording to show, in seconds.
 *
 * @throws {ArgumentError} when a time is no time, or the part has no length
 */
export function resolveTime(from: TimeChoice | undefined, to: TimeChoice | undefined, duration: number, last: number): { from: number; to: number } {
  const start = from === undefined ? 0 : seconds(from, "the start (from)");
  const whole = duration > 0 ? duration : last > 0 ? last : 1;
  const stop = to === undefined ? whole : seconds(to, "the end (to)");
  if (start < stop) return { from: start, to: stop };
  const hint = `Choose times between 0 and ${whole} s, from before to.`;
  throw new ArgumentError("plot-range", `a picture from ${start} s to ${stop} s shows nothing`, hint);
}

/** @throws {ArgumentError} for anything but a finite time that is not negative */
export function seconds(time: TimeChoice, what: string): number {
  const value = typeof time === "number" ? time : parseQuantity(time, dimensions.second, what);
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new ArgumentError("plot-time", `${what} is ${time}`, 'Give seconds as a number, or a time such as "200 ms".');
}

/** A short time as people write it: "5 ms", "0.2 ms", "2 s". */
export function timeText(time: number): string {
  return time < 1 ? `${Number((time * 1000).toPrecision(4))} ms` : `${Number(time.toPrecision(4))} s`;
}

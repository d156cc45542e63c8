/** Spikes of one trial, as events. */
import { ArgumentError } from "../../../errors.ts";

/** Times in seconds, ascending, and the input (or neuron) that each belongs to. */
export interface SpikeEvents {
  readonly times: ArrayLike<number>;
  readonly channels: ArrayLike<number>;
}

export interface LabelledEvents extends SpikeEvents { readonly label: number }

/** A list of events that grows and is used again from trial to trial. */
export class EventList {
  count = 0;
  times: Float64Array = new Float64Array(64);
  channels: Uint32Array = new Uint32Array(64);
  /** Gradient of the loss with respect to each time, 1/s. */
  slopes: Float64Array = new Float64Array(64);

  add(time: number, channel: number): void {
    if (this.count === this.times.length) {
      this.times = grown(this.times, new Float64Array(2 * this.count));
      this.slopes = grown(this.slopes, new Float64Array(2 * this.count));
      this.channels = grown(this.channels, new Uint32Array(2 * this.count));
    }
    this.times[this.count] = time;
    this.channels[this.count] = channel;
    this.slopes[this.count++] = 0;
  }
}

function grown<A extends Float64Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** @throws {ArgumentError} naming the event that is out of order or belongs to no input */
export function checkEvents(events: SpikeEvents, inputs: number, duration: number): void {
  for (let k = 0; k < events.times.length; k++) {
    const time = events.times[k]!, channel = events.channels[k]!;
    if (!(time >= 0 && time <= duration))
      throw new ArgumentError("event-time", `event ${k} is at ${time} s, outside 0 to ${duration} s`, "Use seconds; a trial lasts steps·dt.");
    if (k > 0 && time < events.times[k - 1]!)
      throw new ArgumentError("event-order", `event ${k} at ${time} s comes after one at ${events.times[k - 1]} s`, "Sort events by time.");
    if (!(channel >= 0 && channel < inputs && Number.isInteger(channel)))
      throw new ArgumentError("event-channel", `event ${k} belongs to input ${channel}, and there are ${inputs}`, "Number inputs from 0.");
  }
}

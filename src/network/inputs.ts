/** Time courses of injected currents (or any parameter), as plain data. Times are quantities of time, amplitudes of what they are added to. */
import type { Quantity } from "../units/quantity.ts";
import type { ArrayValue } from "./values.ts";

export type Current =
  | { readonly course: "step"; readonly amplitude: Quantity; readonly from: Quantity; readonly to: Quantity | undefined }
  | { readonly course: "ramp"; readonly start: Quantity; readonly end: Quantity; readonly from: Quantity; readonly to: Quantity }
  | {
      readonly course: "sine";
      readonly amplitude: Quantity;
      readonly frequency: Quantity;
      readonly phase: number;
      readonly offset: Quantity;
      readonly from: Quantity;
      readonly to: Quantity | undefined;
    }
  | { readonly course: "array"; readonly values: ArrayValue; readonly every: Quantity; readonly from: Quantity; readonly perNeuron: boolean };

/** `amplitude` in every step that starts in [from, to). */
export const stepCurrent = (options: { readonly amplitude: Quantity; readonly from?: Quantity; readonly to?: Quantity }): Current => ({
  course: "step",
  amplitude: options.amplitude,
  from: options.from ?? "0 ms",
  to: options.to,
});

/** From `start` at time `from` linearly to `end` at time `to`; zero outside. */
export const rampCurrent = (options: {
  readonly start: Quantity;
  readonly end: Quantity;
  readonly from: Quantity;
  readonly to: Quantity;
}): Current => ({ course: "ramp", ...options });

/** offset + amplitude · sin(2π · frequency · t + phase) in [from, to); t counts from the start of the simulation, the phase is in radians. */
export const sineCurrent = (options: {
  readonly amplitude: Quantity;
  readonly frequency: Quantity;
  readonly phase?: number;
  readonly offset: Quantity;
  readonly from?: Quantity;
  readonly to?: Quantity;
}): Current => ({
  course: "sine",
  amplitude: options.amplitude,
  frequency: options.frequency,
  phase: options.phase ?? 0,
  offset: options.offset,
  from: options.from ?? "0 ms",
  to: options.to,
});

/**
 * Sample k holds from `from` + k·every until the next; zero before the first and after the last.
 * With `perNeuron`, `values` is [samples × neurons of the target], row by row.
 */
export const arrayCurrent = (options: {
  readonly values: ArrayValue;
  readonly every: Quantity;
  readonly from?: Quantity;
  readonly perNeuron?: boolean;
}): Current => ({
  course: "array",
  values: options.values,
  every: options.every,
  from: options.from ?? "0 ms",
  perNeuron: options.perNeuron ?? false,
});

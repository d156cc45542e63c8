/**
 * Model steps and the simulator's. A layer sees the spikes of the layer before in the same step of the model; a synapse of the simulator takes one
 * step at least. So the n-th population behind the input runs n steps late, all else being equal. Samples follow each other with a pause in which
 * all that is on its way arrives.
 */
export class Clock {
  /** Seconds of a step. */
  readonly dt: number;
  /** Steps of a sample. */
  readonly steps: number;
  /** Steps from the start of a sample to that of the next. */
  readonly period: number;

  constructor(dt: number, steps: number, pause: number) {
    this.dt = dt;
    this.steps = steps;
    this.period = steps + pause;
  }

  /** When a spike of that model step is emitted by a population so many steps late: at the end of the simulator's step, seconds. */
  spikeTime(sample: number, step: number, latency: number): number {
    return (sample * this.period + step + 1 + latency) * this.dt;
  }

  /** When a step of a population begins, seconds. */
  startOfStep(sample: number, step: number, latency: number): number {
    return (sample * this.period + step + latency) * this.dt;
  }

  /** Sample and model step of a spike; the step is at least `steps` in pauses, and negative before the first sample. */
  stepOf(time: number, latency: number): { readonly sample: number; readonly step: number } {
    const since = Math.round(time / this.dt) - 1 - latency;
    const sample = Math.max(0, Math.floor(since / this.period));
    return { sample, step: since - sample * this.period };
  }
}

/** What monitors look at, and what they are given to read; the same for every engine. */
import { invariant } from "../errors.ts";
import type { RangeData } from "../network/data.ts";
import type { SpikeRecording, TraceRecording } from "../network/monitors.ts";

/** A population at run time, or a part of it. */
export interface RecordedSource {
  readonly group: number;
  readonly range: RangeData;
  readonly name: string;
}

interface NamedGroup { readonly name: string; readonly index: number; readonly size: number }

export function groupOf<G extends NamedGroup>(groups: readonly G[], range: RangeData): G {
  const found = groups.find((g) => g.name === range.population);
  invariant(found, "monitors were checked to be of this network");
  return found;
}

export function sourceOf(groups: readonly NamedGroup[], range: RangeData): RecordedSource {
  const group = groupOf(groups, range);
  const whole = range.start === 0 && range.end === group.size;
  return { group: group.index, range, name: whole ? group.name : `${group.name}[${range.start}:${range.end}]` };
}

/** All neurons of all groups. */
export const wholeSources = (groups: readonly NamedGroup[]): RecordedSource[] =>
  groups.map(({ name, index, size }) => ({ group: index, range: { population: name, start: 0, end: size }, name }));

interface Attachable<R> { attach(recording: () => R): void }

// Functions made here see the recorder alone: made among the arrays of a whole simulation they would keep all of them alive.
export function attachSpikes(monitor: Attachable<SpikeRecording>, recorder: { recording(): SpikeRecording }): void {
  monitor.attach(() => recorder.recording());
}

/** @param offset what the recording subtracts from element numbers */
export function attachTraces(monitor: Attachable<TraceRecording>, recorder: { recording(offset: number): TraceRecording }, offset: number): void {
  monitor.attach(() => recorder.recording(offset));
}

import type { SpikePopulation } from "../spikes.ts";

/** What a list of spikes does not say by itself: how long was listened, with which step, to which neurons. */
export interface Recording {
  /** Seconds; 0 when unknown, as in a file whose recording was interrupted. */
  readonly duration: number;
  readonly dt: number;
  readonly populations: readonly SpikePopulation[];
}

/**
 * The recording as one line of text, populations as Python-like ranges: `recording: duration=1 s; dt=0.0001 s; E=0:4000; I=4000:5000`.
 * Text formats carry it where other programs look past it: CSV as the name of its last, empty column, NEST text in its first comment.
 * The characters `% ; = " ,`, line ends and blanks at the edges of a name are percent-encoded.
 */
export function recordingLine({ duration, dt, populations }: Recording): string {
  const ranges = populations.map(({ name, offset, size }) => `; ${encodeName(name)}=${offset}:${offset + size}`);
  return `recording: duration=${duration} s; dt=${dt} s${ranges.join("")}`;
}

/** The same, with blanks after the duration so that any later duration fits in its place without moving a byte. */
export function recordingLineWithRoom(recording: Recording): string {
  return recordingLine(recording).replace(/duration=(\S+) s/, (_, number: string) => `duration=${number.padEnd(24)} s`);
}

/** Reads what `recordingLine` wrote; undefined when the text is something else. */
export function parseRecordingLine(text: string): Recording | undefined {
  const at = text.indexOf("recording: duration=");
  if (at < 0) return undefined;
  const [durationPart, dtPart, ...ranges] = text.slice(at + "recording: ".length).split(";");
  const duration = /^duration=(\S+)\s+s\s*$/.exec(durationPart!.trim())?.[1];
  const dt = /^dt=(\S+)\s+s\s*$/.exec(dtPart?.trim() ?? "")?.[1];
  if (duration === undefined || dt === undefined) return undefined;
  const populations: SpikePopulation[] = [];
  for (const range of ranges) {
    const match = /^([^=]*)=(\d{1,15}):(\d{1,15})$/.exec(range.trim());
    const name = match ? decodeName(match[1]!) : undefined;
    if (!match || name === undefined) return undefined;
    populations.push({ name, offset: Number(match[2]), size: Number(match[3]) - Number(match[2]) });
  }
  return { duration: Number(duration), dt: Number(dt), populations };
}

function encodeName(name: string): string {
  const escaped = name.toWellFormed().replace(/[%;=",\p{C}\p{Z}]/gu, (character) => (character === " " ? " " : encodeURIComponent(character)));
  return escaped.replace(/^ | $/g, "%20");
}

function decodeName(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray % is not ours
  }
}

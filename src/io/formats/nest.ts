import { FileError } from "../../errors.ts";
import type { Spikes } from "../spikes.ts";
import { assembleSpikes } from "./assemble.ts";
import { asciiText, COMMA, countLines, excerpt, readNumber, skipBlanks, skipLine, takeLineEnd, type Cursor } from "./fields.ts";
import { parseRecordingLine, recordingLine, recordingLineWithRoom, type Recording } from "./recording.ts";

/**
 * NEST's text format: three header lines as NEST 3 writes them (RecordingBackendASCII version 2), then `sender<TAB>time_ms`. Senders count from
 * 1, as node ids do: neuron 0 is sender 1. Programs that skip three lines read it. The first line also carries duration, step and populations.
 *
 * @source https://nest-simulator.readthedocs.io/en/stable/devices/record_from_simulations.html
 */
export function encodeNest(spikes: Spikes): string {
  return nestHeader(recordingLine(spikes)) + nestRows(spikes.times, spikes.indices);
}

/** The header with room to write a later duration over it, for a file that grows. */
export function growingNestHeader(recording: Recording): string {
  return nestHeader(recordingLineWithRoom(recording));
}

function nestHeader(line: string): string {
  return `# NEST format, written by Synfire; ${line}\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n`;
}

/** NEST 2's two columns without a header (.gdf): neither duration nor populations survive. */
export function encodeGdf(spikes: Spikes): string {
  return nestRows(spikes.times, spikes.indices);
}

/** The lines of some spikes. */
export function nestRows(times: Float64Array, indices: Uint32Array): string {
  let text = "";
  let last = Number.NaN;
  let time = "";
  for (let i = 0; i < times.length; i++) {
    if (times[i] !== last) time = milliseconds((last = times[i]!)); // spikes of one step share the text
    text += `${indices[i]! + 1}\t${time}\n`;
  }
  return text;
}

/** Seconds as the exact decimal text of milliseconds: the digits of the shortest text for the seconds, the point moved by three. */
export function milliseconds(seconds: number): string {
  const [digits, exponent] = seconds.toString().split("e");
  const [whole, fraction = ""] = digits!.split(".");
  if (exponent !== undefined) return `${digits}e${Number(exponent) + 3}`;
  const moved = (whole! + fraction.slice(0, 3).padEnd(3, "0")).replace(/^0+(?=\d)/, "");
  return fraction.length > 3 ? `${moved}.${fraction.slice(3)}` : `${moved}.0`;
}

/**
 * Reads .dat and .gdf files of NEST 2 and 3, with times in milliseconds or in steps and offsets. Times are read as if divided by 1000 exactly.
 *
 * @param resolution step in seconds, needed when times are recorded in steps
 * @throws {FileError} naming the line
 */
export function decodeNest(bytes: Uint8Array, source: string, resolution?: number): Spikes {
  const cursor: Cursor = { bytes, at: 0 };
  let recording: Recording | undefined;
  let names = ["sender", "time_ms"];
  let line = 1;
  for (; cursor.at < bytes.length; line++) {
    skipBlanks(cursor);
    const start = cursor.at;
    const first = bytes[start]!;
    if ((first >= 48 && first <= 57) || first === 45) break; // the first row
    skipLine(cursor);
    const text = new TextDecoder().decode(bytes.subarray(start, Math.min(cursor.at, start + 2 ** 20))).trim();
    if (text.startsWith("#")) recording ??= parseRecordingLine(text);
    else if (/^sender\s/.test(text)) names = text.split(/\s+/);
    else if (text !== "") throw badLine(source, line, bytes, start);
  }
  const columns = readColumns(names, resolution, source);
  const most = cursor.at < bytes.length ? countLines(bytes, cursor.at) : 0;
  const times = new Float64Array(most);
  const indices = new Float64Array(most);
  let count = 0;
  for (; cursor.at < bytes.length; line++) {
    skipBlanks(cursor);
    if (bytes[cursor.at] === 35) {
      skipLine(cursor);
      continue;
    }
    if (takeLineEnd(cursor)) continue;
    const start = cursor.at;
    let step = Number.NaN;
    let offset = 0;
    let time = Number.NaN;
    let sender = Number.NaN;
    for (let column = 0; column < names.length; column++) {
      if (column === columns.time) time = readNumber(cursor, -3);
      else if (column === columns.step) step = readNumber(cursor);
      else if (column === columns.offset) offset = readNumber(cursor, -3);
      else if (column === columns.sender) sender = readNumber(cursor);
      else skipWord(cursor);
      skipBlanks(cursor);
      if (bytes[cursor.at] === COMMA) cursor.at++;
      skipBlanks(cursor);
    }
    if (columns.step >= 0) time = step * resolution! - offset;
    if (Number.isNaN(time) || Number.isNaN(sender) || !takeLineEnd(cursor)) throw badLine(source, line, bytes, start);
    times[count] = time;
    indices[count] = sender - 1;
    count++;
  }
  const raw = { times: times.subarray(0, count), indices: indices.subarray(0, count) };
  return assembleSpikes({ ...raw, ...(recording ?? { dt: columns.step >= 0 ? resolution : 0 }) }, source);
}

function readColumns(names: readonly string[], resolution: number | undefined, source: string) {
  const columns = {
    sender: names.indexOf("sender"),
    time: names.indexOf("time_ms"),
    step: names.indexOf("time_step"),
    offset: names.indexOf("time_offset"),
  };
  if (columns.step >= 0 && resolution === undefined) {
    throw new FileError(
      "nest-resolution",
      `${source} gives times in steps without saying how long a step is`,
      "Pass the resolution: loadSpikes(path, { dt: 0.0001 }).",
    );
  }
  if (columns.time < 0 && columns.step < 0) {
    throw new FileError(
      "nest-header",
      `${source} has columns ${names.join(", ")} but no time_ms`,
      "Record with NEST's ascii back-end, which names its columns.",
    );
  }
  return columns;
}

function skipWord(cursor: Cursor): void {
  while (cursor.at < cursor.bytes.length && cursor.bytes[cursor.at]! > 32) cursor.at++;
}

function badLine(source: string, line: number, bytes: Uint8Array, start: number): FileError {
  return new FileError(
    "nest-line",
    `${source}, line ${line}: ${excerpt(bytes, start)} is not a spike`,
    "Each line gives a node id and a time in milliseconds.",
  );
}

/** Whether text could be rows of node ids and times: two numbers on the first line that is no comment. */
export function looksLikeNest(bytes: Uint8Array): boolean {
  const head = asciiText(bytes, 0, Math.min(bytes.length, 4096));
  const line = head.split(/\r?\n/).find((text) => text.trim() !== "" && !text.startsWith("#"));
  return line === undefined ? head.startsWith("#") : /^sender\s/.test(line) || /^\s*\d+\s+[-+.\deE]+\s*$/.test(line);
}

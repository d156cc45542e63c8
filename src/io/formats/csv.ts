import { FileError } from "../../errors.ts";
import { rangeFinder } from "../../math/statistics/ranges.ts";
import type { SpikePopulation, Spikes } from "../spikes.ts";
import { assembleSpikes, LARGEST_NEURON } from "./assemble.ts";
import {
  asciiText,
  COMMA,
  countLines,
  excerpt,
  NEWLINE,
  QUOTE,
  readNumber,
  RETURN,
  skipBlanks,
  skipLine,
  takeLineEnd,
  type Cursor,
} from "./fields.ts";
import { parseRecordingLine, recordingLine, recordingLineWithRoom, type Recording } from "./recording.ts";

/**
 * CSV, one spike a line: `time_s,neuron,population`. Times are in seconds with as many digits as it takes to read the same number back;
 * `neuron` is the global index, the one on a raster's axis. `pandas.read_csv(path)`, Excel and R read it as it is. What the rows cannot say
 * (duration, step, silent neurons) is the name of a fourth, empty column; other programs may drop it.
 */
export function encodeCsv(spikes: Spikes): string {
  return csvHeader(spikes, recordingLine(spikes)) + csvRows(spikes.times, spikes.indices, spikes.populations);
}

/** The first line with room to write a later duration over it, for a file that grows. */
export function growingCsvHeader(recording: Recording): string {
  return csvHeader(recording, recordingLineWithRoom(recording));
}

function csvHeader(_: Recording, line: string): string {
  return `time_s,neuron,population,"${line}"\n`;
}

/** The lines of some spikes. */
export function csvRows(times: Float64Array, indices: Uint32Array, populations: readonly SpikePopulation[]): string {
  const cells = populations.map(({ name }) => csvCell(name));
  let text = "";
  const find = rangeFinder(populations);
  let last = Number.NaN;
  let time = "";
  for (let i = 0; i < times.length; i++) {
    const index = indices[i]!;
    const home = find(index);
    if (times[i] !== last) time = String((last = times[i]!)); // spikes of one step share the text
    text += `${time},${index},${home < 0 ? "" : cells[home]},\n`;
  }
  return text;
}

function csvCell(name: string): string {
  return /[",\r\n]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/**
 * Reads CSV from here or from elsewhere. The first line names the columns, in any order: a time as `time_s`, `time_ms` or `time_us`; a neuron
 * as `neuron`, `neuron_id`, `index`, `id`, `sender`, `node_id` or `i`; `population` is optional; others are ignored. In files from elsewhere the
 * populations are the ranges the rows show; where those overlap, neurons are taken to be numbered within their population.
 *
 * @throws {FileError} naming the line
 */
export function decodeCsv(bytes: Uint8Array, source: string): Spikes {
  const cursor: Cursor = { bytes, at: bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0 };
  while (cursor.at < bytes.length && bytes[cursor.at] === 35) skipLine(cursor); // "#": a comment before the header
  const layout = readHeader(cursor, source);
  const most = countLines(bytes, cursor.at);
  const times = new Float64Array(most);
  const indices = new Float64Array(most);
  const rows = new PopulationColumn(layout.recording === undefined && layout.population >= 0 ? most : 0);
  let count = 0;
  for (let line = layout.lines + 1; cursor.at < bytes.length; line++) {
    if (bytes[cursor.at] === 35) {
      skipLine(cursor);
      continue;
    }
    if (takeLineEnd(cursor)) continue;
    const start = cursor.at;
    for (let column = 0; ; column++) {
      if (column === layout.time) times[count] = numberCell(cursor, layout.shift);
      else if (column === layout.neuron) indices[count] = numberCell(cursor, 0);
      else if (column === layout.population && rows.length > 0) rows.read(cursor, count);
      else skipCell(cursor);
      if (bytes[cursor.at] === COMMA) cursor.at++;
      else if (takeLineEnd(cursor)) {
        if (column >= Math.max(layout.time, layout.neuron)) break;
        throw badLine(source, line, bytes, start);
      } else throw badLine(source, line, bytes, start);
    }
    if (Number.isNaN(times[count]!) || Number.isNaN(indices[count]!)) throw badLine(source, line, bytes, start);
    count++;
  }
  const raw = { times: times.subarray(0, count), indices: indices.subarray(0, count) };
  if (layout.recording) return assembleSpikes({ ...raw, ...layout.recording }, source);
  return assembleSpikes({ ...raw, populations: rows.populations(raw.indices) }, source);
}

const TIME_COLUMNS: Readonly<Record<string, number>> = { time_s: 0, times_s: 0, time_ms: -3, times_ms: -3, time_us: -6 };
const NEURON_COLUMNS = ["neuron", "neurons", "neuron_id", "index", "indices", "id", "ids", "sender", "senders", "node_id", "node_ids", "i"];

interface Layout {
  time: number;
  shift: number;
  neuron: number;
  population: number;
  lines: number;
  recording: Recording | undefined;
}

function readHeader(cursor: Cursor, source: string): Layout {
  const end = cursor.bytes.indexOf(NEWLINE, cursor.at);
  const text = new TextDecoder().decode(cursor.bytes.subarray(cursor.at, Math.min(end < 0 ? cursor.bytes.length : end, cursor.at + 2 ** 20)));
  const recording = parseRecordingLine(/"(recording: [^"]*)"/.exec(text)?.[1] ?? "");
  const names = text.split(",").map((name) => name.trim().replace(/^"|"$/g, "").toLowerCase());
  const time = names.findIndex((name) => Object.hasOwn(TIME_COLUMNS, name));
  const neuron = names.findIndex((name) => NEURON_COLUMNS.includes(name));
  if (time < 0 || neuron < 0) {
    const missing = time < 0 ? "time" : "neuron";
    throw new FileError(
      "csv-header",
      `${source} has no ${missing} column; its first line is ${excerpt(cursor.bytes, cursor.at)}`,
      `Begin the file with the line "time_s,neuron,population" (or time_ms for milliseconds).`,
    );
  }
  const lines = cursor.at === 0 ? 1 : countLines(cursor.bytes.subarray(0, cursor.at), 0);
  skipLine(cursor);
  return { time, shift: TIME_COLUMNS[names[time]!]!, neuron, population: names.indexOf("population"), lines, recording };
}

function numberCell(cursor: Cursor, shift: number): number {
  skipBlanks(cursor);
  const quoted = cursor.bytes[cursor.at] === QUOTE;
  if (quoted) cursor.at++;
  const value = readNumber(cursor, shift);
  if (quoted && cursor.bytes[cursor.at] === QUOTE) cursor.at++;
  skipBlanks(cursor);
  return value;
}

/** Moves to the separator or line end after the cell, past quoted ones. */
function skipCell(cursor: Cursor): void {
  const { bytes } = cursor;
  let quoted = false;
  for (; cursor.at < bytes.length; cursor.at++) {
    const byte = bytes[cursor.at]!;
    if (byte === QUOTE) quoted = !quoted;
    else if (!quoted && (byte === COMMA || byte === NEWLINE || byte === RETURN)) return;
  }
}

/** Which population each row names, as codes, remembering the last name because neighbours often share it. */
class PopulationColumn {
  readonly length: number;
  private readonly codes: Uint32Array;
  private readonly known = new Map<string, number>();

  constructor(length: number) {
    this.length = length;
    this.codes = new Uint32Array(length);
  }

  read(cursor: Cursor, row: number): void {
    const start = cursor.at;
    skipCell(cursor);
    const text = asciiText(cursor.bytes, start, cursor.at);
    const code = this.known.get(text) ?? this.known.size;
    this.known.set(text, code);
    this.codes[row] = code;
  }

  /** The ranges the rows show; neurons are renumbered in place when populations each count from their own start. */
  populations(indices: Float64Array): readonly SpikePopulation[] | undefined {
    if (this.known.size === 0) return undefined;
    const first = new Float64Array(this.known.size).fill(Number.POSITIVE_INFINITY);
    const last = new Float64Array(this.known.size).fill(-1);
    for (let i = 0; i < indices.length; i++) {
      const code = this.codes[i]!;
      first[code] = Math.min(first[code]!, indices[i]!);
      last[code] = Math.max(last[code]!, indices[i]!);
    }
    if (last.some((value) => value > LARGEST_NEURON)) return undefined; // damage, reported where indices are checked
    const names = Array.from(this.known.keys(), nameOfCell);
    const order = names.map((_, code) => code).sort((a, b) => first[a]! - first[b]!);
    if (order.every((code, k) => k === 0 || first[code]! > last[order[k - 1]!]!)) {
      return order.map((code) => ({ name: names[code]!, offset: first[code]!, size: last[code]! - first[code]! + 1 }));
    }
    let offset = 0;
    const offsets = names.map((_, code) => (offset += code === 0 ? 0 : last[code - 1]! + 1));
    for (let i = 0; i < indices.length; i++) indices[i]! += offsets[this.codes[i]!]!;
    return names.map((name, code) => ({ name, offset: offsets[code]!, size: last[code]! + 1 }));
  }
}

function nameOfCell(cell: string): string {
  const bytes = Uint8Array.from(cell, (character) => character.charCodeAt(0));
  const text = new TextDecoder().decode(bytes).trim();
  const name = text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1).replaceAll('""', '"') : text;
  return name === "" ? "neurons" : name;
}

function badLine(source: string, line: number, bytes: Uint8Array, start: number): FileError {
  return new FileError(
    "csv-line",
    `${source}, line ${line}: ${excerpt(bytes, start)} is not a spike`,
    "Each line gives a time and a whole neuron number.",
  );
}

/** State samples as CSV, a line a sample: the time in seconds, then each variable of each recorded neuron. */
import { FileError } from "../../errors.ts";
import type { RecordedTraces } from "../traceFiles.ts";
import { asciiText, COMMA, countLines, excerpt, NEWLINE, readNumber, skipLine, takeLineEnd, type Cursor } from "./fields.ts";

/** `time_s,v[0],v[10]`, with units `time_s,v[0] (V),v[10] (V)`. */
export function traceCsvHeader(names: readonly string[], elements: Uint32Array, units: Readonly<Record<string, string>>): string {
  const cells = names.flatMap((name) => Array.from(elements, (element) => cell(`${name}[${element}]${units[name] ? ` (${units[name]})` : ""}`)));
  return `time_s,${cells.join(",")}\n`;
}

/** @param columns [samples × elements] each, in the order of the names */
export function traceCsvRows(times: Float64Array, columns: readonly Float64Array[]): string {
  let text = "";
  for (let sample = 0; sample < times.length; sample++) {
    text += times[sample];
    for (const column of columns) {
      const n = column.length / times.length;
      for (let k = sample * n; k < (sample + 1) * n; k++) text += `,${column[k]}`;
    }
    text += "\n";
  }
  return text;
}

/** @throws {FileError} naming the line */
export function decodeTraceCsv(bytes: Uint8Array, source: string): RecordedTraces {
  const cursor: Cursor = { bytes, at: 0 };
  const { names, elements, units } = readHeader(cursor, source);
  const most = countLines(bytes, cursor.at);
  const times = new Float64Array(most);
  const columns = names.map(() => new Float64Array(most * elements.length));
  let samples = 0;
  for (let line = 2; cursor.at < bytes.length; line++) {
    if (takeLineEnd(cursor)) continue;
    const start = cursor.at;
    const read = (first: boolean): number => {
      const value = first || bytes[cursor.at++] === COMMA ? readValue(cursor) : undefined;
      if (value !== undefined) return value;
      const problem = `${source}, line ${line}: ${excerpt(bytes, start)} is not a sample`;
      throw new FileError("csv-line", problem, `Each line gives a time and ${names.length * elements.length} values.`);
    };
    times[samples] = read(true);
    for (const column of columns) for (let k = 0; k < elements.length; k++) column[samples * elements.length + k] = read(false);
    if (!takeLineEnd(cursor)) {
      throw new FileError("csv-line", `${source}, line ${line}: more values than columns`, "Each line has as many values as the first has names.");
    }
    samples++;
  }
  const values = new Map(names.map((name, k) => [name, columns[k]!.slice(0, samples * elements.length)]));
  return { times: times.slice(0, samples), values, elements, units };
}

/** A number, or what JavaScript writes for values that are none: a parameter that changes in time has no value to record. */
function readValue(cursor: Cursor): number | undefined {
  const value = readNumber(cursor);
  if (!Number.isNaN(value)) return value;
  const word = ["NaN", "Infinity", "-Infinity"].find((text) => asciiText(cursor.bytes, cursor.at, cursor.at + text.length) === text);
  if (word === undefined) return undefined;
  cursor.at += word.length;
  return Number(word);
}

function readHeader(cursor: Cursor, source: string): Pick<RecordedTraces, "elements" | "units"> & { readonly names: readonly string[] } {
  const end = cursor.bytes.indexOf(NEWLINE);
  const [time, ...heads] = new TextDecoder().decode(cursor.bytes.subarray(0, end < 0 ? cursor.bytes.length : end)).trimEnd().split(",");
  skipLine(cursor);
  const units = new Map<string, string>();
  const elements = new Map<string, number[]>();
  for (const head of heads) {
    const [, name, element, unit] = /^"?([^[\]"]+)\[(\d{1,10})\](?: \((.*)\))?"?$/.exec(head) ?? [];
    if (name === undefined) throw notTraces(source, head);
    elements.set(name, [...(elements.get(name) ?? []), Number(element)]);
    if (unit !== undefined) units.set(name, unit);
  }
  const lists = [...elements.values()];
  const grid = lists.every((list) => list.length === lists[0]!.length && list.every((element, k) => element === lists[0]![k]));
  if (time !== "time_s" || lists.length === 0 || !grid) throw notTraces(source, asciiText(cursor.bytes, 0, Math.min(30, cursor.bytes.length)));
  return { names: [...elements.keys()], elements: Uint32Array.from(lists[0]!), units };
}

function notTraces(source: string, seen: string): FileError {
  const shown = JSON.stringify(seen.slice(0, 30));
  return new FileError("csv-header", `${source}: ${shown} is not how a file of traces begins`, "The first line reads time_s,v[0],v[1] and so on.");
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

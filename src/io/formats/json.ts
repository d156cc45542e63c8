import { FileError } from "../../errors.ts";
import type { SpikePopulation, Spikes } from "../spikes.ts";
import { assembleSpikes } from "./assemble.ts";

/** JSON: `{ "format": "synfire-spikes", "version": 1, duration, dt, populations: [{ name, offset, size }], times, indices }`, seconds throughout. */
export function encodeJson(spikes: Spikes): string {
  const { duration, dt } = spikes;
  const populations = spikes.populations.map(({ name, offset, size }) => ({ name, offset, size }));
  const head = JSON.stringify({ format: "synfire-spikes", version: 1, duration, dt, populations });
  return `${head.slice(0, -1)},\n"times":[${spikes.times.join(",")}],\n"indices":[${spikes.indices.join(",")}]}\n`;
}

/** @throws {FileError} when the text is no JSON or its members are missing or of the wrong kind */
export function decodeJson(bytes: Uint8Array, source: string): Spikes {
  const data = parse(bytes, source);
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw wrong(source, "it is no object");
  const { format, version, duration, dt, times, indices, populations } = data as Readonly<Record<string, unknown>>;
  if (format !== undefined && format !== "synfire-spikes") throw wrong(source, `its format is ${JSON.stringify(format)?.slice(0, 40)}`);
  if (version !== undefined && version !== 1) {
    const hint = "Update Synfire, or save the spikes as CSV with the version that wrote them.";
    throw new FileError("json-version", `${source} is of version ${JSON.stringify(version)?.slice(0, 40)}; this program reads version 1`, hint);
  }
  return assembleSpikes(
    {
      times: numbers(times, "times", source),
      indices: numbers(indices, "indices", source),
      populations: populations === undefined ? undefined : populationList(populations, source),
      duration: optionalNumber(duration, "duration", source),
      dt: optionalNumber(dt, "dt", source),
    },
    source,
  );
}

function parse(bytes: Uint8Array, source: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : "it is not UTF-8 text, or longer than a string can be";
    throw new FileError(
      "json-syntax",
      `${source} is not JSON: ${reason.slice(0, 120)}`,
      "It may be cut short or of another format; pass { format }.",
    );
  }
}

function numbers(value: unknown, name: string, source: string): Float64Array {
  if (!Array.isArray(value)) throw wrong(source, `"${name}" is missing or no array`);
  const bad = value.findIndex((item) => typeof item !== "number");
  if (bad >= 0) throw wrong(source, `${name}[${bad}] is ${String(JSON.stringify(value[bad])).slice(0, 40)}`);
  return Float64Array.from(value as number[]);
}

function optionalNumber(value: unknown, name: string, source: string): number | undefined {
  if (value === undefined || typeof value === "number") return value;
  throw wrong(source, `"${name}" is no number`);
}

function populationList(value: unknown, source: string): SpikePopulation[] {
  if (!Array.isArray(value)) throw wrong(source, `"populations" is no array`);
  return value.map((item: unknown, i) => {
    const { name, offset, size } = (item ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof name === "string" && typeof offset === "number" && typeof size === "number") return { name, offset, size };
    throw wrong(source, `populations[${i}] has no name, offset and size`);
  });
}

function wrong(source: string, what: string): FileError {
  const hint = 'Expected { "times": [seconds…], "indices": [neurons…], "populations": [{ "name", "offset", "size" }], "duration", "dt" }.';
  return new FileError("json-spikes", `${source} holds no spikes: ${what}`, hint);
}

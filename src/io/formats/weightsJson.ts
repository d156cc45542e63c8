/** Weights as JSON: `{ "format": "synfire-weights", "version": 1, "projections": [{ name, shape, unit, pre, post, weights, delays, bounds }] }`. */
import { FileError } from "../../errors.ts";
import { checkedTable, type WeightTable } from "../weights/weightTable.ts";

export function encodeWeightsJson(tables: readonly WeightTable[]): string {
  const projections = tables.map(({ name, shape, unit, pre, post, weights, delays, bounds }) => {
    const head = JSON.stringify({ name, shape, unit, ...(bounds ? { bounds: bounds.map((b) => (Number.isFinite(b) ? b : null)) } : {}) });
    const times = delays ? `,\n"delays":[${delays.join(",")}]` : "";
    return `${head.slice(0, -1)},\n"pre":[${pre.join(",")}],\n"post":[${post.join(",")}],\n"weights":[${weights.join(",")}]${times}}`;
  });
  return `{"format":"synfire-weights","version":1,"projections":[\n${projections.join(",\n")}\n]}\n`;
}

/** @throws {FileError} when the text is no JSON or its members are missing or of the wrong kind */
export function decodeWeightsJson(bytes: Uint8Array, source: string): WeightTable[] {
  const data = parse(bytes, source);
  const { format, version, projections } = (typeof data === "object" && data !== null ? data : {}) as Readonly<Record<string, unknown>>;
  if (format !== "synfire-weights") throw wrong(source, `its format is ${JSON.stringify(format)?.slice(0, 40) ?? "missing"}`);
  if (version !== 1) {
    const problem = `${source} is of version ${JSON.stringify(version)?.slice(0, 40)}; this program reads version 1`;
    throw new FileError("json-version", problem, "Update Synfire, or save the weights as .npz with the version that wrote them.");
  }
  if (!Array.isArray(projections)) throw wrong(source, '"projections" is no array');
  return projections.map((one: unknown, k) => {
    if (typeof one !== "object" || one === null) throw wrong(source, `projections[${k}] is ${JSON.stringify(one)}`);
    const { name, shape, unit, pre, post, weights, delays, bounds } = one as Readonly<Record<string, unknown>>;
    if (typeof name !== "string" || typeof unit !== "string") throw wrong(source, `projections[${k}] has no name and unit`);
    const list = (value: unknown, what: string) => numbers(value, `${what} of projection ${name}`, source);
    const [sources, targets] = list(shape, "shape");
    const [low, high] = Array.isArray(bounds) ? (bounds as readonly unknown[]) : [];
    return checkedTable({
      name, unit, shape: [sources ?? NaN, targets ?? NaN], weights: list(weights, "weights"),
      ...(delays === undefined ? {} : { delays: list(delays, "delays") }),
      pre: neurons(list(pre, "pre"), source), post: neurons(list(post, "post"), source),
      ...(bounds === undefined ? {} : { bounds: [typeof low === "number" ? low : -Infinity, typeof high === "number" ? high : Infinity] as const }),
    }, source);
  });
}

function parse(bytes: Uint8Array, source: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : "it is not UTF-8 text, or longer than a string can be";
    throw new FileError("json-syntax", `${source} is not JSON: ${reason.slice(0, 120)}`, "It may be cut short; weights are also read from .npz.");
  }
}

function numbers(value: unknown, what: string, source: string): Float64Array {
  if (!Array.isArray(value)) throw wrong(source, `${what} is missing or no array`);
  const bad = value.findIndex((item) => typeof item !== "number");
  if (bad >= 0) throw wrong(source, `${what}: element ${bad} is ${String(JSON.stringify(value[bad])).slice(0, 40)}`);
  return Float64Array.from(value as number[]);
}

function neurons(values: Float64Array, source: string): Uint32Array {
  const bad = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < 2 ** 32));
  if (bad < 0) return Uint32Array.from(values);
  throw new FileError("weights-index", `${source}: a neuron is ${values[bad]}`, "Neurons are whole numbers from 0.");
}

function wrong(source: string, what: string): FileError {
  const hint = 'Expected { "format": "synfire-weights", "version": 1, "projections": [{ "name", "shape", "unit", "pre", "post", "weights" }] }.';
  return new FileError("json-weights", `${source} holds no weights: ${what}`, hint);
}

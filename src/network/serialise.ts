/**
 * Networks to JSON and back. Typed arrays become base64 of little-endian bytes; models are kept as the text their author wrote and are
 * checked again when read, so a file from a stranger can do no more than the language of models allows.
 */
import { ArgumentError, SynfireError } from "../errors.ts";
import { neuron } from "../model/neuron.ts";
import type { NeuronModel } from "../model/neuron.ts";
import { staticSynapseModel, synapse } from "../model/synapse.ts";
import type { SynapseModel } from "../model/synapse.ts";
import type { NetworkData } from "./data.ts";

const arrayTypes = { Float64Array, Float32Array, Int32Array, Uint32Array, Uint16Array, Uint8Array } as const;
type ArrayTypeName = keyof typeof arrayTypes;

/** Fields of a model that its author wrote, as opposed to what was derived from them. */
const modelFields = [
  "name",
  "parameters",
  "state",
  "receptors",
  "equations",
  "threshold",
  "reset",
  "refractory",
  "method",
  "presets",
  "source",
] as const;

export function networkToJSON(data: NetworkData): object {
  const models = new Map<string, NeuronModel>(),
    synapseModels = new Map<string, SynapseModel>();
  const populations = data.populations.map((p) => (p.kind === "neurons" ? { ...p, model: keyOf(p.model, models) } : p));
  const projections = data.projections.map((p) => ({ ...p, model: keyOf(p.model, synapseModels) }));
  const texts = Object.fromEntries([...models].map(([key, model]) => [key, modelText(model)]));
  const synapseTexts = Object.fromEntries([...synapseModels].map(([key, model]) => [key, synapseText(model)]));
  return encode({ ...data, models: texts, synapseModels: synapseTexts, populations, projections }) as object;
}

/** The name of a model in the file, where each is once; the second of two different models of one name gets a number. */
function keyOf<M extends { readonly name: string }>(model: M, known: Map<string, M>): string {
  // What a model says of itself does not make it another model.
  const meaning = (m: M | undefined): string => JSON.stringify({ ...(JSON.parse(JSON.stringify(m)) as object), description: "", source: "" });
  const same = (key: string): boolean => known.get(key) === model || meaning(known.get(key)) === meaning(model);
  let key = model.name;
  for (let k = 2; known.has(key) && !same(key); k++) key = `${model.name} ${k}`;
  if (!known.has(key)) known.set(key, model);
  return key;
}

function synapseText(model: SynapseModel): object {
  const { kind: _kind, ...text } = (model as unknown as { toJSON: () => Record<string, unknown> }).toJSON();
  return text;
}

/** A model as its author wrote it, JSON-safe. */
export function modelText(model: NeuronModel): Record<string, unknown> {
  const fields = model as unknown as Record<string, unknown>;
  return Object.fromEntries(modelFields.filter((f) => fields[f] !== undefined).map((f) => [f, fields[f]]));
}

/** @throws {ArgumentError} when it is not a network of a version that is understood */
export function networkFromJSON(json: unknown): NetworkData {
  const raw = typeof json === "string" ? parse(json) : json;
  const data = decode(raw, 0) as Record<string, unknown>;
  if (!isRecord(data) || data["format"] !== "synfire-network") throw broken('it has no format "synfire-network"');
  if (data["version"] !== 1) throw broken(`its version is ${String(data["version"])}`, "This synfire reads version 1.");
  for (const list of ["populations", "projections", "inputs", "monitors", "changes"]) {
    if (!Array.isArray(data[list]) || !data[list].every(isRecord)) throw broken(`"${list}" is not a list of objects`);
  }
  if (!isRecord(data["models"])) throw broken('"models" is not an object');
  const models = new Map(Object.entries(data["models"]).map(([key, text]) => [key, readModel(key, text)]));
  const populations = (data["populations"] as Record<string, unknown>[]).map((p) => {
    if (p["kind"] !== "neurons") return p;
    const model = models.get(String(p["model"]));
    if (!model) throw broken(`population ${JSON.stringify(p["name"])} uses a model "${String(p["model"])}" that is not in the file`);
    return { ...p, model, values: isRecord(p["values"]) ? p["values"] : {} };
  });
  const synapseTexts = data["synapseModels"] ?? {};
  if (!isRecord(synapseTexts)) throw broken('"synapseModels" is not an object');
  const synapseModels = new Map(Object.entries(synapseTexts).map(([key, text]) => [key, readSynapseModel(key, text)]));
  const projections = (data["projections"] as Record<string, unknown>[]).map((p) => {
    const key = String(p["model"]);
    // Files written before synapse models had texts know the static one by its name.
    const model = synapseModels.get(key) ?? (key === "static" ? staticSynapseModel("static") : undefined);
    if (!model) throw broken(`projection ${JSON.stringify(p["name"])} uses a synapse model "${key}" that is not in the file`);
    const table = (field: string) => (isRecord(p[field]) ? p[field] : {});
    return { ...p, model, values: table("values"), modulators: table("modulators") };
  });
  const normalisations = data["normalisations"] ?? [];
  if (!Array.isArray(normalisations) || !normalisations.every(isRecord)) throw broken('"normalisations" is not a list of objects');
  for (const list of ["rewirings", "structural"]) {
    if (data[list] !== undefined && !(Array.isArray(data[list]) && data[list].every(isRecord))) throw broken(`"${list}" is not a list of objects`);
  }
  // Files written before synapses had state call a monitor of them one of weights.
  const monitors = (data["monitors"] as Record<string, unknown>[]).map((m) =>
    m["kind"] === "weights" ? { ...m, kind: "synapses", names: ["w"] } : m,
  );
  return { ...data, populations, projections, monitors, normalisations } as unknown as NetworkData;
}

function readSynapseModel(key: string, text: unknown): SynapseModel {
  if (!isRecord(text)) throw broken(`synapse model "${key}" is not an object`);
  try {
    return synapse(text as unknown as Parameters<typeof synapse>[0]) as SynapseModel;
  } catch (error) {
    if (error instanceof SynfireError) throw error;
    throw broken(`synapse model "${key}" cannot be read`);
  }
}

function readModel(key: string, text: unknown): NeuronModel {
  if (!isRecord(text)) throw broken(`model "${key}" is not an object`);
  try {
    return neuron(text as unknown as Parameters<typeof neuron>[0]) as NeuronModel;
  } catch (error) {
    if (error instanceof SynfireError) throw error;
    throw broken(`model "${key}" cannot be read`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(`it is not JSON (${(error as Error).message})`);
  }
}

function encode(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let binary = "";
    for (let k = 0; k < bytes.length; k += 8192) binary += String.fromCharCode(...bytes.subarray(k, k + 8192));
    return { $array: value.constructor.name, base64: btoa(binary) };
  }
  if (Array.isArray(value)) return value.map(encode);
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, v]) => v !== undefined)
        .map(([k, v]) => [k, encode(v)]),
    );
  return value;
}

const deepest = 64;

function decode(value: unknown, depth: number): unknown {
  if (depth > deepest) throw broken(`it is nested deeper than ${deepest} levels`);
  if (Array.isArray(value)) return value.map((v) => decode(v, depth + 1));
  if (!isRecord(value)) return value;
  const type = value["$array"];
  if (type === undefined)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([k]) => k !== "__proto__")
        .map(([k, v]) => [k, decode(v, depth + 1)]),
    );
  if (typeof type !== "string" || !Object.hasOwn(arrayTypes, type) || typeof value["base64"] !== "string") throw broken("an array in it is damaged");
  let binary: string;
  try {
    binary = atob(value["base64"]);
  } catch {
    throw broken("an array in it is not base64");
  }
  const make = arrayTypes[type as ArrayTypeName];
  if (binary.length % make.BYTES_PER_ELEMENT !== 0) throw broken(`an array of ${type} in it has ${binary.length} bytes`);
  return new make(Uint8Array.from(binary, (c) => c.charCodeAt(0)).buffer);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function broken(problem: string, hint = "Write the file with JSON.stringify(net)."): ArgumentError {
  return new ArgumentError("network-file", `this is not a network that can be read: ${problem}`, hint);
}

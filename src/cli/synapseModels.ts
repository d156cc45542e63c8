/** Synapse models that a user names on the command line. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { ArgumentError, didYouMean } from "../errors.ts";
import type { SynapseModel } from "../index.ts";

export interface NamedSynapse { readonly exported: string; readonly model: SynapseModel; readonly preset?: string }

export function isSynapse(value: unknown): value is SynapseModel {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "synapse" && "checked" in value;
}

/** Synapse models of models/, by the name under which "synfire/models" exports them. */
export async function synapseModels(): Promise<ReadonlyMap<string, SynapseModel>> {
  const entries = Object.entries((await import("../../models/index.ts")) as Readonly<Record<string, unknown>>);
  return new Map(entries.filter((entry): entry is [string, SynapseModel] => isSynapse(entry[1])));
}

/**
 * The models that a text names: `stdpTriplet`, `stdpTriplet:visualMinimal` (a preset), a file (each synapse model that it exports), `file.ts#name`.
 *
 * @throws {ArgumentError} when there is none @throws {FileError} when the file cannot be read
 */
export async function findSynapses(text: string): Promise<NamedSynapse[]> {
  const [place = "", wanted] = text.split("#");
  if ([".ts", ".mts", ".js", ".mjs"].includes(extname(place)) || existsSync(place)) return fromFile(place, wanted);
  const [name = "", preset] = text.split(":");
  const models = await synapseModels();
  const found = [...models].find(([exported, model]) => [exported, model.name].some((known) => plain(known) === plain(name)));
  if (!found) {
    const near = didYouMean(name, models.keys());
    throw new ArgumentError("unknown-model", `there is no synapse model "${name}"`, near ? `Did you mean "${near}"?` : "synfire models lists them.");
  }
  const [exported, model] = found;
  if (preset === undefined) return [{ exported, model }];
  if (Object.hasOwn(model.presets, preset)) return [{ exported, model, preset }];
  const presets = Object.keys(model.presets).join(", ") || "none";
  throw new ArgumentError("unknown-preset", `${exported} has no preset "${preset}"`, `It has ${presets}.`);
}

async function fromFile(path: string, wanted: string | undefined): Promise<NamedSynapse[]> {
  const { importFile } = await import("./importFile.ts");
  const models = Object.entries(await importFile(resolve(path))).filter((entry): entry is [string, SynapseModel] => isSynapse(entry[1]));
  const found = models.filter(([name]) => wanted === undefined || name === wanted);
  if (found.length > 0) return found.map(([exported, model]) => ({ exported, model }));
  const known = models.map(([name]) => name).join(", ") || "none";
  const what = wanted === undefined ? `${path} exports no synapse model` : `${path} exports no synapse model "${wanted}"`;
  throw new ArgumentError("unknown-model", what, `Its synapse models: ${known}. Write export const mine = synapse({ … });`);
}

const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, "");

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as models from "../../models/index.ts";
import { modelsPage, sourcesOf } from "../../scripts/modelDocs.mjs";
import { lowerNeuron } from "../../src/lower/lowerNeuron.ts";
import type { NeuronModel, SynapseModel } from "../../src/model/index.ts";
import { describeModel, describeSynapse } from "../../src/model/index.ts";

const tools = { describe: describeModel, describeSynapse, lower: lowerNeuron };
const neuronModels = Object.entries(models as Readonly<Record<string, unknown>>)
  .filter((entry): entry is [string, NeuronModel] => (entry[1] as { kind?: unknown }).kind === "neuron");

const synapseModels = Object.entries(models as Readonly<Record<string, unknown>>)
  .filter((entry): entry is [string, SynapseModel] => (entry[1] as { kind?: unknown }).kind === "synapse");

test("docs/models.md is what npm run docs writes from models/", () => {
  expect(readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8")).toBe(modelsPage(models, tools));
});

test("every neuron model of models/neurons is exported, so that the page shows it", () => {
  const exported: Readonly<Record<string, unknown>> = models;
  const defined = sourcesOf("neurons").flatMap(({ text }) => [...text.matchAll(/^export const (\w+)\b[^=]*= neuron\(/gm)].map(([, name]) => name!));
  expect(defined.filter((name) => exported[name] === undefined)).toEqual([]);
});

test("every neuron model names a publication", () => {
  const published = /@source .*(doi:10\.|ISBN|MIT Press|University Press)/;
  const withoutSource = sourcesOf("neurons").filter(({ text }) => text.includes("= neuron(") && !published.test(text));
  expect(withoutSource.map(({ path }) => path)).toEqual([]);
});

test("every neuron model has a DOI as its source, a description, and a name of its own", () => {
  for (const [name, { source, description }] of neuronModels) {
    expect(source, name).toMatch(/doi:10\.\d{4,9}\/\S+/);
    expect(description, name).toMatch(/^[A-Z].{10,}[^.]$/);
  }
  const names = neuronModels.map(([, model]) => model.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(20);
});

test("every synapse model of models/synapses is exported, so that the page shows it", () => {
  const exported: Readonly<Record<string, unknown>> = models;
  const defined = sourcesOf("synapses").flatMap(({ text }) => [...text.matchAll(/^export const (\w+)\b[^=]*= synapse\(/gm)].map(([, name]) => name!));
  expect(defined.filter((name) => exported[name] === undefined)).toEqual([]);
});

test("every synapse model but the static one names a publication, has a DOI, a description and a name of its own", () => {
  const published = /@source .*(doi:10\.|ISBN|MIT Press|University Press)/;
  const withoutSource = sourcesOf("synapses").filter(({ text }) => text.includes("= synapse(") && !published.test(text));
  expect(withoutSource.map(({ path }) => path)).toEqual([]);
  for (const [name, { source, description }] of synapseModels) {
    if (name !== "staticSynapse") expect(source, name).toMatch(/doi:10\.\d{4,9}\/\S+/);
    expect(description, name).toMatch(/^[A-Z].{10,}[^.]$/);
  }
  const names = synapseModels.map(([, model]) => model.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(20);
});

test("the page says of every parameter of every model what it is", () => {
  const page = modelsPage(models, tools);
  const unexplained = [...page.matchAll(/^\| (\S+) \| [^|]+ \| [^|]+ \| {2}\|$/gm)].map(([line]) => line);
  expect(unexplained).toEqual([]);
});

test("every file of models/neurons that defines a model is called after one of its exports, give or take its year", () => {
  for (const { path, text } of sourcesOf("neurons")) {
    const file = /(\w+)\.ts$/.exec(path)![1]!;
    const exports = [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name!);
    expect(exports.some((name) => name === file || name === file.replace(/\d{4}$/, "")), path).toBe(true);
  }
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as models from "../../models/index.ts";
import { modelsPage, sourcesOf } from "../../scripts/modelDocs.mjs";

test("docs/models.md is what npm run docs writes from models/", () => {
  expect(readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8")).toBe(modelsPage(models));
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

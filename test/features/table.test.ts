import { expect, test } from "vitest";
import { cellsOf, committedTable, featureTable } from "../../scripts/featureTable.mjs";
import { backEnds, cellOf } from "./feature.ts";
import { features } from "./features.ts";

test("the table of docs/status.md says what the tests of all features say when they pass", () => {
  const cells = Object.entries(features).flatMap(([feature, of]) => backEnds.map((backEnd) => ({ feature, backEnd, cell: cellOf(of, backEnd) })));
  expect(committedTable()).toBe(featureTable(cells));
});

test("a feature whose test failed, or did not run, is told so in the table", () => {
  const cells = cellsOf([
    { title: "runs, resets: all of it | wasm f32: yes", status: "passed" }, { title: "runs, resets: all of it | webgpu: yes", status: "failed" },
    { title: "noise | wasm f32: one thread", status: "passed" }, { title: "noise | webgpu: yes (skipped: apt-get install -y x)", status: "skipped" },
  ]);
  expect(featureTable(cells)).toBe([
    "| feature | wasm f32 | webgpu |", "| --- | --- | --- |", "| runs, resets: all of it | yes | fails |", "| noise | one thread | not run |",
  ].join("\n"));
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as models from "synfire/models";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the program in the README is examples/firstNetwork.ts, which the type check reads", () => {
  const shown = /```ts\n([\s\S]*?)```/.exec(read("README.md"))![1]!;
  const program = read("examples/firstNetwork.ts");
  expect(program.split("\n").slice(1).join("\n")).toBe(shown);
});

test("the README counts the neuron models right", () => {
  const count = Object.values(models).filter((m) => typeof m === "object" && "kind" in m && m.kind === "neuron").length;
  expect(read("README.md")).toContain(`${count} neuron models`);
});

test("every relative link of the pages leads somewhere", () => {
  for (const page of ["README.md", "docs/architecture.md", "docs/glossary.md", "docs/status.md"]) {
    for (const [, link] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      const base = page.includes("/") ? "docs/" : "";
      expect(() => read(base + link), `${page} links to ${link}`).not.toThrow();
    }
  }
});

import { expect, test } from "vitest";
import { EquationError } from "../../src/errors.ts";
import { neuron } from "../../src/model/neuron.ts";
import type { NeuronSpec } from "../../src/model/neuron.ts";
import { broken, sound } from "./models.ts";

function errorOf(spec: unknown): unknown {
  try {
    neuron(spec as NeuronSpec);
    return undefined;
  } catch (error) {
    return error;
  }
}

test("the model that each rule breaks is sound", () => {
  expect(errorOf(sound)).toBeUndefined();
});

test("each rule has a name of its own", () => {
  expect(new Set(broken.map(([rule]) => rule)).size).toBe(broken.length);
});

test.each(broken)("%s is refused with one exact message", async (rule, code, change) => {
  const error = errorOf({ ...sound, ...change });
  expect(error).toBeInstanceOf(EquationError);
  expect(error).toMatchObject({ code, name: "EquationError" });
  await expect(`${(error as EquationError).message}\n`).toMatchFileSnapshot(`./${rule.replaceAll(" ", "-")}.txt`);
});

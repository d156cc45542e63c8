import { expect, test } from "vitest";
import { EquationError } from "../../src/errors.ts";
import { checkSynapse } from "../../src/model/checkSynapse.ts";
import type { SynapseEnds } from "../../src/model/checkedSynapse.ts";
import { brokenSynapses, misplacedSynapses, soundEnds, soundSynapse } from "./synapses.ts";

function errorOf(spec: unknown, ends?: SynapseEnds): unknown {
  try {
    checkSynapse(spec, ends, ends && 'synapse "rule" of projection E→I');
    return undefined;
  } catch (error) {
    return error;
  }
}

test("the synapse model that each rule breaks is sound, alone and between neurons", () => {
  expect(errorOf(soundSynapse)).toBeUndefined();
  expect(errorOf(soundSynapse, soundEnds)).toBeUndefined();
});

test("each rule of synapses has a name of its own", () => {
  const all = [...brokenSynapses, ...misplacedSynapses];
  expect(new Set(all.map(([rule]) => rule)).size).toBe(all.length);
});

async function expectRefusal(error: unknown, rule: string, code: string): Promise<void> {
  expect(error).toBeInstanceOf(EquationError);
  const { message } = error as EquationError;
  // The dimension that stands for an unknown weight never shows.
  expect(message).not.toContain("candela");
  await expect(`${message}\n`).toMatchFileSnapshot(`./synapse/${rule.replaceAll(" ", "-")}.txt`);
  expect(error).toMatchObject({ code });
}

test.each(brokenSynapses)("%s is refused with one exact message", async (rule, code, change) => {
  await expectRefusal(errorOf({ ...soundSynapse, ...change }), rule, code);
});

test.each(misplacedSynapses)("%s is refused where the neurons are known, with one exact message", async (rule, code, change) => {
  await expectRefusal(errorOf({ ...soundSynapse, ...change }, soundEnds), rule, code);
  expect(errorOf({ ...soundSynapse, ...change }), "the model alone").toBeUndefined();
});

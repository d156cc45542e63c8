// A choice between two answers that nothing but a reward teaches.
import { compile } from "synfire";
import { expect, test } from "vitest";
import { assemble, settings, success } from "../../models/networks/rewardChoice.ts";
import type { ChoosingNetwork, RewardChoiceSettings } from "../../models/networks/rewardChoice.ts";

async function run(change: Partial<RewardChoiceSettings> & { readonly trials: number }): Promise<ChoosingNetwork & { readonly weights: number[] }> {
  const made = assemble({ ...settings, ...change });
  await using sim = await compile(made.net, { dt: settings.dt });
  await sim.run(`${change.trials * 0.4} s`);
  const weights = made.plastic.map((projection) => sim.get(projection, "w").reduce((sum, w, _, all) => sum + w / all.length, 0));
  return { ...made, weights };
}

test("reward teaches which of two answers fits which cue within 150 trials, and the opposite within 150 more once it is turned round", async () => {
  const { history, weights } = await run({ trials: 330, reversal: 150 });
  expect(history).toHaveLength(330);
  expect(success(history, 0, 20)).toBeLessThan(0.9);
  expect(success(history, 100, 150)).toBeGreaterThan(0.9);
  // What was right is wrong now, and is answered all the same …
  expect(success(history, 150, 170)).toBeLessThan(0.4);
  // … until it has been unlearnt.
  expect(success(history, 280, 330)).toBeGreaterThan(0.85);
  // Cue 0 drives pool 1 more than pool 0 now, cue 1 pool 0.
  const [from0to0, from0to1, from1to0, from1to1] = weights;
  expect(from0to1! / from0to0!).toBeGreaterThan(1.05);
  expect(from1to0! / from1to1!).toBeGreaterThan(1.05);
});

test("without dopamine nothing is learnt: half of the answers stay wrong, and no weight has changed", async () => {
  const { history, weights } = await run({ trials: 100, surprise: 0 });
  expect(success(history, 50, 100)).toBeGreaterThan(0.3);
  expect(success(history, 50, 100)).toBeLessThan(0.7);
  const first = await run({ trials: 1, surprise: 0 });
  expect(weights).toEqual(first.weights);
});

/** EventProp's gradients are those of central differences of exact event-driven runs. */
import { describe, expect, it } from "vitest";
import { initialWeights } from "../../../../src/train/initialWeights.ts";
import { EventProp } from "../../../../src/train/learners/eventProp/eventProp.ts";
import type { EventLoss } from "../../../../src/train/learners/eventProp/losses.ts";
import type { Cell } from "../../../../src/train/cells/cell.ts";
import type { LayerData, ModelData, Weights } from "../../../../src/train/modelData.ts";
import { cellsLayer, denseLayer, eventModel, leakyCell, lifCell, randomTrial } from "./support.ts";

const firstSpike: EventLoss = { kind: "firstSpike", softness: 2e-3, early: 20e-3, weight: 0.1 };

interface Found { readonly worst: number; readonly spikes: readonly number[]; readonly compared: number }

/** The largest difference to central differences, beside the largest gradient; weights whose step makes or ends a spike are left out. */
function worst(model: ModelData, loss: EventLoss, seed: number): Found {
  const net = new EventProp(model, loss), weights = initialWeights(model, "f64");
  const trial = randomTrial(seed, 20, model.input.shape[0]!, 1);
  const { gradients, rates } = net.gradients(weights, [trial]);
  const step = 1e-6;
  let largest = 0, difference = 0, compared = 0;
  const counts = (): string => net.spikes(weights, trial).map((s) => s.times.length).join();
  for (const [name, { values }] of weights) {
    const gradient = gradients.get(name)!.values;
    for (let k = 0; k < values.length; k++) {
      const before = values[k]!;
      const at = (w: number): [number, string] => {
        values[k] = w;
        const result: [number, string] = [net.evaluate(weights as Weights, trial).loss, counts()];
        values[k] = before;
        return result;
      };
      const [up, spikesUp] = at(before + step), [down, spikesDown] = at(before - step);
      if (spikesUp !== spikesDown) continue;
      compared++;
      largest = Math.max(largest, Math.abs(gradient[k]!));
      difference = Math.max(difference, Math.abs(gradient[k]! - (up - down) / (2 * step)));
    }
  }
  return { worst: difference / largest, spikes: rates, compared };
}

type Values = Parameters<typeof lifCell>[0];

/** 5 inputs, 12 hidden neurons, 3 outputs. */
const network = (hidden: Values, output: Cell, mean: number, spread: number, between: readonly LayerData[] = []): ModelData => eventModel(5, [
  denseLayer("in", 12, 1.2, 1), cellsLayer("hidden", lifCell(hidden)), ...between, denseLayer("out", 3, mean, spread), cellsLayer("output", output),
]);
const middle = [denseLayer("mid", 8, 0.6, 0.5), cellsLayer("middle", lifCell())];

describe("gradients of EventProp equal central differences", () => {
  const cases: readonly [string, ModelData, EventLoss][] = [
    ["of first spikes through two layers", network({}, lifCell(), 0.9, 0.2), firstSpike],
    ["through three layers", network({}, lifCell(), 0.9, 0.2, middle), firstSpike],
    ["with a refractory time and a reset below rest", network({ t_ref: 3e-3, v_reset: -0.3 }, lifCell({ t_ref: 2e-3 }), 0.9, 0.2), firstSpike],
    ["with a constant current", network({ i_ext: 60 }, lifCell({ i_ext: 10 }), 0.5, 0.2), firstSpike],
    ["with a current slower than the membrane",
      network({ tau_m: 4e-3, tau_exc: 9e-3 }, lifCell({ tau_m: 5e-3, tau_exc: 8e-3 }), 0.4, 0.2), firstSpike],
    ["of silent outputs", network({}, lifCell(), 0.1, 0.05), { ...firstSpike, silent: 3 }],
    ["of the largest membrane", network({}, leakyCell(), 0.2, 0.4), { kind: "maximum", unit: 0.3 }],
    ["of the sum of membranes weighted over time", network({}, leakyCell(0.5), 0.2, 0.4), { kind: "weightedSum", unit: 0.1, tau: 30e-3 }],
  ];
  it.each(cases)("%s", (_, model, loss) => {
    for (const seed of [3, 4, 5]) {
      const found = worst(model, loss, seed);
      expect(found.spikes[0], "hidden neurons spike").toBeGreaterThan(1);
      expect(found.compared).toBeGreaterThan(90);
      expect(found.worst).toBeLessThan(1e-4);
    }
  });
});

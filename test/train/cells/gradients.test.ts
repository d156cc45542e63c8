import { describe, expect, it } from "vitest";

import * as models from "../../../models/index.ts";
import { UnsupportedError } from "../../../src/errors.ts";
import { naturalScale } from "../../../src/lower/system.ts";
import type { Method } from "../../../src/model/checked.ts";
import type { NeuronModel } from "../../../src/model/neuron.ts";
import { derive } from "../../../src/train/cells/derive.ts";
import { cellFromModel } from "../../../src/train/cells/fromModel.ts";
import type { Quantity } from "../../../src/units/quantity.ts";
import { sigmoid } from "../../../src/train/surrogates.ts";
import { compareGradients, worst } from "./centralDifferences.ts";
import { conventions } from "./conventionCases.ts";

const neurons = Object.entries(models).filter(([, m]) => (m as { kind?: string }).kind === "neuron") as [string, NeuronModel][];

/** Models that draw random numbers have no gradient. */
const random = new Set(["escapeNoise", "inhomogeneousPoisson", "poissonNeuron", "stochasticBinary", "symStdpClass"]);

/** How a model is run: another method where its own takes inner steps; away from kinks of its equations. */
interface Settings { readonly method?: Method; readonly values?: Readonly<Record<string, Quantity>>; readonly input?: number }
const settings: Readonly<Record<string, Settings>> = {
  adExClopath: { method: "rk4" }, adExConductance: { method: "rk4" }, adExCurrent: { method: "rk4" }, lifNmda: { method: "rk4" },
  lifAlphaConductance: { method: "exponential-euler" }, lifBetaConductance: { method: "exponential-euler" },
  lifExpConductance: { method: "exponential-euler" },
  fitzHughNagumo: { input: 0.1 }, izhikevich2007: { input: 0.2, values: { v_b: "-65 mV" } }, rateNeuron: { values: { drive: 0.5, r: 0.2 } },
};

function settingsOf(name: string, model: NeuronModel) {
  const { method, values, input = 5 } = settings[name] ?? {};
  const receptor = Object.keys(model.receptors)[0];
  return {
    input,
    // While S is not 0 or 1, a refractory neuron is neither; without a refractory time the smoothed model is smooth.
    options: {
      dt: "0.2 ms" as const, ...(receptor && { receptor }), ...(method && { method }),
      values: { ...("t_ref" in model.parameters && { t_ref: "0 ms" as const }), ...values },
    },
  };
}

describe("the adjoint of a cell is the gradient of its smoothed model", () => {
  it.each(conventions.filter(([, cell]) => !cell.detachReset || cell.reset.length === 0 && cell.name !== "leaky"))("%s", (_, cell, learn) => {
    const derived = derive(cell, sigmoid(4), { learn, smoothed: true });
    expect(worst(compareGradients(derived, (x) => 1.5 * x - 0.2, () => 1))).toBeLessThan(1e-5);
  });

  it.each(conventions.filter(([, cell]) => !cell.detachReset))("%s, with parameters that differ between neurons", (_, cell, learn) => {
    const derived = derive(cell, sigmoid(4), { learn, perNeuron: learn.slice(0, 2).filter((n) => !n.startsWith("initial:")), smoothed: true });
    expect(worst(compareGradients(derived, (x) => 1.5 * x - 0.2, () => 1))).toBeLessThan(1e-5);
  });

  it.each(neurons.filter(([name]) => !random.has(name)))("%s, with respect to inputs, all parameters and initial states", (name, model) => {
    const { options, input } = settingsOf(name, model);
    const cell = cellFromModel(model, options);
    const variables = model.checked.variables.filter((v) => !v.impulse);
    const learn = [...cell.parameters.map((p) => p.name), ...variables.map((v) => `initial:${v.name}`)];
    const unitOf = (n: string): number => {
      const found = [...model.checked.parameters, ...variables].find((p) => p.name === n.replace("initial:", ""))!;
      return naturalScale(found.dimension);
    };
    const target = model.checked.variables.find((v) => v.name === Object.values(model.receptors)[0]);
    const unit = target ? input * naturalScale(target.dimension) : 1;
    expect(worst(compareGradients(derive(cell, sigmoid(4), { learn, smoothed: true }), (x) => unit * (x - 0.2), unitOf))).toBeLessThan(1e-4);
  });

  it.each(neurons.filter(([name]) => random.has(name)))("%s is refused, because it draws random numbers", (name, model) => {
    expect(() => cellFromModel(model, settingsOf(name, model).options)).toThrow(/draws random numbers/);
  });

  it("refuses a method with inner steps, and names what to do", () => {
    expect(() => cellFromModel(models.adExCurrent, { dt: "0.1 ms", receptor: "ex" })).toThrow(UnsupportedError);
    expect(() => cellFromModel(models.adExCurrent, { dt: "0.1 ms", receptor: "ex" })).toThrow(/"exponential-euler"/);
  });

  it("asks for the receptor of a model that has two", () => {
    expect(() => cellFromModel(models.lifExpCurrent, { dt: "1 ms" })).toThrow('neuron "lif_exp_current" has the receptors exc and inh');
  });
});

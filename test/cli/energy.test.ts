import { expect, test } from "vitest";
import { folderWith, smallNetwork, synfire } from "./synfire.ts";

const digits = `
import { crossEntropy, dense, leaky, neurons, samplesOf, spikingModel, training } from "synfire/train";
const model = spikingModel({ input: { shape: [4], steps: 5 } }, [
  dense(3, { name: "first" }), neurons(leaky(), { name: "hidden" }), dense(2, { name: "last", bits: 4 }), neurons(leaky(), { name: "out" }),
]);
const inputs = [1, 0, 1, 1, ...Array(16).fill(0), ...Array(20).fill(1)];
export default training({ model, train: samplesOf(model, { inputs, labels: [0, 1] }), loss: crossEntropy({ of: "spikes", over: "count" }) });
`;

test("synfire energy tells events, bits and picojoules of a training file's model, layer by layer", () => {
  const folder = folderWith({ "digits.mts": digits });
  const { status, stdout, stderr } = synfire(["energy", "digits.mts"], folder);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/digits, untrained: one inference of 5 steps, mean of 2 samples/);
  // (3 + 20)/2 spikes with three synapses each.
  expect(stdout).toMatch(/first +12 +0\.5750 +34\.5 +0 +0 +32/);
  expect(stdout).toMatch(/bit budget +160 .*S-ACE/);
  const json = JSON.parse(synfire(["energy", "digits.mts", "--json", "--weight-bits", "8"], folder).stdout) as { layers: readonly object[] };
  expect(json).toMatchObject({ format: "synfire-energy", steps: 5, bitBudget: 40 });
  expect(json.layers[0]).toMatchObject({ name: "first", synapticEvents: 34.5, weightBits: 8, energy: { arithmetic: 34.5 * 0.03 } });
  expect(json.layers[2]).toMatchObject({ name: "last", weightBits: 4 });
});

test("synfire energy tells what a run of a network costs, projection by projection", () => {
  const folder = folderWith({ "net.mts": smallNetwork });
  const { status, stdout } = synfire(["energy", "net.mts"], folder);
  expect(status).toBe(0);
  expect(stdout).toMatch(/net: a run of 100 ms/);
  expect(stdout).toMatch(/I→E +[\d\u202f]+ +[\d\u202f]+ +[\d.]+ nJ/);
  expect(stdout).toMatch(/not counted: 2 Poisson inputs/);
});

test("synfire energy refuses weights of another model by their name", () => {
  const { status, stderr } = synfire(["energy", "digits.mts", "--weights", "none.npz"], folderWith({ "digits.mts": digits }));
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/none\.npz/);
});

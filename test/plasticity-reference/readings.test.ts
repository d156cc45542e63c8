import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile, Network, oneToOne } from "synfire";
import * as models from "synfire/models";
import { staticSynapse, stdpPowerLaw } from "synfire/models";
import { relay } from "../models/synapses/protocols.ts";

/** Change by one pair, post − pre at the somata in ms, of an additive rule. */
async function changes(differences: readonly number[], delays: { readonly delay?: "3 ms"; readonly dendriticDelay?: "3 ms" }): Promise<number[]> {
  const net = new Network({ seed: 1 });
  const size = differences.length, indices = differences.map((_, k) => k);
  const source = net.spikeSource("source", size, { times: { values: differences.map(() => 50), unit: "ms" }, indices });
  const order = [...indices].sort((a, b) => differences[a]! - differences[b]!);
  const driver = net.spikeSource("driver", size, { times: { values: order.map((k) => 49.9 + differences[k]!), unit: "ms" }, indices: order });
  const target = net.population("target", size, relay);
  net.projection(driver, target, staticSynapse, { connect: oneToOne(), receptor: "spike", weight: 1, delay: "0.1 ms" });
  const projection = net.projection(source, target, stdpPowerLaw, {
    connect: oneToOne(), receptor: "received", weight: 0.5, w_max: 1, mu_plus: 0, mu_minus: 0, ...delays,
  });
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64" });
  await sim.run("150 ms");
  return Array.from(sim.get(projection, "w"), (w) => w - 0.5);
}

const differences = [-23, -13, -3.1, -3, -2.9, -1, 0, 1, 2.9, 3, 3.1, 13, 23];
const window = (d: number, atZero: number): number => (d === 0 ? atZero : Math.sign(d) * 0.01 * Math.exp(-Math.abs(d) / 20));

test("an axonal delay moves the window to later postsynaptic spikes: Brian2's reading, where pre acts first at a coincidence", async () => {
  const got = await changes(differences, { delay: "3 ms" });
  for (const [k, d] of differences.entries()) expect(got[k]).toBeCloseTo(window(Math.round((d - 3) * 10) / 10, 0.01), 12);
});

test("a dendritic delay moves the window to earlier postsynaptic spikes: NEST's reading, where coinciding spikes form no pair", async () => {
  const got = await changes(differences, { dendriticDelay: "3 ms" });
  for (const [k, d] of differences.entries()) expect(got[k]).toBeCloseTo(window(Math.round((d + 3) * 10) / 10, 0), 12);
});

test("the program in docs/plasticity.md is examples/delayReadings.ts, which the type check reads", () => {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const shown = /examples\/delayReadings\.ts` runs this:\n\n```ts\n([\s\S]*?)```/.exec(read("docs/plasticity.md"))![1]!;
  expect(read("examples/delayReadings.ts").split("\n").slice(1).join("\n")).toBe(shown);
});

test("every model that docs/plasticity.md names is exported", () => {
  const page = readFileSync(new URL("../../docs/plasticity.md", import.meta.url), "utf8");
  const rows = page.slice(page.indexOf("## From NEST")).split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...row.split(" | ")[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
  expect(named.length).toBeGreaterThan(10);
  for (const name of named) expect(models).toHaveProperty(name);
});

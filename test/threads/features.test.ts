// Whatever a network has, it does the same on any number of threads: spikes, state and synapses are equal bit for bit.
import { expect, test } from "vitest";
import { cases, tiny } from "./networks.ts";
import { outcomeAfter } from "./outcome.ts";

test.each(Object.entries(cases))("%s: the same on 1, 2 and 3 threads", async (_, { net, dt = "0.1 ms", duration = "100 ms", options }) => {
  const alone = await outcomeAfter(net(), { dt, ...options }, duration);
  expect(alone.spikes).toBeGreaterThan(20);
  for (const threads of [2, 3]) expect(await outcomeAfter(net(), { dt, threads, ...options }, duration), `${threads} threads`).toEqual(alone);
});

test.each([1, 3, 15, 16, 17, 40])("populations of %i neurons: the same on 1, 2 and 8 threads, some of which have no neuron", async (size) => {
  const alone = await outcomeAfter(tiny(size), { dt: "0.1 ms" }, "100 ms");
  for (const threads of [2, 8]) expect(await outcomeAfter(tiny(size), { dt: "0.1 ms", threads }, "100 ms"), `${threads} threads`).toEqual(alone);
});

test("a run in pieces of odd lengths is the same on 3 threads as one in one go on one", async () => {
  const { net } = cases["pairs of spikes, with delays of their own"]!;
  const pieces = ["0.1 ms", "0.3 ms", "7.7 ms", "3.2 ms", "0 ms", "38.7 ms"] as const;
  expect(await outcomeAfter(net(), { dt: "0.1 ms", threads: 3 }, ...pieces)).toEqual(await outcomeAfter(net(), { dt: "0.1 ms" }, "50 ms"));
});

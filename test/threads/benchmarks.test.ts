// Every benchmark network does the same on any number of threads: the same spikes, the same state, the same synapses with the same weights.
import { expect, test } from "vitest";
import {
  brunel, brunelPlastic, coba, cuba, izhikevich2003, izhikevichPlastic, izhikevichSparse, microcircuit,
} from "./built.mjs";
import type { Network, Quantity } from "./built.mjs";
import { outcomeAfter } from "./outcome.ts";

/** Those of `synfire bench`; some smaller, or with smaller populations. */
const networks: Readonly<Record<string, { readonly net: () => Network; readonly dt: Quantity; readonly duration: Quantity }>> = {
  "A, COBA": { net: () => coba.build(coba.settings), dt: "0.1 ms", duration: "100 ms" },
  "B, CUBA": { net: () => cuba.build(cuba.settings), dt: "0.1 ms", duration: "100 ms" },
  "C, Brunel": { net: () => brunel.build({ ...brunel.settings, scale: 0.1 }), dt: "0.1 ms", duration: "60 ms" },
  "D1, Izhikevich 2003": { net: () => izhikevich2003.build(izhikevich2003.settings), dt: "1 ms", duration: "100 ms" },
  "D2, Izhikevich sparse": { net: () => izhikevichSparse.build({ ...izhikevichSparse.settings, scale: 0.03 }), dt: "1 ms", duration: "200 ms" },
  "D2p, Izhikevich plastic": { net: () => izhikevichPlastic.build({ ...izhikevichPlastic.settings, scale: 0.03 }), dt: "1 ms", duration: "200 ms" },
  "E, Brunel plastic": { net: () => brunelPlastic.build({ ...brunelPlastic.settings, scale: 0.1 }), dt: "0.1 ms", duration: "60 ms" },
  "F0.1, microcircuit": { net: () => microcircuit.build(microcircuit.settings), dt: "0.1 ms", duration: "50 ms" },
};

test.each(Object.entries(networks))("benchmark %s comes out the same on 1, 2, 3 and 8 threads", async (_, { net, dt, duration }) => {
  const alone = await outcomeAfter(net(), { dt }, duration);
  expect(alone.spikes).toBeGreaterThan(50);
  for (const threads of [2, 3, 8]) expect(await outcomeAfter(net(), { dt, threads }, duration), `${threads} threads`).toEqual(alone);
});

/** The networks that have to come out the same on any number of ranks: those that have to on any number of threads, and the benchmarks. */
import {
  brunel, brunelPlastic, coba, cuba, izhikevich2003, izhikevichPlastic, izhikevichSparse, microcircuit,
} from "../threads/built.mjs";
import { cases, tiny } from "../threads/networks.ts";
import type { Case } from "../threads/networks.ts";

export const benchmarks: Readonly<Record<string, Case>> = {
  A: { net: () => coba.build(coba.settings), duration: "40 ms" },
  B: { net: () => cuba.build(cuba.settings), duration: "40 ms" },
  C: { net: () => brunel.build({ ...brunel.settings, scale: 0.1 }), duration: "60 ms" },
  D1: { net: () => izhikevich2003.build(izhikevich2003.settings), dt: "1 ms" },
  D2: { net: () => izhikevichSparse.build({ ...izhikevichSparse.settings, scale: 0.03 }), dt: "1 ms", duration: "200 ms" },
  D2p: { net: () => izhikevichPlastic.build({ ...izhikevichPlastic.settings, scale: 0.03 }), dt: "1 ms", duration: "200 ms" },
  E: { net: () => brunelPlastic.build({ ...brunelPlastic.settings, scale: 0.1 }), duration: "60 ms" },
  "F0.1": { net: () => microcircuit.build(microcircuit.settings), duration: "50 ms" },
};

/** Some ranks have no neuron of these. */
const few: Readonly<Record<string, Case>> = Object.fromEntries([1, 17, 40].map((size) => [`${size} neurons`, { net: () => tiny(size) }]));

/** Ranks that share cores meet slowly: no longer than it takes. */
const short = (of: Case): Case => ({ ...of, duration: of.duration ?? (of.dt === "1 ms" ? "100 ms" : "40 ms") });

const arriving = cases["delays and weights of each synapse"]!;
const more = { ...few, "spikes that are delivered on arrival": { ...arriving, options: { deliverOnArrival: true } } };

export const features = Object.fromEntries(Object.entries({ ...cases, ...more }).map(([name, of]) => [name, short(of)]));
export const networks: Readonly<Record<string, Case>> = { ...benchmarks, ...features };

import fc from "fast-check";
import { expect, test } from "vitest";
import { arrayCurrent, explicit, fixedProbability, grid, Network, normal, SynfireError } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";
import { everything as everythingPlastic } from "./plasticNetwork.ts";

function everything(): Network {
  const net = new Network({ seed: 9 });
  const E = net.population(
    "E",
    12,
    lifDelta,
    { tau_m: normal("20 ms", "1 ms"), v: { values: new Float64Array(12).fill(3), unit: "mV" } },
    { positions: grid([3, 4], "10 um") },
  );
  const P = net.poissonSource("P", 5, { rate: "10*Hz*(1 + i + sin(t/(10*ms)))" });
  const S = net.spikeSource("S", 2, { times: [0.001, 0.002], indices: [0, 1] });
  net.projection(P, E, staticSynapse, { connect: fixedProbability(0.5), receptor: "v", weight: "1 mV", delay: "1 ms" });
  const listed = net.projection(S, E.slice(2, 6), staticSynapse, {
    connect: explicit([0, 1], [3, 2]),
    receptor: "v",
    weight: { values: [1, 2], unit: "mV" },
  });
  net.poissonInput(E.slice(0, 3), { receptor: "v", rate: "1 kHz", weight: "0.1 mV" });
  net.currentInput(E, { into: "i_ext", current: arrayCurrent({ values: { values: [1, 2, 3], unit: "nA" }, every: "1 ms" }) });
  net.noiseInput(E, { into: "i_ext", mean: "0 nA", std: "1 nA", every: "2 ms" });
  net.spikeMonitor(E, S);
  net.stateMonitor(E, ["v"], { every: "1 ms", sample: 3 });
  net.rateMonitor(P, { every: "5 ms" });
  net.weightMonitor(listed, { every: "5 ms" });
  net.at("3 ms", { target: E, set: { v_th: "15 mV" } });
  net.at("4 ms", { lesion: E.slice(0, 1) });
  net.at("5 ms", { projection: listed, weight: "0 mV" });
  return net;
}

test("JSON holds the whole description: written, read and written again it is the same text", () => {
  const text = JSON.stringify(everything());
  expect(JSON.stringify(Network.fromJSON(text))).toBe(text);
});

test("a change that is a function cannot be written", () => {
  const net = everything();
  net.at("1 s", () => {});
  expect(() => JSON.stringify(net)).toThrow(/was given a function, which JSON cannot hold/);
});

const networks = [
  ["static synapses", everything],
  ["synapses that learn", everythingPlastic],
] as const;

test.each(networks)("any damage to the text of a network with %s gives a clear error or a network, never a crash", (_, described) => {
  const text = JSON.stringify(described());
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.nat(30), fc.string({ maxLength: 12 }), (at, remove, insert) => {
      const damaged = text.slice(0, at) + insert + text.slice(at + remove);
      try {
        expect(Network.fromJSON(damaged)).toBeInstanceOf(Network);
      } catch (error) {
        expect(error).toBeInstanceOf(SynfireError);
      }
    }),
    { numRuns: 400 },
  );
});

test.each(networks)("any value in place of any field of a network with %s gives a clear error or a network", (_, described) => {
  const original = JSON.parse(JSON.stringify(described())) as object;
  const paths: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    paths.push(path);
    if (typeof value === "object" && value !== null) for (const [k, v] of Object.entries(value)) walk(v, [...path, k]);
  };
  walk(original, []);
  fc.assert(
    fc.property(
      fc.nat(paths.length - 1),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(-1, 1e300, "constructor", "__proto__", null, [], { toString: 0 })),
      (k, value) => {
        const copy = structuredClone(original) as Record<string, unknown>;
        const path = paths[k]!;
        if (path.length === 0) return;
        let parent: Record<string, unknown> = copy;
        for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
        parent[path.at(-1)!] = value;
        try {
          expect(Network.fromJSON(copy)).toBeInstanceOf(Network);
        } catch (error) {
          expect(error).toBeInstanceOf(SynfireError);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

import { describe, expect, test } from "vitest";
import { compile, fixedOutdegree, Network, neuron } from "synfire";
import type { Connector, ConnectorOrRule, Value } from "synfire";
import { staticSynapse } from "synfire/models";
import type { ProceduralLayout, ProceduralRule } from "../../../src/backend/procedural.ts";
import { rowMaker } from "../../../src/backend/webgpu/proceduralRows.ts";
import { Shader } from "../../../src/backend/webgpu/wgsl/shader.ts";
import { gpuSkipped, noGpu } from "../../support/gpu.ts";

function layout(rule: ProceduralRule, more: Partial<ProceduralLayout> = {}): ProceduralLayout {
  return {
    name: "deliver_wiring", precision: "f32", rule, sourceStart: 0, sourceCount: 3000, allSources: true, targetStart: 0, targetCount: 3000, from: 0,
    to: 3000, stream: 77, weight: 1, largestWeight: 1, list: 0, taken: 0, ring: 0, stride: 3008, ringBytes: 3008, eventCounter: 0,
    row: () => ({ targets: new Uint32Array(0), weights: [] }), ...more,
  };
}

const rules: Record<string, ProceduralLayout> = {
  "pairs": layout({ kind: "bernoulli", probability: 0.1 }, { selfOffset: 0 }),
  "outdegree": layout({ kind: "outdegree", count: 1000, distinct: false }),
  "distinct": layout({ kind: "outdegree", count: 1000, distinct: true }, { selfOffset: 0 }),
  "all": layout({ kind: "all" }),
  "others": layout({ kind: "all" }, { selfOffset: 10 }),
  "one": layout({ kind: "one" }),
};

test.each(Object.entries(rules))("the lanes of a workgroup make a row of %s as printed", async (name, wiring) => {
  const { parts, slots, lines } = rowMaker(wiring);
  const text = [`/* ${parts} parts, ${slots} slots */`, ...lines(new Shader(), ["/* what an edge adds */"])].join("\n");
  await expect(`${text}\n`).toMatchFileSnapshot(`../../golden/row-${name}.wgsl`);
});

test("a row has no more parts than a dispatch may have workgroups", () => {
  const { parts } = rowMaker(layout({ kind: "outdegree", count: 2 ** 27, distinct: false }));
  expect(parts).toBeGreaterThan(50_000);
  expect(parts).toBeLessThanOrEqual(65_535);
});

describe.skipIf(noGpu)(`what cannot be made anew on the GPU${gpuSkipped}`, () => {
  const refused = async (cells: number, connect: ConnectorOrRule, delay: Value): Promise<string> => {
    const receiving = neuron({ name: "receiving", state: { x: 0 }, receptors: { x: "x" }, equations: "x : 1 (impulse)" });
    const net = new Network();
    const group = net.population("cells", cells, receiving);
    net.projection(group, group, staticSynapse, { connect: connect as Connector, receptor: "x", weight: 1, delay, store: false, name: "wiring" });
    return await compile(net, { dt: "0.1 ms", backend: "webgpu" }).then(() => "made", (error: Error) => error.message);
  };

  test("is refused by name: more different targets than lanes can share", async () => {
    expect(await refused(8000, fixedOutdegree(4000, { multapses: false }), "1 ms")).toBe(
      "deliver_wiring: 4000 different targets of one source are more than can be made anew on the GPU\n" +
      "  There at most 3628 of 8000 targets are; allow multapses, or use store: true.");
  });

  test("is refused by name: delays by functions whose last bits may differ", async () => {
    expect(await refused(10, fixedOutdegree(4), "1*ms + 1*ms*tanh(rand())")).toBe(
      "deliver_wiring: tanh is not computed to the last bit on the GPU, so that a delay could be rounded to another step\n" +
      "  Write the delay without it, or use store: true: delays of stored synapses come from the CPU.");
  });
});

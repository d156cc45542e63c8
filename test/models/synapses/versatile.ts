/** A network with any synapse model: two populations of neurons that have every variable which the models read or write. */
import { compile, fixedProbability, Network, neuron } from "synfire";
import type { SynapseModel } from "synfire";
import * as models from "synfire/models";

/** Neurons driven by noise of their own. */
const versatile = neuron({
  name: "versatile",
  parameters: { i_ext: "0 pA", drive: 0, a_goal: "30 Hz", tau: "10 ms", bias: 0 },
  state: { v: "-60 mV", r: 0.2, r_mean: 0.2, r_square: 0.04, a: "10 Hz", deficit: 0, error: 0.1, kick: 0, received: 0 },
  receptors: { kick: "kick", received: "received" },
  equations: `
    dv/dt = (-60*mV - v)/tau + i_ext/(100*pF) : volt
    dr/dt = (drive + bias - r)/tau : 1
    dr_mean/dt = (r - r_mean)/(100*ms) : 1
    dr_square/dt = (r^2 - r_square)/(100*ms) : 1
    da/dt = (20*Hz - a)/(50*ms) : hertz
    ddeficit/dt = a_goal - a : 1
    derror/dt = (bias - error)/tau : 1
    kick : 1 (impulse)
    received : 1`,
  threshold: "kick > 0", reset: "v = -55*mV + 10*mV*bias; a += 10*Hz",
});

const own: Readonly<Record<string, string>> = { gapJunction: "1 nS", gradedSynapse: "1 nS", nmda: "1 nS" };

export interface Way {
  readonly backend: "wasm" | "interpreter" | "webgpu";
  readonly precision: "f32" | "f64";
  readonly probability?: number;
  /** Beside the axonal delay of 1 ms. */
  readonly dendritic?: boolean;
}

/** What neurons and weights are after 100 ms. */
export async function outcome(
  name: string, { backend, precision, probability = 0.6, dendritic = false }: Way,
): Promise<Record<string, Float64Array>> {
  const model = Object.entries(models).find(([n]) => n === name)![1] as SynapseModel;
  const net = new Network({ seed: 8 });
  const cells = ["a", "b"].map((label) => net.population(label, 13, versatile, { bias: "rand() - 0.5", v: "-70*mV + 30*mV*rand()" }));
  for (const population of cells) net.poissonInput(population, { receptor: "kick", rate: "60 Hz", weight: 1 });
  const [a, b] = cells as [typeof cells[number], typeof cells[number]];
  const noise = "cycle" in model.parameters ? { cycle: 0.05 } : {};
  const modulators = model.checked.modulators.map((m) => [m, net.modulator(m, { tau: "20 ms", from: a, amount: 0.1, delay: "1 ms" })] as const);
  const projection = net.projection(a, b, model, {
    connect: fixedProbability(probability), weight: own[name] ?? "0.2 + 0.2*rand()", delay: "1 ms",
    ...(dendritic && { dendriticDelay: "1 ms" }), ...(model.usesReceptor ? { receptor: "received" } : {}), ...noise,
    ...(modulators.length > 0 && { modulators: Object.fromEntries(modulators) }),
  } as never);
  await using sim = await compile(net, { dt: "0.5 ms", backend, precision });
  await sim.run("100 ms");
  const ends = Object.fromEntries((["v", "r", "received"] as const).map((variable) => [variable, sim.get(b, variable)]));
  return { ...ends, w: sim.get(projection, "w" as never) };
}

/**
 * Polychronization: 1000 neurons with axonal delays of 1 to 20 ms whose excitatory synapses learn by spike timing. From a start of equal
 * weights, a third of those between excitatory neurons go to the maximum within two minutes and ever more of the others to zero; the delays of
 * the strong ones bind neurons to groups that fire in a fixed order, to a millisecond. `synapsesOf` gives what `polychronousGroups` looks for
 * them in: none at the start, 345 after ten minutes and 844 after thirty; 265 when the learnt weights are shuffled.
 *
 * @source Izhikevich (2006), Neural Comput. 18:245–282. doi:10.1162/089976606775093882
 */
import { fixedOutdegree, Network, synapse } from "synfire";
import type { DelayedNetwork, Population, Projection, Quantity, Simulation } from "synfire";
import { staticSynapse } from "synfire/models";
import { cell } from "./izhikevichSparse.ts";

/**
 * What `--set name=value` may change. `scale` multiplies the number of neurons; each keeps 100 synapses. In the published program `a_minus` is
 * 0.12 and depression is one step of 1 ms, 5 %, stronger than the time between the spikes says.
 */
export const settings = {
  scale: 1, w_e: "6 mV" as Quantity, w_i: "-5 mV" as Quantity, w_max: "10 mV" as Quantity,
  a_plus: "0.1 mV" as Quantity, a_minus: "0.126 mV" as Quantity, drift: "0.01 mV" as Quantity,
  duration: "60 s" as Quantity, dt: "1 ms" as Quantity, seed: 1,
};
export type PolychronizationSettings = typeof settings;

/**
 * STDP by way of a derivative: pairs of nearest spikes change s, and each second s and a small drift are added to the weight, and s shrinks
 * to nine tenths, so that what was learnt acts for ten seconds.
 */
export const derivativeStdp = synapse({
  name: "derivative_stdp",
  description: "Additive nearest-spike STDP that changes the derivative of the weight",
  source: "doi:10.1162/089976606775093882",
  parameters: { tau_plus: "20 ms", tau_minus: "20 ms", a_plus: "0.1 weight", a_minus: "0.12 weight", drift: "0.01 weight", w_max: "10 weight" },
  state: { x: 0, y: 0, s: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    s : weight`,
  onPre: "receptor += w; s -= a_minus*y; x = 1",
  onPost: "s += a_plus*x; y = 1",
  regularly: { every: "1 s", statements: "w = clip(w + drift + s, 0, w_max); s = 0.9*s" },
});

export interface PolychronizingNetwork {
  readonly net: Network;
  readonly E: Population<typeof cell>;
  readonly I: Population<typeof cell>;
  readonly EE: Projection<typeof derivativeStdp>;
  readonly EI: Projection<typeof derivativeStdp>;
  readonly IE: Projection;
}

export function build(given: PolychronizationSettings): Network {
  const { net, EE } = assemble(given);
  net.weightMonitor(EE, { every: "1 s", sample: 1000 });
  return net;
}

/** The network with handles on what is measured. */
export function assemble({ scale, w_e, w_i, w_max, a_plus, a_minus, drift, seed }: PolychronizationSettings): PolychronizingNetwork {
  const net = new Network({ seed });
  const E = net.population("E", Math.round(800 * scale), cell, { a: 0.02, d: "8 mV" });
  const I = net.population("I", Math.round(200 * scale), cell, { a: 0.1, d: "2 mV" });
  const apart = { autapses: false, multapses: false };
  // 1 … 20 ms, each as likely.
  const learning = { receptor: "current", weight: w_e, delay: "1*ms + floor(20*rand())*ms", a_plus, a_minus, drift, w_max } as const;
  const EE = net.projection(E, E, derivativeStdp, { connect: fixedOutdegree(80, apart), ...learning });
  const EI = net.projection(E, I, derivativeStdp, { connect: fixedOutdegree(20, apart), ...learning });
  const IE = net.projection(I, E, staticSynapse, { connect: fixedOutdegree(100, apart), receptor: "current", weight: w_i, delay: "1 ms" });
  return { net, E, I, EE, EI, IE };
}

/** All neurons (first the excitatory ones) and synapses as they are now, for `polychronousGroups`. */
export function synapsesOf({ E, I, EE, EI, IE }: PolychronizingNetwork, sim: Simulation): DelayedNetwork {
  const pre: number[] = [], post: number[] = [], weights: number[] = [], delays: number[] = [];
  for (const [projection, firstPre, firstPost] of [[EE, 0, 0], [EI, 0, E.size], [IE, E.size, 0]] as const) {
    const synapses = sim.synapses(projection as Projection);
    synapses.pre.forEach((i, e) => {
      pre.push(firstPre + i);
      post.push(firstPost + synapses.post[e]!);
      weights.push(synapses.weights[e]!);
      delays.push(synapses.delays[e]!);
    });
  }
  const both = (name: "a" | "d") => [...sim.get(E, name), ...sim.get(I, name)];
  return { a: both("a"), d: both("d"), pre, post, weights, delays };
}

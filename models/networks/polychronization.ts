/**
 * A polychronous group: neurons that fire not together but in a fixed order with millisecond precision, because axonal delays bring the
 * spikes of earlier neurons to a later one at the same moment. The network is that of the paper (800 excitatory, 200 inhibitory neurons,
 * 100 synapses each, delays of 1 to 20 ms) without plasticity; into it a group of 40 neurons is wired. Five of them start it: fired in
 * the right order they set off all others, fired in the reverse order or all at once they do not.
 *
 * @source Izhikevich (2006), Neural Comput. 18:245–282. doi:10.1162/089976606775093882
 */
import { explicit, fixedOutdegree, Network, oneToOne } from "synfire";
import type { Quantity } from "synfire";
import { staticSynapse } from "synfire/models";
import { cell } from "./izhikevichSparse.ts";

/** What `--set name=value` may change. `w_group`: weight of the group's own synapses, strong as learning leaves them in the paper. */
export const settings = {
  w_e: "5 mV" as Quantity, w_i: "-5 mV" as Quantity, w_group: "7 mV" as Quantity,
  duration: "2 s" as Quantity, dt: "1 ms" as Quantity, seed: 4,
};

export const groupSize = 40;
/** Milliseconds between the firing of one neuron of the group and the next. */
export const interval = 4;
/** From the arrival of five spikes at a resting neuron to its own, in milliseconds. */
const latency = 2;

/** How many neurons start the group. */
export const initiators = 5;

/** When the initiators are fired (ms), and in which order: their place in it. */
export const presentations = [
  { at: 100, order: "right", places: [0, 1, 2, 3, 4] },
  { at: 600, order: "reversed", places: [4, 3, 2, 1, 0] },
  { at: 1100, order: "right", places: [0, 1, 2, 3, 4] },
  { at: 1600, order: "at once", places: [2, 2, 2, 2, 2] },
] as const;

export function build({ w_e, w_i, w_group, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const E = net.population("E", 800, cell, { a: 0.02, d: "8 mV" });
  const I = net.population("I", 200, cell, { a: 0.1, d: "2 mV" });
  const delay = "1*ms + floor(20*rand())*ms";
  net.projection(E, E, staticSynapse, { connect: fixedOutdegree(80), receptor: "current", weight: w_e, delay });
  net.projection(E, I, staticSynapse, { connect: fixedOutdegree(20), receptor: "current", weight: w_e, delay });
  net.projection(I, E, staticSynapse, { connect: fixedOutdegree(100), receptor: "current", weight: w_i, delay: "1 ms" });

  // Neuron k of the group is to fire at k * interval: the spikes of the five before it arrive together, `latency` earlier.
  const group = E.slice(0, groupSize);
  const pre: number[] = [], post: number[] = [], delays: number[] = [];
  for (let k = initiators; k < groupSize; k++) {
    for (let back = 1; back <= initiators; back++) {
      pre.push(k - back);
      post.push(k);
      delays.push(back * interval - latency);
    }
  }
  net.projection(group, group, staticSynapse, {
    name: "polychronous group", connect: explicit(pre, post), receptor: "current", weight: w_group, delay: { values: delays, unit: "ms" },
  });

  // A strong kick fires an initiator two steps later.
  const times = presentations.flatMap(({ at, places }) => places.map((place) => at + place * interval - 2));
  const indices = presentations.flatMap(({ places }) => places.map((_, k) => k));
  const cue = net.spikeSource("cue", initiators, { times: { values: times, unit: "ms" }, indices });
  net.projection(cue, group.slice(0, initiators), staticSynapse, { connect: oneToOne(), receptor: "current", weight: "40 mV", delay: "1 ms" });
  net.spikeMonitor(group);
  return net;
}

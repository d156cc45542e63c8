import { polychronousGroups } from "synfire";
import type { DelayedNetwork } from "synfire";
import { expect, test } from "vitest";

/** From the arrival of three spikes of 8 mV at a resting neuron to its own, and from neuron to neuron, in ms. Two such spikes do not fire it. */
const latency = 3, spacing = 5;
const weight = 0.008;

/**
 * A chain of neurons that fire 5 ms after one another: each hears three before it at one moment, neuron 3 those of 0, 1 and 2, neuron k those of
 * k − 1, k − 2 and k − 4.
 * @param change of the delay (ms) of a synapse
 */
function chain(size: number, change: (pre: number, post: number) => number = () => 0): DelayedNetwork {
  const pre: number[] = [], post: number[] = [], delays: number[] = [];
  for (let k = 3; k < size; k++) {
    for (const back of k === 3 ? [1, 2, 3] : [1, 2, 4]) {
      pre.push(k - back);
      post.push(k);
      delays.push((back * spacing - latency + change(k - back, k)) / 1e3);
    }
  }
  return { a: Array(size).fill(0.02), d: Array(size).fill(8e-3), pre, post, weights: Array(pre.length).fill(weight), delays };
}

test("a chain wired by hand is found as one group that fires in the order and at the times of its wiring", () => {
  const found = polychronousGroups(chain(12));
  // The three inputs of any later neuron fire it, but not the next one.
  expect(found.map(({ anchor, length }) => [anchor, length])).toEqual([[3, 10]]);
  const { neurons, times, layers, links } = found[0]!;
  expect([...neurons].toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  neurons.forEach((k, spike) => {
    expect(times[spike]! * 1e3).toBeCloseTo(k * spacing, 9);
    expect(layers[spike]).toBe(k < 3 ? 1 : k - 1);
  });
  const named = links.map(({ from, to, delay }) => ({ from: neurons[from]!, to: neurons[to]!, delay }));
  expect(named.filter(({ to }) => to === 7).map(({ from }) => from).toSorted()).toEqual([3, 5, 6]);
  for (const { from, to, delay } of named) expect(delay * 1e3).toBeCloseTo((to - from) * spacing - latency, 9);
});

test("a group is as long as its chain: of 8 neurons the longest path has 6, too short for a group of 7", () => {
  expect(polychronousGroups(chain(8))).toEqual([]);
  expect(polychronousGroups(chain(8), { length: 6 })).toHaveLength(1);
  expect(polychronousGroups(chain(9))).toHaveLength(1);
});

test("the group depends on the delays: with those onto neuron 6 apart by 6 ms it ends there, and with weak weights it does not begin", () => {
  expect(polychronousGroups(chain(12, (pre, post) => (post === 6 ? 6 * (pre - 2) : 0)))).toEqual([]);
  expect(polychronousGroups(chain(12), { strong: 0.009 })).toEqual([]);
  const weak = chain(12);
  expect(polychronousGroups({ ...weak, weights: Array(weak.pre.length).fill(0.003) })).toEqual([]);
});

test("an inhibitory neuron whose spike reaches neuron 6 with the others' stops the group", () => {
  const { pre, post, weights, delays } = chain(12);
  const network = (inhibition: number) => ({
    a: [...Array<number>(12).fill(0.02), 0.1], d: [...Array<number>(12).fill(8e-3), 2e-3],
    // Neuron 12 hears 0, 1 and 2 when neuron 3 does, and inhibits neuron 6 when that hears 2, 4 and 5.
    pre: [...Array.from(pre), 0, 1, 2, 12], post: [...Array.from(post), 12, 12, 12, 6],
    weights: [...Array.from(weights), weight, weight, weight, inhibition],
    delays: [...Array.from(delays), ...[3, 2, 1].map((back) => (back * spacing - latency) / 1e3), (3 * spacing - latency) / 1e3],
  });
  expect(polychronousGroups(network(-0.0001), { anchors: [3] })).toHaveLength(1);
  expect(polychronousGroups(network(-0.02), { anchors: [3] })).toEqual([]);
});

interface Edge { readonly pre: number; readonly post: number; readonly w: number; readonly delay: number }

/** The same search without shortcuts: every neuron in every step, every spike kept. The spikes of each group and their layers, as text. */
function search({ a, d, b = 0.2, pre, post, weights, delays }: DelayedNetwork, strong: number): string[] {
  // Where 0.04 v² + 5 v + 140 = b v, on the lower side.
  const rest = (b - 5 - Math.sqrt((5 - b) ** 2 - 4 * 0.04 * 140)) / 0.08;
  const n = a.length, window = Math.max(...Array.from(delays, (s) => Math.round(s * 1e3)));
  const edges: Edge[] = Array.from(pre, (i, e) => ({ pre: i, post: post[e]!, w: weights[e]! * 1e3, delay: Math.round(delays[e]! * 1e3) }));
  const counting = edges.filter(({ w }) => w < 0 || w >= strong * 1e3);
  const inhibits = (k: number) => counting.some((e) => e.pre === k && e.w < 0);
  const found: string[] = [];
  const attempt = (chosen: readonly Edge[]) => {
    const latest = Math.max(...chosen.map(({ delay }) => delay));
    const spikes = chosen.map((e) => ({ neuron: e.pre, time: latest - e.delay, least: e.delay, layer: 1 }));
    const arrivals: (Edge & { readonly from: number; readonly at: number })[] = [];
    const send = (from: number) => {
      const { neuron, time, least } = spikes[from]!;
      for (const e of counting) if (e.pre === neuron && e.delay >= least) arrivals.push({ ...e, from, at: time + e.delay });
    };
    spikes.forEach((_, from) => send(from));
    const v = Array<number>(n).fill(rest), u = Array<number>(n).fill(b * rest);
    for (let t = 0; t < 250; t++) {
      const input = Array<number>(n).fill(0);
      for (const e of arrivals) if (e.at === t) input[e.post]! += e.w;
      for (let k = 0; k < n; k++) {
        for (const _ of [0, 1]) v[k]! += 0.5 * ((0.04 * v[k]! + 5) * v[k]! + 140 - u[k]! + input[k]!);
        u[k]! += a[k]! * (b * v[k]! - u[k]!);
        if (v[k]! < 30) continue;
        v[k] = -65;
        u[k]! += d[k]! * 1e3;
        send(spikes.push({ neuron: k, time: t, least: 0, layer: 0 }) - 1);
      }
    }
    const shares = chosen.map(() => 0);
    for (const s of spikes.slice(3)) {
      for (const e of arrivals) {
        if (e.post !== s.neuron || e.w < 0 || e.at > s.time || e.at <= s.time - window) continue;
        s.layer = Math.max(s.layer, spikes[e.from]!.layer + 1);
        if (e.from < 3 && !inhibits(s.neuron)) shares[e.from]!++;
      }
    }
    if (Math.max(...spikes.map(({ layer }) => layer)) >= 7 && shares.every((c) => c >= 2))
      found.push(spikes.map(({ neuron, time, layer }) => `${neuron}@${time}/${layer}`).toSorted().join(" "));
  };
  for (let anchor = 0; anchor < n; anchor++) {
    const inputs = counting.filter((e) => e.post === anchor && e.w > 0);
    for (let x = 0; x < inputs.length; x++) for (let y = x + 1; y < inputs.length; y++) for (let z = y + 1; z < inputs.length; z++)
      attempt([inputs[x]!, inputs[y]!, inputs[z]!]);
  }
  return found.toSorted();
}

/** 30 neurons that tend to hear the four or five before them at one moment, some synapses weak or astray; and five inhibitory neurons. */
function irregularChain(seed: number): DelayedNetwork {
  let state = seed;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const excitatory = 30, n = 35, edges: [number, number, number, number][] = [];
  for (let k = 0; k < excitatory; k++) {
    for (let back = 1; back <= Math.min(k, 5); back++) {
      const astray = random() < 0.1;
      const target = astray ? Math.floor(random() * n) : k, early = random() < 0.2 ? 1 : 0;
      edges.push([k - back, target, random() < 0.8 ? 0.008 : 0.003, Math.max(1, back * 4 - 2 - early)]);
    }
  }
  for (let k = excitatory; k < n; k++) {
    const first = Math.floor(random() * (excitatory - 3));
    for (const back of [1, 2, 3]) edges.push([first + 3 - back, k, 0.008, back * 4 - 2]);
    for (let s = 0; s < 4; s++) edges.push([k, Math.floor(random() * excitatory), -0.005, 1 + Math.floor(random() * 3)]);
  }
  const column = (c: number) => edges.map((edge) => edge[c]!);
  const cells = (e: number, i: number) => Array.from({ length: n }, (_, k) => (k < excitatory ? e : i));
  return { a: cells(0.02, 0.1), d: cells(8e-3, 2e-3), pre: column(0), post: column(1), weights: column(2), delays: column(3).map((ms) => ms / 1e3) };
}

test("in irregular networks the search finds what a search without shortcuts finds, spike for spike", () => {
  let total = 0;
  // Of neurons with b = 0.25 the search cannot tell when they will not fire any more.
  for (const [seed, b] of [[11, 0.2], [12, 0.2], [13, 0.21], [14, 0.25]] as const) {
    const network = { ...irregularChain(seed), b };
    const groups = polychronousGroups(network, { strong: 0.0076, spikes: 1000 })
      .map(({ neurons, times, layers }) => [...neurons].map((k, s) => `${k}@${Math.round(times[s]! * 1e3)}/${layers[s]}`).toSorted().join(" "));
    expect(groups.toSorted(), `seed ${seed}`).toEqual(search(network, 0.0076));
    total += groups.length;
  }
  expect(total).toBeGreaterThan(20);
});

test("arrays that do not fit, synapses without an end and neurons without rest are refused", () => {
  const network = chain(12);
  expect(() => polychronousGroups({ ...network, weights: [0.01] })).toThrow("have lengths 27, 27, 1, 27");
  expect(() => polychronousGroups({ ...network, a: Array(11).fill(0.02), d: Array(11).fill(0.008) })).toThrow("ends at neuron 11 of 11");
  expect(() => polychronousGroups({ ...network, b: 0.3 })).toThrow("never rest");
  expect(() => polychronousGroups({ ...network, delays: Array(27).fill(0) })).toThrow("delay of 0 ms");
});

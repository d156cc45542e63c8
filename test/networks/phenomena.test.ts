// One statistic for each phenomenon that a network is there to show.
import { compile } from "synfire";
import type { Network, Quantity, SpikeMonitor } from "synfire";
import { expect, test } from "vitest";
import * as polychronization from "../../models/networks/polychronization.ts";
import * as ringAttractor from "../../models/networks/ringAttractor.ts";
import * as synfireChain from "../../models/networks/synfireChain.ts";
import * as winnerTakeAll from "../../models/networks/winnerTakeAll.ts";

async function run(net: Network, settings: { readonly dt: Quantity; readonly duration: Quantity }): Promise<SpikeMonitor> {
  const spikes = (net.monitors[0] as SpikeMonitor | undefined) ?? net.spikeMonitor();
  await using sim = await compile(net, { dt: settings.dt });
  await sim.run(settings.duration);
  return spikes;
}

/** Spikes of neurons first … last − 1 in [from, to), seconds. */
function between(spikes: SpikeMonitor, from: number, to: number, first: number, last: number): { times: number[]; indices: number[] } {
  const { times, indices } = spikes;
  const kept = [...times.keys()].filter((k) => times[k]! >= from && times[k]! < to && indices[k]! >= first && indices[k]! < last);
  return { times: kept.map((k) => times[k]!), indices: kept.map((k) => indices[k]!) };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Number of a group's spikes within 6 ms of their median while the packet may pass, and the width of their middle half in ms. */
function packet(spikes: SpikeMonitor, group: number, start: number): { size: number; width: number } {
  // From group to group a packet takes the 5 ms of the delay and less than 1 ms to reach threshold.
  const at = start + group * 0.0056;
  const { times } = between(spikes, at - 0.006, at + 0.008, group * synfireChain.groupSize, (group + 1) * synfireChain.groupSize);
  times.sort((a, b) => a - b);
  const middle = times[times.length >> 1] ?? at;
  const near = times.filter((t) => Math.abs(t - middle) < 0.006);
  return { size: near.length, width: 1e3 * (near[Math.floor(near.length * 0.75)]! - near[Math.floor(near.length * 0.25)]!) };
}

test("in the synfire chain a strong packet grows to a full volley and sharpens below 1 ms, and a weak one dies out", async () => {
  for (const seed of [1, 2, 3]) {
    const spikes = await run(synfireChain.build({ ...synfireChain.settings, seed }), synfireChain.settings);
    const [first, last] = [packet(spikes, 0, 0.15), packet(spikes, 9, 0.15)];
    expect(last.size).toBeGreaterThan(90);
    expect(last.width).toBeLessThan(1);
    expect(last.width).toBeLessThan(first.width / 2);
    // Background: 100 neurons of about 5 Hz fire 6 spikes in 12 ms, with a standard deviation of 2.5.
    expect(packet(spikes, 9, 0.05).size).toBeLessThan(16);
  }
});

test("the separatrix of the synfire chain: the narrower a packet, the fewer spikes it needs to survive", async () => {
  const survives = async (strongSpikes: number, width: Quantity) => {
    const spikes = await run(synfireChain.build({ ...synfireChain.settings, strongSpikes, width }), synfireChain.settings);
    return packet(spikes, 9, 0.15).size > 90;
  };
  expect(await survives(65, "0.5 ms")).toBe(true);
  expect(await survives(65, "4 ms")).toBe(false);
  expect(await survives(100, "2 ms")).toBe(true);
  expect(await survives(30, "0.5 ms")).toBe(false);
});

/** Mean direction and circular standard deviation of activity on the ring, degrees, and mean rate, Hz. */
function bump(spikes: SpikeMonitor, from: number, to: number): { direction: number; width: number; rate: number } {
  const { indices } = between(spikes, from, to, 0, ringAttractor.size);
  const angles = indices.map((i) => (2 * Math.PI * i) / ringAttractor.size);
  const [x, y] = [mean(angles.map(Math.cos)), mean(angles.map(Math.sin))];
  return {
    direction: ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360, width: (Math.sqrt(-2 * Math.log(Math.hypot(x, y))) * 180) / Math.PI,
    rate: indices.length / ringAttractor.size / (to - from),
  };
}

test("the ring attractor is quiet, then keeps a bump at the cue for two seconds, narrow and drifting less than 10 degrees", async () => {
  for (const direction of [90, 240]) {
    const spikes = await run(ringAttractor.build({ ...ringAttractor.settings, direction }), ringAttractor.settings);
    expect(bump(spikes, 0.1, 0.5).rate).toBeLessThan(1);
    const early = bump(spikes, 0.8, 1.2), late = bump(spikes, 2.6, 3);
    for (const { direction: found, width, rate } of [early, late]) {
      expect(Math.abs(found - direction)).toBeLessThan(10);
      // The cue is 30 degrees wide; uniform activity would have more than 100.
      expect(width).toBeLessThan(20);
      expect(rate).toBeGreaterThan(4);
    }
  }
});

test("without a cue the ring attractor stays quiet", async () => {
  const spikes = await run(ringAttractor.build({ ...ringAttractor.settings, cue: "0 mV" }), ringAttractor.settings);
  expect(bump(spikes, 0.5, 3).rate).toBeLessThan(1);
});

test("the pool with the strongest input wins at least nine of ten spikes, whichever it is, and yields when another is favoured", async () => {
  for (const [first, second] of [[1, 3], [4, 2]] as const) {
    const spikes = await run(winnerTakeAll.build({ ...winnerTakeAll.settings, first, second }), winnerTakeAll.settings);
    const shareOf = (pool: number, from: number, to: number) => {
      const n = winnerTakeAll.poolSize;
      return between(spikes, from, to, (pool - 1) * n, pool * n).times.length / between(spikes, from, to, 0, winnerTakeAll.pools * n).times.length;
    };
    expect(shareOf(first, 0.6, 1.1)).toBeGreaterThan(0.9);
    expect(shareOf(second, 1.7, 2)).toBeGreaterThan(0.9);
  }
});

test("equal inputs leave no favoured pool ahead at the start of the competition", async () => {
  const spikes = await run(winnerTakeAll.build({ ...winnerTakeAll.settings, advantage: "0 mV" }), winnerTakeAll.settings);
  const n = winnerTakeAll.poolSize;
  const counts = [0, 1, 2, 3].map((k) => between(spikes, 0.2, 0.3, k * n, (k + 1) * n).times.length);
  expect(Math.max(...counts) / counts.reduce((a, b) => a + b, 0)).toBeLessThan(0.5);
});

test("a polychronous group follows its initiators in the right order, within 5 ms a neuron, and no other order", async () => {
  const { build, groupSize, initiators, interval, presentations, settings } = polychronization;
  const followers = new Map<string, number[]>();
  for (const seed of [1, 2, 3, 4]) {
    const spikes = await run(build({ ...settings, seed }), settings);
    for (const { at, order } of presentations) {
      let hits = 0;
      for (let k = initiators; k < groupSize; k++) {
        const due = (at + k * interval) / 1e3;
        if (between(spikes, due - 0.0055, due + 0.0055, k, k + 1).times.length > 0) hits++;
      }
      followers.set(order, [...(followers.get(order) ?? []), hits / (groupSize - initiators)]);
    }
  }
  // By chance, at 2 Hz, a neuron fires within 11 ms with probability 0.02; a group that starts by itself at the moment can add one run in ten.
  expect(mean(followers.get("right")!)).toBeGreaterThan(0.8);
  expect(mean(followers.get("reversed")!)).toBeLessThan(0.3);
  expect(mean(followers.get("at once")!)).toBeLessThan(0.3);
});

test("with the paper's weights the network of the polychronous group has a rhythm of 2 to 5 Hz, with quiet gaps", async () => {
  const { build, settings } = polychronization;
  const net = build({ ...settings, w_e: "6 mV", w_group: "0 mV" });
  const all = net.spikeMonitor();
  await using sim = await compile(net, { dt: settings.dt });
  await sim.run("4 s");
  const bins = new Array<number>(200).fill(0);
  for (const t of all.times) bins[Math.min(199, Math.floor(t / 0.02))]!++;
  const level = mean(bins);
  const onsets = bins.filter((count, k) => k > 1 && count > level && bins[k - 1]! <= level && bins[k - 2]! <= level).length;
  expect(onsets / 4).toBeGreaterThan(2);
  expect(onsets / 4).toBeLessThan(5);
  expect(Math.min(...bins.slice(10))).toBeLessThan(level / 5);
});

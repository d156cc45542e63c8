/**
 * Patterns in time: every channel spikes once, 15 ms apart, and a class is the order of the channels. Numbers of spikes tell nothing, and neither do
 * coincidences; only intervals do. Trials begin at a random time, spikes jitter by 2 ms (standard deviation), one in twenty is missing, and one
 * channel in twenty spikes where it should not. In the manner of Gütig & Sompolinsky (2006), doi:10.1038/nn1643.
 */
import { TrialCollector } from "../collectTrials.ts";
import type { Dataset, TickedSpikeTrials } from "../spikeTrials.ts";
import { TrialDice } from "./dice.ts";

const classes = 8, slot = 0.015, latestOnset = 0.06, jitter = 0.002, missing = 0.05, strays = 0.05;
const shape = { perSecond: 10_000, ticks: 2600, channels: 12 };

export function makeTemporalPatterns(): Dataset<TickedSpikeTrials> {
  return { train: part(0, 1600), test: part(1, 400), classes };
}

/** Time of each channel's spike in the pattern of a class, seconds from its onset. */
export function patternOf(label: number): number[] {
  const dice = new TrialDice(44, 2, label), places = Array.from({ length: shape.channels }, (_, channel) => channel);
  for (let k = places.length - 1; k > 0; k--) {
    const other = dice.below(k + 1);
    [places[k], places[other]] = [places[other]!, places[k]!];
  }
  return places.map((place) => slot * (place + 0.5));
}

function part(stream: number, count: number): TickedSpikeTrials {
  const collector = new TrialCollector(shape), patterns = Array.from({ length: classes }, (_, label) => patternOf(label));
  for (let k = 0; k < count; k++) {
    const dice = new TrialDice(44, stream, k), label = dice.below(classes), onset = dice.uniform(0, latestOnset);
    const times = patterns[label]!.flatMap((time, channel) => {
      const kept = dice.chance(missing) ? [] : [onset + time + dice.normal(0, jitter)];
      const stray = dice.chance(strays) ? [dice.uniform(0, shape.ticks / shape.perSecond)] : [];
      return [...kept, ...stray].map((at) => ({ time: at * shape.perSecond, channel }));
    });
    collector.add(label, times);
  }
  return collector.trials();
}

/**
 * The Yin-Yang data set: points of a disc in three classes (yin, yang, dots) that no linear classifier separates. A point (x, y) becomes spikes
 * of four channels, one each, at times that grow with x, y, 1 − x and 1 − y; a fifth channel spikes at a fixed time.
 *
 * @source Kriener, Göltz & Petrovici (2022), The Yin-Yang dataset. NICE '22. doi:10.1145/3517343.3517380
 */
import { TrialCollector } from "../collectTrials.ts";
import type { Dataset, TickedSpikeTrials } from "../spikeTrials.ts";
import { TrialDice } from "./dice.ts";

const bigRadius = 0.5, smallRadius = 0.1;
/** Ticks of 1 µs; a value v spikes at 5 ms + v · 90 ms. */
const shape = { perSecond: 1_000_000, ticks: 100_000, channels: 5 }, earliest = 5000, span = 90_000;

export function makeYinYang(): Dataset<TickedSpikeTrials> {
  return { train: part(0, 5000), test: part(1, 1000), classes: 3 };
}

/** Class of a point in the unit square, 0 yin, 1 yang, 2 dot; undefined outside the disc. */
export function yinYangClass(x: number, y: number): 0 | 1 | 2 | undefined {
  if (Math.hypot(x - bigRadius, y - bigRadius) > bigRadius) return undefined;
  const left = Math.hypot(x - 0.5 * bigRadius, y - bigRadius), right = Math.hypot(x - 1.5 * bigRadius, y - bigRadius);
  if (left < smallRadius || right < smallRadius) return 2;
  const yin = left <= 0.5 * bigRadius || (y > bigRadius && right > 0.5 * bigRadius);
  return yin ? 0 : 1;
}

/** All classes are equally frequent: the class is drawn first, then points until one belongs to it. */
function part(stream: number, count: number): TickedSpikeTrials {
  const collector = new TrialCollector(shape);
  for (let k = 0; k < count; k++) {
    const dice = new TrialDice(42, stream, k), wanted = dice.below(3);
    let x: number, y: number;
    do [x, y] = [dice.uniform(0, 2 * bigRadius), dice.uniform(0, 2 * bigRadius)];
    while (yinYangClass(x, y) !== wanted);
    const spikes = [x, y, 1 - x, 1 - y].map((value, channel) => ({ time: earliest + span * value, channel }));
    collector.add(wanted, [...spikes, { time: earliest, channel: 4 }]);
  }
  return collector.trials();
}

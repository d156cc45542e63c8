/**
 * Exclusive or over time: two cues with a pause between, each says 0 (channels 0 to 9 fire) or 1 (channels 10 to 19 fire); the class is whether
 * they differ. Neither cue alone tells the class, and the first must be remembered for 40 ms. Cues fire at 75 Hz, all channels always at 2 Hz.
 */
import { TrialCollector } from "../collectTrials.ts";
import type { Dataset, TickedSpikeTrials } from "../spikeTrials.ts";
import { TrialDice } from "./dice.ts";

const groupSize = 10, cues = [[0.01, 0.05], [0.09, 0.13]] as const, cueRate = 75, backgroundRate = 2;
const shape = { perSecond: 10_000, ticks: 1500, channels: 2 * groupSize };

export function makeSpikingXor(): Dataset<TickedSpikeTrials> {
  return { train: part(0, 1000), test: part(1, 300), classes: 2 };
}

function part(stream: number, count: number): TickedSpikeTrials {
  const collector = new TrialCollector(shape);
  for (let k = 0; k < count; k++) {
    const dice = new TrialDice(43, stream, k), bits = [dice.below(2), dice.below(2)];
    const spikes = Array.from({ length: shape.channels }, (_, channel) => {
      const background = dice.poissonTimes(backgroundRate, 0, shape.ticks / shape.perSecond);
      const cued = cues.flatMap(([from, to], cue) => (Math.floor(channel / groupSize) === bits[cue] ? dice.poissonTimes(cueRate, from, to) : []));
      return [...background, ...cued].map((time) => ({ time: time * shape.perSecond, channel }));
    });
    collector.add(bits[0]! ^ bits[1]!, spikes.flat());
  }
  return collector.trials();
}

/**
 * Spike patterns like those of spoken digits in an auditory nerve, in the manner of the Heidelberg digits (Cramer et al. 2022,
 * doi:10.1109/TNNLS.2020.3044364) but made: words are sequences of phonemes, formants glide from one to the next, 64 channels between 80 Hz and
 * 8 kHz, equally far apart on the mel scale, fire with the level of sound in their band and with its rise. Speakers differ in the length of the
 * vocal tract, rate and loudness; those of the test set do not occur in the training set.
 */
import { melOf } from "../mel.ts";
import { TrialCollector } from "../collectTrials.ts";
import type { Spike } from "../collectTrials.ts";
import type { Dataset, TickedSpikeTrials } from "../spikeTrials.ts";
import { TrialDice } from "./dice.ts";
import { phonemes, spokenWords } from "./phonemes.ts";
import type { Phoneme } from "./phonemes.ts";

const channels = 64, lowest = 80, highest = 8000, duration = 0.7;
const shape = { perSecond: 2000, ticks: 1400, channels };
/** Step of the levels, seconds; widths of a formant, mel; strengths of the three formants. */
const step = 2e-3, formantWidth = 110, strengths = [1, 0.7, 0.35] as const;
/** Spikes a second at full level, spikes for a rise from silence to full level, and spikes a second that mean nothing. */
const levelRate = 38, riseSpikes = 1.3, backgroundRate = 1;
const centres = Float64Array.from({ length: channels }, (_, c) => melOf(lowest) + ((melOf(highest) - melOf(lowest)) * (c + 0.5)) / channels);

export function makeSpokenPatterns(): Dataset<TickedSpikeTrials> {
  return { train: part(0, 1200, 12), test: part(1, 400, 4), classes: spokenWords.length };
}

interface Speaker { readonly tract: number; readonly rate: number; readonly loudness: number }

function part(stream: number, count: number, speakers: number): TickedSpikeTrials {
  const collector = new TrialCollector(shape);
  const voices = Array.from({ length: speakers }, (_, k): Speaker => {
    const dice = new TrialDice(45, 2 + stream, k);
    return { tract: dice.uniform(0.8, 1.25), rate: dice.uniform(0.8, 1.25), loudness: dice.uniform(0.6, 1) };
  });
  for (let k = 0; k < count; k++) {
    const dice = new TrialDice(45, stream, k), label = k % spokenWords.length;
    collector.add(label, speak(label, voices[Math.floor(k / spokenWords.length) % speakers]!, dice));
  }
  return collector.trials();
}

/** Channels fire when what they gathered of level and rise reaches a threshold that is drawn anew after each spike. */
function speak(label: number, speaker: Speaker, dice: TrialDice): Spike[] {
  const segments = segmentsOf(label, speaker, dice), loudness = speaker.loudness * dice.uniform(0.7, 1), onset = dice.uniform(0.005, 0.06);
  const gathered = Float64Array.from({ length: channels }, () => dice.uniform()), threshold = new Float64Array(channels).fill(1);
  const spikes = Array.from({ length: channels }, (_, channel) =>
    dice.poissonTimes(backgroundRate, 0, duration).map((time): Spike => ({ time: time * shape.perSecond, channel }))).flat();
  let before: Float64Array = silence;
  for (let time = 0; time < duration; time += step) {
    const levels = levelsAt(segments, time - onset);
    for (let channel = 0; channel < channels; channel++) {
      const level = loudness * levels[channel]!, rise = Math.max(0, level - loudness * before[channel]!);
      gathered[channel]! += levelRate * level * step + riseSpikes * rise;
      if (gathered[channel]! < threshold[channel]!) continue;
      gathered[channel]! -= threshold[channel]!;
      threshold[channel] = Math.max(0.3, dice.normal(1, 0.25));
      spikes.push({ time: (time + dice.uniform(0, step)) * shape.perSecond, channel });
    }
    before = levels;
  }
  return spikes;
}

interface Segment {
  readonly from: number;
  readonly to: number;
  /** When its sound begins: after the closure of a stop. */
  readonly opens: number;
  /** Levels of the voice, of the voice while the mouth is closed, and of the noise. [channels] */
  readonly voice: Float64Array;
  readonly murmur: Float64Array;
  readonly noise: Float64Array;
}

function segmentsOf(label: number, { tract, rate }: Speaker, dice: TrialDice): Segment[] {
  let at = 0;
  return Array.from(spokenWords[label]!, (letter) => {
    const sound = phonemes[letter]!, from = at, length = (sound.duration * dice.uniform(0.7, 1.3)) / rate;
    at += length;
    const scale = tract * dice.normal(1, 0.04), { closure, noise, voice } = sound, murmur = melOf(300);
    const inNoise = (mel: number) => noise !== undefined && mel >= melOf(noise[0]) && mel < melOf(noise[1]);
    return {
      from, to: at, opens: from + closure * length, voice: voiced(sound, scale), murmur: centres.map((mel) => (mel < murmur ? voice : 0)),
      noise: centres.map((mel) => (inNoise(mel) ? noise![2] : 0)),
    };
  });
}

const silence = new Float64Array(channels), glideTime = 0.015;

/** The level of sound, 0 to about 1, in each channel: formants glide over 30 ms around the border of two sounds. */
function levelsAt(segments: readonly Segment[], time: number): Float64Array {
  const k = segments.findIndex(({ from, to }) => time >= from && time < to), segment = segments[k];
  if (!segment) return silence;
  const { from, to, opens, voice, murmur, noise } = segment;
  if (time < opens) return murmur;
  const neighbour = time - from < glideTime ? segments[k - 1] : to - time < glideTime ? segments[k + 1] : undefined;
  const share = neighbour ? 0.5 - (0.5 * Math.min(time - from, to - time)) / glideTime : 0;
  return noise.map((level, channel) => level + (1 - share) * voice[channel]! + share * (neighbour?.voice[channel] ?? 0));
}

/** The spectrum of a voiced sound: a Gaussian on the mel scale around each formant. */
function voiced({ formants, voice }: Phoneme, scale: number): Float64Array {
  const peaks = (formants ?? []).map((formant) => melOf(formant * scale));
  return centres.map((mel) => voice * peaks.reduce((sum, peak, k) => sum + strengths[k]! * Math.exp(-0.5 * ((mel - peak) / formantWidth) ** 2), 0));
}

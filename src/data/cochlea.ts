/** Spikes as an auditory nerve might carry them, from sound: bands on the mel scale, loudness in decibels, neurons that fire with level and rise. */
import { ArgumentError } from "../errors.ts";
import type { Spike } from "./collectTrials.ts";
import { hertzOf, melOf } from "./mel.ts";
import { powerSpectrumOf } from "./powerSpectrum.ts";
import type { Sound } from "./wav.ts";

export interface CochleaOptions {
  /** Bands, each with one neuron. Default 64. */
  readonly channels?: number;
  /** Hz. Default 80. */
  readonly lowest?: number;
  /** Hz. Default half of the sound's rate, at most 8000. */
  readonly highest?: number;
  /** Decibels below the loudest band of the recording that are still heard. Default 50. */
  readonly range?: number;
  /** Rate of a neuron at the loudest level, Hz. Default 80. */
  readonly rate?: number;
  /** Spikes for a rise from silence to the loudest level, besides. Default 1.5. */
  readonly onset?: number;
}

/** Length of a piece and distance from one to the next, seconds. */
const pieceLength = 0.02, hop = 0.005;

/**
 * Spike times in seconds, ascending in each channel. Power of pieces of 20 ms (Hann window) every 5 ms goes through triangular filters, equally
 * wide on the mel scale; its level, 0 at `range` dB below the loudest of the recording and 1 at the loudest, drives a neuron that integrates level
 * and rise and fires whenever the integral has grown by one. Nothing is random.
 *
 * @throws {ArgumentError} when the sound is shorter than a piece, or the bands do not lie below half of its rate
 * @source filters: Davis & Mermelstein (1980), doi:10.1109/TASSP.1980.1163420; level and onset as in inner hair cells: Meddis (1986),
 *   doi:10.1121/1.393460, much simplified
 */
export function cochleaSpikes(sound: Sound, options: CochleaOptions = {}): Spike[] {
  return cochlea(sound.rate, options)(sound.samples);
}

/** `cochleaSpikes` for many sounds of the same rate: filters are made once. */
export function cochlea(rate: number, options: CochleaOptions = {}): (samples: Float32Array) => Spike[] {
  const chosen = complete(rate, options), levelsOf = levels(rate, chosen);
  return (samples) => {
    const rows = levelsOf(samples), spikes: Spike[] = [];
    for (let channel = 0; channel < chosen.channels; channel++) fire(rows, channel, chosen, spikes);
    return spikes;
  };
}

/** A neuron whose integral grows evenly within a hop, and which fires at 1, 2, 3 … */
function fire(rows: readonly Float64Array[], channel: number, { rate, onset }: Required<CochleaOptions>, spikes: Spike[]): void {
  let integral = 0, before = 0;
  for (let piece = 0; piece < rows.length; piece++) {
    const level = rows[piece]![channel]!, grown = rate * level * hop + onset * Math.max(0, level - before);
    for (let whole = Math.floor(integral) + 1; whole <= integral + grown; whole++)
      spikes.push({ time: hop * (piece + (whole - integral) / grown), channel });
    integral += grown;
    before = level;
  }
}

/** From samples to levels between 0 and 1 of each channel, a row every 5 ms. */
function levels(rate: number, { channels, lowest, highest, range }: Required<CochleaOptions>): (samples: Float32Array) => Float64Array[] {
  const length = Math.round(pieceLength * rate), size = 2 ** Math.ceil(Math.log2(length)), spectrumOf = powerSpectrumOf(size);
  const filters = triangles(channels, lowest, highest, size, rate), shaped = new Float64Array(size);
  const window = Float64Array.from({ length }, (_, k) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (k + 0.5)) / length));
  return (samples) => {
    if (samples.length < length)
      throw new ArgumentError("sound-length", `a sound of ${samples.length} samples at ${rate} Hz`, `Give at least ${length} samples, 20 ms.`);
    const pieces = Math.floor((samples.length - length) / (hop * rate)) + 1;
    const powers = Array.from({ length: pieces }, (_, piece) => {
      const start = Math.round(piece * hop * rate);
      for (let k = 0; k < length; k++) shaped[k] = window[k]! * samples[start + k]!;
      const spectrum = spectrumOf(shaped);
      return Float64Array.from(filters, ({ first, weights }) => weights.reduce((sum, weight, k) => sum + weight * spectrum[first + k]!, 0));
    });
    const loudest = powers.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 0);
    return powers.map((row) => row.map((power) => (power > 0 ? Math.max(0, 1 + (10 * Math.log10(power / loudest)) / range) : 0)));
  };
}

function complete(rate: number, options: CochleaOptions): Required<CochleaOptions> {
  const all = { channels: 64, lowest: 80, highest: Math.min(8000, rate / 2), range: 50, rate: 80, onset: 1.5, ...options };
  const { channels, lowest, highest } = all;
  if (Number.isInteger(channels) && channels >= 1 && lowest >= 0 && highest > lowest && highest <= rate / 2 && all.range > 0) return all;
  const problem = `${channels} bands between ${lowest} and ${highest} Hz, heard over ${all.range} dB, for a sound of ${rate} samples a second`;
  throw new ArgumentError("cochlea-bands", problem, `Choose frequencies between 0 and ${rate / 2} Hz.`);
}

interface Filter { readonly first: number; readonly weights: Float64Array }

/** Triangles whose feet are the neighbours' peaks; each sums to 1, and one that is narrower than a bin of the spectrum takes the bin it lies in. */
function triangles(channels: number, lowest: number, highest: number, size: number, rate: number): Filter[] {
  const bin = (hertz: number) => (hertz * size) / rate, from = melOf(lowest), to = melOf(highest);
  const edge = (k: number) => bin(hertzOf(from + ((to - from) * k) / (channels + 1)));
  return Array.from({ length: channels }, (_, channel) => {
    const [low, peak, high] = [edge(channel), edge(channel + 1), edge(channel + 2)], first = Math.max(0, Math.ceil(low));
    const inside = Array.from({ length: Math.max(0, Math.floor(high) - first + 1) }, (__, k) =>
      Math.max(0, Math.min((first + k - low) / (peak - low), (high - first - k) / (high - peak))));
    const sum = inside.reduce((a, b) => a + b, 0);
    return sum > 0 ? { first, weights: Float64Array.from(inside, (w) => w / sum) } : { first: Math.round(peak), weights: Float64Array.of(1) };
  });
}

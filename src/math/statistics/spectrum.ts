import { ArgumentError } from "../../errors.ts";
import type { Spikes } from "../spikes.ts";
import { mean } from "./moments.ts";
import { populationRate, type BinOptions } from "./rates.ts";
import type { PopulationChoice } from "./trains.ts";

/** Power at each frequency in Hz, as a one-sided density: the signal's unit squared per Hz. Its integral is the signal's variance. */
export interface PowerSpectrum {
  readonly frequencies: Float64Array;
  readonly power: Float64Array;
}

/**
 * Power spectrum of the rate of a population, by Welch's method.
 *
 * @param options `bin` in seconds sets the highest frequency, 1/(2 bin); `segment` in seconds the resolution, about 1/segment (default: a quarter of
 *   the recording)
 * @source Welch (1967), IEEE Trans. Audio Electroacoust. 15:70-73. doi:10.1109/TAU.1967.1161901
 */
export function populationSpectrum(spikes: Spikes, population: PopulationChoice, options: BinOptions & { readonly segment?: number }): PowerSpectrum {
  const { rate } = populationRate(spikes, population, options);
  const length = options.segment === undefined ? Math.floor(rate.length / 4) : Math.round(options.segment / options.bin);
  return powerSpectrum(rate, 1 / options.bin, length);
}

/**
 * Power spectrum of a signal by Welch's method: segments that overlap by half, each without its mean and under a Hann window, averaged.
 *
 * @param samplingRate samples per second
 * @param segment samples of a segment; rounded down to a power of two, at most the length of the signal
 * @throws {ArgumentError} when the signal has fewer than 8 samples
 * @source Welch (1967), IEEE Trans. Audio Electroacoust. 15:70-73. doi:10.1109/TAU.1967.1161901
 */
export function powerSpectrum(signal: ArrayLike<number>, samplingRate: number, segment: number = signal.length / 4): PowerSpectrum {
  if (signal.length < 8)
    throw new ArgumentError("spectrum-length", `a spectrum of ${signal.length} samples`, "Record longer or use smaller bins: at least 8 samples.");
  const length = 2 ** Math.floor(Math.log2(Math.min(signal.length, Math.max(8, segment))));
  const window = Float64Array.from({ length }, (_, k) => 0.5 - 0.5 * Math.cos((2 * Math.PI * k) / length));
  const energy = window.reduce((sum, w) => sum + w * w, 0);
  const power = new Float64Array(length / 2 + 1);
  let segments = 0;
  for (let start = 0; start + length <= signal.length; start += length / 2, segments++) {
    const real = Float64Array.from({ length }, (_, k) => signal[start + k]!);
    const centre = mean(real);
    for (let k = 0; k < length; k++) real[k] = (real[k]! - centre) * window[k]!;
    const imaginary = new Float64Array(length);
    fourierTransform(real, imaginary);
    for (let k = 0; k <= length / 2; k++) power[k]! += real[k]! ** 2 + imaginary[k]! ** 2;
  }
  for (let k = 0; k < power.length; k++) {
    const sides = k === 0 || k === length / 2 ? 1 : 2;
    power[k]! *= sides / (segments * samplingRate * energy);
  }
  return { frequencies: Float64Array.from(power, (_, k) => (k * samplingRate) / length), power };
}

/**
 * Discrete Fourier transform in place, X_k = sum_n x_n exp(-2 pi i k n / N), for N a power of two.
 *
 * @source Cooley & Tukey (1965), Math. Comput. 19:297-301. doi:10.1090/S0025-5718-1965-0178586-1
 */
export function fourierTransform(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  if (n === 0 || (n & (n - 1)) !== 0) throw new ArgumentError("fourier-length", `a Fourier transform of ${n} samples`, "Use a power of two.");
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const cosine = Math.cos(angle);
      const sine = Math.sin(angle);
      for (let a = k; a < n; a += size) {
        const b = a + half;
        const re = real[b]! * cosine - imaginary[b]! * sine;
        const im = real[b]! * sine + imaginary[b]! * cosine;
        real[b] = real[a]! - re;
        imaginary[b] = imaginary[a]! - im;
        real[a]! += re;
        imaginary[a]! += im;
      }
    }
  }
}

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cochleaSpikes, decodeWav, encodeWav, loadSpokenDigits } from "synfire/data";
import type { Sound } from "synfire/data";
import { melOf } from "../../src/data/mel.ts";
import { powerSpectrumOf } from "../../src/data/powerSpectrum.ts";

test("a sound is read as it was written, within half of the smallest step of 16 bits", () => {
  const rates = fc.integer({ min: 1, max: 192_000 }), levels = fc.array(fc.double({ min: -1, max: 32_767 / 32_768, noNaN: true }), { maxLength: 50 });
  fc.assert(fc.property(rates, levels, (rate, values) => {
    const read = decodeWav(encodeWav({ samples: Float32Array.from(values), rate }), "test");
    expect([read.rate, read.samples.length]).toEqual([rate, values.length]);
    for (const [k, value] of values.entries()) expect(Math.abs(read.samples[k]! - value)).toBeLessThanOrEqual(0.5 / 32_768 + 1e-7);
  }));
});

/** A WAV file with the given description and sound, and a part between them that readers have to skip. */
function wav(code: number, channels: number, bits: number, sound: Uint8Array, extension: readonly number[] = []): Uint8Array {
  const description = new DataView(new ArrayBuffer(16));
  for (const [at, value] of [[0, code], [2, channels], [14, bits]] as const) description.setUint16(at, value, true);
  description.setUint32(4, 8000, true);
  const length = (n: number) => [n & 255, n >> 8, 0, 0], letters = (text: string) => [...new TextEncoder().encode(text)];
  const parts = [
    ...letters("fmt "), ...length(16 + extension.length), ...new Uint8Array(description.buffer), ...extension,
    ...letters("LIST"), ...length(3), 1, 2, 3, 0, ...letters("data"), ...length(sound.length), ...sound,
  ];
  return Uint8Array.from([...letters("RIFF"), ...length(4 + parts.length), ...letters("WAVE"), ...parts]);
}

test("samples of 8, 24 and 32 bits and floating-point numbers are read, channels are averaged, other parts skipped", () => {
  const samples = (bytes: Uint8Array) => [...decodeWav(bytes, "test").samples];
  expect(samples(wav(1, 1, 8, Uint8Array.of(0, 128, 192)))).toEqual([-1, 0, 0.5]);
  expect(samples(wav(1, 1, 24, Uint8Array.of(0, 0, 0x40, 0, 0, 0xc0)))).toEqual([0.5, -0.5]);
  expect(samples(wav(1, 2, 16, new Uint8Array(Int16Array.of(16_384, 0, -32_768, 0).buffer)))).toEqual([0.25, -0.5]);
  expect(samples(wav(3, 1, 32, new Uint8Array(Float32Array.of(0.125, -2).buffer)))).toEqual([0.125, -2]);
  const extension = [22, 0, 32, 0, 0, 0, 0, 0, 1, 0, ...Array<number>(14).fill(0)];
  expect(samples(wav(0xfffe, 1, 32, new Uint8Array(Int32Array.of(2 ** 30).buffer), extension))).toEqual([0.5]);
});

test("what is no WAV file, is cut short, or has samples of an unknown kind is refused by name", () => {
  const whole = encodeWav({ samples: new Float32Array(10), rate: 8000 });
  expect(() => decodeWav(Uint8Array.of(1, 2), "x.wav")).toThrow('x.wav: no WAV file, it begins with ""');
  expect(() => decodeWav(new TextEncoder().encode("fLaC and so on and so on"), "x.wav")).toThrow('it begins with "fLaC"');
  expect(() => decodeWav(whole.subarray(0, 50), "x.wav")).toThrow("x.wav: its sound takes 20 bytes, and 6 are there");
  expect(() => decodeWav(whole.subarray(0, 36), "x.wav")).toThrow("without sound");
  expect(() => decodeWav(wav(85, 2, 0, new Uint8Array(4)), "x.wav")).toThrow("x.wav: 2 channels of 0 bits at 8000 Hz in the format 85");
});

test("the power spectrum is that of the definition of the Fourier transform", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), (levels, stream) => {
    const size = 2 ** levels, piece = Float64Array.from({ length: size }, () => stream.next().value as number);
    const sum = (wave: (angle: number) => number, k: number) => piece.reduce((total, x, n) => total + x * wave((2 * Math.PI * k * n) / size), 0);
    powerSpectrumOf(size)(piece).forEach((power, k) => expect(power).toBeCloseTo(sum(Math.cos, k) ** 2 + sum(Math.sin, k) ** 2, 9));
  }));
});

const tone = (hertz: number, seconds: number, rate = 16_000): Sound =>
  ({ rate, samples: Float32Array.from({ length: seconds * rate }, (_, k) => 0.5 * Math.sin((2 * Math.PI * hertz * k) / rate)) });

test("a pure tone excites the channel of its frequency most, at the rate of the loudest level", () => {
  for (const hertz of [200, 500, 1000, 2000, 4000]) {
    const spikes = cochleaSpikes(tone(hertz, 1), { channels: 40, rate: 100, onset: 0 }), counts = new Uint32Array(40);
    for (const { channel } of spikes) counts[channel]! += 1;
    const place = ((melOf(hertz) - melOf(80)) / (melOf(8000) - melOf(80))) * 41 - 1, loudest = counts.indexOf(Math.max(...counts));
    expect(Math.abs(loudest - place)).toBeLessThanOrEqual(1);
    expect(counts[loudest]).toBeGreaterThanOrEqual(96);
    expect(counts[loudest]).toBeLessThanOrEqual(100);
  }
});

test("loudness of the whole recording changes no spike, and silence has none", () => {
  const sound = tone(700, 0.3), softer = { ...sound, samples: sound.samples.map((x) => x / 64) };
  expect(cochleaSpikes(softer)).toEqual(cochleaSpikes(sound));
  expect(cochleaSpikes({ rate: 8000, samples: new Float32Array(800) })).toEqual([]);
  const short = { rate: 8000, samples: new Float32Array(100) };
  expect(() => cochleaSpikes(short)).toThrow("a sound of 100 samples at 8000 Hz\n  Give at least 160 samples");
  expect(() => cochleaSpikes(tone(700, 0.3, 8000), { highest: 6000 })).toThrow("64 bands between 80 and 6000 Hz");
});

test("recordings numbered 0 to 4 are the test set, and only chosen speakers are read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "synfire-digits-"));
  try {
    await expect(loadSpokenDigits(folder)).rejects.toThrow("holds no recordings of spoken digits");
    mkdirSync(join(folder, "recordings"));
    for (const [digit, speaker, index] of [[3, "ada", 0], [3, "ada", 5], [7, "ada", 12], [7, "bob", 4], [7, "bob", 10]] as const)
      writeFileSync(join(folder, "recordings", `${digit}_${speaker}_${index}.wav`), encodeWav(tone(200 * digit, 0.1, 8000)));
    const { train, test: tested } = await loadSpokenDigits(folder, { channels: 20, duration: 0.1 });
    expect([[...train.labels], [...tested.labels], train.channels, train.duration]).toEqual([[3, 7, 7], [3, 7], 20, 0.1]);
    expect([...(await loadSpokenDigits(`${folder}/recordings`, { speakers: ["bob"] })).train.labels]).toEqual([7]);
    writeFileSync(join(folder, "recordings", "1_ada_1.wav"), "nothing");
    await expect(loadSpokenDigits(folder)).rejects.toThrow('1_ada_1.wav: no WAV file, it begins with "noth"');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const recordings = fileURLToPath(new URL("../../../shared/data/fsdd", import.meta.url));
const why = existsSync(recordings) ? "" : " (skipped: no ../shared/data)";
test.skipIf(!existsSync(recordings))(`the nearest recording of a speaker, by numbers of spikes, tells more than 85 % of digits${why}`, async () => {
  const { train, test: tested, classes } = await loadSpokenDigits(recordings, { speakers: ["jackson"], channels: 40 });
  expect([train.length, tested.length, classes]).toEqual([450, 50, 10]);
  const known = train.dense(1), unseen = tested.dense(1), right = Array.from(tested.labels).filter((label, k) => {
    const distance = (n: number) => Array.from({ length: 40 }, (_, c) => (unseen[40 * k + c]! - known[40 * n + c]!) ** 2).reduce((a, b) => a + b);
    const distances = Array.from({ length: train.length }, (_, n) => distance(n));
    return train.labels[distances.indexOf(Math.min(...distances))] === label;
  });
  expect(right.length / tested.length).toBeGreaterThan(0.85);
});

/**
 * Sounds of speech as a vocal tract makes them, in the few numbers that tell them apart: resonances (formants) of voiced sounds, bands of noise
 * of unvoiced ones. Formants of English vowels are the means of men in Peterson & Barney (1952), doi:10.1121/1.1906875, table II; the others
 * are round numbers in the ranges that textbooks give.
 */
export interface Phoneme {
  /** Frequencies of the first three formants, Hz; absent: no voice. */
  readonly formants?: readonly [number, number, number];
  /** Edges, Hz, and strength of the noise; absent: none. */
  readonly noise?: readonly [from: number, to: number, strength: number];
  /** Strength of the voice; vowels have 1. */
  readonly voice: number;
  /** Seconds at an ordinary rate of speech. */
  readonly duration: number;
  /** The share of the duration that is silence before a burst: stops. */
  readonly closure: number;
}

const vowel = (...formants: [number, number, number]): Phoneme => ({ formants, voice: 1, duration: 0.1, closure: 0 });
const glide = (voice: number, ...formants: [number, number, number]): Phoneme => ({ formants, voice, duration: 0.055, closure: 0 });
const hiss = (from: number, to: number, strength: number): Phoneme => ({ noise: [from, to, strength], voice: 0, duration: 0.09, closure: 0 });
const stop = (from: number, to: number): Phoneme => ({ noise: [from, to, 0.8], voice: 0, duration: 0.06, closure: 0.6 });
/** A hiss or a stop with some voice. */
const voiced = (sound: Phoneme, voice: number, ...formants: [number, number, number]): Phoneme => ({ ...sound, formants, voice });

/** By the letters of the International Phonetic Alphabet. */
export const phonemes: Readonly<Record<string, Phoneme>> = {
  i: vowel(270, 2290, 3010), ɪ: vowel(390, 1990, 2550), ɛ: vowel(530, 1840, 2480), ɑ: vowel(730, 1090, 2440), ɔ: vowel(570, 840, 2410),
  ʊ: vowel(440, 1020, 2240), u: vowel(300, 870, 2240), ʌ: vowel(640, 1190, 2390), ʏ: vowel(400, 1500, 2200), ə: vowel(500, 1450, 2450),
  w: glide(0.7, 300, 650, 2200), r: glide(0.7, 350, 1250, 1650), l: glide(0.7, 360, 1150, 2700), n: glide(0.5, 250, 1350, 2450),
  s: hiss(4000, 8000, 0.9), f: hiss(2500, 8000, 0.4), θ: hiss(5000, 8000, 0.35), x: hiss(1000, 2600, 0.6), t: stop(3000, 6500), k: stop(1500, 2800),
  z: voiced(hiss(4000, 8000, 0.6), 0.4, 250, 1500, 2500), v: voiced(hiss(2500, 8000, 0.25), 0.5, 250, 1200, 2300),
  d: voiced(stop(2800, 6000), 0.3, 250, 1700, 2600), b: voiced(stop(400, 1500), 0.35, 250, 900, 2200),
};

/** The digits in English and German, the classes 0 to 9 and 10 to 19. */
export const spokenWords: readonly string[] = [
  "zɪrɔʊ", "wʌn", "tu", "θri", "fɔr", "fɑɪv", "sɪks", "sɛvən", "ɛɪt", "nɑɪn",
  "nʊl", "ɑɪns", "tsvɑɪ", "drɑɪ", "fir", "fʏnf", "zɛks", "zibən", "ɑxt", "nɔɪn",
];

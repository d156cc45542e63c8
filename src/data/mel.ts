/**
 * The mel scale of pitch: equal steps sound equally far apart.
 *
 * @source O'Shaughnessy (1987), Speech Communication: Human and Machine, p. 150: m = 2595 log10(1 + f/700 Hz)
 */
export const melOf = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);

export const hertzOf = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

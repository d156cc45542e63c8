/** Inputs of known statistics, for rules that learn them. */

/** Numbers in [−1, 1) that look random: a linear congruential generator. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** `count` patterns of zero mean, mixed from as many independent sources as there are inputs, of the given strengths. */
export function mixedPatterns(count: number, strengths: readonly number[]): number[][] {
  const draw = generator(7), size = strengths.length;
  const mixing = Array.from({ length: size }, () => strengths.map((scale) => scale * draw()));
  const raw = Array.from({ length: count }, () => {
    const sources = Array.from({ length: size }, () => draw() + draw() + draw());
    return mixing.map((row) => row.reduce((sum, a, k) => sum + a * sources[k]!, 0));
  });
  const means = raw[0]!.map((_, j) => raw.reduce((sum, p) => sum + p[j]!, 0) / count);
  return raw.map((p) => p.map((x, j) => x - means[j]!));
}

/** ⟨x_j x_k⟩ over patterns. */
export function secondMoments(patterns: readonly ArrayLike<number>[]): number[][] {
  const size = patterns[0]!.length;
  return Array.from({ length: size }, (_, j) => Array.from({ length: size }, (__, k) =>
    patterns.reduce((sum, p) => sum + p[j]! * p[k]!, 0) / patterns.length));
}

export const length = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v));
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a, (x, k) => x * b[k]!).reduce((s, x) => s + x, 0);

/** The largest difference of two lists, relative to the largest magnitude in the second. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  const largest = Array.from(b).reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  return Array.from(a, (x, k) => Math.abs(x - b[k]!)).reduce((m, x) => Math.max(m, Number.isNaN(x) ? Infinity : x), 0) / largest;
}

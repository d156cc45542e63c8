/**
 * Philox 4x32-10: four random 32-bit words as a function of a 128-bit counter and a 64-bit key.
 *
 * All random numbers in Synfire are such a function, so they never depend on the order of execution, the number of threads or the
 * back-end. The key is the seed. The 32-bit word of element e at step s, in stream r (unique for each object) and draw k is
 *
 *     philox([(e >>> 4)·4 + (e & 3), s, r, k])[(e >>> 2) & 3]
 *
 * so the 16 elements of a block share one computation in four SIMD lanes: lane l of word-vector w belongs to element 16·b + 4·w + l.
 *
 * @source Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. doi:10.1145/2063384.2063405
 */

/** A 64-bit seed as two unsigned 32-bit halves: the Philox key. */
export interface Seed {
  readonly low: number;
  readonly high: number;
}

export type Words = readonly [number, number, number, number];

export const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
export const weyl = [0x9e3779b9, 0xbb67ae85] as const;
export const rounds = 10;

/** The seed of a non-negative safe integer or a bigint (its low 64 bits). */
export function seedOf(value: number | bigint): Seed {
  const bits = BigInt.asUintN(64, BigInt(value));
  return { low: Number(bits & 0xffffffffn), high: Number(bits >> 32n) };
}

/** Counter and result are unsigned 32-bit words. */
export function philox(counter: Words, key: Seed): Words {
  let [c0, c1, c2, c3] = counter;
  let k0 = key.low;
  let k1 = key.high;
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(multipliers[0], c0);
    const low0 = Math.imul(multipliers[0], c0);
    const high1 = multiplyHigh(multipliers[1], c2);
    const low1 = Math.imul(multipliers[1], c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + weyl[0]) >>> 0;
    k1 = (k1 + weyl[1]) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The upper 32 bits of the 64-bit product of two unsigned words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  // Sums stay below 2^33, where doubles are exact and / is a shift.
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(((middle % 65536) + aLow * bHigh) / 65536)) >>> 0;
}

/** The random 32-bit word of an element: see the definition above. */
export function wordAt(seed: Seed, element: number, step: number, stream: number, draw: number): number {
  return philox([(element >>> 4) * 4 + (element & 3), step >>> 0, stream >>> 0, draw >>> 0], seed)[(element >>> 2) & 3]!;
}

/**
 * The keys of the ten rounds, [k0, k1] a round, 20 words: what compiled kernels read from memory, so that a new seed needs no new code.
 */
export function keySchedule(seed: Seed): Uint32Array {
  return Uint32Array.from({ length: 2 * rounds }, (_, k) => {
    const half = k % 2 === 0 ? seed.low : seed.high;
    return (half + Math.imul(k >> 1, weyl[k % 2]!)) >>> 0;
  });
}

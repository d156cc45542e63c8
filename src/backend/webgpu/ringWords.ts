/** Input sums between the host's floating-point numbers and the device's integers. */
import type { Ring } from "./rings.ts";
import { wideExponent } from "./rings.ts";

/** Adds the host's sums to the device's words. */
export function encodeRing({ exponent }: Ring, host: Float32Array, words: Uint32Array): void {
  host.forEach((x, k) => {
    if (x === 0) return;
    if (exponent !== "wide") {
      words[k] = (words[k]! + Math.round(x * 2 ** exponent)) >>> 0;
      return;
    }
    const sum = BigInt.asUintN(96, wideAt(words, k) + BigInt(Math.round(x * 2 ** 40)) * 2n ** BigInt(wideExponent - 40));
    for (let w = 0; w < 3; w++) words[3 * k + w] = Number((sum >> BigInt(32 * w)) & 0xffffffffn);
  });
}

/** What the device's words mean. */
export function decodeRing({ exponent }: Ring, words: Uint32Array, host: Float32Array): void {
  for (let k = 0; k < host.length; k++) {
    host[k] = exponent !== "wide" ? (words[k]! | 0) * 2 ** -exponent : Number(BigInt.asIntN(96, wideAt(words, k))) * 2 ** -wideExponent;
  }
}

const wideAt = (words: Uint32Array, k: number): bigint =>
  BigInt(words[3 * k]!) | (BigInt(words[3 * k + 1]!) << 32n) | (BigInt(words[3 * k + 2]!) << 64n);

/**
 * What arithmetic and memory cost at 45 nm, 0.9 V: the numbers that tables of energy in the literature use.
 *
 * @source Horowitz (2014), Computing's energy problem, ISSCC, fig. 1.1.9. doi:10.1109/ISSCC.2014.6757323
 */

/** Picojoules of a sum and of a product followed by a sum, by the bits of the operands: up to 8 integers, above in floating point. */
export const arithmetic = [
  { bits: 8, name: "INT8", add: 0.03, multiplyAdd: 0.23 },
  { bits: 16, name: "FP16", add: 0.4, multiplyAdd: 1.5 },
  { bits: 32, name: "FP32", add: 0.9, multiplyAdd: 4.6 },
] as const;
export type Arithmetic = (typeof arithmetic)[number];

/** Picojoules of reading 64 bits from a memory of so many bytes; beyond the last, DRAM (1300 to 2600, here the lower). */
export const memories = [
  { bytes: 8192, name: "8 KB SRAM", read: 10 },
  { bytes: 32768, name: "32 KB SRAM", read: 20 },
  { bytes: 1048576, name: "1 MB SRAM", read: 100 },
  { bytes: Infinity, name: "DRAM", read: 1300 },
] as const;

/** The arithmetic that operands of so many bits need. */
export const arithmeticFor = (bits: number): Arithmetic => arithmetic.find((a) => bits <= a.bits) ?? arithmetic[2];

/** Picojoules of reading one bit from the smallest memory that holds so many bytes. */
export const readingABit = (bytes: number): number => memories.find((m) => bytes <= m.bytes)!.read / 64;

/** Power of a short piece of sound at each frequency. */

/**
 * A function from `size` real numbers to |X_k|² of their discrete Fourier transform, k = 0 … size/2; `size` is a power of 2.
 *
 * @source Cooley & Tukey (1965), doi:10.1090/S0025-5718-1965-0178586-1
 */
export function powerSpectrumOf(size: number): (piece: Float64Array) => Float64Array {
  const levels = Math.log2(size), order = Uint32Array.from({ length: size }, (_, k) => reversed(k, levels));
  const cosines = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  const real = new Float64Array(size), imaginary = new Float64Array(size);
  return (piece) => {
    for (let k = 0; k < size; k++) real[order[k]!] = piece[k]!;
    imaginary.fill(0);
    for (let width = 2; width <= size; width *= 2) {
      const half = width / 2, stride = size / width;
      for (let start = 0; start < size; start += width) {
        for (let k = 0; k < half; k++) {
          const a = start + k, b = a + half, cosine = cosines[k * stride]!, sine = sines[k * stride]!;
          const x = cosine * real[b]! - sine * imaginary[b]!, y = cosine * imaginary[b]! + sine * real[b]!;
          real[b] = real[a]! - x;
          imaginary[b] = imaginary[a]! - y;
          real[a]! += x;
          imaginary[a]! += y;
        }
      }
    }
    return Float64Array.from({ length: size / 2 + 1 }, (_, k) => real[k]! * real[k]! + imaginary[k]! * imaginary[k]!);
  };
}

/** The lowest `levels` bits of a number in the opposite order. */
function reversed(k: number, levels: number): number {
  let result = 0;
  for (let bit = 0; bit < levels; bit++) result |= ((k >> bit) & 1) << (levels - 1 - bit);
  return result;
}

import fc from "fast-check";
import type { SpikePopulation, Spikes } from "../../src/io/spikes.ts";

/** Any recording: odd names, gaps between populations, silent ones, several spikes at one time, times on and off a grid. */
export const arbitrarySpikes: fc.Arbitrary<Spikes> = fc
  .record({
    sizes: fc.array(fc.record({ gap: fc.nat(5), size: fc.integer({ min: 1, max: 50 }) }), { minLength: 1, maxLength: 4 }),
    names: fc.uniqueArray(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).filter((name) => !name.includes("\0")),
      { minLength: 4, maxLength: 4 },
    ),
    raw: fc.array(
      fc.tuple(
        fc.oneof(
          fc.double({ min: 0, max: 1e6, noNaN: true }),
          fc.nat(1e6).map((n) => n * 1e-4),
        ),
        fc.nat(1e6),
      ),
      { maxLength: 60 },
    ),
    tail: fc.double({ min: 1e-9, max: 1e3, noNaN: true }),
    dt: fc.constantFrom(0, 1e-4, 0.001, 0.00012345),
  })
  .map(({ sizes, names, raw, tail, dt }) => {
    let offset = 0;
    const populations: SpikePopulation[] = sizes.map(({ gap, size }, k) => {
      const population = { name: names[k]!, offset: offset + gap, size };
      offset += gap + size;
      return population;
    });
    const sorted = raw.map(([time, n]) => ({ time: time + 0, n })).sort((a, b) => a.time - b.time);
    const indices = Uint32Array.from(sorted, ({ n }) => {
      const { offset: first, size } = populations[n % populations.length]!;
      return first + (n % size);
    });
    const times = Float64Array.from(sorted, ({ time }) => Math.abs(time));
    return { times, indices, populations, duration: (times.at(-1) ?? 0) + tail, dt };
  });

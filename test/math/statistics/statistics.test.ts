import fc from "fast-check";
import { expect, test } from "vitest";
import * as statistics from "../../../src/math/statistics/index.ts";
import { gammaTrain, recording, uniform } from "./processes.ts";

const many = (n: number, make: (k: number) => number[]) => Array.from({ length: n }, (_, k) => make(k));

test("Poisson trains have CV, Lv and Fano factor 1 and no correlation", () => {
  const next = uniform(1);
  const spikes = recording(
    many(200, () => gammaTrain(1, 20, 100, next)),
    100,
  );
  // 200 neurons x 2000 intervals: the standard errors are near 0.002.
  expect(statistics.firingRate(spikes, "E")).toBeCloseTo(20, 0);
  expect(statistics.coefficientOfVariation(spikes)).toBeCloseTo(1, 1.9);
  expect(Math.abs(statistics.coefficientOfVariation(spikes) - 1)).toBeLessThan(0.01);
  expect(Math.abs(statistics.localVariation(spikes) - 1)).toBeLessThan(0.01);
  expect(Math.abs(statistics.fanoFactor(spikes, "E", { bin: 0.1 }) - 1)).toBeLessThan(0.02);
  expect(Math.abs(statistics.pairwiseCorrelation(spikes, "E", { bin: 0.01 }))).toBeLessThan(0.001);
  expect(statistics.spikeSynchrony(spikes, "E", { bin: 0.01 })).toBeCloseTo(1 / Math.sqrt(200), 2);
});

for (const order of [2, 4, 10]) {
  test(`a gamma process of order ${order} has CV 1/sqrt(${order}) and Lv 3/(2*${order} + 1)`, () => {
    const next = uniform(order);
    const spikes = recording(
      many(100, () => gammaTrain(order, 20, 100, next)),
      100,
    );
    expect(Math.abs(statistics.coefficientOfVariation(spikes) - 1 / Math.sqrt(order))).toBeLessThan(0.01);
    expect(Math.abs(statistics.localVariation(spikes) - 3 / (2 * order + 1))).toBeLessThan(0.01);
  });
}

test("a clock has CV, Lv and Fano factor 0", () => {
  const spikes = recording([Array.from({ length: 1000 }, (_, k) => (k + 0.5) / 100)], 10);
  expect(statistics.firingRate(spikes)).toBe(100);
  expect(statistics.coefficientOfVariation(spikes)).toBeCloseTo(0, 10);
  expect(statistics.localVariation(spikes)).toBeCloseTo(0, 10);
  expect(statistics.fanoFactor(spikes, "E", { bin: 0.1 })).toBe(0);
});

test("a rate that changes slowly raises CV but not Lv", () => {
  const next = uniform(3);
  // Poisson in a stretched time: 5 Hz for 500 s, then 50 Hz.
  const train = gammaTrain(1, 1, 27_500, next).map((u) => (u < 2500 ? u / 5 : 500 + (u - 2500) / 50));
  const spikes = recording([train], 1000);
  expect(statistics.coefficientOfVariation(spikes)).toBeGreaterThan(1.3);
  expect(Math.abs(statistics.localVariation(spikes) - 1)).toBeLessThan(0.03);
});

test("too few spikes give NaN, not a number that looks like one", () => {
  const spikes = recording([[0.1, 0.2], []], 1);
  expect(statistics.coefficientOfVariation(spikes)).toBeNaN();
  expect(statistics.localVariation(spikes)).toBeNaN();
  expect(statistics.coefficientsOfVariation(spikes)).toEqual(Float64Array.of(Number.NaN, Number.NaN));
  expect(statistics.pairwiseCorrelation(spikes, "E", { bin: 0.1 })).toBeNaN();
  expect(statistics.spikeSynchrony(recording([[]], 1), "E", { bin: 0.1 })).toBeNaN();
  expect(statistics.fanoFactor(recording([[]], 1), "E", { bin: 0.1 })).toBeNaN();
});

test("trains that share a fraction c of their spikes have correlation c", () => {
  for (const shared of [0.1, 0.5]) {
    const next = uniform(7);
    const common = gammaTrain(1, 20 * shared, 400, next);
    const spikes = recording(
      many(10, () => [...common, ...gammaTrain(1, 20 * (1 - shared), 400, next)].sort((a, b) => a - b)),
      400,
    );
    expect(Math.abs(statistics.pairwiseCorrelation(spikes, "E", { bin: 0.02 }) - shared)).toBeLessThan(0.02);
  }
});

test("the mean over pairs is the mean of the correlation matrix off its diagonal", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 12 }), { minLength: 2, maxLength: 6 }), (trains) => {
      const spikes = recording(
        trains.map((train) => train.toSorted((a, b) => a - b)),
        1,
      );
      const n = trains.length;
      const matrix = statistics.correlationMatrix(spikes, "E", { bin: 0.1 });
      const pairs = Array.from(matrix).filter((value, k) => Math.floor(k / n) !== k % n && !Number.isNaN(value));
      const fast = statistics.pairwiseCorrelation(spikes, "E", { bin: 0.1 });
      if (pairs.length === 0) expect(fast).toBeNaN();
      else expect(fast).toBeCloseTo(statistics.mean(pairs), 9);
    }),
  );
});

test("neurons that fire together have synchrony 1", () => {
  const next = uniform(5);
  const train = gammaTrain(1, 10, 20, next);
  expect(statistics.spikeSynchrony(recording([train, train, train], 20), "E", { bin: 0.005 })).toBeCloseTo(1, 10);
});

test("Golomb's chi of voltages is 1 for one course, 1/sqrt(N) for independent ones, cos(phase/2) for two shifted sines", () => {
  const next = uniform(9);
  const samples = 20_000;
  const table = (n: number, value: (s: number, k: number) => number) =>
    Float64Array.from({ length: samples * n }, (_, at) => value(Math.floor(at / n), at % n));
  expect(
    statistics.voltageSynchrony(
      table(4, (s) => Math.sin(s)),
      4,
    ),
  ).toBeCloseTo(1, 10);
  expect(
    Math.abs(
      statistics.voltageSynchrony(
        table(25, () => next()),
        25,
      ) - 0.2,
    ),
  ).toBeLessThan(0.005);
  const phase = Math.PI / 3;
  const shifted = table(2, (s, k) => Math.sin((2 * Math.PI * s) / 100 + k * phase));
  expect(statistics.voltageSynchrony(shifted, 2)).toBeCloseTo(Math.cos(phase / 2), 9);
});

test("the spectrum of a sine has its peak at its frequency and its variance as integral", () => {
  const signal = Float64Array.from({ length: 8192 }, (_, k) => 3 + 2 * Math.sin((2 * Math.PI * 50 * k) / 1000));
  const { frequencies, power } = statistics.powerSpectrum(signal, 1000, 1024);
  const peak = power.indexOf(Math.max(...power));
  expect(Math.abs(frequencies[peak]! - 50)).toBeLessThan(1000 / 1024);
  expect(power.reduce((sum, value) => sum + value, 0) * frequencies[1]!).toBeCloseTo(2, 2); // a sine of amplitude 2 has variance 2
});

test("the spectrum of a Poisson population is flat at twice its rate over its size, and one driven at 30 Hz peaks there", () => {
  const next = uniform(11);
  const flat = statistics.populationSpectrum(
    recording(
      many(50, () => gammaTrain(1, 20, 60, next)),
      60,
    ),
    "E",
    { bin: 0.001, segment: 0.5 },
  );
  const middle = flat.power.slice(5, -5);
  expect(Math.abs(statistics.mean(middle) / ((2 * 20) / 50) - 1)).toBeLessThan(0.03);
  const driven = many(50, () => gammaTrain(1, 40, 20, next).filter((time) => next() < 0.5 + 0.5 * Math.sin(2 * Math.PI * 30 * time)));
  const { frequencies, power } = statistics.populationSpectrum(recording(driven, 20), "E", { bin: 0.001, segment: 1 });
  expect(Math.abs(frequencies[power.indexOf(Math.max(...power))]! - 30)).toBeLessThan(1);
});

test("the Fourier transform is the sum that defines it", () => {
  const next = uniform(13);
  const x = Float64Array.from({ length: 16 }, () => next() - 0.5);
  const y = Float64Array.from({ length: 16 }, () => next() - 0.5);
  const re = x.slice();
  const im = y.slice();
  statistics.fourierTransform(re, im);
  for (let k = 0; k < 16; k++) {
    const angle = (n: number) => (-2 * Math.PI * k * n) / 16;
    const terms = (f: (n: number) => number) => Array.from({ length: 16 }, (_, n) => f(n)).reduce((sum, term) => sum + term, 0);
    expect(re[k]).toBeCloseTo(
      terms((n) => x[n]! * Math.cos(angle(n)) - y[n]! * Math.sin(angle(n))),
      12,
    );
    expect(im[k]).toBeCloseTo(
      terms((n) => x[n]! * Math.sin(angle(n)) + y[n]! * Math.cos(angle(n))),
      12,
    );
  }
  expect(() => statistics.fourierTransform(new Float64Array(12), new Float64Array(12))).toThrow(/power of two/);
});

test("van Rossum distances of single spikes are the analytic ones", () => {
  expect(statistics.vanRossumDistance([0.3], [], 0.01) ** 2).toBeCloseTo(0.5, 12);
  expect(statistics.vanRossumDistance([0.1], [0.1], 0.01)).toBe(0);
  for (const shift of [0.001, 0.01, 0.05]) {
    expect(statistics.vanRossumDistance([0.1], [0.1 + shift], 0.02) ** 2).toBeCloseTo(1 - Math.exp(-shift / 0.02), 12);
  }
  expect(statistics.vanRossumDistance([0, 1000], [500], 0.01) ** 2).toBeCloseTo(1.5, 12); // far apart: half a spike each
});

const train = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }).map((times) => times.sort((a, b) => a - b));

test("the van Rossum distance is the integral that defines it", () => {
  fc.assert(
    fc.property(train, train, (a, b) => {
      const tau = 0.1;
      const kernel = (p: number, q: number) => 0.5 * Math.exp(-Math.abs(p - q) / tau);
      const overlap = (s: readonly number[], r: readonly number[]) => s.reduce((sum, p) => sum + r.reduce((inner, q) => inner + kernel(p, q), 0), 0);
      const square = overlap(a, a) + overlap(b, b) - 2 * overlap(a, b);
      expect(statistics.vanRossumDistance(a, b, tau) ** 2).toBeCloseTo(square, 9);
    }),
  );
});

test("Victor-Purpura distances have their known costs", () => {
  const { victorPurpuraDistance: distance } = statistics;
  expect(distance([0.1], [], 10)).toBe(1);
  expect(distance([0.1], [0.15], 10)).toBeCloseTo(0.5, 12); // moving by 50 ms at 10 per second
  expect(distance([0.1], [0.5], 10)).toBe(2); // cheaper to remove and add
  expect(distance([0.1, 0.2, 0.3], [0.7], 0)).toBe(2); // the difference of the counts
  expect(distance([0.1, 0.2], [0.2, 0.4], 1e9)).toBe(2); // spikes without a partner at the same time
});

test("both distances are metrics", () => {
  const distances = [
    (a: number[], b: number[]) => statistics.victorPurpuraDistance(a, b, 20),
    (a: number[], b: number[]) => statistics.vanRossumDistance(a, b, 0.05),
  ];
  fc.assert(
    fc.property(train, train, train, fc.constantFrom(...distances), (a, b, c, distance) => {
      expect(distance(a, a)).toBeLessThan(1e-6);
      expect(distance(a, b)).toBeCloseTo(distance(b, a), 6);
      expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + 1e-6);
    }),
  );
});

test("a peristimulus histogram shows the response at its latency, in Hz per neuron", () => {
  const events = Array.from({ length: 50 }, (_, k) => 0.5 + k);
  const responses = [0, 1].map(() => events.map((time) => time + 0.0123));
  const { times, rate } = statistics.peristimulusHistogram(recording(responses, 51), "E", events, { before: 0.02, after: 0.05, bin: 0.005 });
  expect(times[0]).toBeCloseTo(-0.0175, 12);
  expect(rate).toHaveLength(14);
  const peak = rate.indexOf(Math.max(...rate));
  expect(times[peak]).toBeCloseTo(0.0125, 12);
  expect(rate[peak]).toBeCloseTo(200, 9); // one spike of each neuron, every time, within 5 ms
  expect(rate.reduce((sum, value) => sum + value, 0)).toBeCloseTo(200, 9);
});

test("a spike on the edge of a bin belongs to the bin that begins there, whatever its rounding", () => {
  const spikes = recording([Array.from({ length: 1000 }, (_, k) => k * 1e-4)], 0.1);
  const { rate } = statistics.populationRate(spikes, "E", { bin: 0.001 });
  expect([...rate]).toEqual(Array.from({ length: 100 }, () => 10_000));
});

test("rates of the parts add up to the counts of the whole", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.double({ min: 0, max: 0.9999, noNaN: true })), { maxLength: 60 }), (events) => {
      const trains = Array.from({ length: 10 }, (_, k) =>
        events
          .filter(([n]) => n === k)
          .map(([, time]) => time)
          .sort((a, b) => a - b),
      );
      const populations = [
        { name: "I", offset: 6, size: 4 },
        { name: "E", offset: 0, size: 6 },
        { name: "first", offset: 0, size: 2 },
      ];
      const spikes = recording(trains, 1, populations);
      expect(statistics.firingRate(spikes) * 10).toBeCloseTo(events.length, 9);
      expect(statistics.firingRate(spikes, "E") * 6 + statistics.firingRate(spikes, "I") * 4).toBeCloseTo(events.length, 9);
      expect([...statistics.spikeCounts(spikes, "I")]).toEqual(trains.slice(6).map((own) => own.length));
      const { times, starts } = statistics.spikeTrains(spikes, "E");
      expect([...times]).toEqual(trains.slice(0, 6).flat());
      expect(starts.at(-1)).toBe(times.length);
      expect([...statistics.spikeTrain(spikes, 7)]).toEqual(trains[7]);
      const counts = statistics.populationCounts(spikes, undefined, { bin: 0.25 });
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(events.filter(([, time]) => time / 0.25 + 1e-6 < 4).length);
    }),
  );
});

test("an unknown population and an impossible bin are errors with a way out", () => {
  const spikes = recording([[0.1]], 1);
  expect(() => statistics.firingRate(spikes, "e")).toThrow(/no population "e"\n {2}Did you mean "E"\?/);
  expect(() => statistics.firingRate(spikes, "other")).toThrow(/no population "other"\n {2}Populations: E\./);
  expect(() => statistics.populationRate(spikes, "E", { bin: 0 })).toThrow(/bin is 0 s/);
  expect(() => statistics.populationRate(spikes, "E", { bin: 1e-15 })).toThrow(/Give a longer bin/);
});

test("the summary has a row of known numbers for each population", () => {
  const next = uniform(17);
  const clock = Array.from({ length: 500 }, (_, k) => (k + 0.5) / 50);
  const trains = [...many(40, () => gammaTrain(1, 10, 10, next)), ...many(10, () => clock), ...many(5, () => [])];
  const populations = [
    { name: "E", offset: 0, size: 40 },
    { name: "I", offset: 40, size: 10 },
    { name: "silent", offset: 50, size: 5 },
  ];
  const { populations: rows, spikes, window } = statistics.summarise(recording(trains, 10, populations));
  expect(spikes).toBe(trains.flat().length);
  expect(window).toBe(0.1);
  expect(rows[0]!.rate).toBeCloseTo(trains.slice(0, 40).flat().length / 400, 9);
  expect(Math.abs(rows[0]!.cv - 1)).toBeLessThan(0.06);
  expect(rows[1]).toMatchObject({ name: "I", size: 10, spikes: 5000, active: 10, rate: 50, rateDeviation: 0, fano: 0 });
  expect(rows[1]!.correlation).toBeCloseTo(1, 9);
  expect(rows[1]!.synchrony).toBeCloseTo(1, 9);
  expect(rows[2]).toEqual({
    name: "silent",
    size: 5,
    spikes: 0,
    active: 0,
    rate: 0,
    rateDeviation: 0,
    cv: Number.NaN,
    lv: Number.NaN,
    fano: Number.NaN,
    correlation: Number.NaN,
    synchrony: Number.NaN,
  });
});

import { expect, test } from "vitest";
import { quantalRelease, stochasticRelease } from "synfire/models";
import type { SynapseModel } from "synfire";
import { deviationOf, meanOf } from "./poisson.ts";
import { runProtocols } from "./protocols.ts";

const synapses = 4000;

/** What each spike of a train (ms) brings to each of many synapses: [spikes][synapses]. */
async function responses(model: SynapseModel, values: object, times: readonly number[], weight = 1): Promise<Float64Array[]> {
  const protocols = Array.from({ length: synapses }, () => ({ pre: times, post: [] }));
  const readings = await runProtocols(model, protocols, { weight, values: { ...values }, readAt: times, dt: 1 });
  const totals = readings.map((r) => r["received"]!);
  return totals.map((total, k) => total.map((sum, n) => sum - (totals[k - 1]?.[n] ?? 0)));
}

/** Whether mean and variance of many independent numbers of quanta are those of a binomial distribution, within four standard errors. */
function expectBinomial(counts: ArrayLike<number>, n: number, p: number): void {
  const mean = n * p, variance = n * p * (1 - p);
  expect(Math.abs(meanOf(counts) - mean)).toBeLessThan(4 * Math.sqrt(variance / synapses) + 1e-9);
  // The variance of the sample variance is (κ4 + 2σ⁴)/m, κ4 = σ²(1 − 6p(1 − p)).
  const spread = Math.sqrt(Math.max(variance * (1 - 6 * p * (1 - p)) + 2 * variance ** 2, 0) / synapses);
  expect(Math.abs(deviationOf(counts) ** 2 - variance)).toBeLessThan(4 * spread + 1e-3);
}

test("a release site sends its weight with probability p, else nothing: mean p, variance p(1 − p)", async () => {
  for (const p of [0, 0.1, 0.5, 1]) {
    for (const amounts of await responses(stochasticRelease, { p }, [10, 20], 0.25)) {
      expect(amounts.every((a) => a === 0 || Math.abs(a - 0.25) < 1e-12)).toBe(true);
      expectBinomial(amounts.map((a) => a / 0.25), 1, p);
    }
  }
});

test("failures are independent from spike to spike and from synapse to synapse", async () => {
  const [first, second] = await responses(stochasticRelease, { p: 0.3 }, [10, 11]) as [Float64Array, Float64Array];
  const together = (a: ArrayLike<number>, b: ArrayLike<number>): number => meanOf(Array.from(a, (x, k) => x * b[k]!));
  const error = 4 * Math.sqrt((0.09 * 0.91) / synapses);
  expect(Math.abs(together(first, second) - 0.09)).toBeLessThan(error);
  expect(Math.abs(together(first, [...first.slice(1), first[0]!]) - 0.09)).toBeLessThan(error);
});

test("without depletion the number of quanta is binomial: mean n·U, variance n·U(1 − U)", async () => {
  for (const [n, U] of [[1, 0.4], [5, 0.5], [12, 0.15], [3, 1]] as const) {
    for (const counts of await responses(quantalRelease, { n, U, tau_rec: "0 ms" }, [10, 60])) {
      expect(counts.every((c) => Number.isInteger(Math.round(c * 1e9) / 1e9) && c >= 0 && c <= n)).toBe(true);
      expectBinomial(counts.map(Math.round), n, U);
    }
  }
});

for (const [name, p] of [["depressing", { n: 6, U: 0.5, rec: 200, fac: 0 }], ["facilitating", { n: 6, U: 0.1, rec: 50, fac: 500 }]] as const) {
  test(`each response of a ${name} train has the mean n·u·x of the deterministic model and the binomial variance n·u·x(1 − u·x)`, async () => {
    const times = [10, 30, 50, 55, 60, 160, 180, 500];
    const got = await responses(quantalRelease, { n: p.n, U: p.U, tau_rec: `${p.rec} ms`, tau_fac: `${p.fac} ms` }, times);
    let u = p.U, x = 1;
    for (const [k, counts] of got.entries()) {
      if (k > 0) {
        const gap = times[k]! - times[k - 1]!;
        x = 1 - (1 - x * (1 - u)) * Math.exp(-gap / p.rec);
        u = p.U + u * (1 - p.U) * (p.fac === 0 ? 0 : Math.exp(-gap / p.fac));
      }
      expectBinomial(counts, p.n, u * x);
    }
  });
}

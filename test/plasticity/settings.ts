/** Spikes, delays, orders and values of all kinds around random models. */
import fc from "fast-check";
import type { Setting } from "./apparatus.ts";
import type { RandomModel } from "./models.ts";

const steps = fc.constantFrom(40, 90, 150);
const train = fc
  .array(fc.tuple(fc.nat(149), fc.constantFrom(1, 1, 1, 2, 5)), { maxLength: 8 })
  .map((bursts) => bursts.flatMap(([start, length]) => Array.from({ length }, (_, k) => start + k)));
const value = (name: string): fc.Arbitrary<number> => fc.nat(1000).map((n) => (name.startsWith("tau") ? 0.002 + 0.05 * (n / 1000) : n / 1000));

/** Spikes, delays, orders and values of all kinds around a model. */
export function settings(models: fc.Arbitrary<RandomModel>): fc.Arbitrary<Setting> {
  return models.chain(({ spec, perSynapse }) => {
    const pathways = typeof spec.onPre === "string" ? ["pre"] : Object.keys(spec.onPre ?? {});
    const few = fc.integer({ min: 1, max: 4 });
    return fc
      .record({
        steps,
        sources: few,
        targets: few,
        dt: fc.constantFrom(1e-4, 5e-4),
        from: fc.constantFrom("source", "parrots", "targets"),
        pairs: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { minLength: 1, maxLength: 24 }),
        weights: fc.array(value("w"), { minLength: 6, maxLength: 6 }),
        dendritic: fc.constantFrom(0, 0, 1, 2, 7),
        order: fc.constantFrom(undefined, "pre-first", "post-first", "simultaneous"),
        kind: fc.constantFrom("one", "one", "each", "pathways"),
        delays: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 6, maxLength: 6 }),
        values: fc.record(
          Object.fromEntries(
            perSynapse.map((name) => {
              const one = value(name);
              return [name, fc.oneof(one, fc.array(one, { minLength: 6, maxLength: 6 }))];
            }),
          ),
          { requiredKeys: [] },
        ) as fc.Arbitrary<Setting["values"]>,
        preSteps: fc.array(train, { minLength: 4, maxLength: 4 }),
        postSteps: fc.array(train, { minLength: 4, maxLength: 4 }),
        pause: fc.boolean(),
        ...(spec.modulators && {
          modulator: fc.record({
            tau: fc.constantFrom(undefined, 0.005, 0.05),
            initial: fc.constantFrom(0, 0.3),
            amount: fc.constantFrom(1, 0.2),
            steps: train,
          }),
        }),
      })
      .map(({ order, kind, delays, ...rest }): Setting => {
        // Whatever is sent is on its way for a step at least, delays of each synapse's own are too, and only a dendritic delay leaves the order open.
        const least = rest.dendritic > 0 && kind !== "each" ? 0 : 1;
        const [first, ...more] = delays.map((d) => Math.max(d, least));
        const delay =
          kind === "one" || (kind === "each" && pathways.length > 1)
            ? first!
            : kind === "each"
              ? [first!, ...more]
              : Object.fromEntries(pathways.map((p, k) => [p, delays[k]!]));
        const coincident = rest.dendritic > 0 ? order : order === "pre-first" ? order : undefined;
        return {
          spec,
          ...rest,
          delay: kind === "pathways" ? atLeast(delay as Record<string, number>, least) : delay,
          ...(coincident && { coincident }),
        };
      });
  });
}

const atLeast = (delays: Record<string, number>, least: number): Record<string, number> =>
  Object.fromEntries(Object.entries(delays).map(([k, d]) => [k, Math.max(d, least)]));

/** Values that all neurons of a population share and that change from step to step: evaluated in f64 on the host, one call ahead. */
import { evaluator } from "../ir/evaluate.ts";
import { realBytes } from "./arena.ts";
import type { Memories } from "./memories.ts";
import type { Group } from "./group.ts";
import type { BuildOptions, ScalarTable } from "./parts.ts";

/** A table a group, for those whose kernel has scalars. */
export function stepScalars(parts: {
  readonly memories: Memories;
  readonly options: BuildOptions;
  readonly groups: readonly Group[];
  readonly chunk: number;
}): (ScalarTable | undefined)[] {
  const { memories, options, chunk } = parts;
  return parts.groups.map((group) => {
    const scalars = group.kernel?.scalars ?? [];
    if (scalars.length === 0) return undefined;
    const bytes = realBytes(options.precision);
    const address = memories.allocate(chunk * scalars.length * bytes, `population "${group.name}"`);
    const signals = group.drives!.signals;
    const names = ["t", "dt", ...signals.map((s) => s.name)];
    const evaluate = scalars.map((s) => evaluator(s.value, names));
    const values = new Float64Array(names.length);
    const fill = (fromStep: number, n: number): void => {
      const [table, ...others] = memories.arenas.map((arena) => arena.real(options.precision, address, n * scalars.length));
      for (let s = 0; s < n; s++) {
        const step = fromStep + s;
        values[0] = step * options.dt;
        values[1] = options.dt;
        signals.forEach((signal, k) => (values[2 + k] = signal.at(step)));
        evaluate.forEach((f, k) => (table![s * scalars.length + k] = f(values)));
      }
      for (const other of others) other.set(table!);
    };
    return { address, bytes: scalars.length * bytes, fill };
  });
}

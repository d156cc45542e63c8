/** Poisson counts whose thresholds lie in a buffer, so that kernels with other means have the same code. */
import { lowBitsDraw, partStride } from "../../../math/random.ts";
import { halfWordAt } from "./philox.ts";
import type { Shader } from "./shader.ts";

/** Where the thresholds of a table lie, and its other numbers: see `PoissonTable` of src/math/random.ts. */
export interface StoredTable {
  readonly first: number;
  readonly count: number;
  readonly start: number;
  readonly parts: number;
}

/** @param buffer name of an array of u32 that holds the thresholds */
export function storedPoissonText(
  shader: Shader, table: StoredTable, buffer: string, element: string, step: string, stream: string, draw: string,
): string {
  const name = shader.use("stored_poisson_at", () => {
    const half = halfWordAt(shader);
    return `
// Poisson counts by inversion of a table of thresholds, in parts. The low 16 bits of a word matter only where its high ones are those of a threshold.
fn stored_poisson_at(first: u32, count: u32, start: u32, parts: u32, element: u32, step: u32, stream: u32, draw: u32) -> f32 {
  var total = start * parts;
  for (var part = 0u; part < parts; part++) {
    let k = draw + part * ${partStride}u;
    let high = ${half}(element, step, stream, k);
    var doubtful = 0u;
    for (var t = first; t < first + count; t++) {
      let threshold = ${buffer}[t] >> 16u;
      total += u32(high > threshold);
      doubtful += u32(high == threshold);
    }
    if (doubtful > 0u) {
      let word = (high << 16u) | ${half}(element, step, stream, k + ${lowBitsDraw}u);
      for (var t = first; t < first + count; t++) { total += u32((${buffer}[t] >> 16u) == high && word >= ${buffer}[t]); }
    }
  }
  return f32(total);
}`;
  });
  return `${name}(${table.first}u, ${table.count}u, ${table.start}u, ${table.parts}u, ${element}, ${step}, ${stream}, ${draw})`;
}

/**
 * `npm run bench:raster [-- SPIKES]`: how long a raster of a million spikes takes as PNG, SVG, HTML and text, beside a reference loop measured in the
 * same run: formatting the same spikes as lines of text. Prints one JSON object, milliseconds, best of five.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rasterText, saveRaster } from "../dist/src/io/index.js";

const count = Number(process.argv[2] ?? 1e6);
const neurons = 10_000;
const spikes = {
  times: Float64Array.from({ length: count }, (_, k) => k / count),
  indices: Uint32Array.from({ length: count }, (_, k) => (Math.imul(k, 2654435761) >>> 0) % neurons),
  populations: [{ name: "E", offset: 0, size: 0.8 * neurons }, { name: "I", offset: 0.8 * neurons, size: 0.2 * neurons }],
  duration: 1, dt: 1e-4,
};
const folder = mkdtempSync(join(tmpdir(), "synfire-raster-"));
const all = { max: Number.POSITIVE_INFINITY };
const ways = {
  reference: () => Array.from(spikes.times, (t, k) => `${t},${spikes.indices[k]}`).join("\n").length,
  png: () => saveRaster(join(folder, "r.png"), spikes, all),
  svg: () => saveRaster(join(folder, "r.svg"), spikes, all),
  html: () => saveRaster(join(folder, "r.html"), spikes),
  terminal: () => rasterText(spikes),
};
const best = Object.fromEntries(Object.keys(ways).map((way) => [way, Infinity]));
try {
  for (let repeat = 0; repeat < 5; repeat++) {
    for (const [way, draw] of Object.entries(ways)) {
      const start = performance.now();
      await draw();
      best[way] = Math.min(best[way], performance.now() - start);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
const ratios = Object.fromEntries(Object.entries(best).map(([way, ms]) => [`${way}_over_reference`, Number((ms / best.reference).toPrecision(3))]));
const times = Object.fromEntries(Object.entries(best).map(([way, ms]) => [`${way}_ms`, Math.round(ms)]));
console.log(JSON.stringify({ spikes: count, ...times, ...ratios }));
